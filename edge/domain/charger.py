"""A charge: minutes reserved before the socket goes live, energy from the measured current, ended by a person, time, low power or a fault.

What is measured while the relay is off is watched too: a relay that sticks can only be told, never switched off from here.
"""

from dataclasses import dataclass, field
from math import ceil, inf

from contract.charging import SocketConfig
from contract.facts import ChargeEnded, ChargeStarted, FaultCode, Stop
from contract.leases import Kind
from edge.domain.faults import Faults
from edge.domain.load_curve import LoadCurve
from edge.domain.messages import Effects, SetOutput
from edge.domain.quota import Open, Quota
from edge.domain.records import Progress
from edge.domain.safe_state import socket

METER_SILENT_S = 5.0
"""A live socket without a reading for this long is cut off: what is not measured must not run."""
OVER_POWER_S = 0.4
"""Above the cap for this long, and a second reading says so too: with two readings a second the socket is dead within 1 s."""
OVER_UNSURE_S = 1.0
"""Likewise where no second reading comes."""
STUCK_S = 3.0
"""Current through a relay that is off, for longer than this."""
STUCK_W, STUCK_COUNTS = 5.0, 4
"""What counts as current there: more than noise and a wrong zero of the sensor."""
POWER_ON_C, JUMP_C = 85.0, 10.0
"""A DS18B20 that just came up says 85.0; it is not believed when the reading before lay more than this below."""
PROBE_RANGE_C = (-40.0, 125.0)
PROBE_SILENT_S = 60.0
"""A socket with a temperature probe does not run longer than this without its reading."""
COUNT_V = 3.3 / 1024
"""One step of the converter."""
LONGEST_STEP_S = 2.0
"""Energy between two readings farther apart is not guessed."""
PROGRESS_S = 60.0
"""A charge is recorded each minute that is full: after a power cut the minute begun is charged, as when it had been ended then."""


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
    recorded_min: int = 0
    over_sure: bool = False
    curve: LoadCurve = field(default_factory=LoadCurve)
    shared_until: float = inf
    warned: bool = False

    def recorded_until(self) -> float:
        """When the next minute is full."""
        return self.started_at + (self.recorded_min + 1) * PROGRESS_S


