"""Collects measurements in columns and hands out a batch when it is full."""

from math import inf

from contract.config import TelemetryConfig
from contract.samples import Samples


class Sampling:
    """One batch in the making. A series that is new or gone within a batch has null where it has no value."""

    def __init__(self, config: TelemetryConfig) -> None:
        self._config = config
        self._at: list[float] = []
        self._rows: list[dict[str, float | None]] = []
        self._next_at = -inf

    def deadline(self) -> float:
        """When the next sample is due."""
        return self._next_at

    def due(self, now: float) -> bool:
        """True once per period."""
        if now < self._next_at:
            return False
        self._next_at = now + self._config.sample_s
        return True

    def add(self, values: dict[str, float | None], now: float) -> Samples | None:
        """One instant; the finished batch when this one filled it."""
        self._at.append(now)
        self._rows.append(values)
        return self._finish(now) if len(self._at) >= self._config.batch else None

    def _finish(self, now: float) -> Samples:
        names = dict.fromkeys(name for row in self._rows for name in row)
        columns = {name: [row.get(name) for row in self._rows] for name in names}
        batch = Samples(ago_s=[round(now - at, 3) for at in self._at], columns=columns)
        self._at, self._rows = [], []
        return batch
