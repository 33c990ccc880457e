"""What comes in is committed once, acknowledged after, or filed with a reason; and nothing that comes in breaks anything."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from cloud.app import create_app
from cloud.errors import LedgerDown
from cloud.ingest import Message
from cloud.ingest.inbox import MOST_MESSAGES
from cloud.ports import FactQuery
from contract.envelope import Ack
from contract.packing import pack
from contract.topics import Leaf, topic
from tests.cloud_parts import NOON, Bench, FakeStation, bench


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Bench]:
    one = bench(tmp_path)
    yield one
    one.cloud.stop()


def seqs(one: Bench) -> list[int]:
    return [row.seq for row in one.cloud.parts.ledger.facts(FactQuery(order="oldest", limit=1000))]


def test_a_fact_is_committed_and_acknowledged(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1))
    assert seqs(cloud) == [1]
    assert cloud.sent.acks() == [("0000000a", 1)]


def test_a_batch_is_acknowledged_once_and_cumulatively(cloud: Bench) -> None:
    cloud.take(*(FakeStation().fact(seq) for seq in range(1, 51)))
    assert cloud.sent.acks() == [("0000000a", 50)]


def test_a_repeated_fact_is_stored_once_and_acknowledged_again(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1), FakeStation().fact(1))
    cloud.take(FakeStation().fact(1))
    assert seqs(cloud) == [1]
    assert cloud.sent.acks() == [("0000000a", 1)] * 2
    assert cloud.cloud.ingest.counters.duplicates == 2


def test_a_fact_behind_a_hole_waits_for_its_acknowledgement(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1), FakeStation().fact(3))
    assert (seqs(cloud), cloud.sent.acks()[-1]) == ([1, 3], ("0000000a", 1))
    cloud.take(FakeStation().fact(2))
    assert cloud.sent.acks()[-1] == ("0000000a", 3)


def test_a_new_ledger_begins_at_the_oldest_that_the_station_holds(cloud: Bench) -> None:
    cloud.take(FakeStation(base=500).fact(500))
    assert cloud.sent.acks() == [("0000000a", 500)]
    assert cloud.cloud.parts.ledger.missing() == 0


def test_what_the_station_declares_gone_is_passed_over_and_counted(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1), FakeStation(base=5).fact(5))
    assert cloud.sent.acks()[-1] == ("0000000a", 5)
    assert cloud.cloud.parts.ledger.missing() == 3


def test_an_unknown_kind_is_filed_and_does_not_block_the_station(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1, {"kind": "door_teleported", "secret": "4711"}), FakeStation().fact(2))
    (filed,) = cloud.cloud.parts.ledger.refused(10)
    assert (filed.reason, filed.seq, "door_teleported" in filed.detail) == ("not_understood", 1, True)
    assert "4711" not in filed.detail
    assert cloud.sent.acks() == [("0000000a", 2)]
    assert cloud.cloud.ingest.counters.refused == {"not_understood": 1}


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x00\xff", b"{", b"[]", b"null", b'{"v":1}', b"[" * 10_000, b'{"v":NaN}',
     '{"v":1,"station":"\ud800"}'.encode("utf-8", "surrogatepass")],
)  # fmt: skip
def test_a_garbled_payload_is_counted_filed_and_not_acknowledged(cloud: Bench, payload: bytes) -> None:
    for leaf in (Leaf.EVT, Leaf.TELE):
        cloud.take(FakeStation().message(leaf, payload))
    assert cloud.cloud.ingest.counters.refused == {"garbled": 2}
    assert cloud.sent.acks() == []


def test_an_envelope_of_another_station_is_refused(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1, station="st-2"), FakeStation().fact(1, {"kind": "nonsense"}, station="st-2"))
    assert cloud.cloud.ingest.counters.refused == {"foreign_station": 2}
    assert (seqs(cloud), cloud.sent.acks()) == ([], [])
    assert cloud.cloud.parts.stations.all() == []


def test_a_message_above_its_limit_is_refused_unread(cloud: Bench) -> None:
    cloud.take(FakeStation().message(Leaf.EVT, b" " * (Leaf.EVT.traffic.limit + 1)))
    (filed,) = cloud.cloud.parts.ledger.refused(10)
    assert (filed.reason, filed.size) == ("too_large", Leaf.EVT.traffic.limit + 1)


@pytest.mark.parametrize("name", ["", "a/b", "ss/v1/00/st-1/evt", topic("st-1", Leaf.ACK), "ss/v1/42/st\x00/evt", "ß" * 500])
def test_a_strange_topic_is_refused(cloud: Bench, name: str) -> None:
    cloud.take(Message(name, b"{}", False, 0.0))
    assert cloud.cloud.ingest.counters.refused == {"topic": 1}


def test_a_sick_ledger_acknowledges_nothing_and_loses_nothing(cloud: Bench, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as other:
        other.execute("ALTER TABLE facts RENAME TO away")
    with pytest.raises(LedgerDown):
        cloud.take(FakeStation().fact(1))
    assert cloud.sent.acks() == []
    with sqlite3.connect(tmp_path / "ledger.sqlite") as other:
        other.execute("ALTER TABLE away RENAME TO facts")
    other.close()
    cloud.take(FakeStation().fact(1))
    assert (seqs(cloud), cloud.sent.acks()) == ([1], [("0000000a", 1)])


def test_samples_become_points_and_are_acknowledged_in_their_own_epoch(cloud: Bench) -> None:
    cloud.take(FakeStation().samples(1), FakeStation().samples(1))
    assert cloud.sent.acks() == [("0000000b", 1)]
    (watts,) = cloud.cloud.series.query("sample", {"station": "st-1", "part": "1"}, 0, 2**43, 0)
    assert (watts.columns["socket_w"], len(watts.at_ms)) == ([60.0, 61.0], 2)


def test_a_sick_series_store_holds_samples_back_but_not_facts(cloud: Bench, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "series.sqlite") as other:
        other.execute("ALTER TABLE points RENAME TO away")
    cloud.take(FakeStation().fact(1), FakeStation().samples(1))
    assert cloud.sent.acks() == [("0000000a", 1)]
    with sqlite3.connect(tmp_path / "series.sqlite") as other:
        other.execute("ALTER TABLE away RENAME TO points")
    other.close()
    cloud.take(FakeStation().samples(1))
    assert cloud.sent.acks()[-1] == ("0000000b", 1)


def test_a_restart_forgets_nothing(cloud: Bench, tmp_path: Path) -> None:
    cloud.take(FakeStation().fact(1), FakeStation().fact(3))
    again = bench(tmp_path)
    again.take(FakeStation().fact(3), FakeStation().fact(2))
    assert (seqs(again), again.sent.acks()) == ([1, 3, 2], [("0000000a", 3)])
    again.cloud.stop()


def test_a_clock_gone_wrong_is_stored_and_makes_no_point(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1, at="9999-12-31T23:59:59Z"), FakeStation().samples(1, at="9999-12-31T23:59:59Z"))
    assert seqs(cloud) == [1]
    assert cloud.cloud.ingest.counters.points == 0


def test_a_filed_refusal_keeps_no_content(cloud: Bench, tmp_path: Path) -> None:
    secret = {"kind": "door_closed", "open_s": "Wang Xiaoming", "more": "Wang Xiaoming"}
    cloud.take(FakeStation().fact(1, secret), FakeStation().state(name="Wang Xiaoming" * 9))
    with sqlite3.connect(tmp_path / "ledger.sqlite") as other:
        assert "Wang" not in json.dumps(other.execute("SELECT * FROM refused").fetchall())
    other.close()


def test_the_thread_takes_what_is_offered_and_ends_at_once_when_told(cloud: Bench) -> None:
    cloud.cloud.ingest.start()
    message = FakeStation().fact(1)
    cloud.cloud.ingest.offer(message.topic, message.payload, False)
    for _ in range(500):
        if cloud.sent.acks():
            break
        cloud.cloud.ingest._thread.join(0.01)
    cloud.cloud.ingest.stop()
    assert cloud.sent.acks() == [("0000000a", 1)]
    assert not cloud.cloud.ingest.alive


def test_alarms_are_facts_of_the_same_count(cloud: Bench) -> None:
    alarm = FakeStation().fact(2)
    cloud.take(Message(topic("st-1", Leaf.ALARM), alarm.payload, False, 0.0), FakeStation().fact(1))
    assert (seqs(cloud), cloud.sent.acks()) == ([1, 2], [("0000000a", 2)])


def test_packed_samples_are_understood(cloud: Bench) -> None:
    plain = FakeStation().samples(1)
    cloud.take(Message(plain.topic, pack(plain.payload), False, 0.0))
    assert cloud.sent.acks() == [("0000000b", 1)]


def test_what_came_beyond_a_hole_is_named_newest_first_in_as_many_acknowledgements_as_it_takes(cloud: Bench) -> None:
    cloud.take(*(FakeStation().fact(seq, base=1) for seq in (1, 3, 4, 7, 9)))
    assert told_ahead(cloud) == [[[9, 9], [7, 7], [3, 4]]]
    cloud.sent.messages.clear()
    cloud.take(*(FakeStation().fact(seq, base=1) for seq in range(11, 51, 2)))
    told = told_ahead(cloud)
    assert [len(one) for one in told] == [8, 8, 4]
    assert [one for each in told for one in each] == [[seq, seq] for seq in range(49, 9, -2)]
    cloud.sent.messages.clear()
    cloud.take(*(FakeStation().fact(seq, base=1) for seq in range(1, 51)))
    assert (cloud.sent.acks(), told_ahead(cloud)) == ([("0000000a", 50)], [[]])


def test_the_longest_acknowledgement_is_within_its_limit() -> None:
    high = 2**53
    ahead = tuple((high - 2 * at - 1, high - 2 * at) for at in range(8))
    assert len(Ack(epoch="0000000a", upto=high, ahead=ahead).model_dump_json()) < Leaf.ACK.traffic.limit


def told_ahead(one: Bench) -> list[list[list[int]]]:
    """Of each acknowledgement, what it names beyond the hole."""
    return [json.loads(payload)["ahead"] for name, payload, _ in one.sent.messages if name.endswith("/ack")]


@pytest.mark.parametrize("at", ["1970-01-01T00:00:05Z", "2024-12-31T23:59:59Z", "2026-11-22T04:00:01Z", "2036-11-21T04:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_a_fact_of_a_time_that_cannot_be_is_kept_its_time_not_believed_and_filed_once(cloud: Bench, at: str) -> None:
    for _ in range(3):
        cloud.take(FakeStation().fact(1, at=at))
    (row,) = cloud.cloud.parts.ledger.facts(FactQuery())
    assert (row.clock, cloud.sent.acks()[-1]) == ("unsure", ("0000000a", 1))
    (filed,) = cloud.cloud.parts.ledger.refused(10)
    assert (filed.reason, filed.seq, filed.station) == ("future_dated", 1, "st-1")


@pytest.mark.parametrize("at", ["1970-01-01T00:00:05Z", "2036-11-21T04:00:00Z"])
def test_samples_of_a_time_that_cannot_be_are_refused_and_do_not_block_the_station(cloud: Bench, at: str) -> None:
    cloud.take(FakeStation().samples(1, at=at), FakeStation().samples(2))
    assert (cloud.cloud.ingest.counters.refused, cloud.sent.acks()) == ({"future_dated": 1}, [("0000000b", 2)])


@pytest.mark.parametrize("at", ["2025-01-01T00:00:00Z", "2026-11-22T04:00:00Z"])
def test_a_fact_that_waited_long_or_is_a_little_early_is_believed(cloud: Bench, at: str) -> None:
    cloud.take(FakeStation().fact(1, at=at))
    assert cloud.cloud.parts.ledger.refused(10) == []


def test_refusals_are_found_by_station_and_reason_page_by_page(cloud: Bench) -> None:
    cloud.take(*(FakeStation(f"st-{at % 2}").message(Leaf.EVT, b"{") for at in range(10)), FakeStation("st-1").fact(1, {"kind": "nope"}))
    with TestClient(create_app(cloud.cloud), base_url="http://127.0.0.1:8000") as web:
        first = web.get("/api/v1/refused?station=st-1&limit=4").json()
        assert [one["reason"] for one in first["items"]] == ["not_understood", "garbled", "garbled", "garbled"]
        assert first["counts"] == {"garbled": 10, "not_understood": 1}
        rest = web.get(f"/api/v1/refused?station=st-1&limit=4&cursor={first['cursor']}").json()
        assert (len(rest["items"]), rest["cursor"]) == (2, None)
        assert len(web.get("/api/v1/refused?reason=not_understood").json()["items"]) == 1
        assert web.get("/api/v1/refused?reason=boredom").status_code == 422
        assert web.get("/api/v1/health").json()["refused_on_file"] == {"garbled": 10, "not_understood": 1}


def test_facts_are_deleted_after_their_time_and_known_when_they_come_again(tmp_path: Path) -> None:
    one = bench(tmp_path, facts_days=190)
    one.take(*(FakeStation().fact(seq, base=1) for seq in (1, 2, 4)))
    one.clock.ms += 191 * 86_400_000
    one.take(FakeStation(at=NOON + timedelta(days=191)).fact(5, base=1))
    one.cloud.ingest._tidy()
    assert seqs(one) == [5]
    one.take(*(FakeStation().fact(seq, base=1) for seq in (1, 2, 3, 4)))
    assert (seqs(one), one.sent.acks()[-1]) == ([5, 3], ("0000000a", 5)), "3 never came before"
    assert one.cloud.ingest.counters.forgotten == 3
    one.cloud.stop()


def test_without_a_word_facts_are_kept_for_ever(cloud: Bench) -> None:
    cloud.take(FakeStation().fact(1))
    cloud.clock.ms += 3000 * 86_400_000
    cloud.cloud.ingest._tidy()
    assert seqs(cloud) == [1]


@pytest.mark.slow
def test_a_database_that_stands_still_fills_the_inbox_and_loses_nothing(cloud: Bench, tmp_path: Path) -> None:
    """Somebody else holds the database; the broker's thread waits at a full inbox, and all that it brought is stored afterwards."""
    cloud.cloud.ingest.start()
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    messages = [FakeStation().fact(seq) for seq in range(1, MOST_MESSAGES + 2000)]

    def bring() -> None:
        for one in messages:
            cloud.cloud.ingest.offer(one.topic, one.payload, False)

    broker = threading.Thread(target=bring)
    broker.start()
    until(lambda: cloud.cloud.ingest.waiting == MOST_MESSAGES)
    assert broker.is_alive() and not cloud.sent.acks()
    other.execute("ROLLBACK")
    other.close()
    until(lambda: bool(cloud.sent.acks()) and cloud.sent.acks()[-1] == ("0000000a", len(messages)))
    assert cloud.cloud.parts.ledger.count_since(0) == len(messages)
    broker.join(5)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)
