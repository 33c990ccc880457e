"""What an attacker can make who reads everything at the broker, may publish everything there, and has keys of their own and old ones of ours.

Every document comes with the flaws by which it may be refused; none may be believed. Always the same ones for a seed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.configuration import LEVEL
from contract.model import Model
from contract.orders import Order, OrderKind, SignedOrder
from contract.roster import Person, Roster
from contract.signing import Flaw, Kind, Signed, key_id, public_half, sign, sign_text
from contract.topics import Leaf
from contract.trust import Bundle, ConfigDocument, Delegation, Key, OpsKey, Root, Scope, SignedRoster
from tests.contract.signed_examples import key, signed

ROOT_KEYS, OPS, OLD_OPS, CLOUD, OLD_CLOUD, STRANGER = (key(1), key(2), key(3)), key(11), key(12), key(21), key(22), key(99)
NO_CHALLENGE = "0a1b2c3d-" + "5a" * 16
CONFIG_FLAWS = frozenset(Flaw) - {Flaw.CLOCK_UNSURE, Flaw.NO_ROOT}


@dataclass(frozen=True)
class Forgery:
    """`name` is of the kind of attack."""

    name: str
    leaf: Leaf
    payload: bytes
    flaws: frozenset[Flaw]


class Town:
    """Keys and documents of the rightful owners, for one station. `now`: when all of it holds."""

    def __init__(self, station: str, district: str, now: datetime) -> None:
        self.station, self.district, self.now = station, district, now
        year = timedelta(days=365)
        self.root = Root(
            version=1, expires=now + 5 * year, threshold=2, root_keys=tuple(Key(key=public_half(one)) for one in ROOT_KEYS),
            ops_keys=(
                OpsKey(key=public_half(OPS), name="ops", expires=now + year),
                OpsKey(key=public_half(OLD_OPS), name="old", expires=now - timedelta(days=1)),
            ),
        )  # fmt: skip
        self.signed_root = signed(Kind.ROOT, self.root, *ROOT_KEYS[:2])

    def config(self, version: int, config: dict[str, object] | None, key: Ed25519PrivateKey = OPS, **changed: object) -> Bundle:
        """As remote ops signs it."""
        document = ConfigDocument(
            station=self.station, version=version, release="r", issued=self.now, expires=self.now + timedelta(days=90), level=LEVEL, config=config
        )
        return Bundle(document=signed(Kind.CONFIG, document.model_copy(update=changed), key))

    def delegation(self, scope: Scope, key: Ed25519PrivateKey = CLOUD, by: Ed25519PrivateKey = OPS, **changed: object) -> Signed:
        """Likewise."""
        life = timedelta(days=7 if scope is Scope.ORDER else 400)
        given = Delegation(key=public_half(key), scope=(scope,), issued=self.now, expires=self.now + life)
        return signed(Kind.DELEGATION, given.model_copy(update=changed), by)

    def order(self, challenge: str, number: int = 1, key: Ed25519PrivateKey = CLOUD, given: Signed | None = None, **changed: object) -> SignedOrder:
        """As the cloud signs it: an unlock."""
        order = Order(
            station=self.station, id=f"{number:016x}", order=OrderKind.UNLOCK, challenge=challenge, operator="lin.mei", reason="courier", issued=self.now
        )
        return SignedOrder(id=order.id, delegation=given or self.delegation(Scope.ORDER), order=signed(Kind.ORDER, order.model_copy(update=changed), key))

    def roster(self, version: int, *people: Person, key: Ed25519PrivateKey = CLOUD, given: Signed | None = None) -> SignedRoster:
        """Likewise."""
        made = Roster(version=version, salt="5a" * 16, people=list(people))
        return SignedRoster(delegation=given or self.delegation(Scope.ROSTER), roster=signed(Kind.ROSTER, made, key))


class Forger:
    """`version` and `roster_version` are in force; what is older of them was genuine once, and the attacker has kept it.

    `evil` is a configuration that the station would take if it were signed; `people` a roster that would let the attacker in.
    """

    def __init__(self, town: Town, version: int, roster_version: int, evil: dict[str, object], people: Person, seed: int = 6) -> None:
        self._town, self._version, self._roster, self._evil, self._people, self._random = town, version, roster_version, evil, people, Random(seed)
        self._number = 0
        self.challenge: Callable[[], str] = lambda: NO_CHALLENGE

    def __iter__(self) -> Iterator[Forgery]:
        """One of each kind after another, for ever, with other numbers each time."""
        makers = (self._configs, self._roots, self._sizes, self._orders, self._rosters)
        while True:
            self._number += 1
            for make in makers:
                for name, leaf, made, flaws in make():
                    payload = made.model_dump_json().encode() if isinstance(made, Model) else made
                    yield Forgery(name, leaf, payload, frozenset(flaws))

    # ---- cfg/desired

    def _configs(self) -> Iterator[tuple[str, Leaf, Model | bytes, set[Flaw]]]:
        town, new, leaf = self._town, self._version + self._number, Leaf.CFG_DESIRED
        good = town.config(new, self._evil, STRANGER)
        forged = good.document.signatures[0].model_copy(update={"key": key_id(public_half(OPS))})
        genuine = town.config(self._random.randrange(1, self._version), self._evil)
        elsewhere = town.config(new, self._evil, station="another")
        rest = {"signatures": genuine.document.signatures}
        yield "arbitrary", leaf, good, {Flaw.UNKNOWN_KEY}
        yield "arbitrary, under a name that may", leaf, Bundle(document=good.document.model_copy(update={"signatures": (forged,)})), {Flaw.SIGNATURE}
        yield "arbitrary, by one root key", leaf, town.config(new, self._evil, ROOT_KEYS[0]), {Flaw.UNKNOWN_KEY}
        yield "arbitrary, by the cloud", leaf, town.config(new, self._evil, CLOUD), {Flaw.UNKNOWN_KEY}
        yield "rolled back", leaf, genuine, {Flaw.ROLLBACK}
        yield "frozen: over", leaf, town.config(new, self._evil, issued=town.now - timedelta(days=99), expires=town.now - timedelta(days=9)), {Flaw.EXPIRED}
        yield "wrong target", leaf, elsewhere, {Flaw.WRONG_TARGET}
        yield "mixed: text and signature", leaf, Bundle(document=elsewhere.document.model_copy(update=rest)), {Flaw.SIGNATURE}
        yield "mixed: kinds", leaf, Bundle(document=sign_text(Kind.ROSTER, good.document.payload, OPS)), {Flaw.SIGNATURE}
        yield "expired key", leaf, town.config(new, self._evil, OLD_OPS), {Flaw.KEY_EXPIRED}
        yield "for newer software", leaf, town.config(new, self._evil, level=LEVEL + 1), {Flaw.LEVEL}
        yield "fast forward", leaf, Bundle(document=sign(Kind.CONFIG, {"version": 2**53 - self._number}, STRANGER)), {Flaw.UNKNOWN_KEY}
        raw = genuine.model_dump_json().encode()
        place = self._random.randrange(len(raw))
        yield "a byte changed", leaf, raw[:place] + bytes([raw[place] ^ self._random.randrange(1, 256)]) + raw[place + 1 :], set(CONFIG_FLAWS)
        yield "cut off", leaf, raw[: self._random.randrange(1, len(raw))], {Flaw.FORM}

    def _roots(self) -> Iterator[tuple[str, Leaf, Model | bytes, set[Flaw]]]:
        """The attacker's own ops key, in a root that few or others have signed, and a configuration by it."""
        town, leaf, mine = self._town, Leaf.CFG_DESIRED, OpsKey(key=public_half(STRANGER), expires=self._town.now + timedelta(days=999))
        root = town.root.model_copy(update={"version": 2, "ops_keys": (mine,)})
        theirs = root.model_copy(update={"root_keys": (Key(key=public_half(key(97))), Key(key=public_half(key(98))))})
        gap = root.model_copy(update={"version": 2 + self._number})
        document = town.config(self._version + self._number, self._evil, STRANGER).document
        endless = Signed(payload='{"version":1e999}', signatures=town.signed_root.signatures)
        for name, made, flaw in (
            ("root by one of two", signed(Kind.ROOT, root, ROOT_KEYS[0]), Flaw.TOO_FEW_SIGNATURES),
            ("root by one of two, twice", signed(Kind.ROOT, root, ROOT_KEYS[0], ROOT_KEYS[0]), Flaw.TOO_FEW_SIGNATURES),
            ("root of strangers", signed(Kind.ROOT, theirs, key(97), key(98)), Flaw.UNKNOWN_KEY),
            ("root by ops and cloud", signed(Kind.ROOT, root, OPS, CLOUD), Flaw.UNKNOWN_KEY),
            ("root after a gap", signed(Kind.ROOT, gap, *ROOT_KEYS), Flaw.ROLLBACK if self._number > 1 else Flaw.UNKNOWN_KEY),
            ("root, old", town.signed_root, Flaw.UNKNOWN_KEY),
            ("root with a number without end", endless, Flaw.FORM),
        ):
            if name != "root after a gap" or self._number > 1:  # version 2 by two root keys would be a good one
                yield name, leaf, Bundle(roots=(made,), document=document), {flaw}

    def _sizes(self) -> Iterator[tuple[str, Leaf, Model | bytes, set[Flaw]]]:
        leaf, signatures = Leaf.CFG_DESIRED, self._town.signed_root.signatures
        document = self._town.config(self._version + self._number, self._evil, STRANGER).document
        if self._number % 20 == 1:
            yield "endless", leaf, b"[" * (leaf.traffic.limit + 1), {Flaw.TOO_LARGE}
            yield "endless to the limit", leaf, b"[" * leaf.traffic.limit, {Flaw.FORM}
            yield "endless keys", leaf, json.dumps({f"k{n}": n for n in range(15_000)}).encode(), {Flaw.FORM}
            yield "endless signatures", leaf, json.dumps({"document": {"payload": "{}", "signatures": [0] * 60_000}}).encode(), {Flaw.FORM}
        yield "endless root", leaf, Bundle(roots=(Signed(payload="[" * 20_000, signatures=signatures),), document=document), {Flaw.TOO_LARGE}
        yield "deep root", leaf, Bundle(roots=(Signed(payload='{"a":' * 2_000 + "1" + "}" * 2_000, signatures=signatures),), document=document), {Flaw.FORM}
        yield "noise", leaf, self._random.randbytes(self._random.randrange(1, 2_000)), {Flaw.FORM}
        yield "a key twice", leaf, Bundle(roots=(Signed(payload='{"version":2,"version":1}', signatures=signatures),), document=document), {Flaw.NOT_CANONICAL}

    # ---- cmd

    def _orders(self) -> Iterator[tuple[str, Leaf, Model | bytes, set[Flaw]]]:
        """Also with keys that held once, and with the cloud's own for another place. `challenge()` may give one that is open."""
        town, number, leaf = self._town, self._number, Leaf.CMD
        mine = town.delegation(Scope.ORDER, STRANGER, STRANGER)
        over = town.delegation(Scope.ORDER, OLD_CLOUD, issued=town.now - timedelta(days=9), expires=town.now - timedelta(days=2))
        far, roster = town.delegation(Scope.ORDER, districts=("elsewhere",)), town.delegation(Scope.ROSTER)
        long = town.delegation(Scope.ORDER, OLD_CLOUD, expires=town.now + timedelta(days=8))
        ask = self.challenge
        for name, order, flaw in (
            ("order of a stranger", town.order(ask(), number, STRANGER, mine), Flaw.UNKNOWN_KEY),
            ("order by a key that was delegated to another", town.order(ask(), number, STRANGER), Flaw.UNKNOWN_KEY),
            ("order by a key that is over", town.order(ask(), number, OLD_CLOUD, over), Flaw.EXPIRED),
            ("order for another district", town.order(ask(), number, CLOUD, far), Flaw.SCOPE),
            ("order by a roster key", town.order(ask(), number, CLOUD, roster), Flaw.SCOPE),
            ("order by a key that lives too long", town.order(ask(), number, OLD_CLOUD, long), Flaw.TOO_LONG_LIFE),
            ("order for another station", town.order(ask(), number, station="another"), Flaw.WRONG_TARGET),
            ("order repeated", town.order(NO_CHALLENGE, number), Flaw.NO_CHALLENGE),
            ("order under another number", town.order(ask(), number).model_copy(update={"id": "f" * 16}), Flaw.CONTENT),
        ):
            yield name, leaf, order, {flaw, Flaw.NO_CHALLENGE, Flaw.TOO_MANY}

    # ---- roster/desired

    def _rosters(self) -> Iterator[tuple[str, Leaf, Model | bytes, set[Flaw]]]:
        town, new, leaf = self._town, self._roster + self._number, Leaf.ROSTER_DESIRED
        over = town.delegation(Scope.ROSTER, issued=town.now - timedelta(days=401), expires=town.now - timedelta(days=1))
        mine = town.delegation(Scope.ROSTER, STRANGER, STRANGER)
        yield "roster of a stranger", leaf, town.roster(new, self._people, key=STRANGER, given=mine), {Flaw.UNKNOWN_KEY}
        yield "roster under another's delegation", leaf, town.roster(new, self._people, key=STRANGER), {Flaw.UNKNOWN_KEY}
        yield "roster by an order key", leaf, town.roster(new, self._people, given=town.delegation(Scope.ORDER)), {Flaw.SCOPE}
        yield "roster by a key that is over", leaf, town.roster(new, self._people, given=over), {Flaw.EXPIRED}
        yield "roster, rolled back", leaf, town.roster(self._random.randrange(1, self._roster), self._people), {Flaw.ROLLBACK}
        yield "roster that nobody signed", leaf, Roster(version=new, salt="5a" * 16, people=[self._people]), {Flaw.FORM}
