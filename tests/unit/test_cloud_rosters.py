"""Rosters as stations believe them: signed where there is a root, plain where none was ever shown; who has confirmed, and who has not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cloud.adapters.db.people import HIGHEST
from cloud.app import create_app
from cloud.errors import PersonRefused
from cloud.people import _must_fit
from cloud.rosters import RESERVED_BYTES, signed_size
from cloud.trust import Trust
from contract import trust as rules
from contract.configuration import Phase
from contract.roster import Entitlement, Person, Roster, decode
from contract.signing import Kind, public_half
from contract.topics import Leaf, topic
from contract.trust import Delegation, Key, OpsKey, Root, Scope, SignedRoster
from tests.cloud_parts import NOON, Bench, FakeStation, bench
from tests.contract.signed_examples import OPS_KEY, REPORT, ROOT, SIGNED_ROOT, key, signed

URL = "http://127.0.0.1:8000"
A_HASH = "ab" * 32


def delegate(trust: Trust, districts: tuple[str, ...] = (), days: float = 400) -> None:
    public = trust.public_key(Scope.ROSTER) or trust.make_key(Scope.ROSTER)
    given = Delegation(key=public, scope=(Scope.ROSTER,), districts=districts, issued=NOON, expires=NOON + timedelta(days=days))
    trust.put_delegation(signed(Kind.DELEGATION, given, OPS_KEY))


@pytest.fixture
def cloud(tmp_path: Path) -> Bench:
    one = bench(tmp_path)
    one.cloud.people.put("p-1", number="1001", pin="4711", label="A", entitlement=Entitlement())
    return one


@pytest.fixture
def trust(cloud: Bench) -> Trust:
    found = cloud.cloud.parts.trust
    assert isinstance(found, Trust)
    found.put_roots([SIGNED_ROOT])
    delegate(found)
    return found


def shows(name: str, root: int) -> Any:
    return FakeStation(name).message(Leaf.CFG_REPORTED, REPORT.model_copy(update={"root": root, "phase": Phase.NONE}).model_dump(mode="json"))


def told(cloud: Bench) -> dict[str, bytes]:
    """By station, what the announcer sends when everybody is to be told."""
    cloud.sent.messages.clear()
    assert cloud.cloud.announcer._send(set(), True) == (set(), False)
    assert all(retain for _, _, retain in cloud.sent.messages)
    names = {topic(name, Leaf.ROSTER_DESIRED): name for name in ("st-1", "st-2", "st-3", "st-4")}
    return {names[where]: raw for where, raw, _ in cloud.sent.messages}


def believed(raw: bytes, district: str = "north") -> Roster:
    """As a station with ROOT believes it."""
    one = SignedRoster.model_validate_json(raw)
    newest, _ = rules.newest_root(ROOT, one.roots)
    given = rules.delegation(newest, one.delegation, Scope.ROSTER, district, NOON)
    return rules.delegated(given, one.roster, Kind.ROSTER, Roster)


def test_without_keys_everybody_is_told_plainly_and_without_defaults(cloud: Bench) -> None:
    cloud.take(FakeStation("st-1").state(level=6), FakeStation("st-2").state())
    raw = told(cloud)
    assert raw["st-1"] == raw["st-2"] and decode(raw["st-1"]) == cloud.cloud.people.roster()
    (person,) = json.loads(raw["st-1"])["people"]
    assert set(person) == {"person", "number", "code_digest", "label"}


def test_who_has_a_root_is_told_signed_and_who_never_had_one_plainly(cloud: Bench, trust: Trust) -> None:
    cloud.take(*(FakeStation(name).state(level=level) for name, level in (("st-1", 6), ("st-2", 5), ("st-3", 6), ("st-4", 5))))
    cloud.take(shows("st-1", 1), shows("st-3", 0), shows("st-4", 1))
    raw = told(cloud)
    assert believed(raw["st-1"]) == cloud.cloud.people.roster() == believed(raw["st-4"])
    assert decode(raw["st-2"]) == decode(raw["st-3"]) == cloud.cloud.people.roster()


def test_who_once_showed_a_root_is_never_told_plainly_again(cloud: Bench, trust: Trust) -> None:
    cloud.take(FakeStation("st-1").state(level=6), shows("st-1", 1))
    cloud.take(shows("st-1", 0), FakeStation("st-1").state(level=5, session=2))
    assert believed(told(cloud)["st-1"])
    cloud.clock.ms += 401 * 86_400_000
    assert told(cloud) == {}


def test_a_district_without_a_delegation_keeps_what_it_has(cloud: Bench) -> None:
    trust = cloud.cloud.parts.trust
    assert isinstance(trust, Trust)
    trust.put_roots([SIGNED_ROOT])
    delegate(trust, districts=("north",))
    cloud.take(FakeStation("st-1").state(level=6), FakeStation("st-2").state(level=6, district="south"), shows("st-1", 1), shows("st-2", 1))
    raw = told(cloud)
    assert believed(raw["st-1"]) and "st-2" not in raw


def test_a_change_of_keys_is_a_reason_to_tell_again(cloud: Bench, trust: Trust) -> None:
    cloud.take(FakeStation("st-1").state(level=6), FakeStation("st-2").state(level=6), shows("st-1", 1), shows("st-2", 0))
    told(cloud)
    assert cloud.cloud.announcer._otherwise() == set()
    cloud.take(shows("st-2", 1))
    assert cloud.cloud.announcer._otherwise() == {"st-2"}
    ops = (OpsKey(key=public_half(OPS_KEY), name="ops", expires=NOON + timedelta(days=300)),)
    trust.put_roots([SIGNED_ROOT, signed(Kind.ROOT, ROOT.model_copy(update={"version": 2, "ops_keys": ops}), key(1), key(2))])
    assert cloud.cloud.announcer._otherwise() == {"st-1", "st-2"}


def test_who_is_online_is_told_first(cloud: Bench) -> None:
    cloud.take(FakeStation("st-1").state("stopped"), FakeStation("st-2").state("lost"), FakeStation("st-3").state())
    assert list(told(cloud)) == ["st-3", "st-1", "st-2"]


def test_nobody_drives_the_versions_to_their_end(cloud: Bench) -> None:
    cloud.take(FakeStation("st-1").reported(2**53), FakeStation("st-2").reported(41), FakeStation("st-3").reported(10**30))
    cloud.cloud.people.put("p-2", number="1002", pin="4712", label="B", entitlement=Entitlement())
    assert cloud.cloud.people.version() == 42 < HIGHEST
    assert cloud.cloud.ingest.counters.refused["garbled"] == 1


def test_a_roster_that_fits_fits_in_every_form() -> None:
    everything = Entitlement(water_ml_per_day=2000, socket_min_per_day=120, bottles_per_day=3)
    full = Person(person="p", code_digest=A_HASH, phone_last4_digest=A_HASH, label="汉" * 24, entitlement=everything, duress_digest="cd" * 32)
    crowd = [full.model_copy(update={"person": f"p-{n}", "number": f"{n:06}"}) for n in range(1700)]
    one = Roster(version=2**53, salt="5a" * 16, people=crowd)
    assert signed_size(one) < Leaf.ROSTER_DESIRED.traffic.limit
    worst = Root(
        version=2**53, expires=NOON, threshold=8, root_keys=tuple(Key(key=public_half(key(n)), name="汉" * 40) for n in range(1, 9)),
        ops_keys=tuple(OpsKey(key=public_half(key(n)), name="汉" * 40, expires=NOON) for n in range(11, 19)),
    )  # fmt: skip
    root = signed(Kind.ROOT, worst, *(key(n) for n in range(1, 9)))
    given = Delegation(key=A_HASH, scope=(Scope.ROSTER,), issued=NOON, expires=NOON)
    whole = SignedRoster(roots=(root,) * 16, delegation=signed(Kind.DELEGATION, given, OPS_KEY), roster=signed(Kind.ROSTER, one, OPS_KEY))
    overhead = len(whole.model_dump_json().encode()) - (signed_size(one) - RESERVED_BYTES)
    assert 50 * 1024 < overhead <= RESERVED_BYTES
    with pytest.raises(PersonRefused, match="too large"):
        _must_fit("5a" * 16, [one.model_copy(update={"person": f"q-{n}", "number": None}) for n, one in enumerate(crowd * 2)])


@pytest.fixture
def web(cloud: Bench) -> Iterator[TestClient]:
    with TestClient(create_app(cloud.cloud), base_url=URL) as client:
        client.headers["authorization"] = f"Bearer {cloud.cloud.tokens.first(0)}"
        yield client


@pytest.mark.slow
def test_who_has_confirmed_and_who_has_not_since_when_offline(cloud: Bench, web: TestClient) -> None:
    cloud.take(*(FakeStation(name).state() for name in ("st-1", "st-2", "st-3")))
    cloud.take(FakeStation("st-1").reported(1), FakeStation("st-2").reported(1), FakeStation("st-3").state("lost"))
    assert web.get("/api/v1/roster/receipts").json()["confirmed"] == ["st-1", "st-2"]
    cloud.clock.ms += 60_000
    web.delete("/api/v1/people/p-1")
    cloud.take(FakeStation("st-1").reported(2))
    one = web.get("/api/v1/roster/receipts").json()
    assert (one["version"], one["confirmed"]) == (2, ["st-1"])
    assert [(each["station"], each["version"], each["offline_since"]) for each in one["waiting"]] == [
        ("st-2", 1, None), ("st-3", 0, "2026-11-21T04:00:00.000Z"),
    ]  # fmt: skip
    assert one["waiting"][0]["told_at"] == "2026-11-21T04:00:00.000Z"
    answer = web.post("/api/v1/roster/refresh")
    assert (answer.status_code, answer.json()) == (202, {"version": 2, "stations": 3})
    assert cloud.cloud.parts.audit_rows.rows(0, 10)[-1].act == "roster.refresh"
