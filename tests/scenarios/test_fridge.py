"""The fridge: counted by what is gone, never out of date, never holding anybody; each fault with its words and its recovery."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract.facts import FaultCleared, FaultCode, Refusal, Stop
from contract.fridge import BottlesReserved, BottlesTaken, FridgeCause, FridgeClosed, FridgeOpened, ShelfExpired, ShelfRestocked
from edge.domain.messages import LeaveAsked
from edge.domain.room_messages import FridgeAsked
from edge.domain.screen import Notice, PartState
from tests.sabotage.checks import break_disk, ever_on
from tests.scenarios.conftest import Build
from tests.scenarios.fridge import PIECES, SECTIONS, act, ask, awake, cabinet, raised, refused, stocked, takes, view
from tests.scenarios.people import AN, BO, people
from twin.clock import NOON
from twin.station import TwinStation, person, roster


@pytest.fixture
def bench(build: Build) -> TwinStation:
    return stocked(build(**SECTIONS))


def test_what_was_taken_is_what_is_charged(bench: TwinStation) -> None:
    bench.let_in(AN)
    fact = takes(bench)
    assert (fact.person, fact.count, fact.charged, fact.certain, fact.stop) == (AN, 1, 1, True, Stop.PERSON)
    assert [(one.shelf, one.item, one.lot, one.count) for one in fact.taken] == [("top", "water", "L1", 1)]
    assert [fact.cause for fact in bench.cloud.of(FridgeOpened)] == [FridgeCause.VISITOR]
    assert bench.cloud.of(FridgeClosed)[0].open_s == pytest.approx(3.5, abs=0.3)
    assert bench.screen.notice is Notice.FRIDGE_DONE
    assert (view(bench).left, [one.count for one in view(bench).shelves]) == (1, [5, 6])
    assert not cabinet(bench).released


def test_from_both_shelves(bench: TwinStation) -> None:
    bench.let_in(AN)
    assert ask(bench) and cabinet(bench).open()
    for shelf in cabinet(bench).shelves.values():
        shelf.take(1)
    bench.after(2)
    cabinet(bench).shut()
    bench.after(8)
    fact = bench.cloud.of(BottlesTaken)[0]
    assert [(one.shelf, one.count) for one in fact.taken] == [("top", 1), ("low", 1)]
    assert (fact.count, fact.charged) == (2, 2)


def test_the_lock_goes_back_as_soon_as_it_is_open(bench: TwinStation) -> None:
    bench.let_in(AN)
    assert ask(bench) and cabinet(bench).open()
    bench.after(0.2)
    assert not cabinet(bench).released


def test_not_opened_in_time_costs_nothing(bench: TwinStation) -> None:
    bench.let_in(AN)
    assert ask(bench)
    bench.after(8.1)
    assert not cabinet(bench).released
    bench.after(2)
    fact = bench.cloud.of(BottlesTaken)[0]
    assert (fact.count, fact.charged, fact.certain, fact.stop) == (0, 0, True, Stop.TIME_LIMIT)
    assert (view(bench).left, bench.screen.notice) == (2, Notice.FRIDGE_LEFT)


def test_more_than_the_ration_is_told_and_holds_nobody(bench: TwinStation) -> None:
    bench.let_in(AN)
    fact = takes(bench, 4)
    assert (fact.count, fact.charged) == (4, 2)
    assert bench.screen.notice is Notice.FRIDGE_OVER
    assert not ask(bench) and refused(bench) is Refusal.QUOTA_SPENT
    bench.walk_out()
    assert bench.screen.visitor is None


def test_no_fridge_without_a_visit_and_for_one_at_a_time(bench: TwinStation) -> None:
    assert not ask(bench) and refused(bench) is Refusal.NOT_IDENTIFIED
    bench.let_in(AN)
    assert ask(bench) and cabinet(bench).open()
    bench.let_in(BO)
    assert view(bench).state is PartState.TAKEN
    assert not ask(bench) and refused(bench) is Refusal.BUSY


def test_who_goes_while_it_is_open_pays_what_is_gone(bench: TwinStation) -> None:
    """And what goes later is nobody's."""
    bench.let_in(AN)
    assert ask(bench) and cabinet(bench).open()
    cabinet(bench).shelves["top"].take(1)
    bench.after(2)
    bench.post(LeaveAsked())
    bench.after(8)
    fact = bench.cloud.of(BottlesTaken)[0]
    assert (fact.person, fact.count, fact.stop) == (AN, 1, Stop.VISIT_ENDED)
    cabinet(bench).shelves["low"].take(2)
    cabinet(bench).shut()
    bench.after(8)
    assert [fact.cause for fact in bench.cloud.of(FridgeOpened)] == [FridgeCause.VISITOR, FridgeCause.LEFT_OPEN]
    later = bench.cloud.of(BottlesTaken)[1]
    assert (later.person, later.count, later.charged) == (None, 2, 0)


