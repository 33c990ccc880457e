"""A pour: reserved before the valve opens, ended by volume, time, missing flow or a person, settled from the meter.

Two caps that do not depend on each other: counted volume and elapsed time. Pulses with the valve shut are a leak.
"""

from dataclasses import dataclass
from enum import Enum
from math import inf

from contract.config import TapConfig
from contract.facts import FaultCode, Stop, WaterPoured, WaterReserved
from edge.domain.faults import Faults
from edge.domain.messages import Effects, Kind, SetOutput
from edge.domain.quota import Open, Quota
from edge.domain.safe_state import valve

SETTLES_S = 1.0
"""Water still runs through the meter after the valve is told to shut."""
RETRY_S = 300.0
"""After no flow the tap is offered again: the mains may be back."""
LEAK_WINDOW_S = 60.0


class TapState(Enum):
    """Of one tap."""

    IDLE = "idle"
    POURING = "pouring"
    SETTLING = "settling"


@dataclass
class Pour:
    """One pour under way. Pulses are counted from `first_total`."""

    session: str
    person: str
    target_ml: int
    first_total: int
    opened_at: float
    last_pulse_at: float
    stop: Stop = Stop.REACHED


class Tap:
    """One tap with valve and flow meter."""

    def __init__(self, config: TapConfig, quota: Quota, faults: Faults) -> None:
        self.config = config
        self._quota, self._faults = quota, faults
        self.state = TapState.IDLE
        self.pour: Pour | None = None
        self.total = 0
        self._settled_at = inf
        self._retry_at = inf
        self._shut_total = 0
        self._shut_since = -inf
        self._unrecorded = False

    def poured_ml(self) -> int:
        """Of the pour under way, 0 without one."""
        return self._ml(self.total - self.pour.first_total) if self.pour else 0

    def dispensed_ml(self) -> int:
        """Since the agent started."""
        return self._ml(self.total)

    def begin(self, visit: str, entry: Open, limit: int, now: float) -> Effects:
        """Reserve and open.

        Raises:
            QuotaExceeded: nothing changed.
        """
        record = self._quota.reserve(entry, limit)
        self.state, self._unrecorded = TapState.POURING, True
        self.pour = Pour(entry.session, entry.person, entry.amount, self.total, now, now)
        fact = WaterReserved(pour=entry.session, visit=visit, person=entry.person, tap=self.config.name, reserved_ml=entry.amount)
        return Effects([SetOutput(valve(self.config.name), True)], [fact], [record])

    def recorded(self) -> None:
        """The reservation is in the ledger."""
        self._unrecorded = False

    def revoke(self) -> Effects:
        """The reservation could not be written: the pour never was."""
        if not (self._unrecorded and self.pour):
            return Effects()
        self._quota.cancel(self.pour.session)
        self.state, self.pour, self._unrecorded = TapState.IDLE, None, False
        return Effects([SetOutput(valve(self.config.name), False)])

    def pulses(self, total: int, now: float) -> Effects:
        """The meter's running count."""
        fresh = total - self.total
        self.total = total
        if self.state is TapState.IDLE:
            return self._watch_leak(fresh, now)
        if self.pour and fresh > 0:
            self.pour.last_pulse_at = now
        reached = self.pour and self.poured_ml() >= min(self.pour.target_ml, self.config.max_ml)
        return self.shut(Stop.REACHED, now) if reached else Effects()

    def shut(self, stop: Stop, now: float) -> Effects:
        """Close; the meter is read once more a second later. Nothing happens when it is shut already."""
        if self.state is not TapState.POURING or self.pour is None:
            return Effects()
        self.state, self.pour.stop, self._settled_at = TapState.SETTLING, stop, now + SETTLES_S
        return Effects([SetOutput(valve(self.config.name), False)])

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        if self.state is TapState.POURING and self.pour:
            return min(self.pour.opened_at + self.config.max_s, self.pour.last_pulse_at + self.config.no_flow_s)
        return min(self._settled_at, self._retry_at)

    def tick(self, now: float) -> Effects:
        """Everything that is due by now."""
        if self.state is TapState.POURING and self.pour:
            return self._overdue(self.pour, now)
        effects = Effects()
        if self.state is TapState.SETTLING and now >= self._settled_at:
            effects.add(self._settle(now))
        if now >= self._retry_at:
            self._retry_at = inf
            effects.add(self._faults.clear(FaultCode.NO_FLOW, self.config.name, now))
        return effects

    def _overdue(self, pour: Pour, now: float) -> Effects:
        if now >= pour.opened_at + self.config.max_s:
            return self.shut(Stop.TIME_LIMIT, now)
        return self.shut(Stop.NO_FLOW, now) if now >= pour.last_pulse_at + self.config.no_flow_s else Effects()

    def _settle(self, now: float) -> Effects:
        pour, poured = self.pour, self.poured_ml()
        assert pour is not None
        record = self._quota.settle(pour.session, poured, pour.stop)
        fact = WaterPoured(
            pour=pour.session, person=pour.person, tap=self.config.name, reserved_ml=pour.target_ml, poured_ml=poured, charged_ml=record.amount, stop=pour.stop
        )
        self.state, self.pour, self._settled_at, self._shut_total, self._shut_since = TapState.IDLE, None, inf, self.total, now
        effects = Effects(facts=[fact], records=[record])
        if pour.stop is Stop.NO_FLOW:
            self._retry_at = now + RETRY_S
            effects.add(self._faults.raise_(FaultCode.NO_FLOW, self.config.name, f"{poured} ml came, then nothing for {self.config.no_flow_s:g} s", now))
        return effects

    def _watch_leak(self, fresh: int, now: float) -> Effects:
        if now > self._shut_since + LEAK_WINDOW_S:
            self._shut_since, self._shut_total = now, self.total - fresh
        leaked = self._ml(self.total - self._shut_total)
        if leaked < self.config.leak_ml:
            return Effects()
        return self._faults.raise_(FaultCode.LEAK, self.config.name, f"{leaked} ml ran through the shut valve", now)

    def _ml(self, pulses: int) -> int:
        return round(pulses * 1000 / self.config.pulses_per_l)


def interrupted(entry: Open, quota: Quota) -> Effects:
    """A pour that a power cut or a kill ended: nobody read the meter, so the reservation is charged and the fact says so."""
    assert entry.kind is Kind.WATER_ML
    record = quota.settle(entry.session, entry.amount, Stop.INTERRUPTED)
    fact = WaterPoured(
        pour=entry.session, person=entry.person, tap=entry.part, reserved_ml=entry.amount, poured_ml=None, charged_ml=record.amount, stop=Stop.INTERRUPTED
    )
    return Effects(facts=[fact], records=[record])
