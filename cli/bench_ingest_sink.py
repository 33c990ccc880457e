"""Where both contenders of `kiosk bench ingest` write to: victoria-metrics when it is installed, else a process of ours that only counts.

Both take influxdb-client's /api/v2/write. Touches: one child process, a folder, a free port of loopback.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import shutil
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from cli.bench_ingest_payloads import COLUMNS
from cli.broker.child import Child
from cli.broker.engine import HOST, answers, free_port
from cli.places import ROOT

START_S = 15.0
HTTP_S = 20.0
FIELDS = "|".join(sorted({f"sample_{column.partition('.')[0]}" for column in COLUMNS}))
COUNTED = f'sum(count_over_time({{__name__=~"{FIELDS}"}}[30d]))'
"""Different samples; not what else the cloud writes there."""
ROWS = re.compile(r'^vm_rows_inserted_total\{type="influx"\} (\S+)', re.M)
# dedup: a point that came twice is one, as cloud/adapters/series_victoria.py expects it of every installation.
FLAGS = ("-dedup.minScrapeInterval=1ms", "-search.latencyOffset=0s", "-loggerLevel=ERROR", "-retentionPeriod=12", "-search.disableCache")


class Sink:
    """Runs from its making until `stop`."""

    def __init__(self, folder: Path, small: bool = False) -> None:
        """`small`: the counting process even where victoria-metrics is installed. Raises: TimeoutError."""
        program = None if small else shutil.which("victoria-metrics") or shutil.which("victoria-metrics-prod")
        self.kind = "victoria-metrics" if program else "counting process"
        self.port = free_port()
        folder.mkdir(parents=True)
        own = [sys.executable, "-m", "cli.bench_ingest_sink", str(self.port)]
        listen = [f"-httpListenAddr={HOST}:{self.port}", f"-storageDataPath={folder / 'data'}"]
        self._child = Child([program, *listen, *FLAGS] if program else own, folder / "output.log", ROOT)
        deadline = time.monotonic() + START_S
        while not answers(self.port):
            if time.monotonic() > deadline or not self._child.alive:
                self._child.stop()
                raise TimeoutError(f"{self.kind} did not answer in {START_S:g} s: {(folder / 'output.log').read_text()[-300:]}")
            time.sleep(0.02)

    @property
    def url(self) -> str:
        """For influxdb-client."""
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """Of the sink."""
        return self._child.pid

    def written(self) -> int:
        """Samples that came, repeated ones counted again."""
        if self.kind != "victoria-metrics":
            return int(json.loads(self._get("/count"))["came"])
        found = ROWS.search(self._get("/metrics"))
        return int(float(found[1])) if found else 0

    def different(self) -> int:
        """Different samples it holds."""
        if self.kind != "victoria-metrics":
            return int(json.loads(self._get("/count"))["different"])
        self._get("/internal/force_flush")
        result = json.loads(self._get(f"/api/v1/query?nocache=1&time={time.time() + 3600:.0f}&query={quote(COUNTED)}"))["data"]["result"]
        return int(result[0]["value"][1]) if result else 0

    def stall(self) -> None:
        """It accepts connections and answers nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """End of the stall."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End it; safe to call twice."""
        if self._child.alive:
            self.go_on()
        self._child.stop()

    def _get(self, path: str) -> str:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=HTTP_S)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()


def counting(port: int) -> ThreadingHTTPServer:
    """A server that ungzips and counts lines of the line protocol; not escaped blanks and commas, which this bench does not have."""
    came, different = [0], set[int]()

    class Counting(BaseHTTPRequestHandler):
        """`/count` tells; what is posted counts."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            for series, fields, at in (line.split(b" ") for line in body.splitlines() if line.startswith(b"sample,")):
                names = [field.partition(b"=")[0] for field in fields.split(b",") if not field.startswith(b"clock=")]
                came[0] += len(names)
                different.update(hash((series, name, at)) for name in names)
            self._answer(204, b"")

        def do_GET(self) -> None:
            counted = json.dumps({"came": came[0], "different": len(different)}).encode()
            self._answer(200, b"" if self.path.startswith("/api/v1/export") else counted)  # it counts and keeps nothing that could be read

        def _answer(self, code: int, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return ThreadingHTTPServer((HOST, port), Counting)


if __name__ == "__main__":
    counting(int(sys.argv[1])).serve_forever()
