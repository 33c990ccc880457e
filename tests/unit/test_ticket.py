"""The text of a ticket: small, exact, and nothing in it believed before its signature."""

from __future__ import annotations

from base64 import b32decode, b32encode
from dataclasses import replace

import pytest
import segno

from contract.errors import ContractError
from contract.roster import Roster, RosterRefused, decode
from contract.ticket import HEAD, LIFE_S, MOST_CHARS, PREFIX, SKEW_S, Flaw, Ticket, TicketRefused, looks_like, seal, unseal
from tests.tickets import KEY, KEYS, NEXT_KEY, STRANGE_KEY, TWO_KEYS, roster_with_keys, text, ticket
from twin.station import person

LONGEST = ticket("p" + "x" * 31, 2**32 - 1, "s" + "y" * 31)
SHORTEST = ticket("p", 0)


@pytest.mark.parametrize("one", [ticket("p-1001", 1_800_000_000), ticket("p-1001", 1_800_000_000, "st-1"), LONGEST, SHORTEST])
def test_what_was_sealed_is_read(one: Ticket) -> None:
    assert unseal(seal(one, KEY), KEYS) == one


def test_it_is_good_half_a_minute_and_what_clocks_may_differ() -> None:
    one = ticket("p-1", 1000)
    assert (one.first_s, one.last_s) == (1000 - SKEW_S, 1000 + LIFE_S + SKEW_S)


def test_it_is_small_enough_for_a_cheap_camera() -> None:
    """Version 5 of QR codes, 37 squares wide; the longest names that there can be make it version 8."""
    assert len(seal(ticket("p-1001", 1_800_000_000, "st-1"), KEY)) <= 154
    assert len(seal(LONGEST, KEY)) == MOST_CHARS
    usual, longest = (segno.make(seal(one, KEY), error="l", micro=False) for one in (ticket("p-1001", 1_800_000_000), LONGEST))
    assert (usual.version, longest.version) == (5, 8)
    assert usual.mode == "alphanumeric"


def test_during_a_change_of_keys_both_open() -> None:
    for number, key in ((1, KEY), (2, NEXT_KEY)):
        assert unseal(seal(ticket("p-1", 5, key=number), key), TWO_KEYS).key == number
        assert unseal(seal(ticket("p-1", 5, key=number), key), TWO_KEYS).person == "p-1"


def flaw(said: str, keys: list = KEYS) -> Flaw:  # type: ignore[type-arg]
    with pytest.raises(TicketRefused) as refused:
        unseal(said, keys)
    assert said[5:40] not in str(refused.value) or len(said) < 40, "the words quote nothing"
    return refused.value.flaw


def test_unknown_keys_and_wrong_signatures_are_told_apart() -> None:
    assert flaw(text("p-1", 5, key=9)) is Flaw.KEY
    assert flaw(text("p-1", 5), []) is Flaw.KEY
    assert flaw(text("p-1", 5, by=STRANGE_KEY)) is Flaw.SIGNATURE


def test_a_signature_over_something_else_is_no_ticket() -> None:
    """The same key over the same bytes without the prefix: what was signed for another purpose opens nothing."""
    body = b32decode(padded(text("p-1", 5)))[:-64]
    assert flaw(PREFIX + b32encode(body + KEY.sign(body)).decode().rstrip("=")) is Flaw.SIGNATURE


def padded(said: str) -> str:
    letters = said.removeprefix(PREFIX)
    return letters + "=" * (-len(letters) % 8)


def signed(body: bytes) -> str:
    return PREFIX + b32encode(body + KEY.sign(PREFIX.encode() + body)).decode().rstrip("=")


def test_what_is_signed_and_breaks_the_form_is_refused_all_the_same() -> None:
    head = HEAD.pack(1, 5, 30, b"n" * 8, 3)
    assert unseal(signed(head + b"p-1"), KEYS).person == "p-1"
    broken = [
        head + b"P-1", head + b"p/1", head + b"p-1-", head[:-1] + b"\x09p-1", head[:-1] + b"\x00p-1", head + "p-é".encode("latin-1"),
        HEAD.pack(1, 5, 0, b"n" * 8, 3) + b"p-1", HEAD.pack(1, 5, 31, b"n" * 8, 3) + b"p-1", HEAD.pack(1, 5, 255, b"n" * 8, 3) + b"p-1",
    ]  # fmt: skip
    assert [flaw(signed(body)) for body in broken] == [Flaw.FORM] * len(broken)


GOOD = text("p-1001", 1_800_000_000)
FORMS = {
    "empty": "", "prefix only": PREFIX, "small letters": GOOD.lower(), "one line more": GOOD + "\n", "a blank": GOOD + " ",
    "padding": GOOD + "===", "base64": PREFIX + "a" * 120, "not of base32": PREFIX + "1" * 120, "wide digits": PREFIX + "２" * 120,
    "long": PREFIX + "A" * 100_000, "twice": GOOD + GOOD, "another version": "SST2:" + GOOD[5:], "nul": PREFIX + "\x00" * 130,
    "half a character": PREFIX + "\ud800" * 130, "just too short": GOOD[:104],
}  # fmt: skip


@pytest.mark.parametrize("said", FORMS.values(), ids=FORMS)
def test_another_form_is_refused_before_it_is_decoded(said: str) -> None:
    assert flaw(said) is Flaw.FORM


def test_one_content_has_one_text() -> None:
    """Bits that carry nothing must be zero: else a used ticket had other spellings."""
    one = seal(ticket("p-10011", 1_800_000_000), KEY)
    spare = (len(one) - len(PREFIX)) * 5 % 8
    assert spare, "choose a name of another length"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    others = [one[:-1] + letters[letters.index(one[-1]) + more] for more in range(1, 2**spare)]
    assert [flaw(other) for other in others] == [Flaw.FORM] * len(others)


@pytest.mark.parametrize("wrong", [{"person": "P"}, {"person": ""}, {"person": "p" * 33}, {"station": "A b"}, {"nonce": b"7"},
                                   {"life_s": 31}, {"life_s": 0}, {"issued_at": -1}, {"issued_at": 2**32}, {"key": 256}])  # fmt: skip
def test_what_does_not_fit_is_not_sealed(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        seal(replace(SHORTEST, **wrong), KEY)  # type: ignore[arg-type]


def test_only_its_own_prefix_looks_like_one() -> None:
    assert [looks_like(said) for said in (GOOD, PREFIX, "SSC:1001:2468", " " + GOOD, "")] == [True, True, False, False, False]


def test_a_roster_carries_at_most_two_keys_with_different_ids() -> None:
    an = person("p-an", "1001", "2468")
    assert decode(roster_with_keys(an, keys=TWO_KEYS)).ticket_keys == TWO_KEYS
    old = Roster(version=1, salt="5a" * 16, people=[an]).model_dump(mode="json")
    del old["ticket_keys"]
    assert Roster.model_validate(old).ticket_keys == [], "a cloud of before knows no tickets"
    raw = roster_with_keys(an, keys=TWO_KEYS)
    for broken in (raw.replace(b'"id":2', b'"id":1'), raw.replace(b'"id":2', b'"id":256'), raw.replace(TWO_KEYS[0].public_key.encode(), b"00")):
        with pytest.raises(RosterRefused):
            decode(broken)


def test_a_refusal_is_an_error_of_the_contract() -> None:
    assert issubclass(TicketRefused, ContractError)
