"""Several ingest processes: which shards they have, who is there, who is not, and what they tell each other."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from cloud.adapters.mqtt import filters
from cloud.api.stations import view
from cloud.app import create_app
from cloud.errors import SettingsRefused
from cloud.settings import PREFIX, from_environment, owned
from contract.roster import Entitlement
from contract.topics import CLOUD_FILTERS, Leaf, shard, topic
from tests.cloud_parts import Bench, FakeStation, Sent, bench

URL = "http://127.0.0.1:8000"
LOW = next(f"st-{number}" for number in range(1, 99) if shard(f"st-{number}") < 32)
HIGH = next(f"st-{number}" for number in range(1, 99) if shard(f"st-{number}") >= 32)


def two(folder: Path, first: str = "0-31", second: str = "32-63", name: str = "worker-b") -> tuple[Bench, Bench]:
    """Two processes on one ledger."""
    database = f"sqlite:///{folder / 'ledger.sqlite'}"
    one = bench(folder / "1", database_url=database, shards=first)
    return one, bench(folder / "2", database_url=database, shards=second, worker=name)


def beat(*ones: Bench) -> None:
    for one in (*ones, *ones):
        one.cloud.workers.beat()


@pytest.mark.parametrize(
    ("text", "shards"), [("0-63", set(range(64))), ("7", {7}), ("0-2, 48", {0, 1, 2, 48}), ("none", set()), ("", set())]
)
def test_shards_are_read(text: str, shards: set[int]) -> None:
    assert owned(text) == shards


@pytest.mark.parametrize("text", ["64", "5-3", "a", "1-", "-1", "1,,2", "0-64"])
def test_shards_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(SettingsRefused, match="shard"):
        from_environment({PREFIX + "SHARDS": text})


def test_the_user_of_the_broker_is_the_worker_unless_said_otherwise() -> None:
    assert from_environment({}).broker_user == "cloud"
    assert from_environment({PREFIX + "WORKER": "worker-b"}).broker_user == "worker-b"
    assert from_environment({PREFIX + "WORKER": "worker-b", PREFIX + "BROKER_USER": "x"}).broker_user == "x"


def test_a_worker_subscribes_its_own_shards_and_no_more_than_a_broker_takes() -> None:
    assert filters(frozenset()) == ()
    assert filters(frozenset(range(64))) == CLOUD_FILTERS
    half = filters(frozenset(range(32)))
    assert len(half) == 32 * len(CLOUD_FILTERS) and "ss/v1/31/+/evt" in half and "ss/v1/07/+/roster/reported" in half
    assert filters(frozenset(range(40))) == CLOUD_FILTERS


def test_shards_that_nobody_serves_are_a_problem(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    assert len(one.cloud.workers.unserved()) == 32
    beat(one, other)
    assert one.cloud.workers.unserved() == other.cloud.workers.unserved() == frozenset()
    with TestClient(create_app(one.cloud), base_url=URL) as web:
        health = web.get("/api/v1/health").json()
        assert (health["problems"], health["warnings"]) == ([], [])
        assert [(row["worker"], row["shards"]) for row in health["workers"]] == [("cloud", "0-31"), ("worker-b", "32-63")]
        one.clock.ms += 17_000  # the other said nothing more
        assert web.get("/api/v1/health").json()["problems"] == ["shards_unserved"]


def test_a_worker_that_ends_in_order_is_missed_at_once(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    beat(one, other)
    other.cloud.workers.stop()
    beat(one)
    assert len(one.cloud.workers.unserved()) == 32


def test_shards_served_twice_and_a_name_taken_twice_are_warnings(tmp_path: Path) -> None:
    one, other = two(tmp_path, "0-63", "10-20", "cloud")
    beat(one, other)
    assert "worker_twice" in one.cloud.workers.warnings() and "worker_twice" in other.cloud.workers.warnings()
    third = bench(tmp_path / "3", database_url=f"sqlite:///{tmp_path / 'ledger.sqlite'}", shards="10-20", worker="worker-c")
    beat(third)
    beat(one)
    assert "shards_served_twice" in one.cloud.workers.warnings()


def test_messages_that_come_to_two_workers_are_stored_once(tmp_path: Path) -> None:
    one, other = two(tmp_path, "0-63", "0-63")
    for seq in range(1, 30):
        one.take(FakeStation().fact(seq))
        other.take(FakeStation().fact(seq), FakeStation().fact(seq + 1))
    assert one.cloud.parts.ledger.count_since(0) == 30
    assert other.sent.acks()[-1] == ("0000000a", 30)


def test_nobody_is_called_cloud_is_a_warning(tmp_path: Path) -> None:
    alone = bench(tmp_path, worker="worker-b")
    beat(alone)
    assert alone.cloud.workers.warnings() == ["roster_untold"]


def test_only_the_one_called_cloud_tells_rosters_and_changes_people(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    before = one.cloud.people.roster()
    with TestClient(create_app(other.cloud), base_url=URL) as web:
        assert web.get("/api/v1/facts").status_code == 200
        assert web.put("/api/v1/people/p-1", json={}).status_code == 404
        assert web.get("/phone/").status_code == 404
    assert one.cloud.people.roster() == before


def test_deafness_of_another_worker_is_not_silence_of_its_stations(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    other.take(FakeStation(HIGH).state())
    beat(one, other)
    (row,) = one.cloud.parts.stations.all()
    for bench_ in (one, other):
        bench_.clock.ms += 10_000_000
    other.sent.up = False
    beat(one, other)
    assert view(one.cloud.parts, row).standing == "online", "nobody listens: nothing is known"
    other.sent.up = True
    beat(other, one)
    assert view(one.cloud.parts, row).standing == "late"


def test_a_clock_that_was_set_is_noticed(tmp_path: Path) -> None:
    one = bench(tmp_path)
    one.take(FakeStation().state())
    one.cloud.workers.beat()
    one.clock.ms += 86_400_000
    one.cloud.workers.beat()
    (row,) = one.cloud.parts.stations.all()
    assert view(one.cloud.parts, row).standing == "online"
    one.clock.ms += 181_000
    assert view(one.cloud.parts, row).standing == "late"


def test_what_others_stored_is_told_in_the_order_of_ids_once(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    assert one.cloud.elsewhere is not None
    told: list[tuple[str, int]] = []

    async def run() -> None:
        hub = one.cloud.parts.hub
        hub.attach(asyncio.get_running_loop())
        subscriber = hub.subscribe()
        assert subscriber is not None and one.cloud.elsewhere is not None
        one.cloud.elsewhere.look()
        one.take(FakeStation(LOW).fact(1))
        other.take(FakeStation(HIGH).fact(1), FakeStation(HIGH).state())
        one.take(FakeStation(LOW).fact(2))
        for _ in range(3):
            one.cloud.elsewhere.look()
            await asyncio.sleep(0)
        told.extend((row.station, getattr(row, "seq", 0)) for row in subscriber.waiting)

    asyncio.run(run())
    assert told == [(LOW, 1), (HIGH, 1), (LOW, 2), *sorted([(LOW, 0), (HIGH, 0)])]


def test_a_station_that_another_worker_heard_first_gets_its_roster(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    one.cloud.people.put("p-1", number="1001", pin="4711", label=None, entitlement=Entitlement())
    assert one.cloud.elsewhere is not None
    one.cloud.elsewhere.look()
    other.take(FakeStation(HIGH).state())
    one.cloud.announcer.start()
    one.cloud.elsewhere.look()
    until_sent(one.sent, topic(HIGH, Leaf.ROSTER_DESIRED))
    one.cloud.announcer.stop()


def until_sent(sent: Sent, name: str) -> None:
    deadline = time.monotonic() + 5
    while all(where != name for where, _, _ in sent.messages):
        assert time.monotonic() < deadline
        time.sleep(0.005)
