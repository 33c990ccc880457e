"""The stations of a storm, seen from the test: started and killed by name. What runs is tests/integration/storm_stations.py."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from cli.places import ROOT

HEAR_S = 40.0


class ForkedStations:
    """One process that forks them; `close` ends it and all of them."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.integration.storm_stations"]
        self._mother = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._pids: dict[str, int] = {}
        self._ready = False

    def start(self, name: str, folder: Path, password: str, port: int, rate_hz: float, deletes_early: bool) -> None:
        """One station with its databases in `folder`; it runs on return."""
        assert self._mother.stdin
        if not self._ready:
            self._ready = bool(self._hear("ready"))
        config = {
            "station": name, "name": name, "taps": [{"name": "cold", "valve_pin": 23, "flow_pin": 24}], "telemetry": {"sample_s": 1, "batch": 2},
            "link": {"host": "127.0.0.1", "port": port, "keepalive_s": 5},
        }  # fmt: skip
        asked: dict[str, Any] = {"name": name, "config": config, "folder": str(folder), "password": password, "rate_hz": rate_hz}
        self._mother.stdin.write(json.dumps(asked | {"deletes_early": deletes_early}) + "\n")
        self._mother.stdin.flush()
        self._pids[name] = int(self._hear(f"on {name} ").split()[2])

    def kill(self, name: str) -> None:
        """SIGKILL, and wait until it is gone."""
        pid = self._pids.pop(name, None)
        with suppress(ProcessLookupError):
            while pid:
                os.kill(pid, signal.SIGKILL)
                time.sleep(0.002)

    def close(self) -> None:
        """End everything."""
        for name in list(self._pids):
            self.kill(name)
        assert self._mother.stdin and self._mother.stdout
        self._mother.stdin.close()
        self._mother.wait(10)
        self._mother.stdout.close()

    def _hear(self, mark: str) -> str:
        assert self._mother.stdout
        guard = threading.Timer(HEAR_S, self._mother.kill)
        guard.start()
        try:
            line = next((line for line in self._mother.stdout if line.startswith(mark)), None)
        finally:
            guard.cancel()
        assert line is not None, f"no station said {mark!r}"
        return line
