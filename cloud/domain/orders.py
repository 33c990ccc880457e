"""What becomes of an order, as an operator is told it. Pure.

    asking --challenge--> sent --answer--> done | refused
       |                   |
       v 10 s, offline     v 20 s
    not_delivered       no_answer --late answer, or the fact in the station's ledger--> done | refused

`not_delivered` is said only of what was never signed. What was sent and not answered may have been carried out: that is `no_answer`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from contract.commands import Reply
from contract.orders import OrderCarriedOut, OrderFact, OrderKind
from contract.signing import Flaw

ASKING_S = 10.0
"""For the station's challenge."""
ANSWER_S = 20.0
"""For its word on the signed order; it takes none that is older than CHALLENGE_S."""
LEVEL = 6
"""Contract level from which on stations know orders."""
MANY_HOURS = 48


class OrderState(StrEnum):
    """Where it stands."""

    ASKING = "asking"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    NOT_DELIVERED = "not_delivered"
    NO_ANSWER = "no_answer"


OPEN = (OrderState.ASKING, OrderState.SENT)


@dataclass(frozen=True)
class Ordered:
    """One order; `words` say the state to people. Times are UTC ms by the cloud's clock."""

    id: str
    station: str
    order: OrderKind
    minutes: int | None
    operator: str
    reason: str
    state: OrderState
    words: str
    flaw: Flaw | None
    asked_ms: int
    changed_ms: int


@dataclass(frozen=True)
class Answer:
    """What came for an order: `step` challenge, reply or fact."""

    order_id: str
    step: str
    said: Reply | OrderFact


class OrderBook(Protocol):
    """Orders on file, and what came for them."""

    def add(self, one: Ordered) -> None: ...

    def change(self, one: Ordered) -> None: ...

    def one(self, order_id: str) -> Ordered | None: ...

    def of(self, station: str, limit: int) -> list[Ordered]: ...

    def undecided(self) -> list[Ordered]: ...

    def answers(self) -> list[Answer]:
        """Not looked at yet, whichever process heard them."""
        ...

    def seen(self, answer: Answer) -> None: ...


class Orders(Protocol):
    """Giving orders to stations."""

    def give(self, station: str, order: OrderKind, operator: str, reason: str, minutes: int | None) -> Ordered:
        """Returns at once, asking or not delivered. Raises: OrderImpossible."""
        ...

    def one(self, order_id: str) -> Ordered | None: ...

    def of(self, station: str, limit: int) -> list[Ordered]: ...


def asked(order_id: str, station: str, order: OrderKind, minutes: int | None, operator: str, reason: str, now_ms: int) -> Ordered:
    """A new one."""
    return Ordered(order_id, station, order, minutes, operator, reason, OrderState.ASKING, "asking the station for a challenge", None, now_ms, now_ms)


def sent(one: Ordered, now_ms: int) -> Ordered:
    """The challenge came; the order is signed, and is stored as sent before it leaves."""
    return _now(one, OrderState.SENT, "signed and sent; waiting for the station", now_ms)


def not_delivered(one: Ordered, why: str, now_ms: int) -> Ordered:
    """Nothing that was signed has left the cloud."""
    return _now(one, OrderState.NOT_DELIVERED, f"not delivered: {why}", now_ms)


def challenge(one: Ordered, reply: Reply) -> str | None:
    """What to sign, when this reply is the one that the order waits for."""
    return reply.challenge if one.state is OrderState.ASKING and reply.done and reply.challenge else None


def answered(one: Ordered, reply: Reply, now_ms: int) -> Ordered:
    """The station's word. A challenge for one that was sent already, or words for one that is decided, change nothing."""
    asking = one.state is OrderState.ASKING
    if reply.challenge or (asking and reply.done) or one.state not in (*OPEN, OrderState.NO_ANSWER):
        return one
    if reply.done:
        return _now(one, OrderState.DONE, "done: the station says so", now_ms)
    why = reply.reason or (reply.flaw.value if reply.flaw else "no reason given")
    return _now(one, OrderState.REFUSED, f"refused by the station: {why}", now_ms, reply.flaw)


def told(one: Ordered, fact: OrderFact, now_ms: int) -> Ordered:
    """A fact of the station's ledger. It counts more than any reply, however late it comes."""
    if isinstance(fact, OrderCarriedOut):
        return one if one.state is OrderState.DONE else _now(one, OrderState.DONE, "done: it stands in the station's ledger", now_ms)
    if one.state not in (OrderState.SENT, OrderState.NO_ANSWER):
        return one
    return _now(one, OrderState.REFUSED, f"refused by the station: {fact.reason or fact.flaw.value}", now_ms, fact.flaw)


def overdue(one: Ordered, waited_s: float, now_ms: int) -> Ordered:
    """After so long in its state."""
    if one.state is OrderState.ASKING and waited_s >= ASKING_S:
        return not_delivered(one, f"the station gave no challenge within {ASKING_S:.0f} s", now_ms)
    if one.state is OrderState.SENT and waited_s >= ANSWER_S:
        words = f"no answer within {ANSWER_S:.0f} s; it may have been carried out: look at the station's facts"
        return _now(one, OrderState.NO_ANSWER, words, now_ms)
    return one


def interrupted(one: Ordered, now_ms: int) -> Ordered:
    """The cloud was started again meanwhile."""
    if one.state is OrderState.ASKING:
        return not_delivered(one, "the cloud was started again before it was sent; give it again", now_ms)
    if one.state is OrderState.SENT:
        words = "the cloud was started again before an answer came; it may have been carried out: look at the station's facts"
        return _now(one, OrderState.NO_ANSWER, words, now_ms)
    return one


def offline_since(since_ms: int, now_ms: int, utc_offset_min: int) -> str:
    """`offline since 12:03 (3 h)`, by the clock of the city; with the date where that is another day."""
    zone = timedelta(minutes=utc_offset_min)
    since, now = (datetime.fromtimestamp(ms / 1000, UTC) + zone for ms in (since_ms, now_ms))
    at = f"{since:%H:%M}" if since.date() == now.date() else f"{since:%Y-%m-%d %H:%M}"
    return f"offline since {at} ({_span(max(now - since, timedelta(0)))})"


def _span(long: timedelta) -> str:
    minutes = int(long.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < MANY_HOURS * 60 else f"{long.days} d"


def _now(one: Ordered, state: OrderState, words: str, now_ms: int, flaw: Flaw | None = None) -> Ordered:
    return replace(one, state=state, words=words[:400], flaw=flaw, changed_ms=now_ms)
