"""What stations keep of people's faces, as the cloud hears it; withdrawing from afar until the last receipt; the head-count."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cloud.app import create_app
from contract.consent import EnrolProblem, Forgotten
from contract.facts import FACT
from contract.roster import Entitlement, decode
from contract.topics import Leaf, topic
from tests.cloud_parts import Bench, FakeStation, bench

URL = "http://127.0.0.1:8000"
NOTICE, RECEIPT = "0badcafe0001", "c0ffee00" * 4


@pytest.fixture
def cloud(tmp_path: Path) -> Bench:
    one = bench(tmp_path, faces_warn_at=2)
    one.cloud.people.put("p-1", number="1001", pin="4711", label="A", entitlement=Entitlement())
    return one


@pytest.fixture
def web(cloud: Bench) -> Iterator[TestClient]:
    with TestClient(create_app(cloud.cloud), base_url=URL) as client:
        client.headers["authorization"] = f"Bearer {cloud.cloud.tokens.first(0)}"
        yield client


def consents(person: str = "p-1") -> dict[str, Any]:
    return {"kind": "consent_given", "person": person, "notice": NOTICE, "language": "zh", "by": "visitor"}


def enrols(person: str = "p-1") -> dict[str, Any]:
    return {"kind": "face_enrolled", "person": person, "used": 5, "flagged": False}


def forgets(person: str = "p-1", reason: str = "from_afar") -> dict[str, Any]:
    return {"kind": "face_forgotten", "person": person, "receipt": RECEIPT, "reason": reason}


def tell(cloud: Bench, station: str, *facts: dict[str, Any], first: int = 1) -> None:
    one = FakeStation(station)
    cloud.take(*(one.fact(first + number, fact) for number, fact in enumerate(facts)))


def face(web: TestClient, person: str = "p-1") -> dict[str, Any]:
    answer = web.get(f"/api/v1/people/{person}/face")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_what_stations_keep_is_told_by_their_facts(cloud: Bench, web: TestClient) -> None:
    assert face(web) == {"person": "p-1", "withdrawn_at": None, "pending": [], "stations": []}
    tell(cloud, "st-1", consents(), enrols())
    (kept,) = face(web)["stations"]
    assert (kept["station"], kept["kept"], kept["consent"], kept["notice"], kept["images"]) == ("st-1", True, "given", NOTICE, 5)
    tell(cloud, "st-1", {"kind": "consent_withdrawn", "person": "p-1"}, forgets(reason="withdrawn"), first=3)
    (gone,) = face(web)["stations"]
    assert (gone["kept"], gone["consent"], gone["receipt"], gone["reason"]) == (False, "withdrawn", RECEIPT, "withdrawn")
    assert gone["forgotten_at"] is not None


def test_a_repeated_or_late_fact_changes_nothing(cloud: Bench, web: TestClient) -> None:
    tell(cloud, "st-1", consents(), enrols(), forgets())
    before = face(web)
    tell(cloud, "st-1", consents(), enrols())
    tell(cloud, "st-1", enrols(), first=5)
    assert face(web)["stations"][0]["kept"]
    tell(cloud, "st-1", forgets(), first=4)
    assert face(web)["stations"][0]["kept"], "4 came after 5"
    assert before["stations"][0]["kept"] is False


def test_a_withdrawal_reaches_stations_at_once_and_waits_for_each_receipt(cloud: Bench, web: TestClient) -> None:
    for station in ("st-1", "st-2", "st-3"):
        cloud.take(FakeStation(station).state())
    tell(cloud, "st-1", consents(), enrols())
    tell(cloud, "st-2", consents(), enrols())
    before = cloud.cloud.people.roster()
    cloud.sent.messages.clear()
    answer = web.post("/api/v1/people/p-1/face/withdraw")
    assert answer.status_code == 202
    assert answer.json()["pending"] == ["st-1", "st-2"]
    commands = [(name, json.loads(payload), retain) for name, payload, retain in cloud.sent.messages if name.endswith("/cmd")]
    assert [name for name, _, _ in commands] == [topic("st-1", Leaf.CMD), topic("st-2", Leaf.CMD)]
    assert all(body["kind"] == "forget_face" and body["person"] == "p-1" and not retain for _, body, retain in commands)
    roster = cloud.cloud.people.roster()
    assert before and roster and roster.version == before.version + 1
    assert [(one.person, one.face.value) for one in roster.people] == [("p-1", "withdrawn")]
    tell(cloud, "st-1", forgets(), first=3)
    assert face(web)["pending"] == ["st-2"], "one was offline"
    tell(cloud, "st-2", forgets(), first=3)
    assert face(web)["pending"] == []


def test_the_roster_that_waits_for_a_station_says_withdrawn(cloud: Bench, web: TestClient) -> None:
    cloud.take(FakeStation("st-1").state())
    web.post("/api/v1/people/p-1/face/withdraw")
    cloud.cloud.announcer._send(set(), True)
    _, raw, retain = [one for one in cloud.sent.messages if one[0] == topic("st-1", Leaf.ROSTER_DESIRED)][-1]
    assert (decode(raw).people[0].face.value, retain) == ("withdrawn", True)


def test_a_changed_pin_does_not_allow_a_withdrawn_face_and_an_operator_can(cloud: Bench, web: TestClient) -> None:
    web.post("/api/v1/people/p-1/face/withdraw")
    web.put("/api/v1/people/p-1", json={"number": "1001", "pin": "9999"})
    assert face(web)["withdrawn_at"] is not None
    assert web.post("/api/v1/people/p-1/face/allow").json()["withdrawn_at"] is None
    roster = cloud.cloud.people.roster()
    assert roster and roster.people[0].face.value == "allowed"


def test_nobody_knows_who_was_never_there(web: TestClient) -> None:
    for answer in (web.get("/api/v1/people/p-9/face"), web.post("/api/v1/people/p-9/face/withdraw")):
        assert answer.status_code == 404
    assert web.get("/api/v1/people/A%20B/face").status_code == 422


def test_all_of_it_asks_for_a_token(web: TestClient) -> None:
    del web.headers["authorization"]
    answers = (
        web.get("/api/v1/people/p-1/face"), web.post("/api/v1/people/p-1/face/withdraw"), web.post("/api/v1/people/p-1/face/allow"),
    )  # fmt: skip
    assert [answer.status_code for answer in answers] == [401, 401, 401]


def test_heads_are_counted_once_and_warned_about(cloud: Bench, web: TestClient) -> None:
    def health() -> tuple[int, list[str]]:
        body = web.get("/api/v1/health").json()
        return body["faces"]["people"], body["warnings"]

    assert health() == (0, [])
    tell(cloud, "st-1", consents(), enrols())
    tell(cloud, "st-2", consents(), enrols())
    assert health() == (1, []), "one person at two stations"
    tell(cloud, "st-2", consents("p-2"), enrols("p-2"), first=3)
    assert health() == (2, ["faces_near_filing"])
    tell(cloud, "st-2", forgets("p-2"), first=5)
    assert health() == (1, [])


def test_the_console_has_words_for_every_fact_and_reason() -> None:
    """The dictionary of the console is JavaScript: it is read by the program that runs it."""
    node = shutil.which("node")
    words = Path(__file__).resolve().parents[2] / "cloud" / "console" / "static" / "words.js"
    kinds = sorted(FACT.json_schema()["discriminator"]["mapping"])
    if node is None:
        missing = [kind for kind in kinds if words.read_text(encoding="utf-8").count(f"{kind}: (") != 2]
        assert missing == []
        return
    script = f"""
globalThis.localStorage = {{ getItem: () => globalThis.wanted }};
const found = {{}};
for (const name of ["en", "zh"]) {{
  globalThis.wanted = name;
  const {{ w }} = await import({json.dumps(words.as_uri())} + "?" + name);
  found[name] = {{ fact: Object.keys(w.fact), forgotten: Object.keys(w.forgotten), problem: Object.keys(w.enrolProblem) }};
}}
console.log(JSON.stringify(found));
"""
    told = subprocess.run([node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    for found in json.loads(told.stdout).values():
        assert set(kinds) <= set(found["fact"])
        assert set(found["forgotten"]) == set(Forgotten)
        assert set(found["problem"]) == set(EnrolProblem)
