"""A charge: minutes reserved before the socket goes live, energy from the measured current, ended by a person, time, low power or a fault."""

from dataclasses import dataclass
from math import ceil, inf

from contract.config import SocketConfig
from contract.facts import ChargeEnded, ChargeStarted, FaultCode, Stop
from edge.domain.faults import Faults
from edge.domain.messages import Effects, Kind, SetOutput
from edge.domain.quota import Open, Quota
from edge.domain.safe_state import socket

METER_SILENT_S = 5.0
"""A live socket without a reading for this long is cut off: what is not measured must not run."""
OVER_POWER_S = 1.0
LONGEST_STEP_S = 2.0
"""Energy between two readings farther apart is not guessed."""


@dataclass
class Charge:
    """One charge under way."""

    session: str
    person: str
    reserved_min: int
    started_at: float
    read_at: float
    energy_wh: float = 0.0
    over_since: float = inf
    low_since: float = inf


class Socket:
    """One socket with relay and current sensor."""

    def __init__(self, config: SocketConfig, quota: Quota, faults: Faults) -> None:
        self.config = config
        self._quota, self._faults = quota, faults
        self.charge: Charge | None = None
        self.watts: float | None = None
        self._unrecorded = self._lost_while_live = False

    def begin(self, visit: str, entry: Open, limit: int, now: float) -> Effects:
        """Reserve minutes and switch on.

        Raises:
            QuotaExceeded: nothing changed.
        """
        record = self._quota.reserve(entry, limit)
        self.charge, self._unrecorded = Charge(entry.session, entry.person, entry.amount, now, now), True
        fact = ChargeStarted(charge=entry.session, visit=visit, person=entry.person, socket=self.config.name, reserved_min=entry.amount)
        return Effects([SetOutput(socket(self.config.name), True)], [fact], [record])

    def recorded(self) -> None:
        """The reservation is in the ledger."""
        self._unrecorded = False

    def revoke(self) -> Effects:
        """The reservation could not be written: the charge never was."""
        if not (self._unrecorded and self.charge):
            return Effects()
        self._quota.cancel(self.charge.session)
        self.charge, self._unrecorded = None, False
        return Effects([SetOutput(socket(self.config.name), False)])

    def current(self, amps: float, now: float) -> Effects:
        """One reading of the sensor."""
        watts = max(0.0, amps) * self.config.mains_v
        before, self.watts = self.watts, watts
        effects = self._faults.clear(FaultCode.METER_LOST, self.config.name, now)
        if self._lost_while_live:
            self._lost_while_live = False
            effects.add(self._faults.raise_(FaultCode.OVER_POWER, self.config.name, "the sensor was past its range until the socket was cut", now))
        if self.charge:
            self._count(self.charge, before, watts, now)
            effects.add(self.tick(now))
        return effects

    def current_lost(self, reason: str, now: float) -> Effects:
        """No value: never used as zero. One that is lost while the socket is live and back when it is dead was a short circuit."""
        self.watts = None
        self._lost_while_live = self._lost_while_live or self.charge is not None
        return self._faults.raise_(FaultCode.METER_LOST, self.config.name, reason, now)

    def stop(self, why: Stop, now: float) -> Effects:
        """Cut off and settle. Nothing happens when nothing runs."""
        if self.charge is None:
            return Effects()
        charge, self.charge = self.charge, None
        lasted = now - charge.started_at
        record = self._quota.settle(charge.session, ceil(lasted / 60), why)
        fact = ChargeEnded(
            charge=charge.session, person=charge.person, socket=self.config.name, energy_wh=round(charge.energy_wh, 3),
            lasted_s=round(lasted, 1), charged_min=record.amount, stop=why,
        )  # fmt: skip
        return Effects([SetOutput(socket(self.config.name), False)], [fact], [record])

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        return min((at for _, at in self._ends()), default=inf)

    def tick(self, now: float) -> Effects:
        """End what is due by now."""
        due = next((stop for stop, at in self._ends() if now >= at), None)
        if due is None:
            return Effects()
        effects = self.stop(due, now)
        if due is Stop.POWER_LIMIT:
            effects.add(self._faults.raise_(FaultCode.OVER_POWER, self.config.name, f"more than {self.config.cap_w:g} W", now))
        if due is Stop.FAULT:
            effects.add(self._faults.raise_(FaultCode.METER_LOST, self.config.name, f"no reading for {METER_SILENT_S:g} s", now))
        return effects

    def _ends(self) -> list[tuple[Stop, float]]:
        """Every reason to end with its time, the gravest first."""
        if not self.charge:
            return []
        started, silent = self.charge.started_at, self.charge.read_at + METER_SILENT_S
        longest = min(self.config.max_s, self.charge.reserved_min * 60)
        over, low = self.charge.over_since + OVER_POWER_S, self.charge.low_since + self.config.low_s
        return [(Stop.POWER_LIMIT, over), (Stop.FAULT, silent), (Stop.TIME_LIMIT, started + longest), (Stop.LOW_POWER, low)]

    def _count(self, charge: Charge, before: float | None, watts: float, now: float) -> None:
        step = now - charge.read_at
        if before is not None and step <= LONGEST_STEP_S:
            charge.energy_wh += (before + watts) / 2 * step / 3600
        charge.read_at = now
        charge.over_since = min(charge.over_since, now) if watts > self.config.cap_w else inf
        charge.low_since = min(charge.low_since, now) if watts < self.config.low_w else inf


def interrupted(entry: Open, quota: Quota) -> Effects:
    """A charge that a power cut or a kill ended: nobody read the meter, so the reserved minutes are charged and the fact says so."""
    assert entry.kind is Kind.SOCKET_MIN
    record = quota.settle(entry.session, entry.amount, Stop.INTERRUPTED)
    fact = ChargeEnded(
        charge=entry.session, person=entry.person, socket=entry.part, energy_wh=None, lasted_s=None, charged_min=record.amount, stop=Stop.INTERRUPTED
    )
    return Effects(facts=[fact], records=[record])
