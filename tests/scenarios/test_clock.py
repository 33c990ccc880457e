"""Wall time may be wrong, late or set back: it never decides, and it earns nobody a second ration."""

from datetime import UTC, datetime, timedelta

import pytest

from contract.envelope import ClockState
from contract.facts import ClockChanged, DoorLocked, WaterPoured
from edge.domain.room_messages import DrinkAsked
from tests.scenarios.people import AN, enters_by_code
from twin.clock import NOON, TwinClock
from twin.station import TwinStation

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def bench(build) -> TwinStation:
    """A ration is 400 ml: two drinks."""
    bench: TwinStation = build(quota={"water_ml_per_day": 400}, sockets=[])
    return bench


def drink(bench: TwinStation, times: int = 2) -> int:
    """200 ml as often; returns how many were given so far."""
    bench.let_in(AN)
    for _ in range(times):
        bench.post(DrinkAsked("cold", 200))
        bench.after(9)
    return len(bench.cloud.of(WaterPoured))


def set_wall(bench: TwinStation, at: datetime, synchronised: bool = True) -> None:
    """And the station has looked at it."""
    bench.clock.set_wall(at)
    bench.clock.synchronised = synchronised
    bench.after(6)


def test_a_board_without_battery_works_and_says_that_its_time_is_unsure(build) -> None:
    bench = build(clock=TwinClock(EPOCH, synchronised=False))
    assert enters_by_code(bench)
    assert not bench.screen.clock_trusted
    assert {envelope.clock for envelope in bench.cloud.facts} == {ClockState.UNSURE}
    assert bench.cloud.of(ClockChanged) == []
    set_wall(bench, NOON)
    assert bench.screen.clock_trusted
    changed = bench.cloud.of(ClockChanged)
    assert [fact.trusted for fact in changed] == [True]
    assert changed[0].moved_s > 1e9
    bench.show_face(AN)
    assert bench.cloud.facts[-1].clock is ClockState.TRUSTED
    assert abs(bench.cloud.facts[-1].at - bench.clock.wall().at) < timedelta(seconds=0.1)


def test_1970_is_not_believed_though_it_is_called_synchronised(build) -> None:
    bench = build(clock=TwinClock(EPOCH))
    assert not bench.screen.clock_trusted


def test_a_new_day_is_a_new_ration(bench: TwinStation) -> None:
    assert drink(bench, 3) == 2
    set_wall(bench, NOON + timedelta(hours=13))
    assert drink(bench, 3) == 4


def check_the_day_does_not_turn_on_time_that_is_not_trusted(bench: TwinStation) -> None:
    """A power cut, a board that starts in 1970, midnight passes there: the last known day goes on."""
    assert drink(bench) == 2
    bench.kill()
    set_wall(bench, EPOCH + timedelta(hours=15, minutes=50), synchronised=False)
    bench.boot()
    bench.after(11 * 60)
    assert drink(bench) == 2
    set_wall(bench, NOON + 3 * DAY, synchronised=False)
    assert drink(bench) == 2


def test_the_day_does_not_turn_on_time_that_is_not_trusted(bench: TwinStation) -> None:
    check_the_day_does_not_turn_on_time_that_is_not_trusted(bench)


def check_setting_the_clock_back_earns_no_second_ration(bench: TwinStation) -> None:
    """A day back in the middle of a visit, and forth again."""
    assert drink(bench) == 2
    set_wall(bench, NOON - DAY)
    assert drink(bench) == 2
    set_wall(bench, NOON + timedelta(minutes=30))
    assert drink(bench) == 2


def test_setting_the_clock_back_earns_no_second_ration(bench: TwinStation) -> None:
    check_setting_the_clock_back_earns_no_second_ration(bench)
    assert [round(fact.moved_s / 3600) for fact in bench.cloud.of(ClockChanged)[1:]] == [-24, 24]


def test_a_day_back_after_a_restart_earns_no_second_ration(bench: TwinStation) -> None:
    assert drink(bench) == 2
    bench.kill()
    bench.clock.set_wall(NOON - DAY)
    bench.boot()
    assert drink(bench) == 2


def test_a_jump_forward_turns_the_day_once(bench: TwinStation) -> None:
    assert drink(bench) == 2
    set_wall(bench, NOON + DAY)
    assert drink(bench) == 4
    set_wall(bench, NOON)
    assert drink(bench) == 4
    set_wall(bench, NOON + DAY)
    assert drink(bench) == 4


def test_a_pour_over_midnight_is_settled_once(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.post(DrinkAsked("cold", 400))
    bench.after(3)
    set_wall(bench, NOON + timedelta(hours=12, seconds=1))
    bench.after(15)
    assert len(bench.cloud.of(WaterPoured)) == 1
    assert bench.screen.water_left_ml == 400


def check_deadlines_do_not_follow_the_wall_clock(bench: TwinStation) -> None:
    """The strike comes back after 5 s, whatever a time server says meanwhile."""
    for at in (NOON + DAY, NOON - DAY, EPOCH):
        bench.show_face(AN)
        bench.clock.set_wall(at)
        bench.after(4.9)
        assert bench.world.lock_released
        bench.after(0.2)
        assert not bench.world.lock_released


def test_deadlines_do_not_follow_the_wall_clock(bench: TwinStation) -> None:
    check_deadlines_do_not_follow_the_wall_clock(bench)
    assert len(bench.cloud.of(DoorLocked)) == 3


def test_a_clock_that_slews_is_no_jump(bench: TwinStation) -> None:
    for _ in range(50):
        bench.clock.set_wall(bench.clock.wall().at + timedelta(milliseconds=10))
        bench.after(5)
    assert len(bench.cloud.of(ClockChanged)) == 1


def test_losing_synchronisation_is_told(bench: TwinStation) -> None:
    bench.clock.synchronised = False
    bench.after(6)
    assert [fact.trusted for fact in bench.cloud.of(ClockChanged)] == [True, False]
    assert not bench.screen.clock_trusted
