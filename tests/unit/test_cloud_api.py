"""The API: who may write, what is refused in which words, pages, and the stream that goes on where it stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cloud.api.live import MOST_WAITING, Subscriber
from cloud.api.stream import follow
from cloud.app import create_app
from cloud.ports import FactQuery
from contract.topics import Leaf
from tests.cloud_parts import NOON, Bench, FakeStation, bench

URL = "http://127.0.0.1:8000"


@pytest.fixture
def cloud(tmp_path: Path) -> Bench:
    return bench(tmp_path)


@pytest.fixture
def web(cloud: Bench) -> Iterator[TestClient]:
    with TestClient(create_app(cloud.cloud), base_url=URL) as client:
        yield client


@pytest.fixture
def bearer(cloud: Bench) -> dict[str, str]:
    return {"authorization": f"Bearer {cloud.cloud.tokens.first(0)}"}


def shape(answer: Any) -> dict[str, str]:
    body = answer.json()
    assert set(body) == {"error", "where", "value", "hint"}
    return dict(body)


def test_the_first_token_is_made_once(cloud: Bench) -> None:
    token = cloud.cloud.tokens.first(0)
    assert token and cloud.cloud.tokens.known(token)
    assert cloud.cloud.tokens.first(0) is None
    assert not cloud.cloud.tokens.known(token + "x")


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic eA=="}])
def test_nothing_writes_without_a_token(web: TestClient, header: dict[str, str]) -> None:
    for answer in (web.put("/api/v1/people/p-1", json={}, headers=header), web.delete("/api/v1/people/p-1", headers=header)):
        assert answer.status_code == 401
        assert "token" in shape(answer)["error"]
    assert web.get("/api/v1/people", headers=header).status_code == 401


def test_reading_needs_a_token_when_others_can_reach_the_server(tmp_path: Path) -> None:
    one = bench(tmp_path, host="0.0.0.0")
    token = one.cloud.tokens.first(0)
    with TestClient(create_app(one.cloud), base_url=URL) as client:
        assert client.get("/api/v1/stations").status_code == 401
        assert client.get("/api/v1/stream").status_code == 401
        assert client.get("/api/v1/stations", headers={"authorization": f"Bearer {token}"}).status_code == 200
        assert client.get("/").status_code == 200  # the page itself says nothing


def test_a_person_goes_in_and_the_pin_never_comes_out(web: TestClient, bearer: dict[str, str]) -> None:
    body = {"number": "1001", "pin": "80818283", "label": "A", "entitlement": {"water_ml_per_day": 500}}
    answer = web.put("/api/v1/people/p-1", json=body, headers=bearer)
    assert answer.json()["has_pin"] is True
    listed = web.get("/api/v1/people", headers=bearer)
    assert (listed.json()["roster_version"], listed.json()["items"][0]["number"]) == (1, "1001")
    assert "80818283" not in answer.text + listed.text and "digest" not in listed.text
    assert web.delete("/api/v1/people/p-1", headers=bearer).status_code == 204
    assert web.delete("/api/v1/people/p-1", headers=bearer).status_code == 404


def test_a_wrong_pin_is_not_repeated_in_the_refusal(web: TestClient, bearer: dict[str, str]) -> None:
    for body in ({"number": "1001", "pin": "80a"}, {"number": "1001", "pin": ["80a"]}, {"nmuber": "80a", "pin": "80a1"}):
        answer = web.put("/api/v1/people/p-1", json=body, headers=bearer)
        assert answer.status_code == 422
        assert "80a1" not in answer.text and ("pin" not in shape(answer)["where"] or "80a" not in answer.text)


def test_a_huge_body_is_refused_announced_or_not(web: TestClient, bearer: dict[str, str]) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    for body in (b" " * 70_000, chunks()):
        answer = web.put("/api/v1/people/p-1", content=body, headers=bearer)
        assert answer.status_code == 413
        assert "65536" in shape(answer)["error"]


def test_a_foreign_host_name_is_refused(web: TestClient) -> None:
    assert "name" in shape(web.get("/api/v1/health", headers={"host": "evil.example:8000"}))["error"]
    assert web.get("/api/v1/health", headers={"host": "[::1]:8000"}).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/stations/st-9", "/api/v1/facts?kind=x", "/api/v1/facts?limit=0"])
def test_every_error_has_one_shape(web: TestClient, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code in (404, 422)
    assert shape(answer)["error"]


def test_answers_carry_security_headers_and_the_page_is_served(web: TestClient) -> None:
    page = web.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "<script" in page.text and "http://" not in page.text.replace("http://www.w3.org", "")
    assert web.get("/console/app.js").status_code == 200
    assert web.get("/console/../app.py").status_code == 404


def test_stations_are_filtered_and_paged(web: TestClient, cloud: Bench) -> None:
    cloud.take(*(FakeStation(f"st-{n}").state(district="north" if n % 2 else "south") for n in range(1, 8)))
    page = web.get("/api/v1/stations?district=north&limit=3").json()
    assert ([one["station"] for one in page["items"]], page["total"]) == (["st-1", "st-3", "st-5"], 4)
    more = web.get(f"/api/v1/stations?district=north&limit=3&cursor={page['cursor']}").json()
    assert ([one["station"] for one in more["items"]], more["cursor"]) == (["st-7"], None)
    assert web.get("/api/v1/stations?state=lost").json()["total"] == 0
    assert web.get("/api/v1/stations/st-3").json()["standing"] == "online"


def test_facts_are_paged_both_ways_and_filtered(web: TestClient, cloud: Bench) -> None:
    cloud.take(*(FakeStation().fact(seq) for seq in range(1, 8)), FakeStation("st-2").fact(1, {"kind": "exit_requested"}))
    for order in ("oldest", "newest"):
        found, cursor = [], ""
        for _ in range(3):
            page = web.get(f"/api/v1/facts?station=st-1&order={order}&limit=3" + (f"&cursor={cursor}" if cursor else "")).json()
            found += [one["seq"] for one in page["items"]]
            cursor = page["cursor"]
        assert found == (list(range(1, 8)) if order == "oldest" else list(range(7, 0, -1)))
    assert [one["station"] for one in web.get("/api/v1/facts?kind=exit_requested").json()["items"]] == ["st-2"]
    since = NOON.replace(second=6).isoformat().replace("+00:00", "Z")
    assert len(web.get(f"/api/v1/facts?station=st-1&since={since}").json()["items"]) == 2


def test_faults_and_charges_are_told_in_ocpp_too(web: TestClient, cloud: Bench) -> None:
    fault = {"fault": "over_temperature", "part": "1"}
    ended = {"kind": "charge_ended", "charge": "0a1b2c3d-3", "person": "p-an", "socket": "1", "energy_wh": None, "lasted_s": None, "charged_min": 1}
    station = FakeStation()
    cloud.take(
        station.fact(1, {"kind": "fault_raised", "detail": ""} | fault), station.fact(2, {"kind": "fault_cleared", "lasted_s": 1} | fault),
        station.fact(3, ended | {"stop": "interrupted"}), station.fact(4),
    )  # fmt: skip
    found = web.get("/api/v1/facts?order=oldest").json()["items"]
    assert [one["ocpp"] for one in found] == ["HighTemperature", "NoError", "PowerLoss", None]


def test_samples_are_averaged_over_a_step(web: TestClient, cloud: Bench) -> None:
    cloud.take(FakeStation().samples(40))
    cloud.clock.ms += 60_000
    body = web.get("/api/v1/samples?station=st-1&part=1&step_s=3600").json()
    assert body["series"][0]["columns"]["socket_w"] == [60.5]
    assert web.get("/api/v1/samples?station=st-1&since=2020-01-01T00:00:00Z").status_code == 422


def test_health_says_what_is_wrong(web: TestClient, cloud: Bench) -> None:
    cloud.take(FakeStation().state(), FakeStation().fact(1), FakeStation().message(Leaf.EVT, b"{"))
    health = web.get("/api/v1/health").json()
    assert (health["ok"], health["fleet"]["online"], health["facts_today"]) == (True, 1, 1)
    assert (health["ingest"]["refused"], health["refused_recently"][0]["reason"]) == ({"garbled": 1}, "garbled")
    cloud.sent.up = False
    assert web.get("/api/v1/health").json()["problems"] == ["broker_down"]


def events(text: str) -> list[tuple[str, str | None]]:
    """(event, id) of each block with an event."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":") for block in text.split("\n\n") if block]
    return [(block["event"], block.get("id")) for block in blocks if "event" in block]


