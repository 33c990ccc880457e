"""A flow meter: pulses to ml, what ran of late, and how much runs on after a valve was told to shut."""

from collections import deque

STEP_S = 1.0
MOST_DRIBBLE_ML = 50.0
LEARNS = 0.25
"""Share of the newest pour in the running mean of what runs on."""


class Recent:
    """A sum over the last `keep_s`, in steps of a second: it never forgets too early, at most a step too late. Bounded memory."""

    def __init__(self, keep_s: float) -> None:
        self._keep_s = keep_s
        self._steps: deque[tuple[float, float]] = deque()

    def add(self, amount: float, now: float) -> float:
        """The sum with this amount."""
        step = now // STEP_S * STEP_S
        if self._steps and self._steps[-1][0] == step:
            amount += self._steps.pop()[1]
        self._steps.append((step, amount))
        while self._steps[0][0] + STEP_S <= now - self._keep_s:
            self._steps.popleft()
        return sum(each for _, each in self._steps)

    def clear(self) -> None:
        """Begin anew."""
        self._steps.clear()


class Meter:
    """Of one tap. `total` is the running count of pulses; `dribble_ml` what is expected to run after the valve is told to shut."""

    def __init__(self, pulses_per_l: float, dribble_ml: float) -> None:
        self._pulse_ml = 1000 / pulses_per_l
        self.total = 0
        self.dribble_ml = dribble_ml

    def ml(self, pulses: int) -> float:
        """Of so many pulses."""
        return pulses * self._pulse_ml

    def learn(self, pulses: int) -> None:
        """So many came after the valve was told to shut, which happens right after a pulse: on average half a one more ran unseen."""
        ran_ml = self.ml(pulses) + self._pulse_ml / 2
        self.dribble_ml = min(MOST_DRIBBLE_ML, self.dribble_ml + LEARNS * (ran_ml - self.dribble_ml))
