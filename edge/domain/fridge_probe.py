"""One thermometer: whether what it says can be true. A value that can not, and every value while it is in doubt, is no value.

Not there, out of any range, the value that a DS18B20 has before its first measurement, jumping as no bottle can, or standing still as no
cabinet with a compressor does.
"""

from collections import deque
from math import inf

LOWEST_C, HIGHEST_C = -30.0, 60.0
UNMEASURED_C = 85.0
"""In the chip's memory at power-on. A cabinet never has it."""
JUMP_K, JUMP_S, CALM_S = 5.0, 30.0, 60.0
"""More than so many K within so many s is no temperature; believed again after so many s without."""
STUCK_S = 6 * 3600.0
"""The chip tells 1/16 K; a thermostat alone moves more than that many times an hour."""
SILENT_S = 60.0


class Probe:
    """`why` says what is wrong, '' while its value counts."""

    def __init__(self) -> None:
        self.why = "gave no value yet"
        self.judged = False
        self._recent: deque[tuple[float, float]] = deque()
        self._celsius = 0.0
        self._changed_at = self._read_at = self._jumped_at = -inf
        self._began: float | None = None
        self._latest = -inf
        self._lost = ""

    @property
    def celsius(self) -> float | None:
        """None while it is in doubt."""
        return None if self.why else self._celsius

    def read(self, celsius: float, now: float) -> None:
        """It said this."""
        if celsius != self._celsius or self._changed_at == -inf:
            self._celsius, self._changed_at = celsius, now
        self._read_at, self._lost = now, _impossible(celsius)
        if not self._lost:
            self._follow(celsius, now)
        self.tick(now)

    def lost(self, reason: str, now: float) -> None:
        """It did not answer, or with nonsense."""
        self._lost = reason or "does not answer"
        self.tick(now)

    def tick(self, now: float) -> None:
        """Judge anew."""
        self._began = now if self._began is None else self._began
        self.why = self._doubt(now)
        self.judged = self.judged or not self.why or bool(self._lost) or now >= self._began + SILENT_S

    def deadline(self) -> float:
        """When time alone may change the judgement."""
        if self._began is None:
            return -inf
        if self._read_at == -inf:
            return inf if self.judged else self._began + SILENT_S
        dues = (self._read_at + SILENT_S, self._jumped_at + CALM_S, self._changed_at + STUCK_S)
        return min((due for due in dues if due > self._latest), default=inf)

    def _follow(self, celsius: float, now: float) -> None:
        self._recent.append((now, celsius))
        while self._recent[0][0] < now - JUMP_S:
            self._recent.popleft()
        seen = [one for _, one in self._recent]
        if max(seen) - min(seen) > JUMP_K:
            self._jumped_at = now

    def _doubt(self, now: float) -> str:
        self._latest = now
        if self._lost:
            return self._lost
        if self._read_at == -inf:
            return "gave no value yet"
        if now >= self._read_at + SILENT_S:
            return f"silent for {SILENT_S:g} s"
        if now < self._jumped_at + CALM_S:
            return f"jumped by more than {JUMP_K:g} K in {JUMP_S:g} s"
        return f"the same for {STUCK_S / 3600:g} h" if now >= self._changed_at + STUCK_S else ""


def _impossible(celsius: float) -> str:
    if celsius == UNMEASURED_C:
        return "85: had no measurement since its power came"
    return "" if LOWEST_C <= celsius <= HIGHEST_C else f"{celsius:g}: out of {LOWEST_C:g} to {HIGHEST_C:g}"
