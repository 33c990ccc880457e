"""Whether a station is there: from its state, its will and its silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.api.stations import StationView, view
from tests.cloud_parts import NOON_MS, Bench, FakeStation, bench


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Bench]:
    one = bench(tmp_path, late_s=180)
    yield one
    one.cloud.stop()


def seen(one: Bench) -> StationView:
    (row,) = one.cloud.parts.stations.all()
    return view(one.cloud.parts, row)


def test_a_station_is_what_it_says(cloud: Bench) -> None:
    cloud.take(FakeStation().state(faults=[{"fault": "leak", "part": "cold"}]))
    now = seen(cloud)
    assert (now.standing, now.district, now.faults[0].fault) == ("online", "north", "leak")
    cloud.take(FakeStation().state("stopped"))
    assert seen(cloud).standing == "stopped"


def test_a_last_will_makes_it_lost_since_then(cloud: Bench) -> None:
    cloud.take(FakeStation().state())
    cloud.clock.ms += 60_000
    cloud.take(FakeStation().state("lost"))
    assert (seen(cloud).standing, seen(cloud).since) == ("lost", "2026-11-21T04:01:00.000Z")
    assert seen(cloud).heard_at == "2026-11-21T04:00:00.000Z"


@pytest.mark.parametrize("old", [{"session": 1}, {"session": 9, "boot": "00000b06"}])
def test_an_old_will_that_comes_late_is_not_believed(cloud: Bench, old: dict[str, object]) -> None:
    cloud.take(FakeStation().state(session=2))
    cloud.take(FakeStation().state("lost", **old))  # type: ignore[arg-type]
    assert seen(cloud).standing == "online"


def test_a_new_boot_is_believed_whatever_its_session(cloud: Bench) -> None:
    cloud.take(FakeStation().state("lost", session=7), FakeStation(boot="00000b08").state(session=1))
    assert (seen(cloud).standing, seen(cloud).boot) == ("online", "00000b08")


def test_silence_makes_it_late_and_a_word_online_again(cloud: Bench) -> None:
    cloud.take(FakeStation().state())
    cloud.clock.ms += 181_000
    assert seen(cloud).standing == "late"
    cloud.take(FakeStation().fact(1))
    assert seen(cloud).standing == "online"


def test_deafness_of_the_cloud_is_not_silence_of_the_station(cloud: Bench) -> None:
    cloud.take(FakeStation().state())
    cloud.clock.ms += 3_600_000
    cloud.sent.up = False
    assert seen(cloud).standing == "online"


def test_what_the_broker_remembers_is_no_sign_of_life(cloud: Bench) -> None:
    cloud.take(FakeStation().state())
    cloud.clock.ms = NOON_MS + 181_000
    cloud.take(FakeStation().state(retained=True))
    assert seen(cloud).standing == "late"


def test_who_never_said_a_state_is_unknown(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1))
    assert seen(cloud).standing == "unknown"
