"""Who may charge next when every socket is taken: the queue, sockets that are held, and the end of long charges while people wait."""

from collections.abc import Callable
from math import inf

from contract.charging import QueueEnd, QueueLeft, SocketHeld
from contract.facts import ChargeRefused, Refusal
from contract.leases import Kind
from edge.domain.charger import Charge, Socket
from edge.domain.equipment import Indoors
from edge.domain.messages import Effects
from edge.domain.screen import Notice
from edge.domain.visits import Visit
from edge.domain.waiting import Waiting

WhyNot = Callable[[str, float], Refusal | None]
"""(person, now) -> why this person gets no socket at all."""
Works = Callable[[float], bool]
"""now -> whether any socket could run."""


class Turns:
    """Over all sockets of a room."""

    def __init__(self, indoors: Indoors, sockets: dict[str, Socket], barred: WhyNot, works: Works) -> None:
        self._in, self.config, self._sockets, self._barred, self._works = indoors, indoors.config.charging, sockets, barred, works
        self.waiting = Waiting(self.config.hold_s)

    def ask(self, now: float) -> Effects:
        """The visitor wants the next socket that becomes free."""
        visit = self._in.visits.current
        reason = self._why_not(visit, now)
        if reason or not visit:
            self._in.notices.show(Notice.NOT_NOW, now, reason)
            return Effects(facts=[ChargeRefused(socket="", reason=reason or Refusal.NOT_IDENTIFIED)])
        self._in.visits.touched(now)
        self._in.notices.show(Notice.QUEUED, now)
        return self.waiting.join(visit.person, now)

    def give_up(self, now: float) -> Effects:
        """The visitor waits no longer."""
        visit = self._in.visits.current
        return self.waiting.leave(visit.person, QueueEnd.PERSON, now) if visit else Effects()

    def tick(self, free: list[str], now: float) -> Effects:
        """Offer the sockets that are free, and shorten charges while people wait for whom there is none."""
        effects = self.waiting.offer(free, now)
        for fact in effects.facts:
            if isinstance(fact, SocketHeld):
                self._tell(fact.person, Notice.SOCKET_HELD, now)
            if isinstance(fact, QueueLeft):
                self._tell(fact.person, Notice.QUEUE_MISSED, now)
        self._share(now)
        return effects

    def deadline(self) -> float:
        """When tick has something to do."""
        return min([self.waiting.deadline(), *(self._warns_at(charge) for charge in self._charges() if not charge.warned)])

    def longest_wait(self, person: str, now: float) -> float | None:
        """s until a socket is this person's at the latest, as things stand; None for who does not wait, and when nothing charges."""
        number, ends = self.waiting.number(person), sorted(s.longest_until() - now for s in self._sockets.values() if s.charge)
        if number is None or not ends:
            return None
        rounds, turn = divmod(number - 1, len(ends))
        return max(0.0, ends[turn]) + rounds * self.config.shared_max_s + (number - 1) * self.config.hold_s

    def _charges(self) -> list[Charge]:
        """Those under way, the oldest first."""
        return sorted((s.charge for s in self._sockets.values() if s.charge), key=lambda charge: charge.started_at)

    def _share(self, now: float) -> None:
        """As many of the oldest charges as people wait get an end, told before; nobody's is shorter than shared_max_s."""
        for nth, charge in enumerate(self._charges()):
            if nth >= self.waiting.unserved():
                charge.shared_until, charge.warned = inf, False
            elif charge.shared_until == inf:
                charge.shared_until = max(charge.started_at + self.config.shared_max_s, now + self.config.warning_s)
            if not charge.warned and now >= self._warns_at(charge):
                charge.warned = True
                self._tell(charge.person, Notice.CHARGE_SOON, now)

    def _warns_at(self, charge: Charge) -> float:
        return charge.shared_until - self.config.warning_s

    def _tell(self, person: str, notice: Notice, now: float) -> None:
        """On the screen, when it is theirs."""
        if self._in.visits.current and self._in.visits.current.person == person:
            self._in.notices.show(notice, now)

    def _why_not(self, visit: Visit | None, now: float) -> Refusal | None:
        if visit is None:
            return Refusal.NOT_IDENTIFIED
        if not self._works(now):
            return Refusal.OUT_OF_ORDER
        if any(charge.person == visit.person for charge in self._charges()):
            return Refusal.HAS_ONE
        spent = self._in.rations.left(visit.person, Kind.SOCKET_MIN) < 1
        return self._barred(visit.person, now) or (Refusal.QUOTA_SPENT if spent else None)
