"""The same ledger on PostgreSQL: what is committed, acknowledged, filed and found again; and what several processes on it may not do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud.adapters.db.engine import writing
from cloud.adapters.db.ledger import insert_facts
from cloud.adapters.db.turns import take_turn
from cloud.domain.intake import read
from cloud.errors import LedgerDown
from cloud.ports import Batch, FactQuery, Ledger
from contract.envelope import FactEnvelope
from contract.roster import Entitlement
from contract.topics import Leaf, topic
from tests.cloud_parts import Bench, FakeStation
from tests.integration.postgres import RunningPostgres
from tests.properties.test_cloud_intake import bent, check_a_batch_with_bent_messages_takes_in_the_true_one

pytestmark = pytest.mark.server


def seqs(one: Bench) -> list[int]:
    return [row.seq for row in one.cloud.parts.ledger.facts(FactQuery(order="oldest", limit=1000))]


def test_the_ledger_works_on_postgresql(another: Callable[[], Bench]) -> None:
    one, station = another(), FakeStation()
    strange = station.state(name="N\x00x"), station.reported(2, "a\x00b"), station.message(Leaf.EVT, b"{")
    one.take(station.fact(1), station.fact(3), station.fact(1), station.fact(4, {"kind": "nope\x00"}), *strange)
    assert one.sent.acks() == [("0000000a", 1)]
    one.take(station.fact(2), station.fact(3))
    assert one.sent.acks()[-1] == ("0000000a", 4)
    one.cloud.people.put("p-1", number="1001", pin="4711", label="阿", entitlement=Entitlement())
    again = another()
    found = again.cloud.parts.ledger.facts(FactQuery(order="oldest", since_ms=0, kinds=("door_closed",)))
    assert [row.seq for row in found] == [1, 3, 2]
    roster = again.cloud.people.roster()
    assert roster is not None and roster.people[0].label == "阿"
    assert roster.version > 2


def test_two_workers_that_grant_to_one_person_at_once_never_grant_more_than_there_is(another: Callable[[], Bench]) -> None:
    workers = [another(), another()]
    workers[0].cloud.people.put("p-an", number=None, pin=None, label=None, entitlement=Entitlement(water_ml_per_day=1000))
    body = {
        "epoch": "0000000a", "person": "p-an", "what": "water_ml", "day": "2026-11-21", "utc_offset_min": 480, "ration": 900,
        "want": 400, "number": 0, "upto": 0, "spent": 0,
    }  # fmt: skip

    def ask(number: int) -> int:
        station = FakeStation(f"st-{number}")
        worker = workers[number % 2]
        worker.take(station.message(Leaf.QUOTA_ASK, {**body, "ask": f"0000000a-{number}"}))
        name = topic(station.name, Leaf.QUOTA_LEASE)
        return int(next(json.loads(raw)["upto"] for where, raw, _ in worker.sent.messages if where == name))

    def asks(of: int) -> list[int]:
        return [ask(number) for number in range(of, 20, 2)]

    with ThreadPoolExecutor(2) as both:
        granted = [upto for answers in both.map(asks, (0, 1)) for upto in answers]
    assert (sum(granted), len(granted)) == (1000, 20)


def test_two_workers_that_store_the_same_messages_agree(another: Callable[[], Bench]) -> None:
    """Shards served twice: every message comes to both, in another order and other batches."""
    workers, station = [another(), another()], FakeStation()

    def store(which: int) -> None:
        order = list(range(1, 201)) if which else [*range(100, 201), *range(1, 100)]
        for start in range(0, 200, 7):
            workers[which].take(*(station.fact(seq) for seq in order[start : start + 7]))

    with ThreadPoolExecutor(2) as both:
        list(both.map(store, (0, 1)))
    assert sorted(seqs(workers[0])) == list(range(1, 201))
    assert {one.sent.acks()[-1] for one in workers} >= {("0000000a", 200)}
    assert workers[0].cloud.parts.ledger.missing() == 0


def test_a_reader_by_ids_skips_nothing_that_is_committed_late(another: Callable[[], Bench]) -> None:
    """One worker has drawn its ids and not yet committed when another commits higher ones."""
    slow, quick, reader = another(), another(), another()
    ledger: Ledger = reader.cloud.parts.ledger
    quick.take(FakeStation("st-1").fact(1))
    drawn, go_on = threading.Event(), threading.Event()

    message = FakeStation("st-2").fact(1)
    fact = read(message.topic, message.payload, slow.clock.ms)
    assert isinstance(fact, FactEnvelope)

    def commit_late() -> None:
        with writing(slow.cloud.engine) as connection:
            take_turn(connection, ["st-2"])
            insert_facts(connection, Batch(slow.clock.ms, [fact]))
            drawn.set()
            go_on.wait(10)

    thread = threading.Thread(target=commit_late)
    thread.start()
    assert drawn.wait(10)
    quick.take(FakeStation("st-3").fact(1))
    assert [row.station for row in ledger.facts(FactQuery(order="oldest"))] == ["st-1", "st-3"]
    assert (ledger.safe_id(), ledger.last_id()) == (1, 3), "st-3 is there, and has to wait: the id before it may still appear"
    go_on.set()
    thread.join(10)
    assert ledger.safe_id() == 3
    assert [row.station for row in ledger.facts(FactQuery(order="oldest"))] == ["st-1", "st-2", "st-3"]


def test_a_follower_of_ids_sees_each_fact_of_many_workers_once(another: Callable[[], Bench]) -> None:
    workers, reader, ended = [another() for _ in range(4)], another(), threading.Event()
    seen: list[int] = []

    def follow() -> None:
        ledger, cursor = reader.cloud.parts.ledger, 0
        while True:
            over = ended.is_set()
            safe = ledger.safe_id()
            rows = [row for row in ledger.facts(FactQuery(after=cursor, order="oldest", limit=1000)) if row.id <= safe]
            seen.extend(row.id for row in rows)
            cursor = rows[-1].id if rows else cursor
            if over and not rows:
                return

    def store(which: int) -> None:
        station = FakeStation(f"st-{which}")
        for start in range(1, 201, 4):
            workers[which].take(*(station.fact(seq) for seq in range(start, start + 4)))

    follower = threading.Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(4) as all_of_them:
        list(all_of_them.map(store, range(4)))
    ended.set()
    follower.join(20)
    assert seen == sorted(row.id for row in reader.cloud.parts.ledger.facts(FactQuery(limit=1000)))
    assert len(seen) == 800


def test_a_connection_lost_in_the_middle_of_a_transaction_is_tried_again(another: Callable[[], Bench], postgres: RunningPostgres) -> None:
    one, station = another(), FakeStation()
    one.take(station.fact(1))
    postgres.run("CREATE FUNCTION fall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$")
    postgres.run("CREATE TRIGGER fall BEFORE INSERT ON facts FOR EACH ROW EXECUTE FUNCTION fall()")
    with pytest.raises(LedgerDown):
        one.take(station.fact(2))
    assert one.sent.acks() == [("0000000a", 1)]
    postgres.run("DROP TRIGGER fall ON facts")
    one.take(station.fact(2))
    assert (seqs(one), one.sent.acks()[-1]) == ([1, 2], ("0000000a", 2))


def test_a_server_that_was_killed_has_what_was_acknowledged(another: Callable[[], Bench], postgres: RunningPostgres) -> None:
    one, station = another(), FakeStation()
    one.take(*(station.fact(seq) for seq in range(1, 51)))
    postgres.kill()
    with pytest.raises(LedgerDown):
        one.take(station.fact(51))
    postgres.start()
    one.take(station.fact(51), station.fact(50))
    assert (seqs(one), one.sent.acks()) == (list(range(1, 52)), [("0000000a", 50), ("0000000a", 51)])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(bent(), max_size=6))
def test_bent_messages_do_not_trouble_postgresql(another: Callable[[], Bench], messages: list[tuple[Leaf, bytes]]) -> None:
    """It is stricter than SQLite about lengths, zeros and letters."""
    if not KEPT:
        KEPT.append(another())
    check_a_batch_with_bent_messages_takes_in_the_true_one(KEPT[0], messages)


KEPT: list[Bench] = []
