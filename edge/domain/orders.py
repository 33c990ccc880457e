"""Orders from afar: a challenge is given, a signed order comes back, everything about it is checked, and it is done or refused in words.

Whoever has every right at the broker can send anything here, and read and repeat all that was ever sent. What they send is refused by
name: first what costs nothing (no challenge is open), then the signatures, then what the order says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf

from contract import trust
from contract.commands import Reply
from contract.config import StationConfig
from contract.envelope import ClockState
from contract.orders import CHALLENGE_S, ChallengePlease, Order, OrderCarriedOut, OrderKind, OrderRefused, SignedOrder
from contract.signing import Flaw, Kind, TrustRefused
from contract.topics import Leaf
from contract.trust import Delegation, Scope
from edge.domain.audit import Chain
from edge.domain.challenges import Challenges, Flood
from edge.domain.clock import WallClock
from edge.domain.messages import Effects, Say
from edge.domain.order_acts import OrderActs
from edge.domain.order_records import AppendAudit
from edge.domain.restored import Restored
from edge.domain.trusted import Trusted

QUIET_S = 60.0
"""Refusals for one flaw: a fact at once, then one a minute with their number."""
ASKED_MOST, ASKED_PER_S = 8, 1.0
"""Challenges given."""
DONE_MOST, DONE_PER_S = 30, 1 / 60
"""Orders other than unlocks, which have a limit of their own. Each stays in the audit chain for ever: a stolen key had better not fill the disk."""
CHECKED_MOST, CHECKED_PER_S = 40, 20.0
"""Orders whose signatures are looked at: two cost half a millisecond on a small board, and the door must not wait. As many refusals are answered."""


@dataclass(frozen=True)
class Held:
    """An order that is done once it is on record."""

    order: Order
    reply: Reply


class Orders:
    """Of one station."""

    def __init__(
        self, config: Callable[[], StationConfig], boot: str, chance: Iterator[int], trusted: Trusted, clock: WallClock, restored: Restored, acts: OrderActs,
    ) -> None:  # fmt: skip
        """`config`: the one in force; `chance`: as that of Challenges; `restored`: the end of the audit chain."""
        self._config, self._boot, self._epoch = config, boot, restored.epoch
        self._trusted, self._clock, self._acts = trusted, clock, acts
        self._challenges, self._chain = Challenges(boot, chance), Chain(*restored.audit)
        self._asked, self._checked = Flood(ASKED_MOST, ASKED_PER_S), Flood(CHECKED_MOST, CHECKED_PER_S)
        self._answered, self._done = Flood(CHECKED_MOST, CHECKED_PER_S), Flood(DONE_MOST, DONE_PER_S)
        self._held: Held | None = None
        self._ready: list[Held] = []
        self._refusals = Refusals()

    def start(self, now: float) -> None:
        """The clock of this boot begins to count."""
        self._acts.unlocks.start(now)

    def challenge(self, asked: ChallengePlease, now: float) -> Effects:
        """Something to be echoed; it can open nothing by itself."""
        if self._trusted.root is None:
            return self._refused(asked.id, _no_root(), now)
        if not self._asked.take(now):
            return self._refused(asked.id, TrustRefused(Flaw.TOO_MANY, f"more than {ASKED_PER_S:g} challenge a second; ask again later"), now)
        return Effects([_say(Reply(id=asked.id, done=True, challenge=self._challenges.issue(now)))])

    def order(self, signed: SignedOrder, now: float) -> Effects:
        """Done, or refused by name."""
        try:
            order, given = self._believed(signed, now)
            if order.order is not OrderKind.UNLOCK and not self._done.take(now):
                raise TrustRefused(Flaw.TOO_MANY, f"{DONE_MOST} orders at once, and then {DONE_PER_S * 60:g} a minute; order again later")
            done = self._acts.do(order, now)
        except TrustRefused as refusal:
            return self._refused(signed.id, refusal, now)
        entry = self._audited(order, given, signed, done.words, now)
        fact = OrderCarriedOut(id=order.id, order=order.order, operator=order.operator, reason=order.reason, audit=entry.hash)
        self._held = Held(order, Reply(id=order.id, done=True, reason=done.words[:200]))
        effects = Effects(facts=[fact], records=[entry])
        effects.add(done.effects)
        return effects

    def tick(self, now: float) -> Effects:
        """Everything that is due by now: what is on record is answered, and done as far as it waited for that."""
        effects, ready = self._refusals.tick(now), self._ready
        self._ready = []
        for held in ready:
            effects.actions.append(_say(held.reply))
            if held.reply.done:
                effects.add(self._acts.afterwards(held.order, now))
        effects.add(self._acts.tick(now))
        return effects

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        return -inf if self._ready else min(self._acts.deadline(), self._refusals.deadline())

    def recorded(self) -> None:
        """The step's facts are in the ledger."""
        self._chain.recorded()
        self._acts.recorded()
        if self._held:
            self._ready.append(self._held)
            self._held = None

    def revoke(self, now: float) -> None:
        """They could not be stored: an order among them was not carried out."""
        self._chain.revoke()
        if self._held:
            self._acts.revoke(now)
            told = Reply(id=self._held.order.id, done=False, reason="the station can not record anything now, so it does nothing", flaw=Flaw.NOT_NOW)
            self._ready.append(Held(self._held.order, told))
            self._held = None

    def _believed(self, signed: SignedOrder, now: float) -> tuple[Order, Delegation]:
        """The order, when it is for this station, of who may give it, and of this moment. Its challenge is used up.

        Raises:
            TrustRefused.
        """
        if self._trusted.root is None:
            raise _no_root()
        if not self._challenges.any_open(now):
            raise TrustRefused(Flaw.NO_CHALLENGE, f"no challenge is open: ask for one, and answer it within {CHALLENGE_S:g} s")
        if not self._checked.take(now):
            raise TrustRefused(Flaw.TOO_MANY, f"more than {CHECKED_PER_S:g} orders a second; this one was not looked at")
        at = self._clock.at(now) if self._clock.state is ClockState.TRUSTED else None
        given = trust.delegation(self._trusted.root, signed.delegation, Scope.ORDER, self._config().district, at)
        order = trust.delegated(given, signed.order, Kind.ORDER, Order)
        station = self._config().station
        if order.station != station:
            raise TrustRefused(Flaw.WRONG_TARGET, f"order {order.id}: is for {order.station}, not for {station}")
        if order.id != signed.id:
            raise TrustRefused(Flaw.CONTENT, f"order {order.id}: came as {signed.id}")
        if not self._challenges.take(order.challenge, now):
            raise TrustRefused(Flaw.NO_CHALLENGE, f"order {order.id}: its challenge was never given, was answered, or is older than {CHALLENGE_S:g} s")
        return order, given

    def _audited(self, order: Order, given: Delegation, signed: SignedOrder, words: str, now: float) -> AppendAudit:
        """Who ordered what and why, by which key, and what came of it."""
        return self._chain.append({
            "order": order.model_dump(mode="json"), "key": given.key, "delegation": signed.delegation.sha256, "did": words,
            "boot": self._boot, "epoch": self._epoch, "up": round(now, 3), "at": self._clock.at(now).isoformat(), "clock": self._clock.state.value,
        })  # fmt: skip

    def _refused(self, order: str, refusal: TrustRefused, now: float) -> Effects:
        """A flood is counted, and not answered: its answers would keep others from being heard."""
        effects = self._refusals.add(order, refusal, now)
        if self._answered.take(now):
            effects.actions.append(_say(Reply(id=order, done=False, reason=str(refusal)[:200], flaw=refusal.flaw)))
        return effects


