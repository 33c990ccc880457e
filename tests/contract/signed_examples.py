"""Signed documents as they travel, with keys that anybody may know; and their parts, for tests that need a root, a delegation, an order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.configuration import ConfigReport, Phase
from contract.model import Model
from contract.orders import ChallengePlease, Order, OrderKind, SignedOrder
from contract.roster import Person, Roster
from contract.signing import Flaw, Kind, Signed, public_half, sign
from contract.trust import Bundle, ConfigDocument, Delegation, Key, OpsKey, Root, Scope, SignedRoster

AT = datetime(2026, 11, 21, 3, 20, 0, 123000, tzinfo=UTC)


def key(number: int) -> Ed25519PrivateKey:
    """Always the same one for a number from 1 to 255."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


ROOT_KEYS, OPS_KEY, CLOUD_KEY = (key(1), key(2), key(3)), key(11), key(21)


def signed(kind: Kind, model: Model, *keys: Ed25519PrivateKey) -> Signed:
    """As whoever holds these keys signs it."""
    return sign(kind, model.model_dump(mode="json"), *keys)


ROOT = Root(
    version=1, expires=AT + timedelta(days=3650), threshold=2,
    root_keys=tuple(Key(key=public_half(one), name=f"safe {n}") for n, one in enumerate(ROOT_KEYS, 1)),
    ops_keys=(OpsKey(key=public_half(OPS_KEY), name="ops", expires=AT + timedelta(days=365)),),
)  # fmt: skip
SIGNED_ROOT = signed(Kind.ROOT, ROOT, *ROOT_KEYS[:2])
DELEGATION = Delegation(key=public_half(CLOUD_KEY), scope=(Scope.ORDER,), issued=AT, expires=AT + timedelta(days=7))
ROSTER_DELEGATION = Delegation(key=public_half(CLOUD_KEY), scope=(Scope.ROSTER,), issued=AT, expires=AT + timedelta(days=400))
DOCUMENT = ConfigDocument(
    station="st-1", version=2, release="demo", issued=AT, expires=AT + timedelta(days=90), level=6,
    config={"station": "st-1", "name": "北门驿站", "door": {"unlock_s": 6}},
)  # fmt: skip
BUNDLE = Bundle(roots=(SIGNED_ROOT,), document=signed(Kind.CONFIG, DOCUMENT, OPS_KEY))
ORDER = Order(
    station="st-1", id="0123456789abcdef", order=OrderKind.UNLOCK, challenge="0a1b2c3d-" + "5a" * 16, operator="lin.mei",
    reason="courier locked in his bag", issued=AT,
)  # fmt: skip
SIGNED_ORDER = SignedOrder(
    id=ORDER.id, delegation=signed(Kind.DELEGATION, DELEGATION, OPS_KEY), order=signed(Kind.ORDER, ORDER, CLOUD_KEY)
)  # fmt: skip
ROSTER = Roster(version=8, salt="5a" * 16, people=[Person(person="p-77")])
SIGNED_ROSTER = SignedRoster(delegation=signed(Kind.DELEGATION, ROSTER_DELEGATION, OPS_KEY), roster=signed(Kind.ROSTER, ROSTER, CLOUD_KEY))
REPORT = ConfigReport(
    version=2, sha256=BUNDLE.document.sha256, phase=Phase.REFUSED, reason="config 2: signed by 0000, none of which may sign this", flaw=Flaw.UNKNOWN_KEY,
    in_force_version=1, in_force_sha256="1" * 64, confirmed_version=1, confirmed_sha256="1" * 64, root=1, at=AT,
)  # fmt: skip

SIGNED: dict[str, Model] = {
    "signed_root": SIGNED_ROOT,
    "config_bundle": BUNDLE,
    "config_report": REPORT,
    "signed_roster": SIGNED_ROSTER,
    "command_challenge_please": ChallengePlease(id=ORDER.id),
    "command_order": SIGNED_ORDER,
}
