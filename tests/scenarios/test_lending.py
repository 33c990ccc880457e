"""Power banks from the locker: nothing opens before the loan is on disk, what went out is known, what came back is settled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract.facts import FaultCode, FaultRaised, Refusal
from contract.lending import BankFound, BankMissing, LoanCancelled, LoanEnded, LoanRefused, LoanStarted
from edge.domain.messages import LeaveAsked
from edge.domain.room_messages import BankAsked, BankReturnAsked
from edge.domain.screen import LendingView, Notice
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN, BO
from twin.clock import NOON
from twin.station import TwinStation

SLOTS = [{"name": str(n), "lock_pin": pin, "present_pin": pin + 1} for n, pin in enumerate((12, 18, 20), 1)]
LOCKER: dict[str, object] = {"lending": {"slots": SLOTS, "loan_h": 2}}
HOUR = 3600.0


@pytest.fixture
def locker(build: Build) -> TwinStation:
    """Banks in slots 1 and 2, slot 3 is empty; An is inside."""
    bench = build(**LOCKER)
    bench.let_in(AN)
    return bench


def view(bench: TwinStation) -> LendingView:
    """Of the screen."""
    assert bench.screen.lending
    return bench.screen.lending


def asks(bench: TwinStation, wish: BankAsked | BankReturnAsked, who: str | None = None) -> str | None:
    """Somebody presses; the slot that is open then."""
    if who:
        bench.let_in(who)
    bench.post(wish)
    bench.after(0.3)
    return view(bench).open_slot


def borrows(bench: TwinStation, who: str | None = None) -> str:
    """Takes what is offered."""
    slot = asks(bench, BankAsked(), who)
    assert slot and bench.world.locker.slots[slot].take()
    bench.after(0.5)
    return slot


def brings(bench: TwinStation, who: str | None = None) -> str:
    """Puts it where it may."""
    slot = asks(bench, BankReturnAsked(), who)
    assert slot and bench.world.locker.slots[slot].put()
    bench.after(0.5)
    return slot


def refused(bench: TwinStation) -> Refusal:
    """The newest, which the screen must show too."""
    reason = bench.cloud.of(LoanRefused)[-1].reason
    assert (bench.screen.notice, bench.screen.reason) == (Notice.NOT_NOW, reason)
    return reason


def released(bench: TwinStation) -> list[str]:
    """Slots that would open now."""
    return [name for name, slot in bench.world.truth().slots.items() if slot.released]


def faults(bench: TwinStation) -> list[tuple[FaultCode, str]]:
    """Told to operators."""
    return [(fact.fault, fact.part) for fact in bench.cloud.of(FaultRaised)]


def test_lend_and_bring_back(locker: TwinStation) -> None:
    assert (view(locker).there, view(locker).free, view(locker).mine) == (2, 1, None)
    slot = borrows(locker)
    assert (released(locker), locker.screen.notice) == ([], Notice.BANK_LENT)
    mine = view(locker).mine
    assert mine and mine.left_s == pytest.approx(2 * HOUR, abs=5)
    locker.walk_out()
    locker.clock.move(HOUR)
    back = brings(locker, AN)
    assert (locker.screen.notice, view(locker).mine) == (Notice.BANK_BACK, None)
    started, ended = locker.cloud.of(LoanStarted)[0], locker.cloud.of(LoanEnded)[0]
    assert (started.loan, started.slot, ended.slot, ended.asked) == (ended.loan, slot, back, True)
    assert ended.lasted_s == pytest.approx(HOUR, abs=20)


def test_the_bank_that_charged_longest_goes_first(locker: TwinStation) -> None:
    assert borrows(locker) == "1"
    assert brings(locker) == "1"
    assert borrows(locker) == "2"


def test_one_loan_a_person(locker: TwinStation) -> None:
    borrows(locker)
    assert asks(locker, BankAsked()) is None
    assert refused(locker) is Refusal.HAS_ONE
    borrows(locker, BO)


def test_nothing_there_nothing_free_nothing_lent(locker: TwinStation) -> None:
    assert asks(locker, BankReturnAsked()) is None
    assert refused(locker) is Refusal.NO_LOAN
    borrows(locker)
    borrows(locker, BO)
    assert view(locker).there == 0
    locker.post(LeaveAsked())
    locker.after(0.1)
    assert asks(locker, BankAsked()) is None
    assert refused(locker) is Refusal.NOT_IDENTIFIED


def test_the_last_bank_is_out(build: Build) -> None:
    bench = build(lending={"slots": SLOTS[:1]})
    borrows(bench, AN)
    assert asks(bench, BankAsked(), BO) is None
    assert refused(bench) is Refusal.NO_BANK


def test_not_taken_is_not_lent(locker: TwinStation) -> None:
    assert asks(locker, BankAsked()) == "1"
    locker.after(10.5)
    assert released(locker) == []
    locker.after(2.5)
    assert len(locker.cloud.of(LoanCancelled)) == 1 and locker.screen.notice is Notice.BANK_LEFT
    assert asks(locker, BankAsked()) == "2", "another one is tried first"


def test_leaving_locks_the_slot(locker: TwinStation) -> None:
    asks(locker, BankAsked())
    locker.post(LeaveAsked())
    locker.after(0.3)
    assert released(locker) == []
    locker.after(3)
    assert len(locker.cloud.of(LoanCancelled)) == 1


def test_a_loan_outlives_the_visit_and_a_restart(locker: TwinStation) -> None:
    borrows(locker)
    locker.walk_out()
    locker.kill()
    locker.boot()
    locker.after(1)
    locker.let_in(AN)
    assert view(locker).mine
    assert asks(locker, BankAsked()) is None
    brings(locker)
    assert len(locker.cloud.of(LoanEnded)) == 1


@pytest.mark.parametrize("takes", [True, False])
def test_the_agent_dies_while_a_slot_is_open(locker: TwinStation, takes: bool) -> None:
    slot = asks(locker, BankAsked())
    assert slot
    if takes:
        locker.world.locker.slots[slot].take()
    locker.kill()
    locker.after(5)
    assert released(locker) == []
    locker.boot()
    locker.after(1)
    assert (len(locker.cloud.of(LoanStarted)), len(locker.cloud.of(LoanCancelled))) == ((1, 0) if takes else (0, 1))


def check_a_slot_that_does_not_open_is_told(bench: TwinStation) -> None:
    """Released three times and nothing moved: out of order until a person looked; the other slot goes on."""
    bench.faults.plant("slot_stuck", "1")
    for who in (AN, BO, AN):
        bench.world.locker.slots["2"].stick_contact(True)
        assert asks(bench, BankAsked(), who) in ("1", "2")
        bench.after(14)
    for who in (BO, AN, BO):
        asks(bench, BankAsked(), who)
        bench.after(14)
    assert (FaultCode.SLOT_STUCK, "1") in faults(bench)


@pytest.mark.slow
def test_a_slot_that_does_not_open_is_told(locker: TwinStation) -> None:
    check_a_slot_that_does_not_open_is_told(locker)
    assert len(faults(locker)) == len(set(faults(locker)))
    assert asks(locker, BankAsked(), AN) is None
    assert refused(locker) is Refusal.NO_BANK


def test_a_stuck_contact_hides_what_went_and_tells_it_later(locker: TwinStation) -> None:
    """It can not be known who has it: no loan, and operators hear of it when the contact is mended."""
    locker.faults.plant("slot_contact_stuck", "1")
    assert asks(locker, BankAsked()) == "1" and locker.world.locker.slots["1"].take()
    locker.after(14)
    assert locker.cloud.of(LoanStarted) == [] and len(locker.cloud.of(LoanCancelled)) == 1
    locker.faults.clear("slot_contact_stuck", "1")
    locker.after(1)
    assert [fact.slot for fact in locker.cloud.of(BankMissing)] == ["1"]


def test_a_forced_slot_is_told(locker: TwinStation) -> None:
    locker.world.locker.slots["2"].force()
    locker.after(1)
    assert [fact.slot for fact in locker.cloud.of(BankMissing)] == ["2"]


def test_brought_back_without_asking(locker: TwinStation) -> None:
    slot = asks(locker, BankAsked())
    assert slot and locker.world.locker.slots[slot].take(shut=False)
    locker.after(60)
    assert locker.world.locker.slots[slot].put()
    locker.after(1)
    assert [fact.asked for fact in locker.cloud.of(LoanEnded)] == [False]


def test_brought_back_and_nobody_knows_by_whom(locker: TwinStation) -> None:
    slot = asks(locker, BankAsked())
    assert slot and locker.world.locker.slots[slot].take(shut=False)
    locker.after(1)
    borrows(locker, BO)
    assert locker.world.locker.slots[slot].put()
    locker.after(1)
    assert locker.cloud.of(LoanEnded) == [] and [fact.slot for fact in locker.cloud.of(BankFound)] == [slot]


def check_overdue_blocks_a_new_loan(bench: TwinStation) -> None:
    """Three hours are longer than two, and a restart in between changes nothing."""
    borrows(bench, AN)
    bench.walk_out()
    for _ in range(2):
        for _ in range(6):
            bench.clock.move(HOUR / 4)
            bench.after(1)
        bench.kill()
        bench.boot()
        bench.after(21)  # facts of a clock that nobody trusts wait so long for the time
    assert asks(bench, BankAsked(), AN) is None
    assert refused(bench) is Refusal.BANK_OVERDUE


@pytest.mark.slow
@pytest.mark.parametrize("trusted", [True, False])
def test_overdue_blocks_a_new_loan_of_that_person_only(locker: TwinStation, trusted: bool) -> None:
    locker.clock.synchronised = trusted
    locker.after(20)
    check_overdue_blocks_a_new_loan(locker)
    mine = view(locker).mine
    assert mine and mine.overdue and mine.left_s < -1500
    assert (FaultCode.BANK_OVERDUE, "1") in faults(locker)
    borrows(locker, BO)
    brings(locker, AN)
    assert FaultCode.BANK_OVERDUE not in [fault.fault for fault in locker.screen.faults]
    assert locker.screen.faults == ()


def test_setting_the_clock_makes_nobody_late_while_it_is_not_trusted(locker: TwinStation) -> None:
    locker.clock.synchronised = False
    locker.after(20)
    borrows(locker)
    locker.clock.set_wall(NOON + timedelta(hours=10))
    locker.after(60)
    assert faults(locker) == []
