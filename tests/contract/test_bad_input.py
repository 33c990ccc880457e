"""What comes from outside and is not right: refused in words that name the place, with the header when at least that was sound."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from contract.envelope import EnvelopeRefused, FactEnvelope, Header, SamplesEnvelope, decode
from contract.roster import RosterRefused
from contract.roster import decode as decode_roster
from tests.contract.examples import EXAMPLES, GOLDEN

Document = dict[str, Any]


def changed(name: str, *path: str | int, to: object) -> bytes:
    """A golden document with one place changed; `to` may be a function of what was there."""
    document: Document = json.loads((GOLDEN / f"{name}.json").read_bytes())
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return json.dumps(document).encode()


def without(name: str, *path: str) -> bytes:
    document: Document = json.loads((GOLDEN / f"{name}.json").read_bytes())
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return json.dumps(document).encode()


POURED = "fact_water_poured"
HEADER = [
    ("v", 2, "v: 2: "),
    ("v", None, "v: "),
    ("station", "Station 1", "station: Station 1: "),
    ("station", "a.b", "station: a.b: "),
    ("station", "a/b", "station: a/b: "),
    ("station", "st+1", "station: st\\+1: "),
    ("station", "", "station: "),
    ("station", "x" * 33, "station: "),
    ("station", 17, "station: 17: "),
    ("epoch", "0BADCAFE", "epoch: 0BADCAFE: "),
    ("epoch", "0badcaf", "epoch: 0badcaf: "),
    ("seq", 0, "seq: 0: "),
    ("seq", -1, "seq: -1: "),
    ("seq", 2**53 + 1, "seq: 9007199254740993: "),
    ("seq", 10**400, "seq: "),
    ("seq", 1.5, "seq: 1.5: "),
    ("seq", "seventeen", "seq: seventeen: "),
    ("seq", "17", "seq: 17: "),
    ("seq", True, "seq: True: "),
    ("base", 0, "base: 0: "),
    ("boot", "zzzzzzzz", "boot: zzzzzzzz: "),
    ("at", "2026-11-21T03:20:00", "at: 2026-11-21T03:20:00: .*timezone"),
    ("at", "yesterday", "at: yesterday: "),
    ("at", [], "at: "),
    ("at", 1795233600, "at: 1795233600: "),
    ("at", "1795233600", "at: 1795233600: "),
    ("up", -0.5, "up: -0.5: "),
    ("up", "soon", "up: soon: "),
    ("clock", "sundial", "clock: sundial: "),
    ("type", "rumour", "type: rumour: "),
]
PAYLOAD = [
    (("kind",), "water_stolen", "data: .*water_stolen"),
    (("kind",), None, "data: "),
    (("pour",), "17", "data.water_poured.pour: 17: "),
    (("pour",), "0a1b2c3d-", "data.water_poured.pour: "),
    (("person",), "An Li", "data.water_poured.person: An Li: "),
    (("tap",), "cold water", "data.water_poured.tap: cold water: "),
    (("poured_ml",), -1, "data.water_poured.poured_ml: -1: "),
    (("poured_ml",), 10**10, "data.water_poured.poured_ml: 10000000000: "),
    (("poured_ml",), 0.5, "data.water_poured.poured_ml: 0.5: "),
    (("poured_ml",), {"ml": 3}, "data.water_poured.poured_ml: "),
    (("stop",), "bored", "data.water_poured.stop: bored: "),
    (("price",), 3, "data.water_poured.price: 3: "),
]


def refused(raw: bytes, kind: type[Header] = FactEnvelope, words: str | None = None) -> EnvelopeRefused:
    """The refusal, whose text must have `words` (a regular expression) and say where to read on."""
    with pytest.raises(EnvelopeRefused, match=words) as caught:
        decode(raw, kind)
    text = str(caught.value)
    assert "; see docs/" in text or len(text) == 500
    assert len(text) <= 500
    return caught.value


@pytest.mark.parametrize(("field", "value", "words"), HEADER)
def test_a_header_that_is_wrong_is_refused_by_its_name(field: str, value: object, words: str) -> None:
    error = refused(changed(POURED, field, to=value), words=words)
    assert error.header is None or field == "type"


@pytest.mark.parametrize(("path", "value", "words"), PAYLOAD)
def test_a_payload_that_is_wrong_is_refused_and_its_header_kept(path: tuple[str], value: object, words: str) -> None:
    """So that the cloud can file it as refused and acknowledge it: one bad fact must not stop all that follow."""
    error = refused(changed(POURED, "data", *path, to=value), words=words)
    assert error.header is not None and (error.header.epoch, error.header.seq) == ("0badcafe", 17)


@pytest.mark.parametrize("field", ["v", "station", "epoch", "seq", "base", "boot", "at", "up", "clock", "data"])
def test_what_is_missing_is_named(field: str) -> None:
    refused(without(POURED, field), words=f"{field}: .*[Ff]ield required")


GARBLED = {
    "nothing": b"",
    "no JSON": b"\xff\x00\xfe",
    "half of it": (GOLDEN / f"{POURED}.json").read_bytes()[:90],
    "no UTF-8": b'{"v": 1, "station": "\xff"}',
    "a list": b"[]",
    "a number": b"17",
    "null": b"null",
    "a text": b'"v"',
    "NaN": (GOLDEN / f"{POURED}.json").read_bytes().replace(b"123.456", b"NaN"),
    "infinity": (GOLDEN / f"{POURED}.json").read_bytes().replace(b"123.456", b"Infinity"),
    "too large a number": (GOLDEN / f"{POURED}.json").read_bytes().replace(b"123.456", b"1e999"),
    "very deep": b'{"data":' * 5000 + b"1" + b"}" * 5000,
    "two documents": (GOLDEN / f"{POURED}.json").read_bytes() * 2,
}


@pytest.mark.parametrize("name", GARBLED)
def test_bytes_that_are_no_envelope_are_refused(name: str) -> None:
    assert refused(GARBLED[name]).header is None


SAMPLES = [
    (("data", "columns"), {"socket_w.1": [1.0]}, "1 values for 2 instants"),
    (("data", "columns"), {"Socket W": [1.0, 2.0]}, "data.columns.Socket W"),
    (("data", "columns"), {"a" * 49: [1.0, 2.0]}, "data.columns"),
    (("data", "columns"), {f"c_{'x' * n}": [1.0, 2.0] for n in range(65)}, "data.columns"),
    (("data", "columns", "socket_w.1"), ["warm", 1], "data.columns.socket_w.1.0: warm: "),
    (("data", "columns", "socket_w.1"), None, "data.columns.socket_w.1: "),
    (("data", "ago_s"), [], "data.ago_s: "),
    (("data", "ago_s"), [-1.0, 0.0], "data.ago_s.0: -1.0: "),
    (("data", "ago_s"), [1e8, 0.0], "data.ago_s.0: 100000000.0: "),
    (("data", "ago_s"), [0.0] * 201, "data.ago_s: "),
]


@pytest.mark.parametrize(("path", "value", "words"), SAMPLES)
def test_samples_that_do_not_fit_are_refused(path: tuple[str, ...], value: object, words: str) -> None:
    assert refused(changed("samples", *path, to=value), SamplesEnvelope, words).header is not None


def test_samples_with_nan_are_refused() -> None:
    raw = (GOLDEN / "samples.json").read_bytes().replace(b"17.9", b"NaN")
    assert refused(raw, SamplesEnvelope)


def test_a_fact_is_no_samples_and_the_other_way_round() -> None:
    refused((GOLDEN / "samples.json").read_bytes(), FactEnvelope)
    refused((GOLDEN / f"{POURED}.json").read_bytes(), SamplesEnvelope)


ROSTER = [
    (("version",), 0, "version: 0: "),
    (("version",), "new", "version: new: "),
    (("salt",), "5a", "salt: 5a: "),
    (("people",), None, "people: "),
    (("people", 0, "person"), "An Li", "people.0.person: An Li: "),
    (("people", 0, "number"), "12", "people.0.number: 12: "),
    (("people", 0, "number"), "1234567", "people.0.number: 1234567: "),
    (("people", 0, "code_digest"), "secret", "people.0.code_digest: "),
    (("people", 0, "label"), "x" * 25, "people.0.label: "),
    (("people", 0, "pin"), "2468", "people.0.pin: "),
    (("people", 0, "entitlement", "water_ml_per_day"), -1, "people.0.entitlement.water_ml_per_day: -1: "),
    (("people", 0, "entitlement", "water_ml_per_day"), 10**6, "people.0.entitlement.water_ml_per_day: 1000000: "),
    (("people", 1, "person"), "p-4f2a", "two people have the person p-4f2a"),
    (("people", 1, "number"), "1001", "two people have the number 1001"),
]


@pytest.mark.parametrize(("path", "value", "words"), ROSTER)
def test_a_roster_that_is_wrong_is_refused_whole(path: tuple[str | int, ...], value: object, words: str) -> None:
    with pytest.raises(RosterRefused, match=words) as caught:
        decode_roster(changed("roster", *path, to=value))
    assert "; see docs/" in str(caught.value)


@pytest.mark.parametrize("name", GARBLED)
def test_bytes_that_are_no_roster_are_refused(name: str) -> None:
    with pytest.raises(RosterRefused):
        decode_roster(GARBLED[name])


def test_a_person_twice_in_a_long_roster_is_found_in_time() -> None:
    """5,000 people, all of one number: a second at most."""
    document = json.loads((GOLDEN / "roster.json").read_bytes())
    document["people"] = [{"person": f"p-{n}", "number": str(1000 + n % 2500)} for n in range(5000)]
    with pytest.raises(RosterRefused, match="two people have the number"):
        decode_roster(json.dumps(document).encode())


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_itself_is_not_refused(name: str) -> None:
    """The table above changes sound documents: each failure is of the change."""
    read: Callable[[bytes], object] = type(EXAMPLES[name]).model_validate_json
    assert read((GOLDEN / f"{name}.json").read_bytes())
