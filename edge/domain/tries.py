"""Wrong codes of the last 15 minutes: how many are allowed, by number and at the station. Survives a restart. Pure.

Monotonic time does not survive one, and a Pi without its clock does not know how long it was off. So what was counted before a start
counts for 15 minutes after it: pulling the plug buys no try, and nobody is locked out for longer than that.
"""

from collections import deque
from collections.abc import Sequence
from math import inf

from contract.config import AccessConfig
from edge.domain.records import KeepTries

TRIES_LAST_S = 900.0


class Tries:
    """Oldest first. A try counts from when it was typed; it is stored when it turned out wrong, before anybody is told so."""

    def __init__(self, config: AccessConfig, stored: Sequence[str] = ()) -> None:
        """`stored`: numbers of the tries that the ledger knows; their time begins with the first step."""
        self.config = config
        self._wrong: deque[tuple[float, str]] = deque()
        self._before = self._stored = tuple(stored)

    def too_many(self, number: str, now: float) -> bool:
        """Whether this number, or the whole station, has no try left."""
        self._turn(now)
        of_number = sum(1 for _, who in self._wrong if who == number)
        return of_number >= self.config.tries_per_person or len(self._wrong) >= self.config.tries_per_station

    def add(self, number: str, now: float) -> None:
        """One more."""
        self._turn(now)
        self._wrong.append((now, number))

    def forgive(self, number: str) -> None:
        """The right code forgets the slips before it."""
        self._wrong = deque(entry for entry in self._wrong if entry[1] != number)

    def unsaved(self) -> list[KeepTries]:
        """What the ledger must know, when it does not know it yet."""
        numbers = tuple(who for _, who in self._wrong)
        if numbers == self._stored:
            return []
        self._stored = numbers
        return [KeepTries(numbers)]

    def tick(self, now: float) -> list[KeepTries]:
        """What is over is over on the disk too: else it would count again after the next start."""
        if now < self.deadline():
            return []
        self._turn(now)
        return self.unsaved()

    def deadline(self) -> float:
        """When tick has something to do."""
        if not self._stored:
            return inf
        return self._wrong[0][0] + TRIES_LAST_S if self._wrong else -inf

    def _turn(self, now: float) -> None:
        self._wrong.extendleft((now, number) for number in reversed(self._before))
        self._before = ()
        while self._wrong and now >= self._wrong[0][0] + TRIES_LAST_S:
            self._wrong.popleft()
