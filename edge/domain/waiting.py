"""Who gets the next socket: first come, first served, one place a person. A socket that became free is held for the first, then for the next."""

from dataclasses import dataclass
from math import inf

from contract.charging import QueueEnd, QueueJoined, QueueLeft, SocketHeld
from edge.domain.messages import Effects


@dataclass
class Place:
    """One who waits. `socket`: held for them until `until` (monotonic s)."""

    person: str
    since: float
    socket: str | None = None
    until: float = inf


class Waiting:
    """The queue of one room. Nobody who stays is passed over: only the first without a socket is offered one."""

    def __init__(self, hold_s: float) -> None:
        self._hold_s = hold_s
        self.places: list[Place] = []

    def of(self, person: str) -> Place | None:
        """This person's place."""
        return next((place for place in self.places if place.person == person), None)

    def number(self, person: str) -> int | None:
        """1 is next; None for who does not wait."""
        return next((n for n, place in enumerate(self.places, 1) if place.person == person), None)

    def unserved(self) -> int:
        """How many wait for whom no socket is held."""
        return sum(1 for place in self.places if place.socket is None)

    def held(self, socket: str) -> Place | None:
        """For whom this socket is held."""
        return next((place for place in self.places if place.socket == socket), None)

    def join(self, person: str, now: float) -> Effects:
        """At the end; nothing happens for who is in it."""
        if self.of(person):
            return Effects()
        self.places.append(Place(person, now))
        return Effects(facts=[QueueJoined(person=person, place=len(self.places))])

    def leave(self, person: str, reason: QueueEnd, now: float) -> Effects:
        """Nothing happens for who is not in it."""
        place = self.of(person)
        if place is None:
            return Effects()
        self.places.remove(place)
        return Effects(facts=[QueueLeft(person=person, reason=reason, waited_s=round(now - place.since, 1))])

    def offer(self, free: list[str], now: float) -> Effects:
        """Of these sockets, which can run and do not, each that is held for nobody goes to the first who has none.

        Who did not come in time loses the place. A socket that can not run any more is held for nobody.
        """
        effects = Effects()
        for place in [p for p in self.places if now >= p.until]:
            effects.add(self.leave(place.person, QueueEnd.MISSED, now))
        for place in [p for p in self.places if p.socket and p.socket not in free]:
            place.socket, place.until = None, inf
        for socket in [name for name in free if not self.held(name)]:
            first = next((p for p in self.places if p.socket is None), None)
            if first is None:
                break
            first.socket, first.until = socket, now + self._hold_s
            effects.facts.append(SocketHeld(person=first.person, socket=socket, hold_s=self._hold_s))
        return effects

    def deadline(self) -> float:
        """When the next hold is over."""
        return min((place.until for place in self.places), default=inf)
