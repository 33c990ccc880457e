"""Points of a fact, from its row in the ledger alone: that it happened, and what SHAPES (contract/series.py) has of its kind besides.

Nobody is named here: no person, visit or note of a steward gets into the time series.
"""

from __future__ import annotations

from typing import Protocol

from pydantic import ValidationError

from cloud.domain.plausible import plausible
from cloud.domain.points import NS_PER_MS, Point, Value, point
from contract import facts as f
from contract.envelope import ClockState
from contract.facts import FACT
from contract.fridge import BottlesTaken
from contract.gap import GapRecorded
from contract.series import Measurement, Tag
from contract.steward import MaintenanceEnded, MaintenanceStarted, StewardActed
from contract.water import FilterChanged
from contract.words import ALARMS

Fields = dict[str, Value | None]
Extra = tuple[Measurement, dict[Tag, str], Fields]


class Row(Protocol):
    """What is needed of a row of the ledger (`cloud.ports.FactRow`). `data` is JSON."""

    @property
    def station(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def at_ms(self) -> int: ...
    @property
    def received_ms(self) -> int: ...
    @property
    def clock(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def data(self) -> str: ...


def of_row(row: Row) -> list[Point]:
    """Its points. Where its time can not be, they stand at the time of arrival and their clock is unsure.

    Of a kind that this version does not know only that it happened.
    """
    believed = plausible(row.at_ms, row.received_ms)
    at_ms = row.at_ms if believed else row.received_ms
    at_ns = at_ms * NS_PER_MS + row.seq % NS_PER_MS
    clock = row.clock if believed else ClockState.UNSURE.value
    timed: Fields = {"clock": clock, "late_s": max(0, row.received_ms - at_ms) / 1000}
    found: list[Extra] = [(Measurement.FACT, {Tag.KIND: row.kind}, {"count": 1}), *_more(row.data)]
    return [point(name, {**tags, Tag.STATION: row.station}, at_ns, {**fields, **timed}) for name, tags, fields in found]


def _more(raw: str) -> list[Extra]:
    try:
        data = FACT.validate_json(raw)
    except ValidationError:
        return []
    return [*_amounts(data), *_notes(data)]


def _amounts(data: f.Fact) -> list[Extra]:
    match data:
        case f.EntryGranted():
            return [(Measurement.ENTRY, {Tag.KIND: "granted", Tag.WAY: data.way.value, Tag.REASON: ""}, {"count": 1, "decided_ms": data.decided_ms})]
        case f.EntryRefused():
            return [(Measurement.ENTRY, {Tag.KIND: "refused", Tag.WAY: data.way.value, Tag.REASON: data.reason.value}, {"count": 1})]
        case f.DoorOpened():
            return [(Measurement.DOOR, {Tag.KIND: data.kind}, {"cause": data.cause.value})]
        case f.DoorClosed() | f.DoorHeldOpen():
            return [(Measurement.DOOR, {Tag.KIND: data.kind}, {"open_s": data.open_s})]
        case f.WaterPoured():
            return [(Measurement.WATER, {Tag.PART: data.tap}, _some(data, "poured_ml", "charged_ml", "reserved_ml", "stop"))]
        case f.ChargeEnded():
            return [(Measurement.CHARGE, {Tag.PART: data.socket}, _some(data, "energy_wh", "lasted_s", "charged_min", "stop"))]
        case BottlesTaken():
            return [(Measurement.BOTTLES, {}, {"count": data.count, "charged": data.charged, "certain": int(data.certain)})]
        case f.FaultRaised():
            return [(Measurement.FAULT, {Tag.KIND: data.fault.value}, _fault(data.fault, data.part, 1))]
        case f.FaultCleared():
            return [(Measurement.FAULT, {Tag.KIND: data.fault.value}, {**_fault(data.fault, data.part, 0), "lasted_s": data.lasted_s})]
    return []


def _some(data: f.Fact, *names: str) -> Fields:
    return data.model_dump(mode="json", include=set(names))


def _fault(fault: f.FaultCode, part: str, active: int) -> Fields:
    return {"active": active, "alarm": int(fault in ALARMS), "part": part}


def _notes(data: f.Fact) -> list[Extra]:
    """Lines for annotations: what an operator wants to see beside a curve that bends."""
    words: tuple[str, str] | None = None
    match data:
        case f.StationStarted():
            words = f"started {data.version}", f"configuration {data.config_sha256[:12]}"
        case f.FaultRaised() if data.fault in ALARMS:
            words = f"{data.fault.value} {data.part}".strip(), data.detail
        case f.FireChanged():
            words = ("fire alarm", "") if data.active else ("fire alarm over", "")
        case f.ClockChanged():
            words = ("clock trusted" if data.trusted else "clock unsure"), f"moved {data.moved_s:.0f} s"
        case GapRecorded():
            words = f"samples {data.loss.value}", f"{data.instants} instants from {data.since:%Y-%m-%d %H:%M} to {data.until:%Y-%m-%d %H:%M}"
        case MaintenanceStarted():
            words = "maintenance", ""
        case MaintenanceEnded():
            words = "maintenance over", data.reason.value
        case StewardActed():
            words = data.act.value, data.part
        case FilterChanged():
            words = "filter changed", f"after {data.drawn_ml / 1000:.0f} l"
    return [(Measurement.NOTE, {Tag.KIND: data.kind}, {"title": words[0], "text": words[1]})] if words else []
