"""Every MQTT topic with direction, QoS and retain, in ONE table; brokers' permissions are derived from it.

`ss/v1/{shard}/{station}/{leaf}`. The shard is crc32(station) % 64: a worker owns whole shards, so that order per station holds
without shared subscriptions, which some brokers grant and never deliver.
"""

import re
from dataclasses import dataclass
from enum import Enum
from zlib import crc32

from contract.errors import ContractError

PREFIX = "ss/v1"
SHARDS = 64


class Direction(Enum):
    """Who publishes."""

    UP = "station to cloud"
    DOWN = "cloud to station"


@dataclass(frozen=True)
class Traffic:
    """How a leaf is used. `limit` bytes: a larger payload is refused before it is parsed."""

    direction: Direction
    qos: int
    retain: bool
    limit: int


class Leaf(Enum):
    """What follows the station's root; the value is the end of the topic."""

    EVT = "evt"
    ALARM = "alarm"
    TELE = "tele"
    STATE = "state"
    ACK = "ack"
    ROSTER_DESIRED = "roster/desired"
    ROSTER_REPORTED = "roster/reported"
    CMD = "cmd"
    CMD_REPLY = "cmd/reply"
    CFG_DESIRED = "cfg/desired"
    CFG_REPORTED = "cfg/reported"
    QUOTA_ASK = "quota/ask"
    QUOTA_LEASE = "quota/lease"

    @property
    def traffic(self) -> Traffic:
        """Direction, QoS, retain and size limit."""
        return TABLE[self]


TABLE: dict[Leaf, Traffic] = {
    Leaf.EVT: Traffic(Direction.UP, 1, False, 64 * 1024),
    Leaf.ALARM: Traffic(Direction.UP, 1, False, 64 * 1024),
    Leaf.TELE: Traffic(Direction.UP, 1, False, 256 * 1024),
    Leaf.STATE: Traffic(Direction.UP, 1, True, 4 * 1024),
    Leaf.ACK: Traffic(Direction.DOWN, 1, False, 512),
    Leaf.ROSTER_DESIRED: Traffic(Direction.DOWN, 1, True, 1024 * 1024),
    Leaf.ROSTER_REPORTED: Traffic(Direction.UP, 1, True, 4 * 1024),
    Leaf.CMD: Traffic(Direction.DOWN, 1, False, 8 * 1024),
    Leaf.CMD_REPLY: Traffic(Direction.UP, 1, False, 4 * 1024),
    Leaf.CFG_DESIRED: Traffic(Direction.DOWN, 1, True, 256 * 1024),
    Leaf.CFG_REPORTED: Traffic(Direction.UP, 1, True, 4 * 1024),
    Leaf.QUOTA_ASK: Traffic(Direction.UP, 1, False, 512),
    Leaf.QUOTA_LEASE: Traffic(Direction.DOWN, 1, False, 512),
}


class TopicRefused(ContractError):
    """A topic that is not in the table, or whose shard is not the station's."""


def shard(station: str) -> int:
    """0..63, the same for a station for ever."""
    return crc32(station.encode()) % SHARDS


def root(station: str) -> str:
    """`ss/v1/07/st-1`, without a slash at the end."""
    return f"{PREFIX}/{shard(station):02d}/{station}"


def topic(station: str, leaf: Leaf) -> str:
    """The whole topic of one leaf of one station."""
    return f"{root(station)}/{leaf.value}"


def leaves(direction: Direction) -> list[Leaf]:
    """The leaves that one side publishes."""
    return [leaf for leaf, traffic in TABLE.items() if traffic.direction is direction]


CLOUD_FILTERS = tuple(f"{PREFIX}/+/+/{leaf.value}" for leaf in leaves(Direction.UP))
"""What the cloud subscribes to when it owns all shards."""


def parse(text: str) -> tuple[str, Leaf]:
    """Station and leaf of a topic that a station publishes or hears.

    Raises:
        TopicRefused: not of this shape, unknown leaf, or a shard that is not the station's own.
    """
    found = re.fullmatch(PREFIX + r"/([0-9]{2})/([a-z0-9][a-z0-9-]{0,31})/([a-z/]+)", text)
    if not found:
        raise TopicRefused(f"topic {text[:80]!r} is not {PREFIX}/SHARD/STATION/LEAF; see docs/telemetry.md")
    if int(found[1]) != shard(found[2]):
        raise TopicRefused(f"topic {text!r}: shard {found[1]} is not that of {found[2]} ({shard(found[2]):02d})")
    try:
        return found[2], Leaf(found[3])
    except ValueError:
        raise TopicRefused(f"topic {text!r}: {found[3]!r} is no leaf; known: {', '.join(x.value for x in Leaf)}") from None
