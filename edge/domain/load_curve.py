"""What the power that a load takes says about it. Two readings a second of true RMS current: no inrush, no power factor, no data line.

What it can tell: the charger of an e-bike above `ebike_w` (most draw 100 to 300 W from the mains), within `ebike_s`; and any load
that takes more energy than a computer's battery holds, late. What it can not tell: a slow 2 A charger at 84 W looks like a computer
for hours, and a large computer at work looks like a charger. No curve says that a battery is damaged.
"""

from dataclasses import dataclass
from enum import Enum
from math import inf

from contract.charging import SocketConfig

DIP_S = 5.0
"""A plateau is not over when the power falls below for less than this."""
SMALL_W = 30.0
"""Phones and power banks stay below it."""


class Guess(Enum):
    """What a load may be, for operators and for measuring this very guess; only EBIKE has consequences."""

    NOTHING = "nothing"
    SMALL = "small"
    COMPUTER_OR_SLOW_PACK = "computer_or_slow_pack"
    EBIKE = "ebike"


@dataclass
class LoadCurve:
    """The curve of one charge. Times are monotonic seconds, power in W, energy in Wh."""

    most_w: float = 0.0
    high_since: float = inf
    dip_since: float = inf
    energy_due: float = inf

    def read(self, config: SocketConfig, watts: float, energy_wh: float, now: float) -> None:
        """One reading, and the energy so far."""
        self.most_w = max(self.most_w, watts)
        if watts > config.ebike_w:
            self.high_since, self.dip_since = min(self.high_since, now), inf
        else:
            self.dip_since = min(self.dip_since, now)
            self.high_since = inf if now - self.dip_since >= DIP_S else self.high_since
        if energy_wh > config.ebike_wh:
            self.energy_due = min(self.energy_due, now)

    def refused_at(self, config: SocketConfig) -> float:
        """When this load counts as the battery of an e-bike; inf for not so far."""
        return min(self.high_since + config.ebike_s, self.energy_due)

    def guess(self, config: SocketConfig, now: float) -> Guess:
        """What it may be, judged by all readings so far."""
        if now >= self.refused_at(config):
            return Guess.EBIKE
        if self.most_w < config.low_w:
            return Guess.NOTHING
        return Guess.SMALL if self.most_w < SMALL_W else Guess.COMPUTER_OR_SLOW_PACK