def test_forced_open(bench: TwinStation) -> None:
    bench.faults.plant("fridge_forced")
    cabinet(bench).shelves["top"].take(3)
    bench.after(3)
    bench.faults.clear("fridge_forced")
    bench.after(8)
    assert bench.cloud.of(FridgeOpened)[0].cause is FridgeCause.FORCED
    fact = bench.cloud.of(BottlesTaken)[0]
    assert (fact.person, fact.take, fact.count, fact.charged) == (None, None, 3, 0)
    assert view(bench).shelves[0].count == 3


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.05, 0.5, 3.0, 6.0])
def test_a_kill_is_settled_from_the_scales(bench: TwinStation, moment: float) -> None:
    """A bottle is taken 2 s after the release; killed before, while it is open, or while it is weighed: one charge, of what went."""
    bench.let_in(AN)
    assert ask(bench)
    script = [(0.3, cabinet(bench).open), (2.0, lambda: cabinet(bench).is_open and cabinet(bench).shelves["top"].take(1)), (4.0, cabinet(bench).shut)]
    passed = 0.0
    for at, do in sorted([*script, (moment, None)], key=lambda one: one[0]):
        bench.after(at - passed)
        passed = at
        if do is None:
            bench.kill()
            bench.after(0.3)
            bench.boot()
        else:
            do()
    bench.after(30)
    [fact] = bench.cloud.of(BottlesTaken)
    gone = PIECES - cabinet(bench).truth().pieces["top"]
    assert (fact.charged, fact.certain, gone) == (gone, True, int(moment > 0.3))
    assert len(bench.cloud.of(BottlesReserved)) == 1


def check_what_is_not_recorded_never_lets_go(bench: TwinStation) -> None:
    """Not for a millisecond."""
    stocked(bench)
    bench.let_in(AN)
    highs = ever_on(bench, 18)
    break_disk(bench)
    bench.post(FridgeAsked())
    bench.after(0.1)
    assert not highs
    assert (view(bench).left, view(bench).state) == (2, PartState.OUT_OF_ORDER)


def test_what_is_not_recorded_never_lets_go(build: Build) -> None:
    check_what_is_not_recorded_never_lets_go(build(**SECTIONS))


@pytest.mark.slow
def test_ajar(bench: TwinStation) -> None:
    bench.let_in(AN)
    assert ask(bench) and cabinet(bench).open()
    bench.faults.plant("fridge_ajar")
    cabinet(bench).shut()
    bench.after(46)
    assert raised(bench, FaultCode.FRIDGE_AJAR) == [(FaultCode.FRIDGE_AJAR, "")]
    assert bench.screen.notice is Notice.FRIDGE_CLOSE and view(bench).open
    bench.faults.clear("fridge_ajar")
    bench.after(8)
    assert FaultCode.FRIDGE_AJAR in [fact.fault for fact in bench.cloud.of(FaultCleared)]
    assert bench.cloud.of(BottlesTaken)[0].charged == 0


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["scale_lost", "scale_drifting"])
def test_what_nobody_can_weigh_is_not_given_out(bench: TwinStation, fault: str) -> None:
    bench.let_in(AN)
    bench.faults.plant(fault, "low")
    awake(bench, 70)
    assert raised(bench, FaultCode.SCALE_LOST) == [(FaultCode.SCALE_LOST, "low")]
    assert not ask(bench) and refused(bench) is Refusal.OUT_OF_ORDER and view(bench).blocked is FaultCode.SCALE_LOST
    bench.faults.clear(fault)
    bench.after(10)
    assert ask(bench)


def test_a_scale_lost_while_it_is_open_charges_what_is_certain(bench: TwinStation) -> None:
    bench.let_in(AN)
    assert ask(bench) and cabinet(bench).open()
    bench.faults.plant("scale_lost", "low")
    for shelf in cabinet(bench).shelves.values():
        shelf.take(1)
    bench.after(2)
    cabinet(bench).shut()
    bench.after(25)
    fact = bench.cloud.of(BottlesTaken)[0]
    assert (fact.count, fact.charged, fact.certain) == (1, 1, False)
    assert [(one.shelf, one.certain) for one in fact.taken] == [("top", True), ("low", False)]


