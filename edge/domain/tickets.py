"""Whether a ticket from somebody's phone lets in: genuine, for this station, of this half minute, and never used before.

Needs no network. A used ticket stays used whatever the clock does: it is remembered until another one was used that ends KEEP_S
later, and from then on every ticket so old is over.
"""

from collections.abc import Mapping, Sequence

from contract.envelope import ClockState
from contract.facts import Refusal
from contract.ticket import Flaw, Ticket, TicketKey, TicketRefused, unseal
from edge.domain.access import Access, Granted, Refused
from edge.domain.clock import WallClock
from edge.domain.records import UseTicket

KEEP_S = 600
"""More than ten times what a ticket lives."""
MOST = 500
"""Tickets used within KEEP_S; a door lets in fewer. When all are taken nobody comes in by ticket, for none may be forgotten."""
TOLD_S = 60.0

NOT_GENUINE = {Flaw.FORM: Refusal.NOT_READABLE, Flaw.KEY: Refusal.TICKET_KEY, Flaw.SIGNATURE: Refusal.TICKET_FORGED}


class Tickets:
    """The tickets that opened this door lately."""

    def __init__(self, station: str, clock: WallClock, used: Mapping[str, int]) -> None:
        """`used`: nonce -> last second, as the ledger knows."""
        self._station, self._clock = station, clock
        self._used = dict(used)
        self._unrecorded: str | None = None
        self._told: tuple[str, Refusal, float] | None = None

    def read(self, text: str, keys: Sequence[TicketKey]) -> Ticket | Refusal:
        """What a genuine ticket says, or why it is none. The text is hostile until its signature is right."""
        try:
            return unseal(text, keys)
        except TicketRefused as error:
            return NOT_GENUINE[error.flaw]

    def judge(self, ticket: Ticket, access: Access, now: float) -> Granted | Refused:
        """The decision over a genuine ticket; changes nothing."""
        reason = self._reason(ticket, now)
        person = access.person(ticket.person)
        if reason or person is None:
            return Refused(reason or Refusal.NO_RIGHT)
        return Granted(person)

    def use(self, ticket: Ticket) -> UseTicket:
        """It let somebody in: to be recorded together with that."""
        nonce = self._unrecorded = ticket.nonce.hex()
        self._used[nonce] = ticket.last_s
        over = self._over_s()
        self._used = {each: last_s for each, last_s in self._used.items() if last_s > over}
        return UseTicket(nonce, ticket.last_s)

    def recorded(self) -> None:
        """The ledger has it."""
        self._unrecorded = None

    def revoke(self) -> None:
        """It could not be recorded and so let nobody in: it is good again."""
        self._used.pop(self._unrecorded or "", None)
        self._unrecorded = None

    def is_news(self, ticket: Ticket, reason: Refusal, now: float) -> bool:
        """False for the same ticket and reason within a minute: one that is left before the camera makes one fact, not one each 3 s."""
        nonce = ticket.nonce.hex()
        known = self._told is not None and self._told[:2] == (nonce, reason) and now < self._told[2]
        if not known:
            self._told = (nonce, reason, now + TOLD_S)
        return not known

    def _over_s(self) -> int:
        """Tickets that end at this second or before are over, whatever the clock says."""
        return max(self._used.values(), default=0) - KEEP_S

    def _reason(self, ticket: Ticket, now: float) -> Refusal | None:
        if ticket.station not in (None, self._station):
            return Refusal.TICKET_ELSEWHERE
        if ticket.nonce.hex() in self._used:
            return Refusal.TICKET_USED
        if self._clock.state is not ClockState.TRUSTED:
            return Refusal.CLOCK_UNSURE
        at_s = self._clock.at(now).timestamp()
        if at_s > ticket.last_s or ticket.last_s <= self._over_s():
            return Refusal.TICKET_EXPIRED
        if at_s < ticket.first_s:
            return Refusal.TICKET_EARLY
        return Refusal.TICKETS_FULL if len(self._used) >= MOST else None
