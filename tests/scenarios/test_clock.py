"""Wall time may be wrong, late or set back: it never decides, and it earns nobody a second ration."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contract.envelope import ClockState
from contract.facts import ClockChanged, DoorCause, DoorLocked, DoorOpened, StationStarted, WaterPoured
from contract.topics import Leaf
from edge.domain.room_messages import DrinkAsked
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN, enters_by_code
from twin.clock import NOON, TwinClock
from twin.station import TwinStation

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def bench(build: Build) -> TwinStation:
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


def trusted(bench: TwinStation) -> bool:
    """As the screen shows it."""
    return bench.screen.clock_trusted


def test_a_board_without_battery_works_and_says_that_its_time_is_unsure(build: Build) -> None:
    bench = build(clock=TwinClock(EPOCH, synchronised=False))
    assert enters_by_code(bench)
    assert not trusted(bench)
    bench.after(20)
    assert {envelope.clock for envelope in bench.cloud.facts} == {ClockState.UNSURE}
    assert bench.cloud.of(ClockChanged) == []
    set_wall(bench, NOON)
    assert trusted(bench)
    changed = bench.cloud.of(ClockChanged)
    assert [fact.trusted for fact in changed] == [True]
    assert changed[0].moved_s > 1e9
    bench.show_face(AN)
    assert bench.cloud.facts[-1].clock is ClockState.TRUSTED
    assert abs(bench.cloud.facts[-1].at - bench.clock.wall().at) < timedelta(seconds=0.1)


def check_time_that_comes_late_is_given_to_what_was_not_sent(bench: TwinStation) -> None:
    """`bench` began in 1970 without a cloud. A visit, then time, then the cloud: each fact has the time at which it was."""
    bench.cloud.stop()
    sent = len(bench.cloud.facts)
    assert enters_by_code(bench)
    bench.after(300)
    real = NOON + timedelta(hours=1)
    offset_s = real.timestamp() - bench.clock.monotonic()
    set_wall(bench, real)
    bench.cloud.start()
    bench.after(5)
    later = bench.cloud.facts[sent:]
    assert {envelope.clock for envelope in later} == {ClockState.DERIVED, ClockState.TRUSTED}
    assert all(abs(envelope.at.timestamp() - envelope.up - offset_s) < 0.1 for envelope in later)
    assert all(envelope.clock in (ClockState.DERIVED, ClockState.TRUSTED) for envelope in bench.cloud.samples)


@pytest.mark.slow
def test_time_that_comes_late_is_given_to_what_was_not_sent(build: Build) -> None:
    check_time_that_comes_late_is_given_to_what_was_not_sent(build(clock=TwinClock(EPOCH, synchronised=False), sockets=[]))


def test_rows_wait_20_s_for_the_time_and_alarms_do_not(build: Build) -> None:
    bench = build(clock=TwinClock(EPOCH, synchronised=False))
    bench.world.hold_door(1.0)
    bench.after(3)
    assert {DoorCause.FORCED} == {fact.cause for fact in bench.cloud.of(DoorOpened)}
    assert bench.cloud.of(StationStarted) == []
    bench.after(20)
    assert len(bench.cloud.of(StationStarted)) == 1


def check_what_was_sent_is_not_changed(bench: TwinStation) -> None:
    """`bench` began in 1970. A fact that the cloud heard and did not acknowledge comes again as it was, though the time is known by then."""
    bench.after(25)
    bench.cloud.acknowledges = False
    bench.show_face(None, 0.7, 0.8)
    bench.after(1)
    newest = bench.cloud.facts[-1].seq
    set_wall(bench, NOON)
    bench.after(30)
    again = [content for leaf, content in bench.cloud.said if leaf is Leaf.EVT and f'"seq":{newest},'.encode() in content]
    assert len(again) > 1
    assert len(set(again)) == 1
    bench.cloud.acknowledges = True
    bench.after(130)
    assert bench.screen.waiting_facts == 0


def test_what_was_sent_is_not_changed(build: Build) -> None:
    check_what_was_sent_is_not_changed(build(clock=TwinClock(EPOCH, synchronised=False)))


SCHEDULES: dict[str, list[tuple[datetime, bool]]] = {
    "starts in 1970": [(EPOCH, False), (NOON, True)],
    "ten years ahead, not synchronised": [(NOON + 3650 * DAY, False), (NOON, True)],
    "ten years ahead, and believed": [(NOON + 3650 * DAY, True), (NOON, True)],
    "a day back": [(NOON, True), (NOON - DAY, True), (NOON, True)],
    "a jump in mid-session": [(NOON, True), (NOON + timedelta(hours=3), True), (NOON, True)],
    "comes and goes": [(NOON, True), (EPOCH, False), (NOON + timedelta(hours=1), True), (EPOCH, False), (NOON + timedelta(hours=2), True)],
}


@pytest.mark.slow
@pytest.mark.parametrize("away", [False, True], ids=["connected", "away"])
@pytest.mark.parametrize("name", SCHEDULES)
def test_no_clock_loses_a_fact_or_earns_a_ration(build: Build, name: str, away: bool) -> None:
    """In every schedule An asks for two drinks at each reading of the clock; the ration is two a day."""
    (first, sure), *rest = SCHEDULES[name]
    bench = build(clock=TwinClock(first, synchronised=sure), quota={"water_ml_per_day": 400}, sockets=[])
    if away:
        bench.cloud.stop()
    days = {first.date()} if sure else set[date]()
    drink(bench)
    for at, synchronised in rest:
        set_wall(bench, at, synchronised)
        days |= {at.date()} if synchronised else set()
        drink(bench)
    if away:
        bench.cloud.start()
    bench.after(30)
    seqs = sorted(envelope.seq for envelope in bench.cloud.facts)
    assert seqs == list(range(1, bench.assembly.core.facts_out.last + 1))
    assert len(bench.cloud.of(WaterPoured)) <= 2 * max(1, len(days))
    shown = [reading for reading, sure in SCHEDULES[name] if sure]
    for envelope in bench.cloud.facts:
        if envelope.clock is not ClockState.UNSURE:
            assert any(timedelta(0) <= envelope.at - reading < timedelta(hours=1) or -timedelta(hours=1) < envelope.at - reading for reading in shown)


def test_1970_is_not_believed_though_it_is_called_synchronised(build: Build) -> None:
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


@pytest.mark.slow
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