class Socket:
    """One socket with relay and current sensor."""

    def __init__(self, config: SocketConfig, quota: Quota, faults: Faults) -> None:
        self.config = config
        self._quota, self._faults = quota, faults
        self.charge: Charge | None = None
        self.watts: float | None = None
        self._unrecorded = self._lost_while_live = False
        self._stuck_since, self._warm_at, self._warm_c = inf, -inf, 0.0

    def begin(self, visit: str, entry: Open, limit: int, now: float) -> Effects:
        """Reserve minutes and switch on.

        Raises:
            QuotaExceeded: nothing changed.
        """
        record = self._quota.reserve(entry, limit)
        self.charge, self._unrecorded, self._stuck_since = Charge(entry.session, entry.person, entry.amount, now, now), True, inf
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
        else:
            effects.add(self._watch_relay(watts, now))
        return effects

    def current_lost(self, reason: str, now: float) -> Effects:
        """No value: never used as zero. One that is lost while the socket is live and back when it is dead was a short circuit."""
        self.watts = None
        self._lost_while_live = self._lost_while_live or self.charge is not None
        return self._faults.raise_(FaultCode.METER_LOST, self.config.name, reason, now)

    def temperature(self, celsius: float, now: float) -> Effects:
        """One reading of the probe on its strip."""
        before, (coldest, hottest) = self._warm_c, PROBE_RANGE_C
        if not coldest <= celsius <= hottest or (celsius == POWER_ON_C and celsius - before > JUMP_C):
            return Effects()
        self._warm_at, self._warm_c = now, celsius
        if celsius <= self.config.hot_c:
            return Effects()
        effects = self.stop(Stop.FAULT, now)
        effects.add(self._faults.raise_(FaultCode.OVER_TEMPERATURE, self.config.name, f"{celsius:.0f} C, more than {self.config.hot_c:g}", now))
        return effects

    def blind(self, now: float) -> bool:
        """Whether it has a temperature probe that says nothing: then it must not run."""
        return self.config.temperature_probe is not None and now >= self._warm_at + PROBE_SILENT_S

    def longest_until(self) -> float:
        """When its charge ends at the latest; -inf for none."""
        return min(at for stop, at in self._ends() if stop in (Stop.TIME_LIMIT, Stop.OTHERS_WAIT)) if self.charge else -inf

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
        return min([at for _, at in self._ends()] + [self.charge.recorded_until()]) if self.charge else inf

    def tick(self, now: float) -> Effects:
        """End what is due by now."""
        due = next((stop for stop, at in self._ends() if now >= at), None)
        if due is None:
            return self._progress(now)
        effects = self.stop(due, now)
        if due is Stop.POWER_LIMIT:
            effects.add(self._faults.raise_(FaultCode.OVER_POWER, self.config.name, f"more than {self.config.cap_w:g} W", now))
        if due is Stop.FAULT:
            effects.add(self._silent(now))
        return effects

    def _silent(self, now: float) -> Effects:
        """Of the two that must be heard, which was not."""
        if self.blind(now):
            return self._faults.raise_(FaultCode.PROBE_LOST, self.config.temperature_probe or "", f"no reading for {PROBE_SILENT_S:g} s", now)
        return self._faults.raise_(FaultCode.METER_LOST, self.config.name, f"no reading for {METER_SILENT_S:g} s", now)

    def _progress(self, now: float) -> Effects:
        if self.charge is None or now < self.charge.recorded_until():
            return Effects()
        self.charge.recorded_min = int((now - self.charge.started_at) / PROGRESS_S + 1e-6)
        return Effects(records=[Progress(self.charge.session, self.charge.recorded_min, round(self.charge.energy_wh, 3))])

    def _ends(self) -> list[tuple[Stop, float]]:
        """Every reason to end with its time, the gravest first."""
        if not self.charge:
            return []
        started, silent = self.charge.started_at, self.charge.read_at + METER_SILENT_S
        longest = min(self.config.max_s, self.charge.reserved_min * 60)
        over = self.charge.over_since + (OVER_POWER_S if self.charge.over_sure else OVER_UNSURE_S)
        ends = [(Stop.POWER_LIMIT, over), (Stop.FAULT, silent), (Stop.EBIKE_SUSPECTED, self.charge.curve.refused_at(self.config))]
        ends += [(Stop.TIME_LIMIT, started + longest), (Stop.OTHERS_WAIT, self.charge.shared_until)]
        ends += [(Stop.LOW_POWER, self.charge.low_since + self.config.low_s)]
        if self.config.temperature_probe is not None:
            ends.insert(2, (Stop.FAULT, max(started, self._warm_at + PROBE_SILENT_S)))
        return ends

    def _stuck_w(self) -> float:
        """More than the sensor's own noise, and more than a full device draws."""
        config = self.config
        return max(STUCK_W, 2 * config.low_w, STUCK_COUNTS * COUNT_V * config.amps_per_v * config.mains_v)

    def _watch_relay(self, watts: float, now: float) -> Effects:
        """Told, and switched off once more; only the breaker before it can do the rest."""
        deaf = self._faults.stands(FaultCode.EXPANDER_LOST)
        self._stuck_since = min(self._stuck_since, now) if watts > self._stuck_w() and not deaf else inf
        if now <= self._stuck_since + STUCK_S:
            return Effects()
        effects = self._faults.raise_(FaultCode.RELAY_STUCK, self.config.name, f"{watts:.0f} W through a relay that is off", now)
        return Effects([SetOutput(socket(self.config.name), False)] if effects.facts else [], effects.facts)

    def _count(self, charge: Charge, before: float | None, watts: float, now: float) -> None:
        step = now - charge.read_at
        if before is not None and step <= LONGEST_STEP_S:
            charge.energy_wh += (before + watts) / 2 * step / 3600
        charge.read_at = now
        charge.curve.read(self.config, watts, charge.energy_wh, now)
        charge.over_sure = watts > self.config.cap_w and charge.over_since < now
        charge.over_since = min(charge.over_since, now) if watts > self.config.cap_w else inf
        charge.low_since = min(charge.low_since, now) if watts < self.config.low_w else inf


def interrupted(entry: Open, quota: Quota) -> Effects:
    """A charge that a power cut or a kill ended: charged are the minutes that were recorded and the one begun, at most what was reserved."""
    assert entry.kind is Kind.SOCKET_MIN
    record = quota.settle(entry.session, entry.progress + 1, Stop.INTERRUPTED)
    fact = ChargeEnded(
        charge=entry.session, person=entry.person, socket=entry.part, energy_wh=entry.energy_wh, lasted_s=None, charged_min=record.amount, stop=Stop.INTERRUPTED
    )
    return Effects(facts=[fact], records=[record])
