"""What a visitor draws inside: taps and sockets, each session reserved from the quota before it runs."""

from collections.abc import Callable

from contract.config import StationConfig
from contract.facts import ChargeEnded, ChargeRefused, Refusal, Stop, VisitEnd, VisitEnded, WaterPoured, WaterRefused
from edge.domain import charger, water
from edge.domain.access import Access
from edge.domain.charger import Socket
from edge.domain.faults import Faults, Service
from edge.domain.messages import ChargeAsked, DrinkAsked, Effects, Kind
from edge.domain.notices import Notices
from edge.domain.quota import Open, Quota, QuotaExceeded
from edge.domain.screen import Notice
from edge.domain.visits import Visit, Visits
from edge.domain.water import Tap, TapState

GOOD_ENDS = frozenset({Stop.REACHED, Stop.PERSON, Stop.LOW_POWER, Stop.VISIT_ENDED})


class Room:
    """Taps and sockets of one station."""

    def __init__(
        self, config: StationConfig, quota: Quota, faults: Faults, notices: Notices, visits: Visits, access: Access, number: Callable[[], str]
    ) -> None:
        self._config, self.quota, self._faults, self._notices = config, quota, faults, notices
        self._visits, self._access, self._number = visits, access, number
        self.taps = {t.name: Tap(t, quota, faults) for t in config.taps}
        self.sockets = {s.name: Socket(s, quota, faults) for s in config.sockets}

    def _limit(self, person: str, kind: Kind) -> int:
        """What this person may draw a day: the roster's word, else the station's default; nothing for who is no longer in it."""
        found = self._access.person(person)
        if found is None:
            return 0
        own = found.entitlement
        if kind is Kind.WATER_ML:
            return self._config.quota.water_ml_per_day if own.water_ml_per_day is None else own.water_ml_per_day
        return self._config.quota.socket_min_per_day if own.socket_min_per_day is None else own.socket_min_per_day

    def left(self, person: str, kind: Kind) -> int:
        """Of today's quota."""
        return self.quota.left(person, kind, self._limit(person, kind))

    def drink(self, asked: DrinkAsked, now: float) -> Effects:
        """Pour, or say why not."""
        visit, tap = self._visits.current, self.taps.get(asked.tap)
        reason = self._why_no_water(visit, tap, asked.volume_ml)
        if reason or not (visit and tap):
            return self._refuse(WaterRefused(tap=asked.tap[:24], reason=reason or Refusal.OUT_OF_ORDER, asked_ml=asked.volume_ml), now)
        entry = Open(self._number(), visit.person, Kind.WATER_ML, asked.tap, self.quota.day, asked.volume_ml)
        try:
            effects = tap.begin(visit.visit, entry, self._limit(visit.person, Kind.WATER_ML), now)
        except QuotaExceeded:
            return self._refuse(WaterRefused(tap=asked.tap, reason=Refusal.QUOTA_SPENT, asked_ml=asked.volume_ml), now)
        self._visits.touched(now)
        return effects

    def charge(self, asked: ChargeAsked, now: float) -> Effects:
        """Switch a socket on, or say why not."""
        visit, socket = self._visits.current, self.sockets.get(asked.socket)
        reason = self._why_no_charge(visit, socket)
        minutes = min(self.left(visit.person, Kind.SOCKET_MIN), int(socket.config.max_s // 60)) if visit and socket else 0
        if reason or minutes < 1 or not (visit and socket):
            return self._refuse(ChargeRefused(socket=asked.socket[:24], reason=reason or Refusal.QUOTA_SPENT), now)
        entry = Open(self._number(), visit.person, Kind.SOCKET_MIN, asked.socket, self.quota.day, minutes)
        self._visits.touched(now)
        return socket.begin(visit.visit, entry, self._limit(visit.person, Kind.SOCKET_MIN), now)

    def stop_drink(self, tap: str, now: float) -> Effects:
        """A person presses stop: anybody may, at any time."""
        self._visits.touched(now)
        return self.taps[tap].shut(Stop.PERSON, now) if tap in self.taps else Effects()

    def stop_charge(self, socket: str, now: float) -> Effects:
        """Only whose charge it is may end it at the screen."""
        found, visit = self.sockets.get(socket), self._visits.current
        if not (found and found.charge and visit and visit.person == found.charge.person):
            return Effects()
        self._visits.touched(now)
        return found.stop(Stop.PERSON, now)

    def pulses(self, tap: str, total: int, now: float) -> Effects:
        """A flow meter counted."""
        found = self.taps[tap]
        if found.pour:
            self._visits.touched(now)
        return found.pulses(total, now)

    def tick(self, now: float) -> Effects:
        """Everything that is due by now, and the end of what a fault forbids."""
        effects = Effects()
        for tap in self.taps.values():
            if self._faults.cuts(Service.WATER, tap.config.name):
                effects.add(tap.shut(Stop.FAULT, now))
            effects.add(tap.tick(now))
        for socket in self.sockets.values():
            effects.add(socket.stop(Stop.FAULT, now) if self._faults.cuts(Service.SOCKET, socket.config.name) else socket.tick(now))
        return effects

    def heard(self, effects: Effects, now: float) -> Effects:
        """What follows from facts of this step: a visit that ended ends its sessions; a session that ended is shown."""
        more = Effects()
        for fact in effects.facts:
            match fact:
                case VisitEnded(reason=VisitEnd.CAME_AGAIN):
                    continue
                case VisitEnded(person=person):
                    more.add(self.end_all(person, now))
                case WaterPoured(stop=stop):
                    self._notices.show(Notice.POUR_DONE if stop in GOOD_ENDS else Notice.POUR_STOPPED, now, stop)
                case ChargeEnded(stop=stop):
                    self._notices.show(Notice.CHARGE_DONE, now, stop)
        return more

    def deadline(self) -> float:
        """When tick has something to do."""
        return min([part.deadline() for part in self._parts()], default=float("inf"))

    def recorded(self) -> None:
        """The step's reservations are in the ledger."""
        for part in self._parts():
            part.recorded()

    def revoke(self, now: float) -> Effects:
        """The step's reservations could not be stored: the sessions never were."""
        effects = Effects()
        for part in self._parts():
            effects.add(part.revoke())
        if effects.actions:
            self._notices.show(Notice.NOT_NOW, now, Refusal.CANNOT_RECORD)
        return effects

    def _parts(self) -> list[Tap | Socket]:
        return [*self.taps.values(), *self.sockets.values()]

    def end_all(self, person: str, now: float) -> Effects:
        """End every session of one person."""
        effects = Effects()
        for tap in self.taps.values():
            if tap.pour and tap.pour.person == person:
                effects.add(tap.shut(Stop.VISIT_ENDED, now))
        for socket in self.sockets.values():
            if socket.charge and socket.charge.person == person:
                effects.add(socket.stop(Stop.VISIT_ENDED, now))
        return effects

    def _why_no_water(self, visit: Visit | None, tap: Tap | None, volume_ml: int) -> Refusal | None:
        if visit is None:
            return Refusal.NOT_IDENTIFIED
        if tap is None or self._faults.blocks(Service.WATER, tap.config.name):
            return Refusal.OUT_OF_ORDER
        if not 0 < volume_ml <= tap.config.max_ml:
            return Refusal.BAD_AMOUNT
        return Refusal.BUSY if tap.state is not TapState.IDLE else None

    def _why_no_charge(self, visit: Visit | None, socket: Socket | None) -> Refusal | None:
        if visit is None:
            return Refusal.NOT_IDENTIFIED
        if socket is None or self._faults.blocks(Service.SOCKET, socket.config.name):
            return Refusal.OUT_OF_ORDER
        return Refusal.BUSY if socket.charge else None

    def _refuse(self, fact: WaterRefused | ChargeRefused, now: float) -> Effects:
        self._notices.show(Notice.NOT_NOW, now, fact.reason)
        return Effects(facts=[fact])


def interrupted(quota: Quota) -> Effects:
    """Settle what a kill or a power cut left open."""
    effects = Effects()
    for entry in quota.open_sessions():
        ended = water.interrupted if entry.kind is Kind.WATER_ML else charger.interrupted
        effects.add(ended(entry, quota))
    return effects
