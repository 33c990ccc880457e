"""All charging sockets of a room: who may charge where, and who comes next. One charge is edge/domain/charger.py."""

from math import inf

from contract.charging import QueueEnd
from contract.facts import ChargeEnded, ChargeRefused, FaultCode, Refusal, Stop
from contract.leases import Kind
from edge.domain.charger import Socket
from edge.domain.equipment import Indoors
from edge.domain.faults import Service
from edge.domain.messages import Effects
from edge.domain.quota import Open
from edge.domain.room_messages import ChargeAsked
from edge.domain.screen import Notice
from edge.domain.turns import Turns
from edge.domain.visits import Visit

UNFIT = frozenset({Stop.POWER_LIMIT, Stop.EBIKE_SUSPECTED})
"""After such an end its person gets no socket for a while: else the same load would be tried at the next one."""


class Sockets:
    """Sockets by name."""

    def __init__(self, indoors: Indoors) -> None:
        self._in, self.config = indoors, indoors.config.charging
        self.sockets = {s.name: Socket(s, indoors.quota, indoors.faults) for s in indoors.config.sockets}
        self._refused: dict[str, float] = {}
        self.turns = Turns(indoors, self.sockets, self._barred, self._any_works)

    def charge(self, asked: ChargeAsked, now: float) -> Effects:
        """Switch a socket on, or say why not."""
        visit, socket = self._in.visits.current, self.sockets.get(asked.socket)
        reason = self._why_not(visit, socket, now)
        minutes = min(self._in.rations.left(visit.person, Kind.SOCKET_MIN), int(socket.config.max_s // 60)) if visit and socket else 0
        if reason or minutes < 1 or not (visit and socket):
            return self._refuse(asked.socket, reason or Refusal.QUOTA_SPENT, now)
        entry = Open(self._in.number(), visit.person, Kind.SOCKET_MIN, asked.socket, self._in.quota.day, minutes)
        self._in.visits.touched(now)
        effects = socket.begin(visit.visit, entry, self._in.rations.limit(visit.person, Kind.SOCKET_MIN), now)
        effects.add(self.turns.waiting.leave(visit.person, QueueEnd.SERVED, now))
        return effects

    def stop(self, socket: str, now: float) -> Effects:
        """Only whose charge it is may end it at the screen."""
        found, visit = self.sockets.get(socket), self._in.visits.current
        if not (found and found.charge and visit and visit.person == found.charge.person):
            return Effects()
        self._in.visits.touched(now)
        return found.stop(Stop.PERSON, now)

    def current(self, socket: str, amps: float, now: float) -> Effects:
        """A sensor was read."""
        return self._noted(self.sockets[socket].current(amps, now), now)

    def current_lost(self, socket: str, reason: str, now: float) -> Effects:
        """A sensor does not answer."""
        return self.sockets[socket].current_lost(reason, now)

    def temperature(self, probe: str, celsius: float, now: float) -> Effects:
        """A probe was read; those of other equipment are none of ours."""
        effects = Effects()
        for socket in self._near(probe):
            effects.add(socket.temperature(celsius, now))
            if not socket.blind(now):
                effects.add(self._in.faults.clear(FaultCode.PROBE_LOST, probe, now))
        return effects

    def temperature_lost(self, probe: str, reason: str, now: float) -> Effects:
        """A probe does not answer: told at once; what runs ends when it stays silent."""
        return self._in.faults.raise_(FaultCode.PROBE_LOST, probe, reason, now) if self._near(probe) else Effects()

    def tick(self, now: float) -> Effects:
        """See Equipment."""
        effects = Effects()
        for socket in self.sockets.values():
            effects.add(socket.stop(Stop.FAULT, now) if self._in.faults.cuts(Service.SOCKET, socket.config.name) else socket.tick(now))
        self._noted(effects, now)
        free = [name for name, socket in self.sockets.items() if socket.charge is None and self._works(socket, now)]
        effects.add(self.turns.tick(free, now))
        return effects

    def deadline(self) -> float:
        """See Equipment."""
        return min([self.turns.deadline(), *(socket.deadline() for socket in self.sockets.values())])

    def recorded(self) -> None:
        """See Equipment."""
        for socket in self.sockets.values():
            socket.recorded()

    def revoke(self) -> Effects:
        """See Equipment."""
        effects = Effects()
        for socket in self.sockets.values():
            effects.add(socket.revoke())
        return effects

    def end(self, person: str, now: float) -> Effects:
        """See Equipment."""
        effects = self.turns.waiting.leave(person, QueueEnd.VISIT_ENDED, now)
        for socket in self.sockets.values():
            if socket.charge and socket.charge.person == person:
                effects.add(socket.stop(Stop.VISIT_ENDED, now))
        return effects

    def lease_ended(self, part: str, now: float) -> Effects:
        """See Equipment."""
        return self.sockets[part].stop(Stop.TIME_LIMIT, now)

    def _near(self, probe: str) -> list[Socket]:
        return [socket for socket in self.sockets.values() if socket.config.temperature_probe == probe]

    def _noted(self, effects: Effects, now: float) -> Effects:
        """Who plugged in what must not be charged here."""
        for fact in effects.facts:
            if isinstance(fact, ChargeEnded) and fact.stop in UNFIT:
                self._refused[fact.person] = now + self.config.refused_s
        return effects

    def _works(self, socket: Socket, now: float) -> bool:
        return not (self._in.faults.blocks(Service.SOCKET, socket.config.name) or socket.blind(now))

    def _any_works(self, now: float) -> bool:
        return any(self._works(socket, now) for socket in self.sockets.values())

    def _barred(self, person: str, now: float) -> Refusal | None:
        return Refusal.LOAD_REFUSED if now < self._refused.get(person, -inf) else None

    def _why_not(self, visit: Visit | None, socket: Socket | None, now: float) -> Refusal | None:
        if visit is None:
            return Refusal.NOT_IDENTIFIED
        if socket is None or not self._works(socket, now):
            return Refusal.OUT_OF_ORDER
        held = self.turns.waiting.held(socket.config.name)
        taken = socket.charge is not None or (held is not None and held.person != visit.person)
        return self._barred(visit.person, now) or (Refusal.BUSY if taken else None)

    def _refuse(self, socket: str, reason: Refusal, now: float) -> Effects:
        self._in.notices.show(Notice.NOT_NOW, now, reason)
        return Effects(facts=[ChargeRefused(socket=socket[:24], reason=reason)])
