"""All amenities of a room: who may start which, and what an empty room switches off. One of them is edge/domain/amenity.py."""

from math import inf

from contract.amenity import AmenityMode, AmenityRefused, AmenityWho
from contract.facts import Refusal, Stop
from edge.domain.amenity import Amenity
from edge.domain.equipment import Indoors
from edge.domain.faults import Service
from edge.domain.messages import Effects
from edge.domain.screen import Notice
from edge.domain.visits import Visit


class Amenities:
    """Amenities by name."""

    def __init__(self, indoors: Indoors) -> None:
        self._in = indoors
        self.amenities = {a.name: Amenity(a, indoors.faults, indoors.number) for a in indoors.config.amenities}
        self._empty_since: float | None = None
        self._unwanted: set[str] = set()
        self._day = indoors.quota.day

    def start(self, name: str, now: float) -> Effects:
        """Run one, or say why not. Asked again while it runs: nothing changes."""
        visit, found = self._in.visits.current, self.amenities.get(name)
        reason = self._why_not(visit, found, now)
        if reason or not (visit and found):
            self._in.notices.show(Notice.NOT_NOW, now, reason or Refusal.OUT_OF_ORDER)
            return Effects(facts=[AmenityRefused(amenity=name[:24], reason=reason or Refusal.OUT_OF_ORDER)])
        self._in.visits.touched(now)
        self._unwanted.discard(name)
        return Effects() if found.run else found.begin(visit.person, now)

    def stop(self, name: str, now: float) -> Effects:
        """Anybody may. What runs because somebody is inside stays off until it is asked for or the room was empty."""
        found = self.amenities.get(name)
        if found is None or found.run is None:
            return Effects()
        self._in.visits.touched(now)
        self._unwanted.add(name)
        return found.stop(Stop.PERSON, now)

    def current(self, name: str, amps: float, now: float) -> Effects:
        """A sensor was read."""
        return self.amenities[name].current(amps, now)

    def tick(self, now: float) -> Effects:
        """See Equipment."""
        if self._in.visits.inside():
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now
        effects = Effects()
        if self._day != self._in.quota.day:
            self._day = self._in.quota.day
            for found in self.amenities.values():
                found.turn(now)
        for found in self.amenities.values():
            effects.add(self._one(found, now))
        return effects

    def deadline(self) -> float:
        """See Equipment."""
        waits = [found.deadline() for found in self.amenities.values()]
        if self._empty_since is not None:
            waits += [self._off_at(found) for found in self.amenities.values() if found.run]
        return min(waits, default=inf)

    def recorded(self) -> None:
        """See Equipment."""
        for found in self.amenities.values():
            found.recorded()

    def revoke(self) -> Effects:
        """See Equipment."""
        effects = Effects()
        for found in self.amenities.values():
            effects.add(found.revoke())
        return effects

    def end(self, person: str, now: float) -> Effects:
        """See Equipment. Others may be warm by it: an amenity ends when the room is empty, not when one of them leaves."""
        return Effects()

    def lease_ended(self, part: str, now: float) -> Effects:
        """See Equipment."""
        return self.amenities[part].stop(Stop.TIME_LIMIT, now)

    def _one(self, found: Amenity, now: float) -> Effects:
        if self._in.faults.cuts(Service.AMENITY, found.config.name):
            return found.let_go(now)
        if found.run and now >= self._off_at(found):
            return found.stop(Stop.ROOM_EMPTY, now)
        effects = found.tick(now)
        if found.run is None and self._wanted(found):
            effects.add(found.begin(None, now))
        if found.run is None:
            effects.add(found.rest(now))
        return effects

    def _wanted(self, found: Amenity) -> bool:
        """Whether it runs because somebody is inside."""
        if self._empty_since is not None:
            self._unwanted.discard(found.config.name)
            return False
        free = self._in.faults.blocks(Service.AMENITY, found.config.name) is None
        return free and found.config.mode is AmenityMode.WHILE_OCCUPIED and found.config.name not in self._unwanted

    def _off_at(self, found: Amenity) -> float:
        return inf if self._empty_since is None else self._empty_since + found.config.off_empty_s

    def _why_not(self, visit: Visit | None, found: Amenity | None, now: float) -> Refusal | None:
        if visit is None:
            return Refusal.NOT_IDENTIFIED
        if found is None or self._in.faults.blocks(Service.AMENITY, found.config.name):
            return Refusal.OUT_OF_ORDER
        if found.config.who is AmenityWho.STEWARDS and not self._in.rations.is_steward(visit.person):
            return Refusal.NO_RIGHT
        return Refusal.COOLING if now < found.rests_until else None