async def texts(cloud: Bench, count: int, start: int | None, subscriber: Subscriber | None = None) -> list[str]:
    stream: AsyncIterator[str] = follow(cloud.cloud.parts, subscriber or Subscriber(), None, start)
    return [await anext(stream) for _ in range(count)]


def test_the_stream_goes_on_after_the_last_event_id(cloud: Bench) -> None:
    cloud.take(*(FakeStation().fact(seq) for seq in range(1, 5)))
    told = events("".join(asyncio.run(texts(cloud, 4, start=2))))
    assert told == [("hello", "2"), ("fact", "3"), ("fact", "4")]


def test_a_stream_that_missed_too_much_or_knows_a_future_is_told_to_load_anew(cloud: Bench) -> None:
    cloud.take(*(FakeStation().fact(seq) for seq in range(1, 1003)))
    for start in (0, 5000):
        assert events("".join(asyncio.run(texts(cloud, 2, start=start)))) == [("resync", "1002")]


def test_what_is_committed_is_told_live_once(cloud: Bench) -> None:
    async def run() -> list[tuple[str, str | None]]:
        cloud.cloud.parts.hub.attach(asyncio.get_running_loop())
        subscriber = cloud.cloud.parts.hub.subscribe()
        assert subscriber is not None
        cloud.take(FakeStation().fact(1))  # committed after subscribing, before the first look into the ledger
        stream = follow(cloud.cloud.parts, subscriber, None, 0)
        told = "".join([await anext(stream) for _ in range(3)])
        cloud.take(FakeStation().fact(2), FakeStation().state())
        told += await anext(stream) + await anext(stream)
        cloud.cloud.parts.hub.close()
        told += "".join([text async for text in stream])
        return events(told)

    assert asyncio.run(run()) == [
        ("hello", "0"), ("fact", "1"), ("station", None), ("fact", "2"), ("station", None)
    ]  # fmt: skip


def test_a_slow_client_is_let_go_with_a_word(cloud: Bench) -> None:
    async def run() -> list[str]:
        cloud.take(FakeStation().fact(1))
        row = cloud.cloud.parts.ledger.facts(FactQuery())[0]
        subscriber = Subscriber()
        subscriber.give([row] * (MOST_WAITING + 1))
        assert not subscriber.waiting
        return [text async for text in follow(cloud.cloud.parts, subscriber, None, None)]

    assert events("".join(asyncio.run(run())))[-1] == ("resync", None)
