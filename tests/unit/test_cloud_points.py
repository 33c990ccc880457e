"""Points of facts and samples: tags and fields are exactly those that contract/series.py promises to dashboards."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cloud.domain.fact_points import of_row
from cloud.domain.points import NS_PER_MS, Point, millis, of_samples, one_by_one
from cloud.domain.presence import Presence, Standing
from cloud.domain.rollups import Seen, fleet_points, presence_point, use, use_point
from cloud.ports import FactRow
from contract import facts as f
from contract.envelope import SamplesEnvelope
from contract.fridge import BottlesTaken
from contract.series import SHAPES, TIMED, USE, Measurement, Tag
from contract.words import ALARMS, FaultCode
from tests.cloud_parts import NOON_MS
from tests.contract.examples import FACTS, STATE

OF_FACTS = (
    Measurement.FACT, Measurement.ENTRY, Measurement.DOOR, Measurement.WATER, Measurement.CHARGE, Measurement.BOTTLES, Measurement.FAULT, Measurement.NOTE,
)  # fmt: skip


def row(fact: f.Fact, seq: int = 7, at_ms: int = NOON_MS, received_ms: int = NOON_MS + 1500, clock: str = "trusted") -> FactRow:
    return FactRow(1, "st-1", "0000000a", seq, "00000b07", at_ms, 5.0, clock, fact.kind, fact.model_dump_json(), received_ms)


EVERY = [point for fact in FACTS for point in of_row(row(fact))]


def keeps_its_shape(point: Point) -> None:
    shape = SHAPES[point.measurement]
    tags = [tag for tag, _ in point.tags]
    assert tags == sorted(tags) and set(tags) - set(shape.optional) == set(shape.tags), point
    assert all(value for _, value in point.tags), point
    assert {name for name, _ in point.fields} <= set(shape.fields), point
    assert all(isinstance(value, int | float | str) and not isinstance(value, bool) for _, value in point.fields), point


@pytest.mark.parametrize("point", EVERY, ids=lambda point: f"{point.measurement}-{point.at_ns}")
def test_every_point_of_a_fact_keeps_its_shape(point: Point) -> None:
    keeps_its_shape(point)
    assert dict(point.fields)["clock"] == "trusted"
    assert dict(point.fields)["late_s"] == 1.5
    assert point.at_ns == NOON_MS * NS_PER_MS + 7


@pytest.mark.parametrize("measurement", OF_FACTS)
def test_every_field_of_a_shape_comes_from_some_fact(measurement: Measurement) -> None:
    found = {name for point in EVERY if point.measurement is measurement for name, _ in point.fields}
    assert found == set(SHAPES[measurement].fields)


def test_every_fact_is_a_point_of_its_kind() -> None:
    for fact in FACTS:
        (point,) = (one for one in of_row(row(fact)) if one.measurement is Measurement.FACT)
        assert dict(point.tags)[Tag.KIND] == fact.kind


def test_nobody_is_named() -> None:
    text = json.dumps([(point.tags, point.fields) for point in EVERY])
    assert "p-4f2a" not in text


def test_the_same_row_makes_the_same_points() -> None:
    assert [of_row(row(fact)) for fact in FACTS] == [of_row(row(fact)) for fact in FACTS]


@pytest.mark.parametrize("at_ms", [0, -1, NOON_MS + 86_400_000 * 400, millis(datetime(9999, 12, 31, tzinfo=UTC))])
def test_a_time_that_can_not_be_gives_way_to_that_of_arrival(at_ms: int) -> None:
    for point in of_row(row(FACTS[0], at_ms=at_ms)):
        assert point.at_ns == (NOON_MS + 1500) * NS_PER_MS + 7
        assert (dict(point.fields)["clock"], dict(point.fields)["late_s"]) == ("unsure", 0)


def test_a_fact_of_a_later_version_is_at_least_counted() -> None:
    strange = FactRow(1, "st-1", "0000000a", 1, "00000b07", NOON_MS, 5.0, "trusted", "door_painted", '{"kind":"door_painted"}', NOON_MS)
    (point,) = of_row(strange)
    assert (point.measurement, dict(point.tags)[Tag.KIND]) == (Measurement.FACT, "door_painted")


def test_only_alarms_are_flagged_and_noted() -> None:
    for code in FaultCode:
        points = {one.measurement: dict(one.fields) for one in of_row(row(f.FaultRaised(fault=code, part="x", detail="y")))}
        assert points[Measurement.FAULT]["alarm"] == (code in ALARMS)
        assert (Measurement.NOTE in points) == (code in ALARMS)


def samples(columns: dict[str, list[float | None]], at: str = "2026-11-21T04:00:00.500Z") -> SamplesEnvelope:
    head = {"v": 1, "station": "st-1", "epoch": "0000000b", "seq": 1, "base": 1, "boot": "00000b07", "at": at, "up": 1.0, "clock": "derived"}
    return SamplesEnvelope.model_validate({**head, "data": {"ago_s": [10.0, 0.0], "columns": columns}})


def test_samples_are_one_point_for_each_instant_and_part() -> None:
    points = list(one_by_one(of_samples(samples({"socket_w.1": [60.0, None], "step_ms": [1.0, 2.0], "inbox_inputs": [None, 3.0]}))))
    for point in points:
        keeps_its_shape(point)
    told = [(dict(point.tags).get(Tag.PART), point.at_ns // NS_PER_MS - NOON_MS, dict(point.fields)) for point in points]
    assert sorted(told, key=str) == sorted(
        [
            ("1", -9500, {"socket_w": 60.0, "clock": "derived"}),
            (None, -9500, {"step_ms": 1.0, "clock": "derived"}),
            (None, 500, {"step_ms": 2.0, "inbox_inputs": 3.0, "clock": "derived"}),
        ],
        key=str,
    )


def test_samples_beyond_what_can_be_written_are_no_points() -> None:
    assert of_samples(samples({"step_ms": [1.0, 2.0]}, at="9999-12-31T23:59:59Z")) == []


def test_what_was_used_is_counted_by_station() -> None:
    rows = [row(fact) for fact in FACTS]
    counts = {(one.station, one.kind): 0 for one in rows}
    for one in rows:
        counts[one.station, one.kind] += 1
    found = use([(*key, many) for key, many in counts.items()], [(one.station, one.kind, one.data) for one in rows if one.kind in
        ("water_poured", "charge_ended", "bottles_taken", "fault_raised")])["st-1"]  # fmt: skip
    poured = [fact for fact in FACTS if isinstance(fact, f.WaterPoured)]
    taken = [fact for fact in FACTS if isinstance(fact, BottlesTaken)]
    assert set(found) == set(USE)
    assert found["facts"] == len(FACTS)
    assert found["pours"] == len(poured)
    assert found["water_ml"] == sum(one.charged_ml if one.poured_ml is None else one.poured_ml for one in poured)
    assert found["bottles"] == sum(one.count for one in taken)
    assert found["alarms"] == sum(isinstance(fact, f.FaultRaised) and fact.fault in ALARMS for fact in FACTS)
    keeps_its_shape(use_point(Measurement.HOURLY, "st-1", ("", ""), found, NOON_MS))


def test_roll_ups_keep_their_shapes() -> None:
    state = STATE.model_copy(update={"latitude": 31.2, "longitude": 121.5, "config": "9" * 64})
    online, lost = Presence(Standing.ONLINE, 0, "says so"), Presence(Standing.LOST, 0, "gone", flapping=True)
    seen = [Seen("st-0", None, Presence(Standing.UNKNOWN, 0, "why"), 1.0), Seen("st-1", state, online, 1.0), Seen("st-2", STATE, lost, 1.0)]
    presences = [presence_point(one, NOON_MS) for one in seen]
    nowhere, district = sorted(fleet_points(seen, NOON_MS), key=lambda one: one.tags, reverse=True)
    for point in [*presences, nowhere, district]:
        keeps_its_shape(point)
    assert {name for name, _ in presences[1].fields} == set(SHAPES[Measurement.PRESENCE].fields)
    assert {name for name, _ in district.fields} == set(SHAPES[Measurement.FLEET].fields)
    told = dict(district.fields)
    assert (told["total"], told["online"], told["lost"], told["flapping"], told["alarms"], told["inside"], told["lost_ratio"]) == (2, 1, 1, 1, 2, 2, 0.5)


def test_timed_fields_are_on_every_shape_of_a_fact() -> None:
    assert all(set(TIMED) <= set(SHAPES[one].fields) for one in OF_FACTS)
