"""Time-series servers of a test's own: on loopback, a free port and a folder that goes away; and a proxy that can stall.

    with influxd(folder) as server:      # skipped when it is not installed
        server.kill(); server.start()    # the same folder and port
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import need

READY_S = 20.0
INFLUX_1 = """
reporting-disabled = true
bind-address = "127.0.0.1:{spare}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  auth-enabled = {auth}
  max-body-size = {limit}
"""


def free_port() -> int:
    """Nobody's at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class SeriesServer:
    """One process; what it says goes to `log`, which also counts requests."""

    command: list[str]
    folder: Path
    port: int
    alive: str
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + READY_S
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(self.url + self.alive, timeout=1):
                return
            assert self.process.poll() is None and time.monotonic() < deadline, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.02)

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """In order."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(15)


@contextlib.contextmanager
def influxd(folder: Path, auth: bool = False, limit: int = 25_000_000) -> Iterator[SeriesServer]:
    """Debian's InfluxDB 1. `limit`: bytes of a request's body that it takes at most."""
    program = need("influxd")
    folder.mkdir(parents=True, exist_ok=True)
    port, spare = free_port(), free_port()
    text = INFLUX_1.format(folder=folder, port=port, spare=spare, auth=str(auth).lower(), limit=limit)
    (folder / "influx.conf").write_text(text)
    yield from _run(SeriesServer([str(program), "-config", str(folder / "influx.conf")], folder, port, "/ping"))


@contextlib.contextmanager
def victoria(folder: Path) -> Iterator[SeriesServer]:
    """victoria-metrics as this project wants it started."""
    program = need("victoria-metrics")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    flags = [f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={folder / 'data'}", "-dedup.minScrapeInterval=1ms", "-retentionPeriod=10y"]
    yield from _run(SeriesServer([str(program), *flags, "-search.latencyOffset=0s"], folder, port, "/health"))


def _run(server: SeriesServer) -> Iterator[SeriesServer]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Proxy:
    """In front of a server: counts and keeps what goes to it, and can hold everything back."""

    def __init__(self, port: int) -> None:
        self._target, self._flows = port, threading.Event()
        self._flows.set()
        self.sent, self.connections = bytearray(), 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self) -> None:
        """Nothing passes, and nobody is told."""
        self._flows.clear()

    def flow(self) -> None:
        """Everything held back goes on."""
        self._flows.set()

    def close(self) -> None:
        self.flow()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                self.connections += 1
                far = socket.create_connection(("127.0.0.1", self._target))
                threading.Thread(target=self._pump, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._pump, args=(far, near, False), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                if up:
                    self.sent += data
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
