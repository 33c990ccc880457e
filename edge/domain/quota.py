"""What a person may still draw today: reserve before anything is switched on, settle from the meter.

A day begins only on trusted time; without it the last known day goes on, so that setting a clock can not earn a second ration.
Invariant: used + reserved <= limit at every moment, for each person, kind and day. Where stations share a quota the cloud's leases are
kept here too (edge/domain/leases.py), and days that were left behind stay known for as long as one may have to go back to them.
"""

from dataclasses import dataclass, replace

from contract.facts import Stop
from contract.leases import Kind
from edge.domain.lease_book import LeaseBook
from edge.domain.lease_records import Shared, StoreDay
from edge.domain.records import Reserve, Settle


class QuotaExceeded(Exception):
    """More than what is left; nothing changed."""

    def __init__(self, asked: int, left: int) -> None:
        super().__init__(f"quota: {asked} asked, {left} left today")
        self.left = left


@dataclass(frozen=True)
class Open:
    """A reservation that is not settled. `progress` and `energy_wh` are what was last recorded of it."""

    session: str
    person: str
    kind: Kind
    part: str
    day: str
    amount: int
    progress: int = 0
    energy_wh: float | None = None


class Quota:
    """The day's account of this station. Amounts are whole ml, bottles or minutes."""

    def __init__(self, day: str) -> None:
        self.day = day
        self._keep_from: str | None = None
        self._used: dict[tuple[str, str, Kind], int] = {}
        self._open: dict[str, Open] = {}
        self.leases = LeaseBook()

    def restore(self, used: dict[tuple[str, Kind], int], still_open: list[Open], shared: Shared | None = None) -> None:
        """What the ledger knows of today, at start. With `shared` days that were left behind stay known, until the cloud's word lets them go."""
        self._used = {(self.day, person, kind): amount for (person, kind), amount in used.items()}
        self._open = {entry.session: entry for entry in still_open}
        if shared:
            self._keep_from = shared.day.keep_from if shared.day else ""
            self.day = shared.day.day if shared.day else self.day
            self._used = dict(shared.drawn)
            self.leases.restore(shared.leases)
            self._prune()

    def left(self, person: str, kind: Kind, limit: int) -> int:
        """Never below zero, also when the limit was lowered meanwhile."""
        return max(0, limit - self.used(person, kind) - self.held(person, kind))

    def used(self, person: str, kind: Kind) -> int:
        """Settled today."""
        return self._used.get((self.day, person, kind), 0)

    def held(self, person: str, kind: Kind) -> int:
        """Reserved today and not settled."""
        return sum(e.amount for e in self._open.values() if (e.person, e.kind, e.day) == (person, kind, self.day))

    def reserve(self, entry: Open, limit: int) -> Reserve:
        """Set an amount aside before the output goes on.

        A crash then costs the visitor what was recorded of the session and one step more; without it a power cut would be a free drink.

        Raises:
            QuotaExceeded: more than what is left today; nothing changes.
        """
        left = self.left(entry.person, entry.kind, limit)
        if not 0 < entry.amount <= left:
            raise QuotaExceeded(entry.amount, left)
        self._open[entry.session] = entry
        keep_from = entry.day if self._keep_from is None else self._keep_from
        return Reserve(entry.session, entry.person, entry.kind, entry.part, entry.day, entry.amount, keep_from)

    def settle(self, session: str, taken: int, stop: Stop) -> Settle:
        """Charge what was taken, at most what was reserved; give the rest back."""
        entry = self._open.pop(session)
        amount = max(0, min(taken, entry.amount))
        key = (entry.day, entry.person, entry.kind)
        self._used[key] = self._used.get(key, 0) + amount
        return Settle(session, amount, stop)

    def cancel(self, session: str) -> None:
        """Take back a reservation that was never written."""
        self._open.pop(session, None)

    def open_sessions(self) -> list[Open]:
        """Reservations not settled, oldest first."""
        return list(self._open.values())

    def turn(self, day: str) -> None:
        """A new day on trusted time; a day that lies before the current one changes nothing.

        The first day that a new station ever knows is the one on which it already gave: its clock was only late. Where quotas are shared
        the allowance bounds what it gave before, and leases already taken must not be outrun.
        """
        if day > self.day:
            if not self.day and self._keep_from is None:
                self._used = {(known or day, person, kind): amount for (known, person, kind), amount in self._used.items()}
                self._open = {session: replace(entry, day=entry.day or day) for session, entry in self._open.items()}
            self.day = day
            self._prune()

    def holders(self) -> set[tuple[str, Kind]]:
        """Who has a lease today, or drew anything."""
        opened = {(entry.day, entry.person, entry.kind) for entry in self._open.values()}
        return {(person, kind) for day, person, kind in self.leases.keys() | opened | set(self._used) if day == self.day}

    def confirm(self, today: str, forget_before: str, go_back: bool) -> None:
        """The cloud's word on the day. A day that a wrong clock had run ahead to is left with `go_back`; what was drawn on it stays known."""
        if go_back and self.day > today >= (self._keep_from or ""):
            self.day = today
        self._keep_from = max(self._keep_from or "", min(forget_before, self.day))
        self._prune()

    def standing(self) -> StoreDay:
        """The day in force, as the ledger keeps it."""
        return StoreDay(self.day, self._keep_from or "")

    def _prune(self) -> None:
        floor = self.day if self._keep_from is None else self._keep_from
        self._used = {key: amount for key, amount in self._used.items() if key[0] >= floor}
        self.leases.prune(floor)