class Refusals:
    """Told as one fact at once and then at most one a minute for each flaw, so that a flood can not fill the ledger, nor hide another flaw."""

    def __init__(self) -> None:
        self._held: dict[Flaw, OrderRefused] = {}
        self._quiet_until: dict[Flaw, float] = {}

    def add(self, order: str, refusal: TrustRefused, now: float) -> Effects:
        """One more."""
        held = self._held.get(refusal.flaw)
        self._held[refusal.flaw] = OrderRefused(id=order, flaw=refusal.flaw, reason=str(refusal)[:200], count=held.count + 1 if held else 1)
        return self.tick(now)

    def tick(self, now: float) -> Effects:
        """Those whose minute is over."""
        due = [flaw for flaw in self._held if now >= self._quiet_until.get(flaw, -inf)]
        self._quiet_until |= dict.fromkeys(due, now + QUIET_S)
        return Effects(facts=[self._held.pop(flaw) for flaw in due])

    def deadline(self) -> float:
        """When a count that was held back is due; inf for never."""
        return min((self._quiet_until.get(flaw, -inf) for flaw in self._held), default=inf)


def _no_root() -> TrustRefused:
    return TrustRefused(Flaw.NO_ROOT, "this station has no root key, so it takes no orders; see docs/trust.md")


def _say(reply: Reply) -> Say:
    return Say(Leaf.CMD_REPLY, reply.model_dump_json().encode())
