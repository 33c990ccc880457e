"""The one table of topics: shards, parsing, refusals, who publishes what."""

from __future__ import annotations

import pytest

from contract.topics import CLOUD_FILTERS, PREFIX, SHARDS, TABLE, Direction, Leaf, TopicRefused, leaves, parse, root, shard, topic


@pytest.mark.parametrize(("station", "number"), [("st-1", 55), ("st-2", 13), ("demo-001", 8), ("a", 3)])
def test_a_shard_is_for_ever(station: str, number: int) -> None:
    """A station that changed its shard would be heard by nobody: these numbers are part of the wire."""
    assert shard(station) == number
    assert root(station) == f"ss/v1/{number:02d}/{station}"


def test_shards_are_spread() -> None:
    counts = [0] * SHARDS
    for n in range(6400):
        counts[shard(f"st-{n}")] += 1
    assert min(counts) > 50 and max(counts) < 160


@pytest.mark.parametrize("leaf", Leaf)
def test_a_topic_is_read_as_it_was_made(leaf: Leaf) -> None:
    assert parse(topic("st-1", leaf)) == ("st-1", leaf)


REFUSED = [
    ("", "is not ss/v1/SHARD/STATION/LEAF"),
    ("ss/v1/55/st-1", "is not ss/v1/SHARD/STATION/LEAF"),
    ("ss/v2/52/st-1/evt", "is not ss/v1/SHARD/STATION/LEAF"),
    ("ss/v1/55/st-1/evt/", "'evt/' is no leaf"),
    ("ss/v1/55/st-1/evt\n", "is not ss/v1/SHARD/STATION/LEAF"),
    ("/ss/v1/55/st-1/evt", "is not ss/v1/SHARD/STATION/LEAF"),
    ("ss/v1/+/st-1/evt", "is not ss/v1/SHARD/STATION/LEAF"),
    ("ss/v1/55/#", "is not ss/v1/SHARD/STATION/LEAF"),
    ("ss/v1/55/ST-1/evt", "is not ss/v1/SHARD/STATION/LEAF"),
    ("ss/v1/55/../evt", "is not ss/v1/SHARD/STATION/LEAF"),
    ("ss/v1/7/st-1/evt", "is not ss/v1/SHARD/STATION/LEAF"),
    ("ss/v1/٥٥/st-1/evt", "is not ss/v1/SHARD/STATION/LEAF"),
    ("ss/v1/07/st-1/evt", r"shard 07 is not that of st-1 \(55\)"),
    ("ss/v1/55/st-1/gossip", "'gossip' is no leaf; known: evt, "),
    ("ss/v1/55/st-1/roster", "'roster' is no leaf"),
    ("x" * 70_000, "is not ss/v1/SHARD/STATION/LEAF"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_is_no_topic_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(TopicRefused, match=words) as caught:
        parse(text)
    assert len(str(caught.value)) < 400


def test_every_leaf_is_in_the_table_and_of_one_direction() -> None:
    assert set(TABLE) == set(Leaf)
    assert {*leaves(Direction.UP), *leaves(Direction.DOWN)} == set(Leaf)
    assert not {*leaves(Direction.UP)} & {*leaves(Direction.DOWN)}


def test_no_order_waits_in_a_broker() -> None:
    """A retained `cmd` would unlock tomorrow what was asked today."""
    assert not Leaf.CMD.traffic.retain and not Leaf.EVT.traffic.retain and not Leaf.ACK.traffic.retain
    assert Leaf.STATE.traffic.retain
    assert all(traffic.qos == 1 and traffic.limit > 0 for traffic in TABLE.values())


def test_the_cloud_hears_what_stations_publish_and_nothing_else() -> None:
    assert set(CLOUD_FILTERS) == {f"{PREFIX}/+/+/{leaf.value}" for leaf in leaves(Direction.UP)}
