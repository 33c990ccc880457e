"""What each account may publish and subscribe: made from `contract.topics`; each engine writes it in its own words.

A station: its own UP topics out, its own DOWN topics in, no wildcard. The cloud: UP topics of every station in, DOWN
topics out; and every retained topic both ways, since clearing what a dismantled station left is a publish of nothing.
A worker of the cloud: UP topics of every station in, so that shards may move between workers; acknowledgements, leases and
commands out, which cannot open anything; no roster.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contract.topics import PREFIX, TABLE, Direction, Leaf, leaves, topic


@dataclass(frozen=True)
class Rights:
    """MQTT topic filters that one user may publish to and subscribe to; nothing else is allowed."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def station(station_id: str) -> Rights:
    """The rights of one station."""
    return Rights(
        publish=tuple(topic(station_id, leaf) for leaf in leaves(Direction.UP)),
        subscribe=tuple(topic(station_id, leaf) for leaf in leaves(Direction.DOWN)),
    )


def cloud() -> Rights:
    """The rights of the cloud, over all stations."""
    retained = {leaf for leaf, traffic in TABLE.items() if traffic.retain}
    return Rights(
        publish=_of_all({*leaves(Direction.DOWN), *retained}),
        subscribe=_of_all({*leaves(Direction.UP), *retained}),
    )


def worker() -> Rights:
    """The rights of an ingest process beside the first, over all stations."""
    return Rights(publish=_of_all({Leaf.ACK, Leaf.QUOTA_LEASE, Leaf.CMD}), subscribe=_of_all(set(leaves(Direction.UP))))


def by_user(stations: Iterable[str], cloud_user: str, workers: Iterable[str] = ()) -> dict[str, Rights]:
    """The rights of every account, the cloud first."""
    return {cloud_user: cloud(), **{one: worker() for one in workers}, **{one: station(one) for one in stations}}


def _of_all(chosen: set[Leaf]) -> tuple[str, ...]:
    return tuple(f"{PREFIX}/+/+/{leaf.value}" for leaf in Leaf if leaf in chosen)
