"""victoria-metrics: the same lines, by the way of InfluxDB 2; read back by its export.

It keeps numbers only, to the millisecond: fields that are text are not sent. Start it with `-dedup.minScrapeInterval=1ms`, or a point
that is written again counts twice, and with a `-retentionPeriod`, or it forgets after a month. It answers 204 to lines that it can not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cloud.adapters.series_lines.writer import Store
from cloud.domain.lines import lines
from cloud.domain.points import Points, Value
from cloud.domain.steps import Fold, gather
from cloud.series_ports import Series
from contract.series import Measurement


class VictoriaSeries:
    """See `cloud.series_ports.SeriesSink`."""

    kind = "victoria"
    words_kept = False

    def __init__(self, url: str, token: str | None, org: str, bucket: str, timeout_s: float) -> None:
        self._store = Store(url, token, org, timeout_s)
        self._bucket = bucket
        self.refused: Mapping[str, int] = self._store.refused

    def close(self) -> None:
        """Safe to call twice."""
        self._store.close()

    def write(self, points: Sequence[Points]) -> None:
        """Raises: SeriesDown."""
        self._store.write(lines(points, words=False), self._post)

    def query(
        self, measurement: str, tags: Mapping[str, str], since_ms: int, until_ms: int, step_ms: int, fold: Fold = Fold.MEAN
    ) -> list[Series]:
        """Raises: SeriesDown."""
        labels = "".join(f",{name}={json.dumps(value)}" for name, value in tags.items())
        asked = {"match[]": f'{{__name__=~"{measurement}_.+"{labels}}}', "start": f"{since_ms / 1000:.3f}", "end": f"{(until_ms - 1) / 1000:.3f}"}
        found: dict[tuple[tuple[str, str], ...], dict[int, dict[str, Value]]] = {}
        for field, known, at_ms, values in _read(self._store.read("/api/v1/export", asked), measurement):
            rows = found.setdefault(tuple(sorted(known.items())), {})
            for at, value in zip(at_ms, values, strict=True):
                rows.setdefault(at, {})[field] = float(value)
        return [Series(dict(known), *gather(sorted(rows.items()), step_ms, fold)) for known, rows in sorted(found.items())]

    def forget(self, before_ms: int) -> None:
        """Nothing: the server has a retention of its own."""

    def _post(self, body: bytes) -> None:
        self._store.post(self._bucket, body)


def _read(text: str, measurement: str) -> Iterator[tuple[str, dict[str, str], list[int], list[Any]]]:
    """(field, tags, times ms, values); `sample_hour_…` is no field of `sample`."""
    longer = tuple(f"{one.value}_" for one in Measurement if one.value.startswith(f"{measurement}_"))
    for line in text.splitlines():
        one = json.loads(line)
        known: dict[str, str] = one["metric"]
        name = known.pop("__name__")
        if not (longer and name.startswith(longer)):
            yield name.removeprefix(f"{measurement}_"), known, one["timestamps"], one["values"]
