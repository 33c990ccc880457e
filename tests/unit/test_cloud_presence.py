"""Whether a station is there: from its state, its will and its silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.api.stations import StationView, view
from cloud.domain.presence import Heard, presence
from contract.state import Link
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


def flap(one: Bench, times: int, every_s: int = 60, session: int = 1) -> int:
    """Lost and back, so many times; the next session."""
    for number in range(session, session + times):
        one.take(FakeStation().state(session=number))
        one.clock.ms += every_s * 1000
        one.take(FakeStation().state("lost", session=number))
    return session + times


def test_who_is_lost_four_times_in_ten_minutes_flaps_until_ten_quiet_ones(cloud: Bench) -> None:
    session = flap(cloud, 3)
    assert not seen(cloud).flapping
    session = flap(cloud, 1, session=session)
    cloud.take(FakeStation().state(session=session))
    assert (seen(cloud).flapping, seen(cloud).standing) == (True, "online")
    assert "comes and goes" in seen(cloud).reason
    cloud.clock.ms += 599_000
    assert seen(cloud).flapping
    cloud.clock.ms += 2_000
    assert not seen(cloud).flapping


def test_who_is_lost_rarely_does_not_flap(cloud: Bench) -> None:
    flap(cloud, 8, every_s=201)
    assert not seen(cloud).flapping


def test_flapping_goes_on_with_one_loss_in_ten_minutes(cloud: Bench) -> None:
    session = flap(cloud, 4)
    flap(cloud, 2, every_s=540, session=session)
    assert seen(cloud).flapping


def test_a_connection_that_is_made_anew_without_a_will_is_a_loss_and_its_late_will_no_second_one(cloud: Bench) -> None:
    for session in range(1, 5):
        cloud.take(FakeStation().state(session=session), FakeStation().state("lost", session=session - 1))
    (row,) = cloud.cloud.parts.stations.all()
    assert (len(row.heard.losses), seen(cloud).flapping) == (3, False)
    assert seen(cloud).standing == "online", "the will of the session before came after the new one's state"


def test_an_orderly_end_and_a_repeated_state_are_no_loss(cloud: Bench) -> None:
    for session in range(1, 8):
        state = FakeStation().state(session=session)
        cloud.take(state, state, FakeStation().state("stopped", session=session))
    assert not seen(cloud).flapping


def test_flapping_outlives_a_restart_of_the_cloud(cloud: Bench, tmp_path: Path) -> None:
    flap(cloud, 4)
    again = bench(tmp_path)
    again.clock.ms = cloud.clock.ms
    assert seen(again).flapping
    again.cloud.stop()


LATE_MS = 180_000


@pytest.mark.parametrize("jump_ms", [3_600_000, -3_600_000, 10 * 365 * 86_400_000])
def test_a_clock_of_the_cloud_that_is_set_makes_nobody_late_and_nobody_there_for_ever(jump_ms: int) -> None:
    """`listening` is since the clock was set, as the workers notice it."""
    heard, jumped = Heard(NOON_MS, Link.ONLINE, since_ms=NOON_MS), NOON_MS + jump_ms
    assert presence(heard, jumped + 60_000, jumped, LATE_MS).standing == "online"
    assert presence(heard, jumped + LATE_MS + 60_000, jumped, LATE_MS).standing == "late"


def test_losses_stamped_by_a_clock_that_was_set_back_since_do_not_flap_for_ever(cloud: Bench) -> None:
    flap(cloud, 4)
    cloud.clock.ms -= 86_400_000
    assert not seen(cloud).flapping
    flap(cloud, 1, session=9)
    assert not seen(cloud).flapping
