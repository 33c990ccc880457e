"""A pour: reserved before the valve opens, ended by volume, time, missing flow or a person, settled from the meter.

Two caps that do not depend on each other: counted volume and elapsed time. Pulses with the valve shut are a leak; water that still
runs half a second after the valve was told to shut is an overrun. A flush is a pour of nobody, into the basin.
"""

from dataclasses import dataclass
from enum import Enum
from math import inf

from contract.facts import FaultCode, Stop, WaterPoured, WaterReserved
from contract.leases import Kind
from contract.water import FlushStarted, TapConfig, WaterFlushed
from edge.domain.faults import Faults
from edge.domain.messages import Effects, SetOutput
from edge.domain.metering import Meter, Recent
from edge.domain.quota import Open, Quota
from edge.domain.records import Progress
from edge.domain.safe_state import valve

SETTLES_S = 1.0
"""Water still runs through the meter after the valve is told to shut."""
DRIBBLES_S = 0.5
"""What runs later than this after that is no dribble any more."""
LATE_S = 0.1
"""Pulses that waited while the loop was busy are heard within this once it is awake: they are not taken for late ones."""
FULL_FLOW_S = 2.0
"""Shorter pours say nothing about how much runs on."""
RETRY_S = 300.0
"""After no flow the tap is offered again: the mains may be back."""
LEAK_WINDOW_S = 60.0
PROGRESS_ML = 40
"""A pour is recorded each time so much more has run. After a power cut one step is charged on top of the last record: the visitor loses
at most these 40 ml, and draws free at most one pulse, what runs during one commit, and what runs until guard or spring shuts the valve.
"""


class TapState(Enum):
    """Of one tap."""

    IDLE = "idle"
    POURING = "pouring"
    SETTLING = "settling"


@dataclass
class Pour:
    """One pour under way. Pulses are counted from `first_total`; `late` of them came after `late_from`, when the valve should have been shut.

    `person` None: a flush.
    """

    session: str
    person: str | None
    target_ml: int
    first_total: int
    opened_at: float
    last_pulse_at: float
    stop: Stop = Stop.REACHED
    recorded_ml: int = 0
    shut_at: float = inf
    shut_total: int = 0
    late_from: float = inf
    late: int = 0


