"""What comes in is committed once, acknowledged after, or filed with a reason; and nothing that comes in breaks anything."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.errors import LedgerDown
from cloud.ingest import Message
from cloud.ports import FactQuery
from contract.topics import Leaf, topic
from tests.cloud_parts import Bench, FakeStation, bench


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
