"""The slots of a locker as their contacts tell: a bank lies there, or not, since when; and how often a release moved nothing."""

from dataclasses import dataclass
from math import inf

from contract.lending import SlotConfig

SETTLE_S = 0.2
"""s that a contact must stay before it counts."""


@dataclass
class Slot:
    """`present` is None until the contact was heard. Times are monotonic seconds."""

    config: SlotConfig
    present: bool | None = None
    since: float = -inf
    failures: int = 0
    _raw: bool | None = None
    _raw_at: float = inf

    def heard(self, on: bool, now: float) -> None:
        """The contact moved, or says where it stands; bounces come too."""
        if on is not self._raw:
            self._raw, self._raw_at = on, now

    def settled(self, now: float) -> bool:
        """Whether it came to rest elsewhere; then `present` is new."""
        if self._raw is self.present or now < self._raw_at + SETTLE_S:
            return False
        self.present, self.since = self._raw, self._raw_at
        return True

    def settles_at(self) -> float:
        """When it will have come to rest elsewhere; inf for not."""
        return inf if self._raw is self.present else self._raw_at + SETTLE_S
