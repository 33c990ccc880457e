"""Rollouts over the API: documents are checked before anything is sent, waves go out, a station is in one at a time, acts and dry runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cloud.app import create_app
from cloud.domain.callers import Role
from cloud.domain.rollout import Options
from cloud.domain.rollout_acts import Act
from cloud.domain.uploads import Upload
from cloud.errors import RolloutRefused, RolloutUnknown
from contract.signing import Kind, sign
from contract.trust import Bundle
from tests.cloud_parts import NOON, bench
from tests.cloud_people import logged_in
from tests.contract.signed_examples import key
from tests.rollout_parts import DISTRICTS, GRADES, Door, DoorTown, as_json, content, document, upload

pytestmark = pytest.mark.slow

PLAN = {"name": "longer unlock", "reason": "wheelchairs", "release": "r-2", "waves": ["1", "100%"], "soak_s": 10, "visits": 0}


@pytest.fixture
def town(tmp_path: Path) -> DoorTown:
    doors = {f"st-{n}": Door(f"st-{n}", DISTRICTS[n % 4], n) for n in range(1, 7)}
    found = DoorTown(bench(tmp_path), doors)
    found.begin()
    return found


@pytest.fixture
def web(town: DoorTown) -> Iterator[TestClient]:
    client = TestClient(create_app(town.bench.cloud), base_url="http://127.0.0.1:8000")
    client.headers["authorization"] = f"Bearer {town.bench.cloud.tokens.first(0)}"
    yield client


@pytest.fixture
def drafted(web: TestClient) -> Callable[..., str]:
    def draft(*stations: str, **changes: Any) -> str:
        made = web.post("/api/v1/rollouts", json={**PLAN, **changes}).json()["id"]
        items = [as_json(upload(name, 2, GRADES[n % 3])) for n, name in enumerate(stations)]
        answer = web.put(f"/api/v1/rollouts/{made}/documents", json={"items": items})
        assert answer.status_code == 200, answer.text
        return str(made)

    return draft


def act(town: DoorTown, number: str, what: Act, why: str = "because", dry_run: bool = False) -> Any:
    return town.bench.cloud.rollouts.rollouts.act(number, what, "lin.mei", why, dry_run)


def test_a_rollout_goes_out_in_waves_and_is_told_whole(web: TestClient, town: DoorTown, drafted: Callable[..., str]) -> None:
    number = drafted(*town.doors)
    act(town, number, Act.START)
    town.run(60)
    assert [len(door.heard) for door in town.doors.values()].count(1) == 1, "only the first wave"
    town.run(300)
    found = web.get(f"/api/v1/rollouts/{number}").json()
    assert (found["state"], found["counts"]["confirmed"]) == ("done", 6)
    assert [(wave["label"], wave["stations"], wave["state"]) for wave in found["waves"]] == [("1", 1, "passed"), ("100%", 5, "passed")]
    said = [(one["who"], one["what"]) for one in found["history"]]
    assert said[:4] == [("token:first", "draft"), ("lin.mei", "start"), ("cloud", "wave 1 begun"), ("cloud", "wave 1 has it")]
    assert "not enough visits to judge" in found["waves"][0]["verdict"]["words"]
    assert {one["state"] for one in web.get(f"/api/v1/rollouts/{number}/stations").json()["items"]} == {"confirmed"}
    listed = web.get("/api/v1/rollouts").json()["items"]
    assert [(one["id"], one["stations"], one["counts"]) for one in listed] == [(number, 6, found["counts"])]
    page = web.get(f"/api/v1/rollouts/{number}/stations?wave=2&limit=2").json()
    assert (len(page["items"]), page["total"], page["next"]) == (2, 5, page["items"][-1]["station"])


def put(web: TestClient, number: str, **changes: Any) -> Any:
    return web.put(f"/api/v1/rollouts/{number}/documents", json={"items": [{**as_json(upload("st-1")), **changes}]})


def as_sent(signed: Any) -> dict[str, Any]:
    return {"document": signed.model_dump(mode="json")}


BAD_DOCUMENTS = {
    "unknown_key": as_sent(sign(Kind.CONFIG, {"station": "st-1"}, key(99))),
    "wrong_target": as_sent(document("st-2", 2, content("st-2"))),
    "rollback": as_sent(document("st-1", 1, content("st-1"))),
    "rollback: config 4": as_sent(document("st-1", 4, content("st-1"))),
    "expired": as_sent(document("st-1", 2, content("st-1"), expires=NOON.replace(hour=3))),
    "level": as_sent(document("st-1", 2, content("st-1"), level=7)),
    "content: door.unlock_s": as_sent(document("st-1", 2, content("st-1", door={"unlock_s": 900}))),
    "wrong_target: config 2: its content": as_sent(document("st-1", 2, content("st-2"))),
    "rollback: config 2: 3": {"undo": document("st-1", 2, None).model_dump(mode="json")},
}


@pytest.mark.parametrize("why", BAD_DOCUMENTS)
def test_a_document_is_refused_before_anybody_is_sent_anything(web: TestClient, town: DoorTown, drafted: Callable[..., str], why: str) -> None:
    number = drafted("st-2")
    answer = put(web, number, **BAD_DOCUMENTS[why])
    assert answer.status_code == 422 and answer.json()["error"].startswith(why), answer.text
    assert answer.json()["where"] in ("st-1.document", "st-1.undo")
    assert web.get(f"/api/v1/rollouts/{number}").json()["stations"] == 1


def test_without_a_root_the_cloud_takes_no_document(tmp_path: Path) -> None:
    one = bench(tmp_path)
    client = TestClient(create_app(one.cloud), base_url="http://127.0.0.1:8000")
    client.headers["authorization"] = f"Bearer {one.cloud.tokens.first(0)}"
    number = client.post("/api/v1/rollouts", json=PLAN).json()["id"]
    assert put(client, number).json()["value"] == "no_root"


def test_documents_may_be_large_and_nothing_else_may(web: TestClient, drafted: Callable[..., str]) -> None:
    number = drafted("st-1")
    padding = b" " * 3_000_000
    assert web.put(f"/api/v1/rollouts/{number}/documents", content=b"{}" + padding).status_code == 422
    assert web.put(f"/api/v1/rollouts/{number}/documents", content=b"{}" + padding * 2).status_code == 413
    assert web.post("/api/v1/rollouts", content=b"{}" + padding).status_code == 413


@pytest.mark.parametrize(("waves", "why"), [(["25%", "5%"], "farther"), (["x y"], "read"), (["1"], "no wave"), (["st-9", "100%"], "st-9 is not")])
def test_waves_that_can_not_be_are_refused(web: TestClient, town: DoorTown, drafted: Callable[..., str], waves: list[str], why: str) -> None:
    made = web.post("/api/v1/rollouts", json={**PLAN, "waves": waves})
    if made.status_code == 200:
        with pytest.raises(RolloutRefused, match=why):
            act(town, drafted("st-1", "st-2", waves=waves), Act.START)
    else:
        assert made.status_code == 422 and why in made.json()["error"]


def test_a_station_is_in_one_rollout_at_a_time(web: TestClient, town: DoorTown, drafted: Callable[..., str]) -> None:
    first, second = drafted("st-1", "st-2"), drafted("st-2", "st-3")
    act(town, first, Act.START)
    with pytest.raises(RolloutRefused, match="st-2 is in rollout r1"):
        act(town, second, Act.START)
    assert put(web, second).status_code == 409
    act(town, first, Act.ABORT)
    town.run(1)
    assert "r1" not in put(web, second).text


def test_an_act_needs_a_person_who_gave_the_password_again(web: TestClient, town: DoorTown, drafted: Callable[..., str]) -> None:
    number = drafted("st-1")
    assert web.post(f"/api/v1/rollouts/{number}/start", json={"reason": "x"}).json()["type"] == "human_needed"
    headers = logged_in(town.bench, Role.OPS, stepped_up=True, name="lin.mei")
    assert web.post(f"/api/v1/rollouts/{number}/start", json={"reason": "x", "dry_run": True}, headers=headers).json()["changes"] == [
        {"station": "st-1", "before": "pending", "after": "sent", "sends": "new"}
    ]
    assert web.get(f"/api/v1/rollouts/{number}").json()["state"] == "draft"
    answer = web.post(f"/api/v1/rollouts/{number}/start", json={"reason": "wheelchairs"}, headers=headers).json()
    assert (answer["state"], answer["counts"]["sent"]) == ("running", 1)
    assert web.post(f"/api/v1/rollouts/{number}/start", headers=headers).status_code == 409
    assert [(row.who, row.act) for row in town.bench.cloud.parts.audit_rows.rows(0, 100)][-1] == ("lin.mei", "rollout.start")


def test_one_station_is_left_out_or_taken_back_and_no_other(town: DoorTown, drafted: Callable[..., str]) -> None:
    number, rollouts = drafted(*town.doors, waves=["2", "100%"]), town.bench.cloud.rollouts.rollouts
    act(town, number, Act.START)
    town.run(5)
    seats = rollouts.one(number)[0].seats
    tried, later = (next(name for name, seat in seats.items() if seat.wave == wave) for wave in (1, 2))
    for name in (tried, later):
        rollouts.cancel(number, name, "lin.mei", "somebody works there", False)
    town.run(400)
    assert town.doors[later].heard == [] and [version for _, version in town.doors[tried].heard] == [2, 3]
    assert [len(door.heard) for door in town.doors.values()].count(1) == 4
    with pytest.raises(RolloutUnknown):
        rollouts.cancel(number, "st-99", "lin.mei", "", False)


def test_failures_pause_a_person_resumes_and_retries(town: DoorTown, drafted: Callable[..., str]) -> None:
    for door in town.doors.values():
        door.breaks = True
    number, rollouts = drafted(*town.doors), town.bench.cloud.rollouts.rollouts
    act(town, number, Act.START)
    town.run(30)
    held, history = rollouts.one(number)
    assert (held.state, sum(len(door.heard) for door in town.doors.values())) == ("paused", 1)
    assert "camera_lost" in " ".join(entry.why for entry in history)
    act(town, number, Act.RESUME)
    town.run(60)
    held, _ = rollouts.one(number)
    assert (held.state, held.wave, sum(seat.state == "failed" for seat in held.seats.values())) == ("paused", 2, 6)
    act(town, number, Act.RETRY)
    assert rollouts.one(number)[0].seats["st-1"].state == "sent"


def test_who_is_away_waits_holds_up_nobody_and_is_counted_later(town: DoorTown, drafted: Callable[..., str]) -> None:
    town.doors["st-3"].online = False
    town.bench.take(town.doors["st-3"].state())
    number, rollouts = drafted(*town.doors), town.bench.cloud.rollouts.rollouts
    act(town, number, Act.START)
    town.run(300)
    held, _ = rollouts.one(number)
    assert (held.state, held.seats["st-3"].state, held.seats["st-3"].wave) == ("done", "waiting", 2)
    town.doors["st-3"].online = True
    retained = [raw for name, raw, retain in town.bench.sent.messages if name.endswith("st-3/cfg/desired") and retain]
    town.bench.take(town.doors["st-3"].fake.state("online", session=2, district="east"), *town.doors["st-3"].hear(retained[-1], town.now_s))
    town.run(140)
    assert rollouts.one(number)[0].seats["st-3"].state == "confirmed"


def test_what_waits_is_never_laid_over_something_newer(town: DoorTown, drafted: Callable[..., str]) -> None:
    away, rollouts = town.doors["st-1"], town.bench.cloud.rollouts.rollouts
    away.online = False
    town.bench.take(away.state())
    first = drafted("st-1", "st-2")
    act(town, first, Act.START)
    town.run(280)
    assert (rollouts.one(first)[0].state, rollouts.one(first)[0].seats["st-1"].state) == ("done", "waiting")
    second = rollouts.draft("lin.mei", "n", "y", "r-3", Options(("100%",))).id
    rollouts.put(second, [upload("st-1", 3, release="r-3")])
    act(town, second, Act.START)
    town.run(2)
    town.bench.sent.since_ms = 77  # the broker was away, and forgot perhaps
    town.run(7)
    sent = [Bundle.model_validate_json(raw).document for name, raw, _ in town.bench.sent.messages if name.endswith("st-1/cfg/desired")]
    assert [json.loads(one.payload)["version"] for one in sent] == [2, 3, 3]
    assert rollouts.one(first)[0].seats["st-1"].reason.startswith("a newer document was published")


def test_who_only_waits_does_not_hold_up_another_rollout(town: DoorTown, drafted: Callable[..., str]) -> None:
    town.doors["st-1"].online = False
    town.bench.take(town.doors["st-1"].state())
    first, rollouts = drafted("st-1", waves=["100%"]), town.bench.cloud.rollouts.rollouts
    act(town, first, Act.START)
    town.run(60)
    held, _ = rollouts.one(first)
    assert (held.state, held.seats["st-1"].state) == ("running", "waiting"), "nobody has it, so it is not done"
    second = rollouts.draft("lin.mei", "n", "y", "r-3", Options(("100%",), soak_s=10, visits=0)).id
    rollouts.put(second, [upload("st-1", 3, release="r-3"), upload("st-2", 2, release="r-3")])
    act(town, second, Act.START)
    town.run(200)
    (held, history), (newer, _) = rollouts.one(first), rollouts.one(second)
    assert (held.state, held.seats["st-1"].state) == ("done", "cancelled") and history[-1].result == "1 cancelled"
    assert (newer.state, newer.seats["st-2"].state, newer.seats["st-1"].state) == ("done", "confirmed", "waiting")


def test_what_stands_in_a_configuration_is_for_operators(web: TestClient, town: DoorTown, drafted: Callable[..., str]) -> None:
    number = drafted(*town.doors, waves=["100%"])
    act(town, number, Act.START)
    town.run(140)
    seen = {}
    for role in (None, *Role):
        web.headers["authorization"] = logged_in(town.bench, role)["authorization"] if role else ""
        one, page = web.get("/api/v1/config/st-1").json(), web.get("/api/v1/config").json()["items"][0]
        assert (one["version"], one["reported_version"], one["phase"], one["whole"]) == (2, 2, "confirmed", page["whole"])
        assert {key: one[key] for key in page} == page and (one["content"] is not None) is (one["undo"] is not None)
        seen[role] = (one["whole"], one["content"] is not None)
    no, yes = (False, False), (True, True)
    assert seen == {None: no, Role.VIEWER: no, Role.OPERATOR: yes, Role.OPS: yes, Role.ADMIN: yes}


def test_undo_takes_all_back_and_the_next_plan_begins_where_it_ended(web: TestClient, town: DoorTown, drafted: Callable[..., str]) -> None:
    number = drafted(*town.doors)
    act(town, number, Act.START)
    town.run(330)
    assert web.get("/api/v1/config/st-1").json()["content"]["name"] == "Station st-1"
    _, dry = act(town, number, Act.UNDO, dry_run=True)
    assert sum(seat.state == "back" for seat in dry.rollout.seats.values()) == 6
    act(town, number, Act.UNDO)
    town.run(130)
    assert all(door.confirmed is None and door.version == 3 for door in town.doors.values())
    found = web.get("/api/v1/config/st-1").json()
    assert (found["version"], found["content"], found["phase"], found["next_version"], found["undo"]) == (3, None, "confirmed", 4, None)
    assert [(one["version"], one["undo"]) for one in found["history"]] == [(3, True), (2, False)]
    made = web.post("/api/v1/rollouts", json=PLAN).json()["id"]
    good = as_json(upload("st-1", 4))
    other = document("st-1", 5, content("st-1", name="another")).model_dump(mode="json")
    assert "would not undo" in put(web, made, **{**good, "undo": other}).json()["error"]
    assert put(web, made, **good).status_code == 200


def test_a_process_that_is_killed_goes_on_where_it_was(town: DoorTown, drafted: Callable[..., str], tmp_path: Path) -> None:
    number = drafted(*town.doors)
    act(town, number, Act.START)
    town.bench.sent.up = False
    town.run(3)
    assert sum(len(door.heard) for door in town.doors.values()) == 0
    again = bench(tmp_path)
    again.sent.since_ms = 5
    town.bench, town._read = again, 0
    town.run(400)
    assert again.cloud.rollouts.rollouts.one(number)[0].state == "done"
    assert [len(door.heard) for door in town.doors.values()] == [1] * 6


def test_what_has_not_left_when_it_is_paused_stays(town: DoorTown, drafted: Callable[..., str]) -> None:
    number = drafted(*town.doors, waves=["100%"])
    town.bench.sent.up = False
    act(town, number, Act.START)
    act(town, number, Act.PAUSE)
    town.bench.sent.up = True
    town.run(3)
    assert sum(len(door.heard) for door in town.doors.values()) == 0
    act(town, number, Act.RESUME)
    town.run(3)
    assert sum(len(door.heard) for door in town.doors.values()) == 6


def test_an_undo_does_not_cut_into_a_rollout_that_runs(town: DoorTown, drafted: Callable[..., str]) -> None:
    number, rollouts = drafted(*town.doors, waves=["100%"]), town.bench.cloud.rollouts.rollouts
    act(town, number, Act.START)
    town.run(140)
    second = rollouts.draft("lin.mei", "n", "y", "r-3", Options(("1", "100%"))).id
    later = [(name, document(name, 3, content(name, name="later")), document(name, 4, content(name))) for name in town.doors]
    rollouts.put(second, [Upload(name, "basic", new, undo) for name, new, undo in later])
    act(town, second, Act.START)
    town.run(2)
    untouched = next(name for name, seat in rollouts.one(second)[0].seats.items() if seat.state == "pending")
    for dry_run in (True, False):
        with pytest.raises(RolloutRefused, match="is in rollout r2, which is not over"):
            act(town, number, Act.UNDO, dry_run=dry_run)
        with pytest.raises(RolloutRefused, match=f"{untouched} is in rollout r2"):
            rollouts.cancel(number, untouched, "lin.mei", "because", dry_run)
    act(town, second, Act.ABORT)
    act(town, number, Act.UNDO)
    town.run(2)
    assert town.doors[untouched].heard[-1][1] == 3, "the undo of the first"
