"""What the loop needs from outside, as Protocols. Adapters fit them without knowing each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contract.config import StationConfig
from contract.envelope import ClockState
from contract.facts import Fact
from edge.domain.messages import DigestCode, FaceOrder, WallClockRead
from edge.domain.records import Record
from edge.domain.restored import Restored
from edge.domain.room_for_samples import Span


@dataclass(frozen=True)
class Stamp:
    """When, by both clocks, and in which boot something was stored."""

    boot: str
    at: datetime
    up: float
    clock: ClockState


@dataclass(frozen=True)
class Row:
    """One outbox row: a JSON object with everything of an envelope but seq and base."""

    seq: int
    body: str
    alarm: bool = False


class Clock(Protocol):
    """Time."""

    def monotonic(self) -> float:
        """Seconds; never goes back; decides."""
        ...

    def wall(self) -> WallClockRead:
        """UTC as the operating system has it; reports."""
        ...


class Outputs(Protocol):
    """The lines that the station drives."""

    def set(self, output: str, on: bool, now: float) -> None:
        """Drive one output. On starts its lease anew; off is always possible. Never raises for off."""
        ...

    def heed(self, config: StationConfig) -> None:
        """Leases begin as long as this configuration says from now on; the lines are the same."""
        ...


class Ledger(Protocol):
    """Facts, quota, roster: one transaction each, on disk before the call returns."""

    def load(self) -> Restored:
        """What was there at start."""
        ...

    def commit(self, facts: Sequence[Fact], records: Sequence[Record], stamp: Stamp) -> list[Row]:
        """Raises: StoreFailed, and then nothing of it was written."""
        ...

    def rows(self, after: int, count: int) -> list[Row]:
        """Rows with seq > after in order. Raises: StoreFailed."""
        ...

    def forget(self, upto: int) -> None:
        """These were committed by the cloud; deleted with the next commit, or by tidy."""
        ...

    def restamp(self, ranges: Sequence[tuple[int, int]], offset_ms: int) -> None:
        """Rows of these that were stored with an unsure clock were stored at `up` in ms plus offset_ms, UTC. Raises: StoreFailed."""
        ...

    def used_bytes(self) -> int:
        """Room that it takes on the disk."""
        ...

    def tidy(self) -> bool:
        """Housekeeping every few seconds: deletes what is acknowledged, takes the reserve again. True while the reserve is given up."""
        ...


class SampleStore(Protocol):
    """Batches of samples, which may be thinned and dropped."""

    def add(self, data: str, stamp: Stamp) -> int:
        """Its seq. Raises: StoreFailed."""
        ...

    def rows(self, after: int, count: int) -> list[Row]:
        """Rows with seq > after in order. Raises: StoreFailed."""
        ...

    def forget(self, upto: int) -> None:
        """These were committed by the cloud, or are given up."""
        ...

    def restamp(self, ranges: Sequence[tuple[int, int]], offset_ms: int) -> None:
        """As the ledger's."""
        ...

    def used_bytes(self) -> int:
        """Room that they take on the disk."""
        ...

    def span(self, low: int, high: int, thin: bool) -> Span | None:
        """See edge/domain/room_for_samples.py. Raises: StoreFailed."""
        ...

    def thin(self, low: int, high: int) -> None:
        """Every second instant of these batches goes. Raises: StoreFailed, and then nothing is changed."""
        ...


class Link(Protocol):
    """The way to the broker, as a window."""

    def send(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        """False when it was not taken: not connected, or the window is full. Never blocks, never queues while away."""
        ...


class Digests(Protocol):
    """Computes code digests away from the deciding thread."""

    def submit(self, asked: DigestCode) -> None:
        """Posts CodeDigested when done. Never blocks."""
        ...


class Eyes(Protocol):
    """The face process."""

    def order(self, asked: FaceOrder) -> None:
        """Have a face compared or its pose told. Never blocks; an order that nobody can carry out is forgotten."""
        ...


class LivenessDevice(Protocol):
    """A camera for infrared or depth that says whether what stands before the door is alive.

    In a thread of its own it posts LivenessChanged when it begins to work and when it stops, and LivenessJudged several times a
    second while somebody is there, with `track` None. Silence and doubt are never a yes: post nothing, or a low ratio.
    """

    @property
    def source(self) -> str:
        """Its name in `identity.liveness`."""
        ...

    def start(self) -> None:
        """Begin. Never raises for a device that is not there: it says so and tries again."""
        ...

    def stop(self) -> None:
        """End in bounded time."""
        ...


class Weigher(Protocol):
    """A converter of one load cell."""

    def counts(self) -> int | None:
        """The newest conversion; None when there is none, or one that can not be trusted. Raises: OSError, when it can not be asked at all."""
        ...

    def close(self) -> None:
        """Give it back."""
        ...


class Heart(Protocol):
    """The heartbeat towards guard and supervisor."""

    def beat(self) -> None:
        """The deciding thread is alive. Never blocks, never raises."""
        ...
