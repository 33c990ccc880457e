"""Lending power banks: the loan is in the ledger before its slot is released, and begins when the bank goes out of it.

A contact says that something lies in a slot, not what: who brings back an empty box has brought it back.
"""

from dataclasses import dataclass, replace
from math import inf

from contract.facts import FaultCode, Refusal
from contract.lending import BankFound, BankMissing, LoanCancelled, LoanEnded, LoanRefused, LoanStarted
from edge.domain.equipment import Indoors
from edge.domain.faults import BLOCKS, Service
from edge.domain.loan_book import LoanBook
from edge.domain.loans import CloseLoan, KeepLoan, Loan, OpenLoan
from edge.domain.messages import Effects, SetOutput
from edge.domain.safe_state import slot as lock
from edge.domain.screen import Notice
from edge.domain.slots import Slot
from edge.domain.visits import Visit

GRACE_S = 2.0
"""After the lock was set back a bank may still be on its way out, or in."""


@dataclass
class Release:
    """One slot that is open now. `loan` is None when a bank is to come back, and for a steward (`service`)."""

    slot: str
    person: str
    loan: Loan | None
    until: float
    on: bool = True
    recorded: bool = False
    service: bool = False


class Lending:
    """The locker of one room; without one, nothing."""

    def __init__(self, indoors: Indoors) -> None:
        self._in, self._config = indoors, indoors.config.lending
        self.slots = {s.name: Slot(s) for s in (self._config.slots if self._config else ())}
        self.book = LoanBook(indoors.restored.loans, indoors.clock, self._config.loan_h * 3600 if self._config else inf)
        self.release: Release | None = None

    def lend(self, now: float) -> Effects:
        """Write the loan down and release the bank that charged longest, or say why not."""
        visit, there = self._in.visits.current, self.there()
        reason = self._why_not(visit) or self._why_no_loan(visit, now) or (None if there else Refusal.NO_BANK)
        if reason or not visit:
            return self._refuse(reason, now)
        slot = min(there, key=lambda found: (found.failures, found.since))
        loan = Loan(self._in.number(), visit.person, slot.config.name)
        self.book.write_down(loan, now)
        effects = self._let_go(slot, visit.person, loan, Notice.BANK_TAKE, now)
        effects.records.append(OpenLoan(loan))
        return effects

    def give_back(self, now: float) -> Effects:
        """Release an empty slot, or say why not."""
        visit, free = self._in.visits.current, self.free()
        loan = self.book.of(visit.person) if visit else None
        reason = self._why_not(visit) or (None if loan else Refusal.NO_LOAN) or (None if free else Refusal.NO_SLOT)
        if reason or not (visit and loan):
            return self._refuse(reason, now)
        slot = min(free, key=lambda found: (found.failures, found.config.name))
        effects = self._let_go(slot, visit.person, None, Notice.BANK_PUT, now)
        effects.records.append(OpenLoan(self.book.change(replace(loan, back=slot.config.name))))
        return effects

    def service(self, person: str, name: str, now: float) -> Effects | None:
        """Release a slot for a steward, who puts a power bank in, takes one out, or tries the lock of a stuck one. None: it can not be now."""
        slot, standing = self.slots.get(name), self._in.faults.standing()
        blocked = any(Service.LENDING in BLOCKS[fault] and part in ("", name) for fault, part in standing if fault is not FaultCode.SLOT_STUCK)
        if slot is None or blocked or self.release:
            return None
        effects = self._let_go(slot, person, None, Notice.BANK_PUT, now)
        if self.release:
            self.release.service = True
        return effects

    def there(self) -> list[Slot]:
        """Slots from which a bank can be lent."""
        return [s for name, s in self.slots.items() if s.present is True and not self._in.faults.blocks(Service.LENDING, name)]

    def free(self) -> list[Slot]:
        """Slots into which one can be put."""
        return [s for name, s in self.slots.items() if s.present is False and not self._in.faults.blocks(Service.LENDING, name)]

    def contact(self, slot: str, on: bool, now: float) -> Effects:
        """A slot's contact moved."""
        if slot in self.slots:
            self.slots[slot].heard(on, now)
        return Effects()

    def tick(self, now: float) -> Effects:
        """See Equipment."""
        effects = Effects()
        for name, slot in self.slots.items():
            before = slot.present
            if slot.settled(now):
                effects.add(self._settled(name, before, slot.present is True, now))
        effects.add(self._close_in_time(now))
        effects.add(self._forget_slots())
        effects.add(self.book.tick(now))
        for name in self.slots:
            effects.add(self._in.faults.set(self.book.overdue_from(name, now), FaultCode.BANK_OVERDUE, name, f"a power bank lent from slot {name}", now))
        return effects

    def deadline(self) -> float:
        """See Equipment."""
        waits = [self.book.deadline(), *(slot.settles_at() for slot in self.slots.values())]
        if self.release:
            waits.append(self.release.until if self.release.on else self.release.until + GRACE_S)
        return min(waits)

    def recorded(self) -> None:
        """See Equipment."""
        if self.release:
            self.release.recorded = True

    def revoke(self) -> Effects:
        """See Equipment."""
        if self.release is None or self.release.recorded:
            return Effects()
        release, self.release = self.release, None
        if release.loan:
            self.book.close(release.loan.number)
        else:
            self._keep_out(release.slot)
        return Effects([SetOutput(lock(release.slot), False)])

    def end(self, person: str, now: float) -> Effects:
        """See Equipment. A slot that is open for who left is locked; the loan itself goes on."""
        return self._shut(now) if self.release and self.release.person == person else Effects()

    def lease_ended(self, part: str, now: float) -> Effects:
        """See Equipment."""
        return self._shut(now) if self.release and self.release.slot == part else Effects()

    def _let_go(self, slot: Slot, person: str, loan: Loan | None, notice: Notice, now: float) -> Effects:
        assert self._config
        self._in.visits.touched(now)
        self._in.notices.show(notice, now)
        self.release = Release(slot.config.name, person, loan, now + self._config.unlock_s)
        return Effects([SetOutput(lock(slot.config.name), True)])

    def _shut(self, now: float) -> Effects:
        """The lock goes back; what was meant is decided when the contact had its time."""
        if self.release is None or not self.release.on:
            return Effects()
        self.release.on, self.release.until = False, min(self.release.until, now)
        return Effects([SetOutput(lock(self.release.slot), False)])

    def _close_in_time(self, now: float) -> Effects:
        if self.release is None:
            return Effects()
        effects = Effects()
        if now >= self.release.until or self._in.faults.cuts(Service.LENDING, self.release.slot):
            effects.add(self._shut(now))
        if now >= self.release.until + GRACE_S:
            effects.add(self._nothing_moved(now))
        return effects

    def _nothing_moved(self, now: float) -> Effects:
        """Nobody took it, nobody put it in, or the slot did not open: the contact can not tell which, a row of such tries can."""
        assert self.release and self._config
        release, self.release = self.release, None
        slot, effects = self.slots[release.slot], Effects()
        if release.service:
            return effects
        slot.failures += 1
        if slot.failures >= self._config.stuck_tries:
            words = f"released {slot.failures} times and nothing moved"
            slot.failures = 0
            effects.add(self._in.faults.raise_(FaultCode.SLOT_STUCK, release.slot, words, now))
        if release.loan:
            self._tell(release.person, Notice.BANK_LEFT, now)
            effects.add(self._cancel(release.loan))
        else:
            effects.add(self._keep_out(release.slot))
        return effects

    def _keep_out(self, slot: str) -> Effects:
        """Nothing came back into this slot after all."""
        kept = [self.book.change(replace(loan, back=None)) for loan in self.book.taken() if loan.back == slot]
        return Effects(records=[KeepLoan(loan) for loan in kept])

    def _settled(self, name: str, before: bool | None, present: bool, now: float) -> Effects:
        """A bank came or went, or a contact was heard for the first time."""
        if before is None:
            return self._after_a_restart(name, present, now)
        release = self.release if self.release and self.release.slot == name else None
        if release and release.service:
            return self._done(release, now)
        if present:
            return self._came(name, release, now)
        if release and release.loan:
            return self._went(release, release.loan, now)
        return Effects(facts=[BankMissing(slot=name)])

    def _went(self, release: Release, loan: Loan, now: float) -> Effects:
        effects = self._done(release, now)
        effects.add(self._start(loan, now))
        self._tell(release.person, Notice.BANK_LENT, now)
        return effects

    def _came(self, name: str, release: Release | None, now: float) -> Effects:
        """By who asked; else by who alone can have it; else nobody knows."""
        asked = release is not None and release.loan is None
        out = self.book.taken()
        loan = self.book.of(release.person) if asked and release else out[0] if len(out) == 1 else None
        effects = self._done(release, now) if asked and release else Effects()
        effects.add(self._ended(loan, name, asked, now) if loan else Effects(facts=[BankFound(slot=name)]))
        return effects

    def _ended(self, loan: Loan, name: str, asked: bool, now: float) -> Effects:
        lasted_s = round(self.book.lasted_s(loan, now), 1)
        self.book.close(loan.number)
        self._tell(loan.person, Notice.BANK_BACK, now)
        fact = LoanEnded(loan=loan.number, person=loan.person, slot=name, lasted_s=lasted_s, asked=asked)
        return Effects(facts=[fact], records=[CloseLoan(loan.number)])

    def _done(self, release: Release, now: float) -> Effects:
        """It moved: the lock goes back at once."""
        effects = self._shut(now)
        self.slots[release.slot].failures, self.release = 0, None
        return effects

    def _after_a_restart(self, name: str, present: bool, now: float) -> Effects:
        """Of a loan that was only written down the contact says now whether the bank went; of one that was to come back, whether it did."""
        effects = Effects() if present else self._keep_out(name)
        for loan in [loan for loan in self.book.taken() if loan.back == name and present]:
            effects.add(self._ended(loan, name, True, now))
        for loan in [loan for loan in self.book.pending() if loan.slot == name]:
            effects.add(self._cancel(loan) if present else self._start(loan, now))
        return effects

    def _forget_slots(self) -> Effects:
        """A loan that was only written down, for a slot that is fitted no more."""
        effects = Effects()
        for loan in [loan for loan in self.book.pending() if self.slots and loan.slot not in self.slots]:
            effects.add(self._cancel(loan))
        return effects

    def _start(self, loan: Loan, now: float) -> Effects:
        taken = self.book.keep(replace(loan, taken=True), now)
        return Effects(facts=[LoanStarted(loan=loan.number, person=loan.person, slot=loan.slot)], records=[KeepLoan(taken)])

    def _cancel(self, loan: Loan) -> Effects:
        self.book.close(loan.number)
        return Effects(facts=[LoanCancelled(loan=loan.number, person=loan.person, slot=loan.slot)], records=[CloseLoan(loan.number)])

    def _why_not(self, visit: Visit | None) -> Refusal | None:
        if visit is None:
            return Refusal.NOT_IDENTIFIED
        if not self.slots or self._in.faults.blocks(Service.LENDING):
            return Refusal.OUT_OF_ORDER
        return Refusal.BUSY if self.release else None

    def _why_no_loan(self, visit: Visit | None, now: float) -> Refusal | None:
        loan = self.book.of(visit.person) if visit else None
        if loan is None:
            return None
        return Refusal.BANK_OVERDUE if self.book.overdue(loan, now) else Refusal.HAS_ONE

    def _refuse(self, reason: Refusal | None, now: float) -> Effects:
        self._in.notices.show(Notice.NOT_NOW, now, reason)
        return Effects(facts=[LoanRefused(reason=reason or Refusal.NOT_IDENTIFIED)])

    def _tell(self, person: str, notice: Notice, now: float) -> None:
        """On the screen, when it is theirs."""
        if self._in.visits.current and self._in.visits.current.person == person:
            self._in.notices.show(notice, now)
