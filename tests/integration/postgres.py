"""A PostgreSQL of its own for tests: a cluster in a folder, on loopback, that can be killed and started again.

It refuses to run as root: then it runs as the user that its package made.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from tests.servers import need

WAIT_S = 15.0


class RunningPostgres:
    """Answers on return. `fsync` off: these tests are about processes that die, not about disks."""

    def __init__(self) -> None:
        self._server = need("postgres").resolve()
        pytest.importorskip("psycopg", reason="needs psycopg: pip install 'smart-station[postgres]'")
        self._owner: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        self._folder = Path(tempfile.mkdtemp(prefix="kiosk-postgres-", dir="/tmp"))
        if self._owner:
            shutil.chown(self._folder, "postgres")
        made = [str(self._server.with_name("initdb")), "-A", "trust", "-U", "me", "-E", "UTF8", "--no-locale", "-D", str(self._data)]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._owner)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def url(self) -> str:
        """As the settings want it."""
        return f"postgresql+psycopg://me@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """On the same port with the same data, also after a kill."""
        command = [
            str(self._server), "-D", str(self._data), "-p", str(self.port), "-k", str(self._folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
            "-c", "shared_buffers=16MB", "-c", "max_connections=60",
        ]  # fmt: skip
        with (self._folder / "log").open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self._owner)
        self._process, deadline = process, time.monotonic() + WAIT_S
        while not self._answers():
            assert process.poll() is None and time.monotonic() < deadline, (self._folder / "log").read_text()[-2000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """Every process of it at once, as a power cut would; what was committed is in its log on disk."""
        self._end(signal.SIGQUIT)

    def close(self) -> None:
        """End it and delete its data."""
        self._end(signal.SIGINT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """One statement as its owner, committed."""
        import psycopg

        with psycopg.connect(f"host=127.0.0.1 port={self.port} user=me dbname=postgres", autocommit=True) as connection:
            found = connection.execute(sql.encode())
            return found.fetchall() if found.description else []

    def _answers(self) -> bool:
        import psycopg

        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(WAIT_S)
        self._process = None
