"""Whose power bank is out, and for how long: by trusted time where both ends are known, else by the time that stations ran."""

from collections.abc import Iterable
from dataclasses import replace
from math import inf

from contract.envelope import ClockState
from edge.domain.clock import WallClock
from edge.domain.loans import KeepLoan, Loan
from edge.domain.messages import Effects

COUNT_S = 600.0
"""s between two records of how long loans have lasted: a power cut costs the count so much at most, in the borrower's favour."""


class LoanBook:
    """All loans of one locker; at most one a person. Times named `now` are monotonic seconds."""

    def __init__(self, loans: Iterable[Loan], clock: WallClock, longest_s: float) -> None:
        self._clock, self._longest_s = clock, longest_s
        self._loans = {loan.number: loan for loan in loans}
        self._since: dict[str, float] = {}
        self._count_at = self._due_at = -inf if self._loans else inf

    def of(self, person: str) -> Loan | None:
        """This person's."""
        return next((loan for loan in self._loans.values() if loan.person == person), None)

    def taken(self) -> list[Loan]:
        """Those whose bank went out of its slot, oldest first."""
        return [loan for loan in self._loans.values() if loan.taken]

    def pending(self) -> list[Loan]:
        """Those that are only written down."""
        return [loan for loan in self._loans.values() if not loan.taken]

    def write_down(self, loan: Loan, now: float) -> None:
        """It is being written down."""
        self._loans[loan.number] = loan
        self._since[loan.number] = now

    def keep(self, loan: Loan, now: float) -> Loan:
        """The bank is out from now on."""
        self._loans[loan.number] = kept = replace(loan, started_at=self._utc(now))
        self._since[loan.number], self._count_at, self._due_at = now, min(self._count_at, now + COUNT_S), -inf
        return kept

    def change(self, loan: Loan) -> Loan:
        """Something else about it is known now."""
        self._loans[loan.number] = loan
        return loan

    def close(self, number: str) -> None:
        """It is no more."""
        self._loans.pop(number, None)
        self._since.pop(number, None)

    def lasted_s(self, loan: Loan, now: float) -> float:
        """s since it was taken, as far as can be known."""
        utc = self._utc(now)
        counted = loan.out_s + now - self._since.get(loan.number, now)
        return counted if utc is None or loan.started_at is None else max(0.0, utc - loan.started_at)

    def overdue(self, loan: Loan, now: float) -> bool:
        """Longer out than agreed."""
        return loan.taken and self.lasted_s(loan, now) >= self._longest_s

    def overdue_from(self, slot: str, now: float) -> bool:
        """Whether one that was lent from this slot is."""
        return any(loan.slot == slot and self.overdue(loan, now) for loan in self._loans.values())

    def tick(self, now: float) -> Effects:
        """Count, and find out when the next one is overdue."""
        for number in self._loans:
            self._since.setdefault(number, now)
        effects = Effects()
        if now >= self._count_at:
            effects.records += [KeepLoan(self._counted(loan, now)) for loan in self.taken()]
            self._count_at = now + COUNT_S if self._loans else inf
        if now >= self._due_at:
            left = [self._longest_s - self.lasted_s(loan, now) for loan in self.taken() if not self.overdue(loan, now)]
            self._due_at = now + min(left, default=inf) if left else inf
        return effects

    def deadline(self) -> float:
        """When tick has something to do."""
        return min(self._count_at, self._due_at)

    def _counted(self, loan: Loan, now: float) -> Loan:
        """With what was counted; where trusted time is known by now, with the moment at which it began."""
        out_s, utc = round(loan.out_s + now - self._since[loan.number]), self._utc(now)
        started_at = loan.started_at if loan.started_at is not None or utc is None else utc - out_s
        self._loans[loan.number] = counted = replace(loan, out_s=out_s, started_at=started_at)
        self._since[loan.number] = now
        return counted

    def _utc(self, now: float) -> int | None:
        return int(self._clock.at(now).timestamp()) if self._clock.state is ClockState.TRUSTED else None
