"""Time-series points of an envelope: a pure function of it, so that a repeated message overwrites itself.

Nothing here is counted or billed: that comes from the ledger. Names come from contract/series.py. Whether the station's
clock was believed is a field, never a tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contract.envelope import FactEnvelope, Header, SamplesEnvelope
from contract.facts import ChargeEnded, DoorClosed, DoorOpened, WaterPoured
from contract.series import Measurement, Tag, split

Value = float | int | str
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NS_PER_MS = 1_000_000
LAST_MS = 9_000_000_000_000
"""In the year 2255: what lies beyond has no place in 64 bits of nanoseconds, and comes from a clock gone wrong."""


@dataclass(frozen=True)
class Point:
    """`tags` sorted by name; `at_ns` UTC nanoseconds, of which the last six digits only keep facts of one ms apart."""

    measurement: Measurement
    tags: tuple[tuple[Tag, str], ...]
    at_ns: int
    fields: tuple[tuple[str, Value], ...]


def millis(at: datetime) -> int:
    """ms UTC since 1970, exact."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def of_fact(envelope: FactEnvelope) -> list[Point]:
    """One point that it happened, and one with amounts where the fact has any."""
    data, at_ms = envelope.data, millis(envelope.at)
    if abs(at_ms) > LAST_MS:
        return []
    at_ns = at_ms * NS_PER_MS + envelope.seq % NS_PER_MS
    points = [_point(envelope, Measurement.FACT, {Tag.KIND: data.kind}, at_ns, {"count": 1})]
    match data:
        case WaterPoured():
            fields = data.model_dump(mode="json", include={"poured_ml", "charged_ml", "reserved_ml", "stop"})
            points.append(_point(envelope, Measurement.WATER, {Tag.PART: data.tap}, at_ns, fields))
        case ChargeEnded():
            fields = data.model_dump(mode="json", include={"energy_wh", "lasted_s", "charged_min", "stop"})
            points.append(_point(envelope, Measurement.CHARGE, {Tag.PART: data.socket}, at_ns, fields))
        case DoorOpened():
            points.append(_point(envelope, Measurement.DOOR, {Tag.KIND: data.kind}, at_ns, {"cause": data.cause.value}))
        case DoorClosed():
            points.append(_point(envelope, Measurement.DOOR, {Tag.KIND: data.kind}, at_ns, {"open_s": data.open_s}))
    return points


def of_samples(envelope: SamplesEnvelope) -> list[Point]:
    """One point per instant and part, with the columns of that part; a null is no field, an instant of nulls no point."""
    return list(_samples(envelope))


def _samples(envelope: SamplesEnvelope) -> Iterator[Point]:
    parts: dict[str, list[tuple[str, list[float | None]]]] = {}
    for column, values in sorted(envelope.data.columns.items()):
        field, part = split(column)
        parts.setdefault(part, []).append((field, values))
    sent_ms = millis(envelope.at)
    if abs(sent_ms) > LAST_MS:
        return
    for row, ago_s in enumerate(envelope.data.ago_s):
        at_ns = (sent_ms - round(ago_s * 1000)) * NS_PER_MS
        for part, columns in parts.items():
            fields = {field: values[row] for field, values in columns if values[row] is not None}
            if fields:
                yield _point(envelope, Measurement.SAMPLE, {Tag.PART: part} if part else {}, at_ns, fields)


def _point(
    header: Header, measurement: Measurement, tags: dict[Tag, str], at_ns: int, fields: Mapping[str, Value | None]
) -> Point:
    tags = {**tags, Tag.STATION: header.station}
    known = {**{name: value for name, value in fields.items() if value is not None}, "clock": header.clock.value}
    return Point(measurement, tuple(sorted(tags.items())), at_ns, tuple(known.items()))
