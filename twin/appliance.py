"""An appliance on a relay: what it draws while it runs, and a current sensor where the configuration names one."""

from dataclasses import dataclass
from random import Random

from contract.amenity import AmenityConfig
from twin.lines import Lines

RIPPLE_RATIO = 0.02
DRAWS_W = 60.0
"""W of an appliance whose plate says nothing."""


@dataclass(frozen=True)
class ApplianceTruth:
    """What is really so, whatever the sensor says."""

    running: bool
    watts: float
    used_wh: float


class Appliance:
    """One relay with whatever it switches."""

    def __init__(self, config: AmenityConfig, lines: Lines, random: Random) -> None:
        self.used_wh = 0.0
        self.relay_stuck_on = False
        self._config, self._lines = config, lines
        self._draws_w = config.rated_w or DRAWS_W
        self._ripple = 1 + random.uniform(-RIPPLE_RATIO, RIPPLE_RATIO)
        lines.wire(config.relay_pin, not config.relay_active_high)

    @property
    def running(self) -> bool:
        """Whether it has power."""
        relay = self._lines.level(self._config.relay_pin) == self._config.relay_active_high
        return self.relay_stuck_on or relay != self._config.runs_at_rest

    @property
    def watts(self) -> float:
        """What it takes now, W."""
        return self._draws_w * self._ripple if self.running else 0.0

    def volts(self) -> float:
        """Return the voltage of its current sensor, V."""
        return self._config.zero_v + self.watts / self._config.mains_v / self._config.amps_per_v

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        self.used_wh += self.watts * dt_s / 3600

    def truth(self) -> ApplianceTruth:
        """Return what is really so."""
        return ApplianceTruth(self.running, self.watts, self.used_wh)