def test_half_a_bottle_is_not_certain(bench: TwinStation) -> None:
    bench.let_in(AN)
    cabinet(bench).shelves["top"].foreign_g = 300
    bench.after(5)
    assert ask(bench) and cabinet(bench).open()
    cabinet(bench).shelves["top"].foreign_g = 0
    cabinet(bench).shelves["top"].take(1)
    bench.after(1)
    cabinet(bench).shut()
    bench.after(8)
    fact = bench.cloud.of(BottlesTaken)[0]
    assert (fact.count, fact.charged, fact.certain) == (1, 1, False)


@pytest.mark.slow
def test_stock_runs_low_and_out(build: Build) -> None:
    bench = stocked(build(**SECTIONS | {"quota": {"bottles_per_day": 20}}))
    assert raised(bench, FaultCode.STOCK_LOW)[:2] == [(FaultCode.STOCK_LOW, "top"), (FaultCode.STOCK_LOW, "low")], "before it was filled"
    bench.let_in(AN)
    takes(bench, 5)
    assert raised(bench, FaultCode.STOCK_LOW)[2:] == [(FaultCode.STOCK_LOW, "top")]
    takes(bench, 1)
    takes(bench, 6, "low")
    assert not ask(bench) and refused(bench) is Refusal.SOLD_OUT
    stocked(bench)
    assert [fact.before for fact in bench.cloud.of(ShelfRestocked)][-2:] == [0, 0] and ask(bench)


def check_an_expired_lot_is_not_offered(bench: TwinStation) -> None:
    """The last day is today; tomorrow it is over, also for a clock that is set back."""
    stocked(bench, "2026-03-02")
    bench.let_in(AN)
    assert ask(bench)
    bench.after(12)
    bench.clock.set_wall(NOON + timedelta(days=1))
    bench.after(10)
    assert not ask(bench)
    bench.clock.set_wall(NOON)
    bench.kill()
    bench.boot()
    bench.let_in(AN)
    bench.after(10)
    assert not ask(bench)


@pytest.mark.slow
def test_an_expired_lot_is_not_offered(build: Build) -> None:
    bench = build(**SECTIONS)
    check_an_expired_lot_is_not_offered(bench)
    assert [fact.shelf for fact in bench.cloud.of(ShelfExpired)] == ["top", "low"]
    assert [one.expired for one in view(bench).shelves] == [True, True]
    assert refused(bench) is Refusal.SOLD_OUT


@pytest.mark.parametrize("wrong", [("attic", 6, "L1", "2026-12-31"), ("top", -1, "L1", "2026-12-31"), ("top", 6, "", "2026-12-31"),
                                   ("top", 6, "L1", "2026-02-30"), ("top", 6, "L1", "2026-01-01"), ("top", 10**9, "L1", "2026-12-31")])  # fmt: skip
def test_a_wrong_restocking_changes_nothing(bench: TwinStation, wrong: tuple[str, int, str, str]) -> None:
    assert not act(bench, lambda fridge, now: fridge.restocked("p-steward", *wrong, now))
    assert [one.count for one in view(bench).shelves] == [PIECES, PIECES]


def test_a_steward_opens_without_being_charged(bench: TwinStation) -> None:
    assert act(bench, lambda fridge, now: fridge.service("p-steward", now))
    assert cabinet(bench).open()
    cabinet(bench).shelves["top"].take(6)
    bench.after(2)
    cabinet(bench).shut()
    bench.after(8)
    assert bench.cloud.of(FridgeOpened)[0].cause is FridgeCause.STEWARD
    assert bench.cloud.of(BottlesTaken) == []


def test_a_ration_of_none(build: Build) -> None:
    bench = stocked(build(**SECTIONS))
    bench.cloud.push_roster(roster(person(AN, "1001", "2468", bottles_per_day=0), people()[1], version=2))
    bench.let_in(AN)
    assert not ask(bench) and refused(bench) is Refusal.QUOTA_SPENT and view(bench).state is PartState.QUOTA_SPENT


@pytest.mark.slow
def test_samples_carry_the_probes(bench: TwinStation) -> None:
    bench.after(70)
    columns = bench.cloud.samples[-1].data.columns
    assert columns["fridge_c.upper"][-1] == pytest.approx(4, abs=1.5)
