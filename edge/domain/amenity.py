"""One amenity: a run is on record before the relay goes on, ends by time, a person, an empty room or a fault, and rests after it.

Where it is wired to run at rest, the relay holds it off: then the lease is that of the resting, and letting go of it is safe.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from contract.amenity import AmenityConfig, AmenityEnded, AmenityMode, AmenityStarted
from contract.facts import FaultCode, Stop
from edge.domain.faults import Faults
from edge.domain.messages import Effects, SetOutput
from edge.domain.records import DropRun, StoreRun
from edge.domain.safe_state import amenity

SHORT_S = 10.0
"""s of a run that needs no rest."""
STUCK_S = 3.0
STUCK_W = 20.0
"""W for s through a relay that is off: it is stuck. Above what a clock or a standby lamp takes."""
LONGEST_STEP_S = 2.0
"""Energy between two readings farther apart is not guessed."""


@dataclass
class Run:
    """One run under way. `person` None: because somebody is inside."""

    run: str
    person: str | None
    started_at: float
    ends_at: float
    energy_wh: float = 0.0


class Amenity:
    """One relay, and a current sensor where one is fitted."""

    def __init__(self, config: AmenityConfig, faults: Faults, number: Callable[[], str]) -> None:
        self.config, self._faults, self._number = config, faults, number
        self.run: Run | None = None
        self.watts: float | None = None
        self.rests_until = -inf
        self._read_at = -inf
        self._renew_at = inf
        self._drawing_since = inf
        self._ended_at = -inf
        self._unrecorded = False
        self._day_wh = self._before_wh = 0.0

    def turn(self, now: float) -> None:
        """A new day: what was used until now was yesterday's."""
        self._day_wh, self._before_wh = 0.0, self._used_wh(now)

    def today_wh(self, now: float) -> float:
        """Wh of this day since the agent started, measured or from the plate."""
        return self._day_wh + self._used_wh(now) - self._before_wh

    def _used_wh(self, now: float) -> float:
        """Of the run under way."""
        if self.run is None:
            return 0.0
        return self.run.energy_wh if self.config.adc_channel is not None else self.config.rated_w * (now - self.run.started_at) / 3600

    def begin(self, person: str | None, now: float) -> Effects:
        """Run. The caller has asked whether it may."""
        ends = inf if self.config.mode is AmenityMode.WHILE_OCCUPIED else now + self.config.max_s
        self.run, self._unrecorded = Run(self._number(), person, now, ends), True
        fact = AmenityStarted(run=self.run.run, amenity=self.config.name, person=person, longest_s=self.config.max_s)
        return Effects([self._relay(not self.config.runs_at_rest, now)], [fact], [StoreRun(self.run.run, self.config.name, person)])

    def stop(self, why: Stop, now: float) -> Effects:
        """End the run. Nothing happens when none is under way."""
        if self.run is None:
            return Effects()
        energy, run = self._used_wh(now), self.run
        self._day_wh, self._before_wh, self.run = self.today_wh(now), 0.0, None
        lasted = now - run.started_at
        self._ended_at = now
        self.rests_until = now + self.config.cool_down_s if lasted > SHORT_S else now
        measured = self.config.adc_channel is not None
        fact = AmenityEnded(
            run=run.run, amenity=self.config.name, person=run.person, lasted_s=round(lasted, 1), energy_wh=round(energy, 2), measured=measured, stop=why,
        )  # fmt: skip
        resting = self._relay(self.config.runs_at_rest and why is not Stop.FAULT, now)
        return Effects([resting], [fact], [DropRun(run.run)])

    def rest(self, now: float) -> Effects:
        """Hold off what runs at rest, when nothing asks for it."""
        holds = self.config.runs_at_rest and self.run is None and self._renew_at == inf
        return Effects([self._relay(True, now)]) if holds else Effects()

    def let_go(self, now: float) -> Effects:
        """The relay off whatever it means: what a fault wants."""
        effects = self.stop(Stop.FAULT, now)
        return effects if effects.actions or self._renew_at == inf else Effects([self._relay(False, now)])

    def recorded(self) -> None:
        """The run is in the ledger."""
        self._unrecorded = False

    def revoke(self) -> Effects:
        """The run could not be written: it never was."""
        if not (self._unrecorded and self.run):
            return Effects()
        self.run, self._unrecorded, self._renew_at = None, False, inf
        return Effects([SetOutput(amenity(self.config.name), False)])

    def current(self, amps: float, now: float) -> Effects:
        """One reading of the sensor."""
        before, step = self.watts, now - self._read_at
        self.watts, self._read_at = max(0.0, amps) * self.config.mains_v, now
        if self.run and before is not None and step <= LONGEST_STEP_S:
            self.run.energy_wh += (before + self.watts) / 2 * step / 3600
        off = self.run is None and not self.config.runs_at_rest and not self._faults.stands(FaultCode.EXPANDER_LOST)
        self._drawing_since = min(self._drawing_since, now) if off and self.watts > STUCK_W else inf
        if now < max(self._drawing_since, self._ended_at) + STUCK_S:
            return Effects()
        return self._faults.raise_(FaultCode.AMENITY_STUCK, self.config.name, f"{self.watts:.0f} W through a relay that is off", now)

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        return min(self.run.ends_at if self.run else inf, self._renew_at)

    def tick(self, now: float) -> Effects:
        """End what is due; renew the lease of what goes on."""
        if self.run and now >= self.run.ends_at:
            return self.stop(Stop.TIME_LIMIT, now)
        return Effects([self._relay(True, now)]) if now >= self._renew_at else Effects()

    def _relay(self, on: bool, now: float) -> SetOutput:
        """A lease that shall go on for longer than one is renewed at its half."""
        goes_on = on and (self.config.runs_at_rest or self.config.mode is AmenityMode.WHILE_OCCUPIED)
        self._renew_at = now + self.config.max_s / 2 if goes_on else inf
        return SetOutput(amenity(self.config.name), on)


def interrupted(run: StoreRun) -> Effects:
    """A run that a power cut or a kill ended: for how long, nobody knows."""
    fact = AmenityEnded(
        run=run.run, amenity=run.amenity, person=run.person, lasted_s=None, energy_wh=None, measured=False, stop=Stop.INTERRUPTED
    )
    return Effects(facts=[fact], records=[DropRun(run.run)])
