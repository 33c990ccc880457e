"""Time-series points: of samples a pure function of the envelope, of facts one of the ledger's row, so that a repeated one overwrites itself.

Nothing here is counted or billed: that comes from the ledger. Names come from contract/series.py. Whether the station's
clock was believed is a field, never a tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from contract.envelope import SamplesEnvelope
from contract.series import NOTHING, Measurement, Tag, split

Value = float | int | str
Tags = tuple[tuple[Tag, str], ...]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NS_PER_MS = 1_000_000
LAST_MS = 9_000_000_000_000
"""In the year 2255: what lies beyond has no place in 64 bits of nanoseconds, and comes from a clock gone wrong."""


@dataclass(frozen=True)
class Point:
    """`tags` sorted by name; `at_ns` UTC nanoseconds, of which the last six digits only keep facts of one ms apart."""

    measurement: Measurement
    tags: Tags
    at_ns: int
    fields: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Columns:
    """Many points with the same tags: one list of values per field, as long as `at_ns`; None is no value. `constant` fields are in each."""

    measurement: Measurement
    tags: Tags
    at_ns: Sequence[int]
    columns: tuple[tuple[str, Sequence[float | None]], ...]
    constant: tuple[tuple[str, Value], ...] = ()

    def points(self) -> Iterator[Point]:
        """One by one; an instant without a value is no point."""
        names = [name for name, _ in self.columns]
        for at_ns, *values in zip(self.at_ns, *(values for _, values in self.columns), strict=True):
            fields = tuple((name, value) for name, value in zip(names, values, strict=True) if value is not None)
            if fields:
                yield Point(self.measurement, self.tags, at_ns, fields + self.constant)

    def __len__(self) -> int:
        return len(self.at_ns)


Points = Point | Columns


def count(points: Iterable[Points]) -> int:
    """How many points these are."""
    return sum(len(one) if isinstance(one, Columns) else 1 for one in points)


def one_by_one(points: Iterable[Points]) -> Iterator[Point]:
    """The same, each a point of its own."""
    for one in points:
        if isinstance(one, Columns):
            yield from one.points()
        else:
            yield one


def millis(at: datetime) -> int:
    """ms UTC since 1970, exact."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def point(measurement: Measurement, tags: Mapping[Tag, str], at_ns: int, fields: Mapping[str, Value | None]) -> Point:
    """With its tags in order, empty ones saying so, and without the fields that are None."""
    known = tuple((name, value) for name, value in fields.items() if value is not None)
    return Point(measurement, tuple(sorted((tag, value or NOTHING) for tag, value in tags.items())), at_ns, known)


def of_samples(envelope: SamplesEnvelope) -> list[Columns]:
    """The columns of each part, with the instants they share; none when the station's clock went beyond what can be written."""
    sent_ms = millis(envelope.at)
    if abs(sent_ms) > LAST_MS:
        return []
    at_ns = [(sent_ms - round(ago_s * 1000)) * NS_PER_MS for ago_s in envelope.data.ago_s]
    columns, clock = envelope.data.columns, (("clock", envelope.clock.value),)
    return [
        Columns(Measurement.SAMPLE, _tags(part, envelope.station), at_ns, tuple([(field, columns[name]) for field, name in fields]), clock)
        for part, fields in _parts(tuple(columns))
    ]


@lru_cache(maxsize=1 << 10)  # nearly every batch has the columns of the one before
def _parts(names: tuple[str, ...]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """(part, its (field, column)s), in order."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(names):
        field, part = split(name)
        parts.setdefault(part, []).append((field, name))
    return tuple((part, tuple(fields)) for part, fields in parts.items())


@lru_cache(maxsize=1 << 15)
def _tags(part: str, station: str) -> Tags:
    return ((Tag.PART, part), (Tag.STATION, station)) if part else ((Tag.STATION, station),)
