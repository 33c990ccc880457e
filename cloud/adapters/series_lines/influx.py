"""InfluxDB 1, 2 or 3: lines are written by what the server has, and read by InfluxQL, which all of them speak.

Of the client only its synchronous calls are used: its batching drops what fails. Retention is the server's. Version 1 makes the database
by itself; in version 2 the bucket is made by whoever installs it, and the name under which InfluxQL finds it is made here.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from influxdb_client.rest import ApiException

from cloud.adapters.series_lines.writer import PLAIN, Store
from cloud.domain.lines import lines
from cloud.domain.points import Points, Value
from cloud.domain.steps import Fold
from cloud.errors import SeriesDown
from cloud.series_ports import Series

log = logging.getLogger(__name__)


class InfluxSeries:
    """See `cloud.series_ports.SeriesSink`. Nothing is asked of the server before the first use, so it may come up later."""

    kind = "influxdb"
    words_kept = True

    def __init__(self, url: str, token: str | None, org: str, bucket: str, timeout_s: float) -> None:
        self._store = Store(url, token, org, timeout_s)
        self._token, self._org, self._bucket = token, org, bucket
        self._version = ""
        self.refused: Mapping[str, int] = self._store.refused

    def close(self) -> None:
        """Safe to call twice."""
        self._store.close()

    def write(self, points: Sequence[Points]) -> None:
        """Raises: SeriesDown."""
        self._store.write(lines(points), self._post)

    def query(
        self, measurement: str, tags: Mapping[str, str], since_ms: int, until_ms: int, step_ms: int, fold: Fold = Fold.MEAN
    ) -> list[Series]:
        """Raises: SeriesDown."""
        self._prepare()
        text = influxql(measurement, tags, since_ms, until_ms, step_ms, fold)
        (answer,) = json.loads(self._store.read("/query", {"db": self._bucket, "epoch": "ms", "q": text}))["results"]
        if "error" in answer:
            raise SeriesDown(f"series store {self._store.url}: {answer['error']}")
        return [_series(one, fold if step_ms else None) for one in answer.get("series", [])]

    def forget(self, before_ms: int) -> None:
        """Nothing: the server has a retention of its own."""

    def _post(self, body: bytes) -> None:
        self._prepare()
        try:
            if self._version.startswith("1"):
                self._store.call("/write", "POST", {"db": self._bucket}, body, PLAIN)
            else:
                self._store.post(self._bucket, body)
        except ApiException as error:
            if error.status == 404:
                self._version = ""  # the server may have been put up anew
            raise

    def _prepare(self) -> None:
        """Once, and again after the server did not know the bucket. Raises: SeriesDown."""
        if self._version:
            return
        try:
            version = str(self._store.call("/ping", "GET").headers.get("X-Influxdb-Version", "2")).lstrip("v")
        except ApiException as error:
            raise SeriesDown(f"series store {self._store.url}: no InfluxDB answers there ({error.status})") from error
        try:
            self._prepare_1() if version.startswith("1") else self._prepare_2() if version.startswith("2") else None
        except ApiException as error:  # a token that may only write is enough, once somebody else has made what is needed
            log.info("series store %s: could not make sure of %s (%s)", self._store.url, self._bucket, error.status)
        log.info("series store %s: InfluxDB %s", self._store.url, version)
        self._version = version

    def _prepare_1(self) -> None:
        if self._token and ":" in self._token:
            basic = base64.b64encode(self._token.encode()).decode()
            self._store.client.api_client.set_default_header("Authorization", f"Basic {basic}")
        self._store.call("/query", "POST", {"q": f'CREATE DATABASE "{self._bucket}"'})

    def _prepare_2(self) -> None:
        """The name under which InfluxQL finds the bucket, where the server does not give it by itself."""
        found = self._json("/api/v2/buckets", {"org": self._org, "name": self._bucket}).get("buckets", [])
        if not found or self._json("/api/v2/dbrps", {"org": self._org, "bucketID": found[0]["id"]}).get("content"):
            return
        wanted = {"org": self._org, "bucketID": found[0]["id"], "database": self._bucket, "retention_policy": "autogen", "default": True}
        self._store.call("/api/v2/dbrps", "POST", body=wanted, headers={"Content-Type": "application/json"})

    def _json(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        return dict(json.loads(self._store.call(path, "GET", query).data))


def influxql(measurement: str, tags: Mapping[str, str], since_ms: int, until_ms: int, step_ms: int, fold: Fold) -> str:
    """With a step: numbers folded, and of everything the last, since words can not be folded."""
    asked = f"{fold.value}(*),last(*)" if step_ms else "*"
    where = [f"{_name(tag)} = '{_words(value)}'" for tag, value in tags.items()]
    where += [f"time >= {since_ms}ms", f"time < {until_ms}ms"]
    groups = f"time({step_ms}ms), * fill(none)" if step_ms else "*"
    return f"SELECT {asked} FROM {_name(measurement)} WHERE {' AND '.join(where)} GROUP BY {groups}"


def _name(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")


def _series(one: Mapping[str, Any], fold: Fold | None) -> Series:
    """`fold` None: columns have the names of their fields."""
    columns = dict(zip(one["columns"], map(list, zip(*one["values"], strict=True)), strict=True))
    at_ms = [int(at) for at in columns.pop("time")]
    kept = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    if fold is not None:
        last = {name.removeprefix("last_"): values for name, values in kept.items() if name.startswith("last_")}
        kept = {name: kept.get(f"{fold.value}_{name}", values) for name, values in last.items()}
    tags = {name: value for name, value in one.get("tags", {}).items() if value}
    return Series(tags, at_ms, _numbers(kept.items()))


def _numbers(columns: Iterable[tuple[str, list[Any]]]) -> dict[str, list[Value | None]]:
    """In the order of their names; JSON has no difference between 1 and 1.0, we have."""
    return {name: [float(value) if isinstance(value, int) else value for value in values] for name, values in sorted(columns)}
