"""A tap: a valve that needs a moment, water that runs on, and a flow meter that gives pulses."""

from dataclasses import dataclass
from math import exp
from random import Random

from contract.water import TapConfig
from twin.basin import Basin
from twin.lines import Lines

VALVE_S = 0.1  # from shut to open, and back
SLOW_S = 6.0  # of a valve that limps shut
FLOW_ML_S = 30.0  # 1.8 l/min
DRIBBLE_ML = 10.0  # runs out after the valve has shut, and through the meter
DRIBBLE_S = DRIBBLE_ML / FLOW_ML_S  # time constant: the area under the decay is the dribble
METER_ERROR_RATIO = 0.01
DRY_ML_S = 0.01 * FLOW_ML_S  # below this it counts as stopped


@dataclass(frozen=True)
class TapTruth:
    """What is really so, whatever the meter says."""

    valve_open: bool
    powered: bool
    flow_ml_s: float
    dispensed_ml: float
    pulses: int


class Tap:
    """One valve with its meter. The meter of each tap is off by its own amount, at most 1 %. `basin` supplies it."""

    def __init__(self, config: TapConfig, lines: Lines, random: Random, basin: Basin) -> None:
        self.dispensed_ml = 0.0
        self.pulses = 0  # that reached the line
        self.mains_on = True
        self.meter_dead = False
        self.stuck_open = False
        self.stuck_shut = False
        self.slow = False
        self.flow_ml_s = 0.0
        self._config, self._basin = config, basin
        self._lines = lines
        self._gain = 1 + random.uniform(-METER_ERROR_RATIO, METER_ERROR_RATIO)
        self._opening_ratio = 0.0
        self._pulses_due = 0.0
        lines.wire(config.valve_pin, not config.valve_active_high)
        lines.drive(config.flow_pin, False)

    @property
    def powered(self) -> bool:
        """Whether the board asks the valve to open."""
        return self._lines.level(self._config.valve_pin) == self._config.valve_active_high

    @property
    def valve_open(self) -> bool:
        """Whether the valve lets any water through."""
        return self._opening_ratio > 0

    @property
    def moving(self) -> bool:
        """Whether water runs or is about to."""
        return self._opens or self.valve_open or self.flow_ml_s > 0

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        if not self.moving:
            return
        way = dt_s / VALVE_S if self._opens else -dt_s / (SLOW_S if self.slow else VALVE_S)
        self._opening_ratio = min(1.0, max(0.0, self._opening_ratio + way))
        self._meter(self._run(dt_s))

    def truth(self) -> TapTruth:
        """Return what is really so."""
        return TapTruth(self.valve_open, self.powered, self.flow_ml_s, self.dispensed_ml, self.pulses)

    @property
    def _opens(self) -> bool:
        return self.stuck_open or (self.powered and not self.stuck_shut)

    def _run(self, dt_s: float) -> float:
        """Return the millilitres of this step: a rising flow follows the valve, a falling one decays."""
        wanted = self._opening_ratio * FLOW_ML_S * (self.mains_on and self._basin.supplies)
        if wanted >= self.flow_ml_s:
            self.flow_ml_s = wanted
            return wanted * dt_s
        decay = exp(-dt_s / DRIBBLE_S)
        excess = self.flow_ml_s - wanted
        self.flow_ml_s = wanted + excess * decay
        if self.flow_ml_s < DRY_ML_S:
            self.flow_ml_s = 0.0
        return wanted * dt_s + excess * DRIBBLE_S * (1 - decay)

    def _meter(self, ml: float) -> None:
        self.dispensed_ml += ml
        self._pulses_due += ml / 1000 * self._config.pulses_per_l * self._gain
        while self._pulses_due >= 1:
            self._pulses_due -= 1
            if not self.meter_dead:
                self.pulses += 1
                self._lines.drive(self._config.flow_pin, True)
                self._lines.drive(self._config.flow_pin, False)
