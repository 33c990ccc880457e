"""People in, rosters out: a change reaches every station as a new version, and a PIN reaches nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.errors import PersonRefused, PersonUnknown
from cloud.ports import PersonRow
from contract.roster import Entitlement, Role, Roster, code_digest, decode, phone_digest
from contract.topics import Leaf, topic
from tests.cloud_parts import Bench, FakeStation, bench


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Bench]:
    one = bench(tmp_path)
    yield one
    one.cloud.stop()


def put(one: Bench, person: str = "p-1", number: str | None = "1001", pin: str | None = "4711", label: str = "A") -> PersonRow:
    return one.cloud.people.put(person, number=number, pin=pin, label=label, entitlement=Entitlement())


def roster(one: Bench) -> Roster:
    found = one.cloud.people.roster()
    assert found is not None
    return found


def test_a_person_is_in_the_next_roster_with_a_digest(cloud: Bench) -> None:
    assert cloud.cloud.people.roster() is None
    assert put(cloud).has_pin
    one = roster(cloud)
    assert (one.version, one.people[0].code_digest) == (1, code_digest(one.salt, "1001", "4711"))
    assert put(cloud, "p-2", "1002") and roster(cloud).version == 2


def test_a_pin_stays_while_the_number_does(cloud: Bench) -> None:
    put(cloud)
    digest = roster(cloud).people[0].code_digest
    put(cloud, pin=None)
    assert roster(cloud).people[0].code_digest == digest
    with pytest.raises(PersonRefused, match="number"):
        put(cloud, number="1009", pin=None)


@pytest.mark.parametrize(
    "change", [{"number": None}, {"pin": "12"}, {"pin": "12a4"}, {"number": "12"}, {"person": "A B"}, {"label": "a\x00b"}]
)  # fmt: skip
def test_what_would_break_the_roster_is_refused(cloud: Bench, change: dict[str, str | None]) -> None:
    with pytest.raises(PersonRefused):
        put(cloud, **change)  # type: ignore[arg-type]
    assert cloud.cloud.people.all() == []


def test_two_people_cannot_have_one_number(cloud: Bench) -> None:
    put(cloud)
    with pytest.raises(PersonRefused, match="number"):
        put(cloud, "p-2")
    assert roster(cloud).version == 1


def test_who_is_removed_is_in_no_roster(cloud: Bench) -> None:
    put(cloud)
    cloud.cloud.people.remove("p-1")
    assert (roster(cloud).version, roster(cloud).people) == (2, [])
    with pytest.raises(PersonUnknown):
        cloud.cloud.people.remove("p-1")


def test_a_new_database_goes_on_above_what_stations_reported(cloud: Bench) -> None:
    cloud.take(FakeStation().reported(41))
    put(cloud)
    assert roster(cloud).version == 42


def test_every_known_station_gets_it_retained(cloud: Bench) -> None:
    cloud.take(FakeStation("st-1").state(), FakeStation("st-2").state())
    put(cloud)
    assert cloud.cloud.announcer._send(set(), True) == (set(), False)
    sent = {name: (decode(raw).version, retain) for name, raw, retain in cloud.sent.messages if "roster" in name}
    assert sent == {topic(name, Leaf.ROSTER_DESIRED): (1, True) for name in ("st-1", "st-2")}


def test_a_station_that_could_not_be_told_is_told_later(cloud: Bench) -> None:
    put(cloud)
    cloud.sent.up = False
    assert cloud.cloud.announcer._send({"st-1", "st-2"}, False) == ({"st-1", "st-2"}, False)


def test_the_report_of_a_station_is_seen(cloud: Bench) -> None:
    cloud.take(FakeStation().reported(3, "two people have the number\x001001"))
    (row,) = cloud.cloud.parts.stations.all()
    assert (row.roster_version, row.roster_refused) == (3, "two people have the number?1001")


def test_no_pin_is_anywhere_in_the_database(cloud: Bench, tmp_path: Path) -> None:
    put(cloud, pin="80818283")
    cloud.cloud.stop()
    assert all(b"80818283" not in one.read_bytes() for one in tmp_path.iterdir())
    assert "80818283" not in json.dumps(roster(bench(tmp_path)).model_dump())


def test_digits_of_a_telephone_number_become_a_digest_of_that_person(cloud: Bench) -> None:
    put(cloud)
    row = cloud.cloud.people.put("p-1", number="1001", pin=None, label="A", entitlement=Entitlement(), phone_last4="4477")
    assert row.has_phone
    (one,) = roster(cloud).people
    assert one.phone_last4_digest == phone_digest(roster(cloud).salt, "p-1", "4477")
    assert put(cloud).has_phone


def test_a_role_is_given_kept_and_taken_away(cloud: Bench) -> None:
    assert put(cloud).role is Role.VISITOR
    asked = {"number": "1001", "pin": None, "label": "A", "entitlement": Entitlement()}
    assert cloud.cloud.people.put("p-1", role=Role.STEWARD, **asked).role is Role.STEWARD  # type: ignore[arg-type]
    assert put(cloud).role is Role.STEWARD and roster(cloud).people[0].role is Role.STEWARD
    assert cloud.cloud.people.put("p-1", role=Role.VISITOR, **asked).role is Role.VISITOR  # type: ignore[arg-type]


def test_a_second_pin_is_kept_as_a_digest_and_can_be_taken_away(cloud: Bench) -> None:
    put(cloud)
    asked = {"number": "1001", "label": "A", "entitlement": Entitlement()}
    assert cloud.cloud.people.put("p-1", pin=None, duress_pin="1174", **asked).has_duress  # type: ignore[arg-type]
    (one,) = roster(cloud).people
    assert one.duress_digest == code_digest(roster(cloud).salt, "1001", "1174")
    assert put(cloud).has_duress
    assert not cloud.cloud.people.put("p-1", pin=None, duress_pin="", **asked).has_duress  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pin", "duress"), [("4711", "4711"), (None, "4711"), ("1174", None), ("4711", "117"), ("4711", "11a4")], ids=str
)  # fmt: skip
def test_a_second_pin_must_be_another_one(cloud: Bench, pin: str | None, duress: str | None) -> None:
    """Whichever of the two comes later."""
    put(cloud)
    cloud.cloud.people.put("p-1", number="1001", pin=None, label="A", entitlement=Entitlement(), duress_pin="1174")
    with pytest.raises(PersonRefused, match="PIN"):
        cloud.cloud.people.put("p-1", number="1001", pin=pin, label="A", entitlement=Entitlement(), duress_pin=duress)


def test_a_second_pin_needs_a_first_and_its_number(cloud: Bench) -> None:
    with pytest.raises(PersonRefused, match="PIN"):
        cloud.cloud.people.put("p-1", number="1001", pin=None, label="A", entitlement=Entitlement(), duress_pin="1174")
    cloud.cloud.people.put("p-1", number="1001", pin="4711", label="A", entitlement=Entitlement(), duress_pin="1174")
    with pytest.raises(PersonRefused, match="number"):
        put(cloud, number="1002")


@pytest.mark.parametrize("digits", ["447", "44771", "44a7", "٤٤٧٧"])
def test_digits_that_are_not_four_are_refused(cloud: Bench, digits: str) -> None:
    with pytest.raises(PersonRefused, match="4 digits"):
        cloud.cloud.people.put("p-1", number="1001", pin="4711", label="A", entitlement=Entitlement(), phone_last4=digits)
