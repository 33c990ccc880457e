"""What a person may still draw today: reserve before anything is switched on, settle from the meter.

A day begins only on trusted time; without it the last known day goes on, so that setting a clock can not earn a second ration.
Invariant: used + reserved <= limit at every moment, for each person, kind and day.
"""

from dataclasses import dataclass

from contract.facts import Stop
from edge.domain.messages import Kind, Reserve, Settle


class QuotaExceeded(Exception):
    """More than what is left; nothing changed."""

    def __init__(self, asked: int, left: int) -> None:
        super().__init__(f"quota: {asked} asked, {left} left today")
        self.left = left


@dataclass(frozen=True)
class Open:
    """A reservation that is not settled."""

    session: str
    person: str
    kind: Kind
    part: str
    day: str
    amount: int


class Quota:
    """The day's account of this station. Amounts are whole ml or whole minutes."""

    def __init__(self, day: str) -> None:
        self.day = day
        self._used: dict[tuple[str, Kind], int] = {}
        self._open: dict[str, Open] = {}

    def restore(self, used: dict[tuple[str, Kind], int], still_open: list[Open]) -> None:
        """What the ledger knows of today, at start."""
        self._used = dict(used)
        self._open = {entry.session: entry for entry in still_open}

    def left(self, person: str, kind: Kind, limit: int) -> int:
        """Never below zero, also when the limit was lowered meanwhile."""
        held = sum(e.amount for e in self._open.values() if (e.person, e.kind, e.day) == (person, kind, self.day))
        return max(0, limit - self._used.get((person, kind), 0) - held)

    def reserve(self, entry: Open, limit: int) -> Reserve:
        """Set an amount aside before the output goes on.

        A crash then costs the visitor the reservation; without it a power cut would be a free drink.

        Raises:
            QuotaExceeded: more than what is left today; nothing changes.
        """
        left = self.left(entry.person, entry.kind, limit)
        if not 0 < entry.amount <= left:
            raise QuotaExceeded(entry.amount, left)
        self._open[entry.session] = entry
        return Reserve(entry.session, entry.person, entry.kind, entry.part, entry.day, entry.amount)

    def settle(self, session: str, taken: int, stop: Stop) -> Settle:
        """Charge what was taken, at most what was reserved; give the rest back."""
        entry = self._open.pop(session)
        amount = max(0, min(taken, entry.amount))
        if entry.day == self.day:
            key = (entry.person, entry.kind)
            self._used[key] = self._used.get(key, 0) + amount
        return Settle(session, amount, stop)

    def cancel(self, session: str) -> None:
        """Take back a reservation that was never written."""
        self._open.pop(session, None)

    def open_sessions(self) -> list[Open]:
        """Reservations not settled, oldest first."""
        return list(self._open.values())

    def turn(self, day: str) -> None:
        """A new day on trusted time; a day that lies before the current one changes nothing."""
        if day > self.day:
            self.day = day
            self._used.clear()