class Tap:
    """One tap with valve and flow meter."""

    def __init__(self, config: TapConfig, quota: Quota, faults: Faults) -> None:
        self.config = config
        self._quota, self._faults = quota, faults
        self.state = TapState.IDLE
        self.pour: Pour | None = None
        self.meter = Meter(config.pulses_per_l, config.dribble_ml)
        self.drawn_at = -inf
        self._settled_at = inf
        self._retry_at = inf
        self._leak = Recent(LEAK_WINDOW_S)
        self._unrecorded = False

    def poured_ml(self) -> int:
        """Of the pour under way, 0 without one."""
        return round(self._ran_ml(self.pour)) if self.pour else 0

    def dispensed_ml(self) -> int:
        """Since the agent started."""
        return round(self.meter.ml(self.meter.total))

    def begin(self, visit: str, entry: Open, limit: int, now: float) -> Effects:
        """Reserve and open.

        Raises:
            QuotaExceeded: nothing changed.
        """
        record = self._quota.reserve(entry, limit)
        self._open(entry.session, entry.person, entry.amount, now)
        fact = WaterReserved(pour=entry.session, visit=visit, person=entry.person, tap=self.config.name, reserved_ml=entry.amount)
        return Effects([SetOutput(valve(self.config.name), True)], [fact], [record])

    def flush(self, session: str, volume_ml: int, now: float) -> Effects:
        """Open for nobody."""
        self._open(session, None, volume_ml, now)
        fact = FlushStarted(flush=session, tap=self.config.name, wanted_ml=volume_ml)
        return Effects([SetOutput(valve(self.config.name), True)], [fact])

    def recorded(self) -> None:
        """What began is in the ledger."""
        self._unrecorded = False

    def revoke(self) -> Effects:
        """What began could not be written: it never was."""
        if not (self._unrecorded and self.pour):
            return Effects()
        self._quota.cancel(self.pour.session)
        self.state, self.pour, self._unrecorded, self._settled_at = TapState.IDLE, None, False, inf
        return Effects([SetOutput(valve(self.config.name), False)])

    def pulses(self, total: int, now: float) -> Effects:
        """The meter's running count."""
        fresh = total - self.meter.total
        self.meter.total = total
        if self.state is TapState.IDLE or self.pour is None:
            return self._watch_leak(fresh, now)
        if fresh > 0:
            self.pour.last_pulse_at = now
            self.pour.late += fresh if now > self.pour.late_from else 0
        effects = self.shut(Stop.REACHED, now) if self._reached(self.pour) else Effects()
        effects.add(self._progress())
        return effects

    def shut(self, stop: Stop, now: float) -> Effects:
        """Close; the meter is read once more a second later. Nothing happens when it is shut already."""
        if self.state is not TapState.POURING or self.pour is None:
            return Effects()
        self.state, self.pour.stop, self._settled_at = TapState.SETTLING, stop, now + SETTLES_S
        self.pour.shut_at, self.pour.shut_total = now, self.meter.total
        return Effects([SetOutput(valve(self.config.name), False)])

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        if self.state is TapState.POURING and self.pour:
            return min(self.pour.opened_at + self.config.max_s, self.pour.last_pulse_at + self.config.no_flow_s)
        if self.pour and self.pour.late_from == inf:
            return self.pour.shut_at + DRIBBLES_S
        return min(self._settled_at, self._retry_at)

    def tick(self, now: float) -> Effects:
        """Everything that is due by now."""
        if self.state is TapState.POURING and self.pour:
            return self._overdue(self.pour, now)
        effects = Effects()
        if self.pour and self.pour.late_from == inf and now >= self.pour.shut_at + DRIBBLES_S:
            self.pour.late_from = now + LATE_S
            self._settled_at = max(self._settled_at, now + SETTLES_S - DRIBBLES_S)
        if self.state is TapState.SETTLING and now >= self._settled_at:
            effects.add(self._settle(now))
        if now >= self._retry_at:
            self._retry_at = inf
            effects.add(self._faults.clear(FaultCode.NO_FLOW, self.config.name, now))
        return effects

    def _open(self, session: str, person: str | None, volume_ml: int, now: float) -> None:
        self.state, self._unrecorded = TapState.POURING, True
        self.pour = Pour(session, person, volume_ml, self.meter.total, now, now)

    def _ran_ml(self, pour: Pour) -> float:
        return self.meter.ml(self.meter.total - pour.first_total)

    def _reached(self, pour: Pour) -> bool:
        """Shut so much earlier as is expected to run on."""
        return self._ran_ml(pour) >= min(pour.target_ml, self.config.max_ml) - self.meter.dribble_ml

    def _overdue(self, pour: Pour, now: float) -> Effects:
        if now >= pour.opened_at + self.config.max_s:
            return self.shut(Stop.TIME_LIMIT, now)
        return self.shut(Stop.NO_FLOW, now) if now >= pour.last_pulse_at + self.config.no_flow_s else Effects()

    def _progress(self) -> Effects:
        pour, poured = self.pour, self.poured_ml()
        if pour is None or pour.person is None or poured < pour.recorded_ml + PROGRESS_ML:
            return Effects()
        pour.recorded_ml = poured
        return Effects(records=[Progress(pour.session, poured)])

    def _settle(self, now: float) -> Effects:
        pour, poured = self.pour, self.poured_ml()
        assert pour is not None
        self.state, self.pour, self._settled_at, self.drawn_at = TapState.IDLE, None, inf, now
        self._leak.clear()
        effects = self._told(pour, poured)
        effects.add(self._look_back(pour, now))
        if pour.stop is Stop.NO_FLOW:
            self._retry_at = now + RETRY_S
            effects.add(self._faults.raise_(FaultCode.NO_FLOW, self.config.name, f"{poured} ml came, then nothing for {self.config.no_flow_s:g} s", now))
        return effects

    def _told(self, pour: Pour, poured: int) -> Effects:
        """Charged is what was measured, at most what was reserved; a flush is charged to nobody."""
        if pour.person is None:
            return Effects(facts=[WaterFlushed(flush=pour.session, tap=self.config.name, ml=poured, stop=pour.stop)])
        record = self._quota.settle(pour.session, poured, pour.stop)
        fact = WaterPoured(
            pour=pour.session, person=pour.person, tap=self.config.name, reserved_ml=pour.target_ml, poured_ml=poured, charged_ml=record.amount, stop=pour.stop
        )
        return Effects(facts=[fact], records=[record])

    def _look_back(self, pour: Pour, now: float) -> Effects:
        """Whether the valve did shut; if so, how much ran on is a lesson for the next pour."""
        late_ml_s = self.meter.ml(pour.late) / (now - pour.late_from)
        if late_ml_s > self.config.overrun_ml_s:
            detail = f"{late_ml_s:.0f} ml/s still ran when the valve should have been shut"
            return self._faults.raise_(FaultCode.OVERRUN, self.config.name, detail, now)
        if pour.stop is Stop.REACHED and pour.shut_at >= pour.opened_at + FULL_FLOW_S:
            self.meter.learn(self.meter.total - pour.shut_total)
        return Effects()

    def _watch_leak(self, fresh: int, now: float) -> Effects:
        """A valve that is known not to shut is one fault, not two."""
        leaked = self._leak.add(self.meter.ml(fresh), now)
        if leaked < self.config.leak_ml or (FaultCode.OVERRUN, self.config.name) in self._faults.standing():
            return Effects()
        return self._faults.raise_(FaultCode.LEAK, self.config.name, f"{leaked:.0f} ml ran through the shut valve", now)


def interrupted(entry: Open, quota: Quota) -> Effects:
    """A pour that a power cut or a kill ended: charged is what was recorded and one step, at most what was reserved."""
    assert entry.kind is Kind.WATER_ML
    record = quota.settle(entry.session, entry.progress + PROGRESS_ML, Stop.INTERRUPTED)
    fact = WaterPoured(
        pour=entry.session, person=entry.person, tap=entry.part, reserved_ml=entry.amount, poured_ml=None, charged_ml=record.amount, stop=Stop.INTERRUPTED
    )
    return Effects(facts=[fact], records=[record])
