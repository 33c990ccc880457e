"""What the time-series side of the cloud needs from outside things, and offers. No behaviour.

Times named `_ms` are UTC milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cloud.domain.points import Points, Value
from cloud.domain.steps import Fold


@dataclass(frozen=True)
class Series:
    """Values over time of one combination of tags; null is no value."""

    tags: Mapping[str, str]
    at_ms: list[int]
    columns: dict[str, list[Value | None]]


class Writes(Protocol):
    """As much of a store as the ingest needs."""

    def write(self, points: Sequence[Points]) -> None:
        """Raises: SeriesDown: some or all were not written; write all of them again later."""


class SeriesSink(Writes, Protocol):
    """A time-series store. Same measurement, tags and time overwrite."""

    kind: str
    """As settings.series calls it."""
    words_kept: bool
    """Whether fields that are text are stored."""

    @property
    def refused(self) -> Mapping[str, int]:
        """Points that the store will never take, by reason, since the start. They are given up, not tried again."""

    def query(
        self, measurement: str, tags: Mapping[str, str], since_ms: int, until_ms: int, step_ms: int, fold: Fold = Fold.MEAN
    ) -> list[Series]:
        """Series whose tags contain these; with a step, the mean (maximum, sum; of words the last) of each step that has one."""

    def forget(self, before_ms: int) -> None:
        """Delete what is older, where the store has no retention of its own."""

    def close(self) -> None: ...


class SeriesBook(Protocol):
    """What is remembered of the time-series store in SQL, and what is counted for it in the ledger.

    An hour is that of the city's time, named by its beginning, UTC ms.
    """

    def cursor(self, name: str) -> int | None: ...

    def move(self, name: str, fact: int, now_ms: int) -> None: ...

    def hold(self, name: str, holder: str, now_ms: int, until_ms: int) -> bool:
        """Whether this holder has it until then; nobody else gets it meanwhile."""

    def first_since(self, received_ms: int) -> int | None:
        """The lowest id of what arrived since."""

    def behind(self, after: int) -> int:
        """How many facts have a higher id."""

    def touched(self, after: int, upto: int, span_ms: int, offset_ms: int) -> set[tuple[str, int]]:
        """(station, beginning) of each span of time, from `offset_ms` east of UTC, in which a fact with such an id stands."""

    def counts(self, stations: Sequence[str], since_ms: int, until_ms: int) -> list[tuple[str, str, int]]:
        """(station, kind, how many) of the facts that stand in a span of time."""

    def details(self, stations: Sequence[str], since_ms: int, until_ms: int, kinds: Sequence[str]) -> list[tuple[str, str, str]]:
        """(station, kind, JSON) of each of these facts."""

    def total(self, since_ms: int, until_ms: int, upto: int) -> int:
        """How many facts with an id up to this stand in a span of time."""


class SeriesState(Protocol):
    """How the time-series store is doing. `error` None: well."""

    @property
    def error(self) -> str | None: ...

    def behind(self) -> int:
        """Facts in the ledger that have no points yet."""
