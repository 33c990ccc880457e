"""The time-series side: follows the ledger, loses nothing while the store is away, rolls up, and can be made again from the ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloud.adapters.db.series_book import SqlSeriesBook
from cloud.domain.rollups import HOUR_MS
from cloud.errors import SeriesDown
from cloud.series.rebuild import Wanted, rebuild
from contract.series import SHAPES, Measurement
from tests.cloud_parts import NOON, NOON_MS, Bench, FakeStation, bench

pytestmark = pytest.mark.slow  # seconds in all

AGES = 2**43
POURED = {"kind": "water_poured", "pour": "0a1b2c3d-2", "person": "p-1", "tap": "cold", "reserved_ml": 300, "poured_ml": 250, "charged_ml": 250}
POURED |= {"stop": "reached"}


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Bench]:
    one = bench(tmp_path)
    yield one
    one.cloud.stop()


def follow(one: Bench) -> None:
    while one.cloud.series_side.follow():
        pass


def counted(one: Bench, measurement: str = "fact", **tags: str) -> int:
    return sum(len(series.at_ms) for series in one.cloud.series.query(measurement, tags, 0, AGES, 0))


def fields(one: Bench, measurement: str, **tags: str) -> dict[str, Any]:
    """The newest values of the only series."""
    (series,) = (found for found in one.cloud.series.query(measurement, tags, 0, AGES, 0) if found.at_ms)
    return {name: values[-1] for name, values in series.columns.items()}


def dump(folder: Path) -> list[Any]:
    with sqlite3.connect(folder / "series.sqlite") as other:
        rows = other.execute("SELECT measurement, tags, at_ns, fields FROM points JOIN series ON series.id = points.series ORDER BY 1, 2, 3").fetchall()
    other.close()
    return [(measurement, tags, at_ns, json.loads(raw)) for measurement, tags, at_ns, raw in rows]


def broken(folder: Path) -> Callable[[], None]:
    """Takes the table of points away; call what comes back to put it there again."""

    def rename(old: str, new: str) -> None:
        with sqlite3.connect(folder / "series.sqlite") as other:
            other.execute(f"ALTER TABLE {old} RENAME TO {new}")
        other.close()

    rename("points", "away")
    return lambda: rename("away", "points")


def hours(one: Bench, ms: int) -> None:
    """Let time pass, a roll-up at its end."""
    one.clock.ms += ms
    one.cloud.series_side.roll()


def test_facts_get_their_points_after_they_are_acknowledged(cloud: Bench) -> None:
    cloud.take(*(FakeStation().fact(seq) for seq in range(1, 51)))
    assert (counted(cloud), cloud.cloud.series_side.behind()) == (0, 50)
    follow(cloud)
    assert (counted(cloud), cloud.cloud.series_side.behind()) == (50, 0)


def test_a_store_that_was_away_gets_everything_later(cloud: Bench, tmp_path: Path) -> None:
    mend = broken(tmp_path)
    cloud.take(*(FakeStation().fact(seq) for seq in range(1, 11)))
    with pytest.raises(SeriesDown):
        cloud.cloud.series_side.follow()
    assert cloud.sent.acks() == [("0000000a", 10)]
    mend()
    follow(cloud)
    assert counted(cloud) == 10


def test_more_than_a_batch_is_followed_in_batches(cloud: Bench) -> None:
    for first in range(1, 4502, 500):
        cloud.take(*(FakeStation().fact(seq) for seq in range(first, first + 500)))
    assert cloud.cloud.series_side.follow()
    assert counted(cloud) == 2000
    follow(cloud)
    assert counted(cloud) == 5000


def test_a_start_makes_the_last_minutes_again(cloud: Bench, tmp_path: Path) -> None:
    cloud.take(FakeStation().fact(1))
    follow(cloud)
    cloud.clock.ms += 3_600_000
    cloud.take(FakeStation().fact(2))
    follow(cloud)
    with sqlite3.connect(tmp_path / "series.sqlite") as other:
        other.execute("DELETE FROM points")  # as after a power cut, only worse
    other.close()
    again = bench(tmp_path)
    again.clock.ms = cloud.clock.ms
    follow(again)
    assert counted(again) == 1
    again.cloud.stop()


def test_a_misdated_fact_stands_where_it_arrived(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1, at="1970-01-01T00:00:05Z"), FakeStation().fact(2, at="2036-01-01T00:00:00Z"))
    follow(cloud)
    (series,) = cloud.cloud.series.query("fact", {"kind": "door_closed"}, 0, AGES, 0)
    assert (series.at_ms, series.columns["clock"]) == ([NOON_MS, NOON_MS], ["unsure", "unsure"])


def test_every_thirty_seconds_it_is_written_where_all_stand(cloud: Bench) -> None:
    cloud.take(FakeStation("st-1").state(), FakeStation("st-2").state("lost"), FakeStation("st-3").fact(1))
    follow(cloud)
    cloud.cloud.series_side.roll()
    told = fields(cloud, "fleet", district="north")
    assert (told["total"], told["online"], told["lost"], told["lost_ratio"]) == (2, 1, 1, 0.5)
    assert fields(cloud, "fleet", district="none")["unknown"] == 1
    assert fields(cloud, "presence", station="st-2")["standing"] == 2
    assert set(fields(cloud, "platform")) == set(SHAPES[Measurement.PLATFORM].fields)
    for _ in range(20):
        hours(cloud, 2000)
    assert counted(cloud, "fleet", district="north") == 2


def test_of_two_processes_one_follows_and_the_other_takes_over(cloud: Bench, tmp_path: Path) -> None:
    other = bench(tmp_path, worker="other", shards="none")
    other.clock.ms = cloud.clock.ms
    for one in (cloud, other):
        follow(one)
        one.cloud.series_side.roll()
    assert (counted(cloud, "fleet"), counted(cloud, "platform")) == (0, 2)  # nobody is known yet
    cloud.take(FakeStation().state(), FakeStation().fact(1))
    follow(other)
    assert cloud.cloud.series_side.behind() == 1
    other.clock.ms += 31_000
    follow(other)
    other.cloud.series_side.roll()
    assert (cloud.cloud.series_side.behind(), counted(cloud, "fleet")) == (0, 1)
    other.cloud.stop()


def test_hours_and_days_are_those_of_the_city(cloud: Bench) -> None:
    # utc_offset_min 480: NOON_MS is 12:00 there, and the day began at 16:00 UTC of the day before
    station = FakeStation()
    cloud.take(station.state(), station.fact(1, POURED), station.fact(2, {**POURED, "poured_ml": None, "charged_ml": 40}), station.fact(3))
    hours(cloud, 0)
    follow(cloud)
    hours(cloud, 30_000)
    hours(cloud, 600_000)
    (hourly,) = cloud.cloud.series.query("hourly", {"station": "st-1"}, 0, AGES, 0)
    (daily,) = cloud.cloud.series.query("daily", {"station": "st-1"}, 0, AGES, 0)
    assert (hourly.at_ms, daily.at_ms) == ([NOON_MS], [NOON_MS - 12 * HOUR_MS])
    for one in (hourly, daily):
        assert (one.columns["facts"], one.columns["pours"], one.columns["water_ml"]) == ([3], [2], [290])
        assert (one.tags["city"], one.tags["district"]) == ("demo-city", "north")


def test_a_late_fact_changes_the_hour_in_which_it_stands(cloud: Bench) -> None:
    station = FakeStation()
    cloud.take(station.fact(1))
    follow(cloud)
    hours(cloud, 30_000)
    cloud.clock.ms += 72 * HOUR_MS
    cloud.take(station.fact(2), station.fact(3))
    follow(cloud)
    hours(cloud, 30_000)
    (hourly,) = cloud.cloud.series.query("hourly", {"station": "st-1"}, 0, AGES, 0)
    assert (hourly.at_ms, hourly.columns["facts"]) == ([NOON_MS], [3])


def test_a_long_ledger_is_rolled_up_in_steps_and_the_newest_hours_come_first(cloud: Bench) -> None:
    cloud.take(*(FakeStation(at=NOON - timedelta(hours=hour)).fact(1000 - hour) for hour in range(600)))
    follow(cloud)
    assert cloud.cloud.series_side.roll()
    (hourly,) = cloud.cloud.series.query("hourly", {}, 0, AGES, 0)
    assert (len(hourly.at_ms), hourly.at_ms[-1]) == (500, NOON_MS)
    while cloud.cloud.series_side.roll():
        pass
    assert (counted(cloud, "hourly"), counted(cloud, "daily")) == (600, 26)


def test_the_hour_of_samples_is_written_when_it_is_over_and_again_when_more_come(cloud: Bench) -> None:
    station = FakeStation()
    cloud.take(station.state(), station.samples(20, {"socket_w.1": [60.0, 80.0], "step_ms": [4.0, 9.0]}))
    hours(cloud, 30_000)
    assert counted(cloud, "sample_hour") == 0
    hours(cloud, HOUR_MS + 300_000)
    assert fields(cloud, "sample_hour", part="1") == {"socket_w_mean": 70.0}
    cloud.take(station.samples(60, {"step_ms": [20.0, 1.0]}))
    hours(cloud, 30_000)
    (series,) = (one for one in cloud.cloud.series.query("sample_hour", {}, 0, AGES, 0) if "part" not in one.tags)
    assert series.columns["step_ms_max"] == [20.0]


def test_ledger_and_series_are_compared(cloud: Bench, tmp_path: Path) -> None:
    cloud.take(*(FakeStation().fact(seq) for seq in range(1, 11)))
    follow(cloud)
    hours(cloud, HOUR_MS)
    told = fields(cloud, "platform")
    assert (told["ledger_facts"], told["series_facts"], told["series_behind"]) == (10, 10, 0)
    with sqlite3.connect(tmp_path / "series.sqlite") as other:
        other.execute("DELETE FROM points WHERE at_ns % 1000 = 5")
    other.close()
    hours(cloud, 300_000)
    told = fields(cloud, "platform")
    assert (told["ledger_facts"], told["series_facts"]) == (10, 9)


def again(one: Bench, wanted: Wanted = Wanted()) -> dict[str, int]:  # noqa: B008
    parts = one.cloud.parts
    places = {row.station: (row.state.city, row.state.district) for row in parts.stations.all() if row.state}
    return rebuild(parts.ledger, SqlSeriesBook(one.cloud.engine), one.cloud.series, places, 480 * 60_000, wanted, lambda *_: None)


def filled(one: Bench) -> None:
    """Everything as it came day by day, out of order and late."""
    from tests.contract.examples import FACTS

    for name, first in (("st-1", 1), ("st-2", 3), ("st-1", 900), ("st-2", 400)):
        station = FakeStation(name)
        for n, fact in enumerate(FACTS):
            one.take(station.fact(first + n * 7, fact.model_dump(mode="json")))
        one.take(station.state())
        follow(one)
        hours(one, 47 * 60_000)
    hours(one, 600_000)
    hours(one, 600_000)


def of_ledger(points: list[Any]) -> list[Any]:
    own = {"sample", "presence", "fleet", "platform", "sample_hour"}
    return [one for one in points if one[0] not in own]


def test_a_rebuild_changes_nothing_and_restores_everything(cloud: Bench, tmp_path: Path) -> None:
    filled(cloud)
    before = dump(tmp_path)
    assert {one[0] for one in of_ledger(before)} >= {"fact", "entry", "door", "water", "charge", "bottles", "fault", "note", "hourly", "daily"}
    again(cloud)
    again(cloud)
    assert dump(tmp_path) == before
    with sqlite3.connect(tmp_path / "series.sqlite") as other:
        other.execute("DELETE FROM points")
    other.close()
    again(cloud)
    assert of_ledger(dump(tmp_path)) == of_ledger(before)


def test_a_rebuild_can_be_of_one_station_and_of_late(cloud: Bench, tmp_path: Path) -> None:
    filled(cloud)
    before = of_ledger(dump(tmp_path))
    with sqlite3.connect(tmp_path / "series.sqlite") as other:
        other.execute("DELETE FROM points")
    other.close()
    again(cloud, Wanted(NOON_MS + 900_000, "st-2"))
    found = dump(tmp_path)
    spans = {"hourly": HOUR_MS, "daily": 24 * HOUR_MS}
    assert found == [
        one for one in before if '"st-2"' in one[1] and one[2] // 1_000_000 + spans.get(one[0], 1) > NOON_MS + 900_000
    ]


def test_the_command_rebuilds_and_tells(cloud: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from cli.series import main

    filled(cloud)
    before = of_ledger(dump(tmp_path))
    with sqlite3.connect(tmp_path / "series.sqlite") as other:
        other.execute("DELETE FROM points")
    other.close()
    assert main(["rebuild", "--data", str(tmp_path)]) == 0
    assert "points of facts" in capsys.readouterr().out
    assert of_ledger(dump(tmp_path)) == before
    assert main(["status", "--data", str(tmp_path)]) == 0
    assert "0 facts behind" in capsys.readouterr().out
    assert main(["rebuild", "--data", str(tmp_path), "--since", "soon"]) == 2
    assert main(["status", "--series", "influxdb", "--data", str(tmp_path)]) == 1
    assert "series_url" in capsys.readouterr().err.lower()


def test_what_is_older_is_forgotten_and_nothing_else(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1), FakeStation("st-2").fact(100), FakeStation().fact(200))
    follow(cloud)
    cloud.cloud.series.forget(NOON_MS + 100_000)
    assert counted(cloud) == 2
