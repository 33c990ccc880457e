"""The attacks that The Update Framework names, one test each, and what a hostile text can do to whoever reads it. docs/trust.md lists them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import trust
from contract.configuration import LEVEL
from contract.orders import Order
from contract.roster import Roster
from contract.signing import Flaw, Kind, Signed, TrustRefused, canonical, decode, public_half, sign, sign_text
from contract.topics import Leaf, topic
from contract.trust import Bundle, ConfigDocument, Delegation, Key, OpsKey, Root, Scope
from edge.adapters.mqtt import understand
from edge.domain.messages import ConfigReceived, InputFaulty
from tests.contract.signed_examples import (
    AT,
    BUNDLE,
    CLOUD_KEY,
    DELEGATION,
    DOCUMENT,
    OPS_KEY,
    ORDER,
    ROOT,
    ROOT_KEYS,
    ROSTER,
    ROSTER_DELEGATION,
    SIGNED_ORDER,
    SIGNED_ROOT,
    key,
    signed,
)  # fmt: skip

STRANGER, NEXT_OPS = key(99), key(12)
LIMIT = 256 * 1024
NEXT_ROOT = ROOT.model_copy(
    update={"version": 2, "ops_keys": (OpsKey(key=public_half(NEXT_OPS), name="next", expires=AT + timedelta(days=365)),)},
)  # fmt: skip


def take(document: Signed, root: Root = ROOT, station: str = "st-1", newest: int = 1, now: datetime | None = AT) -> ConfigDocument:
    """As a station does."""
    return trust.config(root, document, station, newest, LEVEL, now)


def refused(flaw: Flaw, act: Callable[[], object]) -> str:
    """It is refused for this and nothing else; the words."""
    with pytest.raises(TrustRefused) as caught:
        act()
    assert caught.value.flaw is flaw, str(caught.value)
    assert len(str(caught.value)) <= 500
    return str(caught.value)


def unread(_: bytes) -> object:
    raise AssertionError("it was parsed")


def changed(**fields: object) -> Signed:
    """The example configuration with other fields, signed as it should be."""
    return sign(Kind.CONFIG, DOCUMENT.model_dump(mode="json") | fields, OPS_KEY)


def test_what_is_signed_well_is_taken() -> None:
    assert take(BUNDLE.document) == DOCUMENT
    assert take(BUNDLE.document, newest=DOCUMENT.version) == DOCUMENT


def test_arbitrary_configuration_of_a_stranger() -> None:
    words = refused(Flaw.UNKNOWN_KEY, lambda: take(signed(Kind.CONFIG, DOCUMENT, STRANGER)))
    assert "docs/trust.md" in words


def test_arbitrary_configuration_under_the_name_of_a_key_that_may() -> None:
    forged = signed(Kind.CONFIG, DOCUMENT, STRANGER).signatures[0].model_copy(update={"key": ROOT.ops_keys[0].id})
    refused(Flaw.SIGNATURE, lambda: take(BUNDLE.document.model_copy(update={"signatures": (forged,)})))


def test_changed_configuration() -> None:
    other = BUNDLE.document.payload.replace('"unlock_s":6', '"unlock_s":9')
    refused(Flaw.SIGNATURE, lambda: take(BUNDLE.document.model_copy(update={"payload": other})))


@pytest.mark.parametrize("who", [*ROOT_KEYS, CLOUD_KEY], ids=["root 1", "root 2", "root 3", "cloud"])
def test_a_key_signs_only_what_is_its_own(who: object) -> None:
    refused(Flaw.UNKNOWN_KEY, lambda: take(sign(Kind.CONFIG, DOCUMENT.model_dump(mode="json"), who)))  # type: ignore[arg-type]


def test_rollback_of_a_configuration() -> None:
    refused(Flaw.ROLLBACK, lambda: take(BUNDLE.document, newest=DOCUMENT.version + 1))


def test_rollback_of_a_root_leaves_the_newer_one() -> None:
    newer, found = trust.newest_root(NEXT_ROOT, [SIGNED_ROOT])
    assert (newer, found) == (NEXT_ROOT, None)


def test_freeze_at_an_old_configuration_ends_with_its_time() -> None:
    late = DOCUMENT.expires + timedelta(minutes=6)
    refused(Flaw.EXPIRED, lambda: take(BUNDLE.document, newest=DOCUMENT.version, now=late))


def test_freeze_at_an_old_root_ends_with_its_time() -> None:
    endless = changed(expires="9999-12-31T23:59:59.999Z")
    refused(Flaw.EXPIRED, lambda: take(endless, now=ROOT.expires + timedelta(minutes=6)))
    assert take(endless)


def test_fast_forward_to_the_highest_version() -> None:
    refused(Flaw.LEAP, lambda: take(changed(version=2**53)))
    refused(Flaw.FORM, lambda: take(changed(version=2**53 + 1)))


def test_fast_forward_of_a_root() -> None:
    far = signed(Kind.ROOT, NEXT_ROOT.model_copy(update={"version": 3}), *ROOT_KEYS)
    refused(Flaw.ROLLBACK, lambda: trust.newest_root(ROOT, [far]))


def test_wrong_target() -> None:
    words = refused(Flaw.WRONG_TARGET, lambda: take(BUNDLE.document, station="st-2"))
    assert "st-1" in words and "st-2" in words


def test_mix_and_match_of_payload_and_signature() -> None:
    other = changed(version=3)
    refused(Flaw.SIGNATURE, lambda: take(Signed(payload=other.payload, signatures=BUNDLE.document.signatures)))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CONFIG])
def test_mix_and_match_of_kinds(kind: Kind) -> None:
    refused(Flaw.SIGNATURE, lambda: take(signed(kind, DOCUMENT, OPS_KEY)))


def test_mix_and_match_of_delegation_and_order() -> None:
    roster_only = trust.delegation(ROOT, signed(Kind.DELEGATION, ROSTER_DELEGATION, OPS_KEY), Scope.ROSTER, "", AT)
    refused(Flaw.SCOPE, lambda: trust.delegated(roster_only, SIGNED_ORDER.order, Kind.ORDER, Order))
    refused(Flaw.SCOPE, lambda: trust.delegated(DELEGATION, signed(Kind.ROSTER, ROSTER, CLOUD_KEY), Kind.ROSTER, Roster))
    refused(Flaw.SCOPE, lambda: trust.delegation(ROOT, signed(Kind.DELEGATION, ROSTER_DELEGATION, OPS_KEY), Scope.ORDER, "", AT))


def test_endless_data_is_not_parsed() -> None:
    words = refused(Flaw.TOO_LARGE, lambda: decode(b"[" * (LIMIT + 1), LIMIT, "cfg/desired", unread))
    assert str(LIMIT) in words


@pytest.mark.parametrize("leaf", [Leaf.CFG_DESIRED, Leaf.ROSTER_DESIRED, Leaf.CMD], ids=lambda leaf: leaf.value)
def test_endless_data_is_weighed_before_it_is_read(leaf: Leaf) -> None:
    """All the way that a message takes into a station: nobody makes JSON of it."""
    made = BUNDLE if leaf is Leaf.CFG_DESIRED else SIGNED_ORDER
    fits = made.model_dump_json().encode().ljust(leaf.traffic.limit)
    assert decode(fits, leaf.traffic.limit, leaf.value, type(made).model_validate_json) == made
    refused(Flaw.TOO_LARGE, lambda: decode(fits + b" ", leaf.traffic.limit, leaf.value, unread))
    heard = understand("st-1", topic("st-1", leaf), fits + b" ")
    assert isinstance(heard, InputFaulty | ConfigReceived), "a configuration is weighed by who reports its refusal"


def test_endless_roots_are_not_parsed() -> None:
    long = Signed(payload="[" * (16 * 1024 + 1), signatures=SIGNED_ROOT.signatures)
    refused(Flaw.TOO_LARGE, lambda: trust.newest_root(ROOT, [long]))


def test_expired_ops_key() -> None:
    soon = ROOT.model_copy(update={"ops_keys": (ROOT.ops_keys[0].model_copy(update={"expires": AT - timedelta(days=1)}),)})
    refused(Flaw.KEY_EXPIRED, lambda: take(BUNDLE.document, soon))
    refused(Flaw.KEY_EXPIRED, lambda: trust.delegation(soon, SIGNED_ORDER.delegation, Scope.ORDER, "", AT))


def test_expired_delegation() -> None:
    refused(Flaw.EXPIRED, lambda: trust.delegation(ROOT, SIGNED_ORDER.delegation, Scope.ORDER, "", AT + timedelta(days=7, minutes=6)))


def test_delegation_that_lives_too_long() -> None:
    for scope, given_for in ((Scope.ORDER, DELEGATION), (Scope.ROSTER, ROSTER_DELEGATION), (Scope.ORDER, ROSTER_DELEGATION)):
        long = given_for.model_copy(update={"scope": (Scope.ORDER, Scope.ROSTER) if scope is Scope.ORDER else (scope,), "expires": AT + timedelta(days=401)})
        refused(Flaw.TOO_LONG_LIFE, lambda long=long, scope=scope: trust.delegation(ROOT, signed(Kind.DELEGATION, long, OPS_KEY), scope, "", AT))  # type: ignore[misc]


def test_delegation_for_another_district() -> None:
    north = signed(Kind.DELEGATION, DELEGATION.model_copy(update={"districts": ("nörd",)}), OPS_KEY)
    assert trust.delegation(ROOT, north, Scope.ORDER, "nörd", AT)
    refused(Flaw.SCOPE, lambda: trust.delegation(ROOT, north, Scope.ORDER, "süd", AT))
    refused(Flaw.SCOPE, lambda: trust.delegation(ROOT, north, Scope.ORDER, "no\u0308rd", AT))  # looks the same, and is not


def test_a_delegated_key_delegates_nothing() -> None:
    refused(Flaw.UNKNOWN_KEY, lambda: trust.delegation(ROOT, signed(Kind.DELEGATION, DELEGATION, CLOUD_KEY), Scope.ORDER, "", AT))


def test_no_orders_while_nobody_knows_the_time() -> None:
    refused(Flaw.CLOCK_UNSURE, lambda: trust.delegation(ROOT, SIGNED_ORDER.delegation, Scope.ORDER, "", None))


@pytest.mark.parametrize("threshold", [1, 2, 3])
def test_threshold_of_roots_is_asked_of_the_root_before_and_of_the_next(threshold: int) -> None:
    theirs = tuple(Key(key=public_half(key(n))) for n in (90, 91, 92))
    held = ROOT.model_copy(update={"threshold": threshold})
    claimed = NEXT_ROOT.model_copy(update={"threshold": threshold, "root_keys": theirs})
    before, after = ROOT_KEYS[:threshold], [key(n) for n in (90, 91, 92)][:threshold]
    newest, found = trust.newest_root(held, [signed(Kind.ROOT, claimed, *before, *after)])
    assert (newest, found is not None) == (claimed, True)
    few = Flaw.TOO_FEW_SIGNATURES if threshold > 1 else Flaw.UNKNOWN_KEY
    refused(few, lambda: trust.newest_root(held, [signed(Kind.ROOT, claimed, *before[1:], *after)]))
    refused(few, lambda: trust.newest_root(held, [signed(Kind.ROOT, claimed, *before, *after[1:])]))
    refused(few, lambda: trust.newest_root(held, [signed(Kind.ROOT, claimed, *before, before[0], *after[1:], *after[1:])]))


def test_a_lower_threshold_of_the_next_root_does_not_help() -> None:
    weak = NEXT_ROOT.model_copy(update={"threshold": 1})
    refused(Flaw.TOO_FEW_SIGNATURES, lambda: trust.newest_root(ROOT, [signed(Kind.ROOT, weak, ROOT_KEYS[0])]))


def test_one_stolen_root_key_makes_no_root() -> None:
    refused(Flaw.TOO_FEW_SIGNATURES, lambda: trust.newest_root(ROOT, [signed(Kind.ROOT, NEXT_ROOT, ROOT_KEYS[0])]))
    twice = signed(Kind.ROOT, NEXT_ROOT, ROOT_KEYS[0], ROOT_KEYS[0])
    refused(Flaw.TOO_FEW_SIGNATURES, lambda: trust.newest_root(ROOT, [twice]))


def test_a_root_of_other_people_is_none_of_ours() -> None:
    theirs = NEXT_ROOT.model_copy(update={"root_keys": tuple(Key(key=public_half(key(n))) for n in (90, 91))})
    refused(Flaw.UNKNOWN_KEY, lambda: trust.newest_root(ROOT, [signed(Kind.ROOT, theirs, key(90), key(91))]))
    refused(Flaw.UNKNOWN_KEY, lambda: trust.newest_root(ROOT, [signed(Kind.ROOT, theirs, *ROOT_KEYS)]))


def test_a_stolen_ops_key_ends_with_the_next_root() -> None:
    root, found = trust.newest_root(ROOT, [SIGNED_ROOT, signed(Kind.ROOT, NEXT_ROOT, *ROOT_KEYS[1:])])
    assert found is not None
    refused(Flaw.UNKNOWN_KEY, lambda: take(BUNDLE.document, root))
    assert take(signed(Kind.CONFIG, DOCUMENT, NEXT_OPS), root)


def test_document_for_newer_software() -> None:
    refused(Flaw.LEVEL, lambda: take(changed(level=LEVEL + 1)))


def test_document_of_tomorrow() -> None:
    refused(Flaw.NOT_YET, lambda: take(BUNDLE.document, now=AT - timedelta(days=1)))


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999-23:59"])
def test_ends_of_the_calendar(at: str) -> None:
    assert take(changed(expires="9999-12-31T23:59:59.999Z", issued="0001-01-01T00:00:00.000Z"))
    for field in ("issued", "expires"):
        try:
            take(changed(**{field: at}))
        except TrustRefused as error:
            assert error.flaw in (Flaw.NOT_YET, Flaw.EXPIRED)


@pytest.mark.parametrize("number", [True, 2.0, "2", None, -1, 0, 10**4000, 2.5, [2], 1e308])
@pytest.mark.parametrize("field", ["version", "level"])
def test_a_number_is_a_number(field: str, number: object) -> None:
    refused(Flaw.FORM, lambda: take(changed(**{field: number})))


HOSTILE = {
    "infinity by exponent": '{"version":1e999}', "infinity": '{"version":Infinity}', "not a number": '{"version":NaN}',
    "nested lists": "[" * 16_000, "nested maps": '{"a":' * 2_000 + "1" + "}" * 2_000, "nested to the limit": '{"a":' + "[" * 970 + "]" * 970 + "}",
    "many digits": '{"version":' + "9" * 16_000 + "}", "many keys": canonical({f"k{n}": 0 for n in range(1_500)}),
    "list": "[]", "text": '"root"', "nothing": "", "null": "null", "spaces": '{"version": 1}', "order": '{"b":1,"a":1}',
    "a key twice": '{"version":1,"version":2}', "half a character": '{"a":"\\ud800"}', "escaped": '{"\\u0061":1}', "byte order mark": "\ufeff{}",
}  # fmt: skip


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_refused_whoever_signed_it(payload: str) -> None:
    unsigned = Signed(payload=payload, signatures=SIGNED_ROOT.signatures)
    for act in (
        lambda: trust.newest_root(ROOT, [unsigned]),
        lambda: take(sign_text(Kind.CONFIG, payload, OPS_KEY)),
        lambda: trust.first_root(sign_text(Kind.ROOT, payload, *ROOT_KEYS)),
    ):
        with pytest.raises(TrustRefused) as caught:
            act()
        assert caught.value.flaw in (Flaw.FORM, Flaw.NOT_CANONICAL)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe", b"[" * LIMIT, b'{"document":' * 20_000, b'{"document":{"payload":"\\ud800","signatures":[]}}', b'"' + b"\\" * 1000,
        json.dumps({f"k{n}": 0 for n in range(20_000)}).encode(), json.dumps({"roots": [0] * 80_000}).encode(), b'{"v":' + b"9" * 10_000 + b"}",
        json.dumps({"document": {"payload": "", "signatures": [0] * 80_000}}).encode(), json.dumps({"roots": [SIGNED_ROOT.model_dump()] * 17}).encode(),
    ],
    ids=lambda raw: repr(raw[:12]),
)  # fmt: skip
def test_a_hostile_message_is_refused_in_a_line(raw: bytes) -> None:
    assert "\n" not in refused(Flaw.FORM, lambda: decode(raw, LIMIT, "cfg/desired", Bundle.model_validate_json))


RAW = Bundle(roots=(signed(Kind.ROOT, NEXT_ROOT, *ROOT_KEYS[:2]),), document=signed(Kind.CONFIG, DOCUMENT, NEXT_OPS)).model_dump_json().encode()


def read(raw: bytes) -> ConfigDocument:
    """As a station does that still has the first root."""
    bundle = decode(raw, LIMIT, "cfg/desired", Bundle.model_validate_json)
    assert isinstance(bundle, Bundle)
    root, _ = trust.newest_root(ROOT, bundle.roots)
    return take(bundle.document, root)


def test_the_bundle_whose_bytes_are_changed_is_a_good_one() -> None:
    assert read(RAW) == DOCUMENT


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, difference: int) -> None:
    with pytest.raises(TrustRefused):
        read(RAW[:place] + bytes([RAW[place] ^ difference]) + RAW[place + 1 :])


@given(st.integers(0, len(RAW) - 1), st.integers(1, 400))
def test_nothing_can_be_left_out(place: int, length: int) -> None:
    with pytest.raises(TrustRefused):
        read(RAW[:place] + RAW[place + length :])


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2), max_leaves=4))
def test_any_content_is_read_or_refused(content: object) -> None:
    payload = json.dumps(content)
    try:
        signed_text = sign_text(Kind.CONFIG, payload, OPS_KEY)
        assert isinstance(take(signed_text), ConfigDocument)
    except TrustRefused as error:
        assert error.flaw in (Flaw.FORM, Flaw.NOT_CANONICAL)


def test_delegation_example_is_taken() -> None:
    given_to = trust.delegation(ROOT, SIGNED_ORDER.delegation, Scope.ORDER, "north", AT)
    assert isinstance(given_to, Delegation)
    assert trust.delegated(given_to, SIGNED_ORDER.order, Kind.ORDER, Order) == ORDER
