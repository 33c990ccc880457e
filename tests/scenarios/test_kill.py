"""kill -9 at any moment: a visitor pays for what ran and at most one step more, what runs is shut, and no fact is lost or told twice.

The line of an output keeps its level when its process dies, as on a Raspberry Pi, until the guard or the next agent takes it.
"""

import pytest

from contract.facts import ChargeEnded, DoorLocked, DoorOpened, Stop, VisitEnded, WaterPoured, WaterRefused, WaterReserved
from edge.domain.room_messages import ChargeAsked, DrinkAsked
from edge.domain.screen import PartState
from edge.domain.water import PROGRESS_ML
from tests.scenarios.people import AN, BO, enters_by_code, leaves, tap
from twin.station import TwinStation

SAFE_S = 2.0
"""All outputs are safe this long after the last beat."""
MOST_OVER_ML = 50
"""That a visitor may lose to a power cut."""
FREE_ML = 20
"""That may run unpaid at each kill when the agent is back at once: a pulse, and what is in the pipe behind the shut valve."""


def restart(bench: TwinStation, after_s: float = 0.2) -> None:
    """kill -9, and the supervisor starts the agent again."""
    bench.kill()
    bench.after(after_s)
    bench.boot()


def powered(bench: TwinStation) -> bool:
    """Whether the valve is asked to open."""
    return bench.world.truth().taps["cold"].powered


def told_once_in_order(bench: TwinStation) -> bool:
    """Every fact that the station ever wrote."""
    return [envelope.seq for envelope in bench.cloud.facts] == list(range(1, len(bench.cloud.facts) + 1))


def check_a_pour_survives_its_agent(bench: TwinStation, moments: list[float]) -> None:
    """Killed at each of these seconds of a pour of 200 ml: every reservation has one end, and nothing runs on."""
    for moment in moments:
        bench.let_in(AN)
        bench.post(DrinkAsked("cold", 200))
        bench.after(moment)
        restart(bench)
        assert not powered(bench)
        bench.after(0.5)
    bench.after(10)
    assert told_once_in_order(bench)
    reserved = [fact.pour for fact in bench.cloud.of(WaterReserved)]
    assert reserved == [fact.pour for fact in bench.cloud.of(WaterPoured)]
    assert len(reserved) == len(moments)


@pytest.mark.slow
def test_a_pour_survives_its_agent_at_any_moment(build) -> None:
    bench = build(quota={"water_ml_per_day": 20_000})
    moments = [0.01, 0.02, 0.05, 0.1, 0.3, 0.7, 1.3, 2.0, 3.3, 4.4, 5.5, 6.6, 6.9, 7.1, 7.4, 7.7, 8.0, 8.5]
    check_a_pour_survives_its_agent(bench, moments)
    stops = [fact.stop for fact in bench.cloud.of(WaterPoured)]
    assert stops[:12] == [Stop.INTERRUPTED] * 12
    assert stops[-1] is Stop.REACHED
    for fact in bench.cloud.of(WaterPoured):
        assert (fact.poured_ml is None) is (fact.stop is Stop.INTERRUPTED)
        assert fact.charged_ml == 200 or fact.stop is Stop.INTERRUPTED


def check_an_interrupted_pour_costs_what_ran(bench: TwinStation, moments: list[float]) -> None:
    """Killed at each of these seconds of a pour of 300 ml: at most 50 ml too much, and no more free than the pipe holds."""
    for moment in moments:
        bench.let_in(AN)
        before = bench.world.truth().taps["cold"].dispensed_ml
        bench.post(DrinkAsked("cold", 300))
        bench.after(moment)
        ran = bench.world.truth().taps["cold"].dispensed_ml - before
        restart(bench)
        bench.after(0.5)
        fact = bench.cloud.of(WaterPoured)[-1]
        assert fact.stop is Stop.INTERRUPTED
        assert ran - FREE_ML <= fact.charged_ml <= ran + MOST_OVER_ML


@pytest.mark.slow
def test_an_interrupted_pour_costs_what_ran_and_at_most_50_ml_more(build) -> None:
    check_an_interrupted_pour_costs_what_ran(build(quota={"water_ml_per_day": 20_000}), [0.01, *(0.2 + 0.37 * n for n in range(27))])


