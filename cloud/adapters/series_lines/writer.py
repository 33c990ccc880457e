"""Sends lines to a store and understands its answers. Waits between tries: while a store is away, each call fails at once.

A line that the store will never take is counted and given up; everything else that was not stored is the caller's to send again.
"""

from __future__ import annotations

import gzip
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException
from influxdb_client.service.write_service import WriteService
from urllib3.exceptions import HTTPError, ProtocolError

from cloud.adapters.series_lines.answers import Turn, judge
from cloud.errors import SeriesDown

log = logging.getLogger(__name__)
MOST_LINES = 5000
"""In one request; of 100 bytes each, so far below any store's limit."""
PAUSE_S = (0.5, 10.0)
"""After the first failure, and at most; between them it doubles. A store that asks for more is given it, up to LONGEST_S."""
LONGEST_S = 120.0
PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Content-Encoding": "gzip"}


class Store:
    """One HTTP server. Safe from several threads."""

    def __init__(self, url: str, token: str | None, org: str, timeout_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = url.rstrip("/")
        client: Any = InfluxDBClient  # half of it has types
        service: Any = WriteService
        self.client = client(self.url, token or "", org=org, timeout=round(timeout_s * 1000))
        self._writes, self._org = service(self.client.api_client), org
        self.refused: Counter[str] = Counter()
        self._clock, self._lock = clock, threading.Lock()
        self._pause_s, self._not_before, self._why = 0.0, 0.0, ""

    def close(self) -> None:
        """Safe to call twice."""
        self.client.close()

    def call(self, path: str, method: str, query: Mapping[str, str] | None = None, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """The answer as urllib3 has it. Raises: ApiException: not 2xx. SeriesDown: no answer."""
        pairs, more = list((query or {}).items()), dict(headers or {})

        def ask() -> Any:
            answer = self.client.api_client.call_api(
                path, method, {}, pairs, more, body=body, auth_settings=[], _return_http_data_only=True, _preload_content=False
            )
            _ = answer.data  # InfluxDB 1 is done with a query only when the last byte has come; and the connection is free again
            return answer

        return self.again(ask)

    def again(self, ask: Callable[[], Any]) -> Any:
        """What `ask` answers; asked twice when a connection that was kept open is found closed. Raises: SeriesDown: no answer."""
        try:
            try:
                return ask()
            except ProtocolError:
                return ask()
        except HTTPError as error:
            raise SeriesDown(f"series store {self.url}: {type(error).__name__}: {str(error)[:200]}") from error

    def post(self, bucket: str, body: bytes) -> None:
        """Compressed lines, by the client's synchronous write, which by itself compresses three times slower. Raises: ApiException, SeriesDown."""
        more = {"precision": "ns", "content_encoding": "gzip", "content_type": PLAIN["Content-Type"]}
        self.again(lambda: self._writes.post_write(self._org, bucket, body, **more))

    def read(self, path: str, query: Mapping[str, str]) -> str:
        """The text of an answer. Raises: SeriesDown."""
        try:
            return str(self.call(path, "GET", query).data, "utf-8")
        except ApiException as error:
            raise SeriesDown(f"series store {self.url}: {judge(error.status, _body(error)).words}") from error

    def write(self, lines: Sequence[str], post: Callable[[bytes], object]) -> None:
        """Hand these to the store by `post`, which is given compressed lines. Raises: SeriesDown."""
        if not lines:
            return
        with self._lock:
            wait_s = self._not_before - self._clock()
            if wait_s > 0:
                raise SeriesDown(f"{self._why}; next try in {wait_s:.0f} s")
        lost: Counter[str] = Counter()
        try:
            for first in range(0, len(lines), MOST_LINES):
                lost += self._send(lines[first : first + MOST_LINES], post)
        except SeriesDown as error:
            self._failed(str(error), _retry_after(error.__cause__))
            raise
        with self._lock:
            self._pause_s = 0.0
            self.refused.update(lost)

    def _send(self, lines: Sequence[str], post: Callable[[bytes], object]) -> Counter[str]:
        """What of these was refused for good."""
        try:
            post(gzip.compress("\n".join(lines).encode(), compresslevel=1))
            return Counter()
        except ApiException as error:
            verdict = judge(error.status, _body(error))
            if verdict.turn is Turn.DOWN:
                raise SeriesDown(f"series store {self.url}: {verdict.words}") from error
        if verdict.turn is Turn.DIVIDE and len(lines) > 1:
            half = len(lines) // 2
            return self._send(lines[:half], post) + self._send(lines[half:], post)
        self._say(verdict.reason, verdict.words)
        return Counter({verdict.reason: min(len(lines), verdict.lost or 1)})

    def _say(self, reason: str, words: str) -> None:
        if reason not in self.refused:
            log.warning("series store %s: first points refused as %s, and given up: %s", self.url, reason, words)

    def _failed(self, why: str, asked_s: float) -> None:
        with self._lock:
            first_s, most_s = PAUSE_S
            self._pause_s = min(most_s, 2 * self._pause_s or first_s)
            self._not_before = self._clock() + min(LONGEST_S, max(asked_s, self._pause_s))
            self._why = why


def _body(error: ApiException) -> str:
    body = error.body
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body or "")


def _retry_after(error: BaseException | None) -> float:
    """s that the store asked for; 0 when it did not."""
    headers: Iterable[tuple[str, str]] = dict(getattr(error, "headers", None) or {}).items()
    asked = next((value for name, value in headers if name.lower() == "retry-after"), "0")
    return float(asked) if asked.isdigit() else 0.0
