"""How warm the cabinet is and was: the warmer of the probes that can be believed. What nobody measures counts as warm.

Time above the limit is summed by monotonic time until a steward releases it, over restarts too. Where a restart finds the cabinet warm,
the time without power counts as well, as soon as the clock can be trusted; where it can not be told how long that was, it was too long.
Nothing here can warm or cool: the compressor has its own thermostat.
"""

from collections.abc import Callable
from math import inf

from contract.facts import FaultCode
from contract.fridge import FridgeConfig, FridgeReleased
from edge.domain.faults import Faults
from edge.domain.fridge_probe import Probe
from edge.domain.fridge_records import FridgeKept, StoreCold, StoreProbe
from edge.domain.messages import Effects

STORE_WARM_S, STORE_S = 60.0, 600.0
"""The sum is written after so many s more of it, and how late it is at least so often."""
CLOCK_SLACK_S = 60.0
"""A clock that went back by more since the last record can not say how long the power was off."""


class Cold:
    """`celsius` is None while no probe can be believed. `at` gives trusted UTC s, or None."""

    def __init__(self, config: FridgeConfig, faults: Faults, at: Callable[[float], int | None], kept: FridgeKept) -> None:
        self.config, self._faults, self._at = config, faults, at
        self.probes = {probe.name: Probe() for probe in config.probes}
        self._ids = {probe.name: probe.id for probe in config.probes}
        self.known = kept.probes
        self.celsius: float | None = None
        self._next: float | None = None
        self._seen = False
        self.warm_s = kept.cold.warm_s if kept.cold else 0.0
        self._kept = self._gap = kept.cold
        self._judged_at: float | None = None
        self._counted_at, self._warm_since, self._blind_since = inf, inf, inf
        self._written_s, self._written_at = self.warm_s, -inf

    def read(self, probe: str, celsius: float, now: float) -> Effects:
        """A probe said this."""
        if probe in self.probes:
            self.probes[probe].read(celsius, now)
        return Effects()

    def lost(self, probe: str, reason: str, now: float) -> Effects:
        """A probe did not answer."""
        if probe in self.probes:
            self.probes[probe].lost(reason, now)
        return Effects()

    def blocks(self, now: float) -> FaultCode | None:
        """Why nothing may be given out, beyond what stands as a fault that blocks: nobody knows how warm it is, or was."""
        if self._judged_at is None or now >= self._blind_since + self.config.alarm_s:
            return FaultCode.PROBE_LOST
        return FaultCode.FRIDGE_WARM if self._gap is not None else None

    def release(self, person: str, reason: str, now: float) -> Effects | None:
        """A steward has looked at what lies inside. None: it is warm, or nobody knows; then nobody may."""
        self._count(now)
        if self._judged_at is None or self._warm():
            return None
        effects = Effects(facts=[FridgeReleased(person=person, reason=reason[:200], warm_s=round(self.warm_s))])
        self.warm_s, self._gap = 0.0, None
        effects.add(self._faults.clear(FaultCode.FRIDGE_BLOCKED, "", now))
        effects.add(self._store(now))
        return effects

    def tick(self, now: float) -> Effects:
        """Judge the probes, sum, raise what is due."""
        effects = self._judge(now)
        self._count(now)
        self._look(now)
        if self._judged_at is None:
            return effects
        self._bridge(now)
        effects.add(self._told(now))
        due = abs(self.warm_s - self._written_s) >= STORE_WARM_S or now >= self._written_at + STORE_S
        if due and self._gap is None:
            effects.add(self._store(now))
        return effects

    def deadline(self) -> float:
        """When tick has something to do."""
        waits = [probe.deadline() for probe in self.probes.values()]
        if self._judged_at is None:
            return min(waits)
        if self._counted_at < self._warm_since + self.config.alarm_s:
            waits.append(self._warm_since + self.config.alarm_s)
        if self._warm_since < inf and not self._faults.stands(FaultCode.FRIDGE_BLOCKED):
            waits.append(self._counted_at + max(0.0, self.config.block_s - self.warm_s))
        return min(waits)

    def _judge(self, now: float) -> Effects:
        effects = Effects()
        for name, probe in self.probes.items():
            probe.tick(now)
            if probe.judged:
                effects.add(self._faults.set(bool(probe.why), FaultCode.PROBE_LOST, name, probe.why, now))
            if probe.celsius is not None and self._ids[name] not in self.known:
                self.known |= {self._ids[name]}
                effects.records.append(StoreProbe(self._ids[name]))
        good = [probe.celsius for probe in self.probes.values() if probe.celsius is not None]
        self._next = max(good) if good else None
        if self._judged_at is None and (good or all(probe.judged for probe in self.probes.values())):
            self._judged_at = self._counted_at = now
        return effects

    def _count(self, now: float) -> None:
        if self._warm_since < inf:
            self.warm_s += max(0.0, now - self._counted_at)
        self._counted_at = now

    def _look(self, now: float) -> None:
        if self._judged_at is None:
            return
        self.celsius = self._next
        self._warm_since = min(self._warm_since, now) if self._warm() else inf
        self._seen = self._seen or self.celsius is not None
        self._blind_since = inf if self.celsius is not None else min(self._blind_since, now) if self._seen else -inf

    def _warm(self) -> bool:
        return self.celsius is None or self.celsius > self.config.warm_c

    def _bridge(self, now: float) -> None:
        """The time without power, once."""
        gap, judged, at = self._gap, self._judged_at, self._at(now)
        if gap is None or judged is None:
            return
        if not self._warm() and now == judged:
            self._gap = None
        elif gap.seen_at is None:
            self.warm_s, self._gap = max(self.warm_s, self.config.block_s), None
        elif at is not None:
            off_s = at - (now - judged) - gap.seen_at
            self.warm_s += self.config.block_s if off_s < -CLOCK_SLACK_S else max(0.0, off_s)
            self._gap = None

    def _told(self, now: float) -> Effects:
        known_warm = self.celsius is not None and now >= self._warm_since + self.config.alarm_s
        effects = Effects()
        if known_warm or not self._warm():
            effects = self._faults.set(known_warm, FaultCode.FRIDGE_WARM, "", f"{self.celsius:g} C, above {self.config.warm_c:g} C too long", now)
        if self.warm_s >= self.config.block_s:
            detail = f"{self.warm_s / 60:.0f} min above {self.config.warm_c:g} C, or not measurable, since the last release"
            effects.add(self._faults.raise_(FaultCode.FRIDGE_BLOCKED, "", detail, now))
        return effects

    def _store(self, now: float) -> Effects:
        self._written_s, self._written_at = self.warm_s, now
        return Effects(records=[StoreCold(round(self.warm_s, 1), self._at(now))])