def test_a_pour_that_was_cut_off_at_once_costs_one_step(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.post(DrinkAsked("cold", 500))
    bench.after(0.01)
    restart(bench)
    bench.let_in(AN)
    assert bench.screen.water_left_ml == 3000 - PROGRESS_ML


def check_no_free_drinks_by_pulling_the_plug(bench: TwinStation) -> None:
    """Whoever pulls the plug in every pour gets a day's ration and what the pipe holds, and then nothing."""
    kills = 0
    while kills < 40 and not bench.cloud.of(WaterRefused):
        kills += 1
        bench.let_in(AN)
        bench.post(DrinkAsked("cold", min(500, max(1, bench.screen.water_left_ml or 0))))
        bench.after(5)
        restart(bench)
    assert bench.world.truth().taps["cold"].dispensed_ml <= 3000 + kills * FREE_ML
    assert bench.cloud.of(WaterRefused), "never refused"
    assert not powered(bench)


@pytest.mark.slow
def test_no_free_drinks_by_pulling_the_plug(bench: TwinStation) -> None:
    check_no_free_drinks_by_pulling_the_plug(bench)
    bench.let_in(AN)
    assert tap(bench).state is PartState.QUOTA_SPENT


def check_the_guard_shuts_what_a_dead_agent_left_on(bench: TwinStation) -> None:
    """The lines keep their level; nobody starts the agent again; within two seconds everything is off."""
    bench.let_in(AN)
    bench.world.plug("1", "phone")
    bench.post(DrinkAsked("cold", 1000), ChargeAsked("1"))
    bench.after(2)
    bench.show_face(BO)
    bench.kill()
    bench.after(0.5)
    truth = bench.world.truth()
    assert powered(bench) and truth.sockets["1"].energised and bench.world.lock_released, "the lines stay as they were"
    bench.after(SAFE_S - 0.5)
    truth = bench.world.truth()
    assert not powered(bench)
    assert not truth.sockets["1"].energised
    assert not bench.world.lock_released


def test_the_guard_shuts_what_a_dead_agent_left_on(bench: TwinStation) -> None:
    check_the_guard_shuts_what_a_dead_agent_left_on(bench)
    assert bench.world.push_out(), "and the exit is free without any agent"


def test_a_new_agent_gets_its_lines_back_from_the_guard(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.post(DrinkAsked("cold", 1000))
    bench.after(2)
    restart(bench, after_s=60)
    bench.let_in(AN)
    bench.post(DrinkAsked("cold", 200))
    bench.after(10)
    assert [fact.stop for fact in bench.cloud.of(WaterPoured)] == [Stop.INTERRUPTED, Stop.REACHED]


def test_killed_while_charging(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.world.plug("1", "phone")
    bench.post(ChargeAsked("1"))
    bench.after(90)
    restart(bench)
    assert not bench.world.truth().sockets["1"].energised
    bench.after(1)
    ended = bench.cloud.of(ChargeEnded)
    assert [(fact.stop, fact.charged_min, fact.lasted_s) for fact in ended] == [(Stop.INTERRUPTED, 2, None)], "the minute begun counts"
    assert ended[0].energy_wh and 0 < ended[0].energy_wh < 1, "as recorded half a minute before"
    assert told_once_in_order(bench)


@pytest.mark.parametrize("after_s", [0.0, 0.2, 3.0])
def test_killed_while_somebody_is_let_in(bench: TwinStation, after_s: float) -> None:
    bench.show_face(AN)
    assert bench.world.lock_released
    restart(bench, after_s)
    assert not bench.world.lock_released
    assert told_once_in_order(bench)
    assert enters_by_code(bench)


def test_killed_with_the_door_open(bench: TwinStation) -> None:
    bench.world.press_exit()
    bench.world.hold_door(5)
    bench.after(2)
    restart(bench)
    bench.after(10)
    assert bench.cloud.kinds().count("door_closed") == 1
    assert enters_by_code(bench)
    assert leaves(bench)
    assert [fact.opened for fact in bench.cloud.of(DoorLocked)] == [True]
    assert len(bench.cloud.of(DoorOpened)) == 3


@pytest.mark.slow
def test_killed_again_and_again(bench: TwinStation) -> None:
    for _ in range(10):
        restart(bench, 0.0)
    bench.after(1)
    assert told_once_in_order(bench)
    assert bench.cloud.kinds().count("station_started") == 11
    assert enters_by_code(bench)


def test_the_roster_outlives_the_agent(bench: TwinStation) -> None:
    restart(bench)
    assert enters_by_code(bench)
    assert bench.cloud.states[-1].roster == 1


def test_sessions_of_two_boots_are_never_alike(bench: TwinStation) -> None:
    for _ in range(3):
        bench.let_in(AN)
        bench.walk_out()
        restart(bench)
    visits = [fact.visit for fact in bench.cloud.of(VisitEnded)]
    assert len(set(visits)) == 3
