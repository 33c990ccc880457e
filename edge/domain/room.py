"""What a visitor draws and switches inside: hands each input to the equipment that it is about. One `match`."""

from contract.facts import ChargeEnded, EntryGranted, FaultCode, Refusal, Stop, VisitEnd, VisitEnded, WaterPoured
from contract.leases import Kind
from edge.domain import charger, fridge, lines, water
from edge.domain import room_messages as m
from edge.domain.amenities import Amenities
from edge.domain.equipment import Equipment, Indoors
from edge.domain.fridge import Fridge
from edge.domain.leases import QuotaLeases
from edge.domain.lending import Lending
from edge.domain.lines import SLOT
from edge.domain.messages import Effects, ExpanderChanged
from edge.domain.quota import Quota
from edge.domain.room_messages import RoomInput
from edge.domain.safe_state import MASTER
from edge.domain.screen import Notice
from edge.domain.sockets import Sockets
from edge.domain.taps import Taps

AMENITY = "amenity."
"""Before the name of an amenity where sockets have their bare one: sensors of both are read alike."""
GOOD_ENDS = frozenset({Stop.REACHED, Stop.PERSON, Stop.LOW_POWER, Stop.VISIT_ENDED})


class Room:
    """All equipment of one station. `parts` goes by the first word of an output's name."""

    def __init__(self, indoors: Indoors) -> None:
        self._in, self.rations = indoors, indoors.rations
        self.water, self.charging = Taps(indoors), Sockets(indoors)
        self.amenities = Amenities(indoors)
        self._deaf: set[str] = set()
        self.lending = Lending(indoors)
        self.fridge = Fridge(indoors.config.fridge, indoors) if indoors.config.fridge else None
        self.parts: dict[str, Equipment] = {"slot": self.lending, "amenity": self.amenities, "valve": self.water, "socket": self.charging}

        if self.fridge:
            self.parts["fridge"] = self.fridge
        self.leases = QuotaLeases(indoors)
        self.parts["quota"] = self.leases

    def handle(self, heard: RoomInput, now: float) -> Effects:
        """Something was sensed or asked inside."""
        match heard:
            case m.PulsesCounted(tap, total):
                return self.water.pulses(tap, total, now)
            case m.DrinkAsked():
                return self.water.drink(heard, now)
            case m.DrinkStopped(tap):
                return self.water.stop(tap, now)
            case m.HotUnlockAsked(tap):
                self.water.hot.unlock(tap, now)
            case m.LineChanged(line, on) if line in (lines.FLOOR, lines.DRIP):
                return self.water.mains.line(line, on, now)
            case m.CurrentRead(name, amps) if name.startswith(AMENITY):
                return self.amenities.current(name.removeprefix(AMENITY), amps, now)
            case m.CurrentLost(name) if name.startswith(AMENITY):
                return Effects()
            case m.CurrentRead(socket, amps):
                return self.charging.current(socket, amps, now)
            case m.CurrentLost(socket, reason):
                return self.charging.current_lost(socket, reason, now)
            case m.ChargeAsked():
                return self.charging.charge(heard, now)
            case m.ChargeStopped(socket):
                return self.charging.stop(socket, now)
            case m.TemperatureRead() | m.TemperatureLost():
                return self._temperature(heard, now)
            case m.FridgeAsked() | m.WeightRead() | m.WeightLost() | m.LineChanged(line=lines.FRIDGE):
                return self.fridge.handle(heard, now) if self.fridge else Effects()
            case m.AmenityAsked(name):
                return self.amenities.start(name, now)
            case m.AmenityStopped(name):
                return self.amenities.stop(name, now)
        return self._waited_or_lent(heard, now)

    def _waited_or_lent(self, heard: RoomInput, now: float) -> Effects:
        """The queue for sockets, and the locker."""
        match heard:
            case m.QueueAsked():
                return self.charging.turns.ask(now)
            case m.QueueGivenUp():
                return self.charging.turns.give_up(now)
            case m.BankAsked():
                return self.lending.lend(now)
            case m.BankReturnAsked():
                return self.lending.give_back(now)
            case m.LineChanged(line, on) if line.startswith(SLOT):
                return self.lending.contact(line.removeprefix(SLOT), on, now)
        return Effects()

    def tick(self, now: float) -> Effects:
        """Everything that is due by now, and the end of what a fault forbids."""
        effects = Effects()
        for part in self.parts.values():
            effects.add(part.tick(now))
        return effects

    def heard(self, effects: Effects, now: float) -> Effects:
        """What follows from facts of this step: a visit that ended ends its sessions; a session that ended is shown."""
        more = Effects()
        for fact in effects.facts:
            match fact:
                case VisitEnded(reason=VisitEnd.CAME_AGAIN):
                    continue
                case EntryGranted(person=person):
                    self.leases.arrived(person)
                case VisitEnded(person=person):
                    more.add(self.end_all(person, now))
                case WaterPoured(stop=stop):
                    self._in.notices.show(Notice.POUR_DONE if stop in GOOD_ENDS else Notice.POUR_STOPPED, now, stop)
                case ChargeEnded(stop=stop):
                    self._in.notices.show(Notice.CHARGE_DONE, now, stop)
        return more

    def quiet(self) -> bool:
        """No session runs: nothing is drawn, let go or switched on for anybody. A light that burns because somebody is inside is no session."""
        fridge = self.fridge is not None and self.fridge.cabinet.opening is not None
        pours = any(tap.pour for tap in self.water.taps.values())
        runs = any(each.run and each.run.person for each in self.amenities.amenities.values())
        return not (self._in.quota.open_sessions() or fridge or pours or runs or self.lending.release)

    def deadline(self) -> float:
        """When tick has something to do."""
        return min((part.deadline() for part in self.parts.values()), default=float("inf"))

    def recorded(self) -> None:
        """The step's reservations are in the ledger."""
        for part in self.parts.values():
            part.recorded()

    def revoke(self, now: float) -> Effects:
        """The step's reservations could not be stored: the sessions never were."""
        effects = Effects()
        for part in self.parts.values():
            effects.add(part.revoke())
        if effects.actions:
            self._in.notices.show(Notice.NOT_NOW, now, Refusal.CANNOT_RECORD)
        return effects

    def _temperature(self, heard: m.TemperatureRead | m.TemperatureLost, now: float) -> Effects:
        """A probe; each piece of equipment knows its own."""
        if self.fridge and heard.probe in self.fridge.cold.probes:
            return self.fridge.handle(heard, now)
        match heard:
            case m.TemperatureRead(probe, celsius):
                return self.charging.temperature(probe, celsius, now)
            case m.TemperatureLost(probe, reason):
                return self.charging.temperature_lost(probe, reason, now)

    def end_all(self, person: str, now: float) -> Effects:
        """End every session of one person."""
        effects = Effects()
        for part in self.parts.values():
            effects.add(part.end(person, now))
        return effects

    def expander(self, heard: ExpanderChanged, now: float) -> Effects:
        """Part of the room hangs on chips that answer no more, or do again."""
        (self._deaf.discard if heard.working else self._deaf.add)(heard.source)
        return self._in.faults.set(bool(self._deaf), FaultCode.EXPANDER_LOST, "", heard.detail, now)

    def lease_ended(self, output: str, now: float) -> Effects:
        """The hard timer was first; `output` is a name of the safe-state table."""
        if output == MASTER:
            return self.water.lease_ended("", now)
        kind, _, name = output.partition(".")
        return self.parts[kind].lease_ended(name, now) if kind in self.parts else Effects()


def interrupted(quota: Quota, fridge_goes_on: bool = False) -> Effects:
    """Settle what a kill or a power cut left open; a fridge that is fitted weighs and settles by itself."""
    effects = Effects()
    ends = {Kind.WATER_ML: water.interrupted, Kind.SOCKET_MIN: charger.interrupted, Kind.BOTTLES: fridge.interrupted}
    for entry in quota.open_sessions():
        if not (entry.kind is Kind.BOTTLES and fridge_goes_on):
            effects.add(ends[entry.kind](entry, quota))
    return effects
