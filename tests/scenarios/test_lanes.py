"""Three lanes to the cloud: alarms first, what happens now at once, the backlog oldest first at its own pace. Only `upto` deletes."""

import pytest

from contract.envelope import FactEnvelope, decode
from contract.facts import DoorOpened, DuressCalled, EntryGranted, EntryRefused, ExitRequested, Fact, InputRefused, Refusal, Way
from contract.topics import Leaf
from edge.domain.messages import ExitPressed
from edge.domain.outbox import FACTS, WINDOW
from edge.domain.unrecorded import MOST_FACTS
from tests.sabotage.checks import break_disk
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN
from twin.station import TwinStation

SLOW: dict[str, object] = {"telemetry": {"backfill_per_s": 2}, "sockets": []}
"""A backlog that takes minutes."""

SWIFT: dict[str, object] = {"telemetry": {"backfill_per_s": 10_000}, "sockets": []}


@pytest.fixture
def slow(build: Build) -> TwinStation:
    """A station with such a backlog."""
    return build(**SLOW)


def store_a_backlog(bench: TwinStation, facts: int = 3 * WINDOW) -> None:
    """Somebody inside plays with the button while the cloud is away."""
    bench.cloud.stop()
    bench.after(3)
    while bench.screen.waiting_facts < facts:
        bench.post(ExitPressed(True), ExitPressed(False))
        bench.after(1)


def check_what_happens_now_does_not_wait_for_the_backlog(bench: TwinStation) -> None:
    store_a_backlog(bench)
    bench.cloud.start()
    bench.after(1)
    bench.let_in(AN)
    assert len(bench.cloud.of(EntryGranted)) == 1
    assert bench.screen.waiting_facts > WINDOW


def check_an_alarm_of_the_backlog_goes_first(bench: TwinStation) -> None:
    """Also after a restart: the row remembers that it is one."""
    store_a_backlog(bench)
    bench.after(30)
    bench.world.hold_door(1.0)
    bench.after(3)
    bench.show_face(None, 0.7, 0.8)
    bench.kill()
    bench.boot()
    bench.cloud.start()
    bench.after(1)
    assert [fact.cause.value for fact in bench.cloud.of(DoorOpened)] == ["forced"]
    assert bench.screen.waiting_facts > WINDOW


def check_a_silent_cloud_leaves_room_for_what_happens_now(bench: TwinStation) -> None:
    """It takes and does not acknowledge: the backlog fills its half of the window and no more."""
    store_a_backlog(bench)
    bench.cloud.acknowledges = False
    bench.cloud.start()
    bench.after(9)
    bench.let_in(AN)
    assert len(bench.cloud.of(EntryGranted)) == 1
    assert len(bench.cloud.of(ExitRequested)) <= FACTS.backfill


def check_only_upto_deletes(bench: TwinStation) -> None:
    """The oldest of some messages is lost on the way; what the cloud has beyond the hole stays on the station's disk until it is filled."""
    bench.after(1)
    bench.cloud.hears = False
    bench.show_face(None, 0.7, 0.8)
    bench.cloud.hears = True
    for _ in range(3):
        bench.show_face(None, 0.7, 0.8)
    bench.after(1)
    ledger = bench.assembly.station._around.ledger
    assert len(ledger.rows(0, 99)) >= 4
    bench.after(40)
    assert bench.screen.waiting_facts == 0
    seqs = sorted(envelope.seq for envelope in bench.cloud.facts)
    assert seqs == list(range(1, bench.assembly.core.facts_out.last + 1))


def check_what_memory_can_not_hold_is_counted(bench: TwinStation) -> None:
    """The disk takes nothing and memory holds no more: a number is told, and no alarm is lost."""
    station = bench.assembly.station
    disk = break_disk(bench)
    bench.show_face(None, 0.7, 0.8)
    refused: list[Fact] = [EntryRefused(way=Way.FACE, reason=Refusal.NOT_SURE)] * 500
    station._unsaved.extend([(refused, [], station._stamp(bench.clock.monotonic()))] * (MOST_FACTS // 500))
    bench.world.hold_door(1.0)
    bench.after(3)
    bench.walk_out()
    disk.fails = False
    bench.after(30)
    told = [fact for fact in bench.cloud.of(InputRefused) if fact.source == "ledger"]
    assert len(told) == 1
    assert told[0].count > 1
    assert "door_closed" in told[0].reason
    assert [fact.cause.value for fact in bench.cloud.of(DoorOpened)][:1] == ["forced"]


@pytest.mark.slow
def test_what_happens_now_does_not_wait_for_the_backlog(slow: TwinStation) -> None:
    check_what_happens_now_does_not_wait_for_the_backlog(slow)
    bench = slow
    bench.after(180)
    assert bench.screen.waiting_facts == 0
    seqs = [envelope.seq for envelope in bench.cloud.facts]
    assert sorted(seqs) == list(range(1, len(seqs) + 1))
    assert bench.cloud.repeated == 0
    old = [envelope.seq for envelope in bench.cloud.facts if isinstance(envelope.data, ExitRequested)]
    assert old == sorted(old), "the backlog goes out oldest first"


@pytest.mark.slow
def test_an_alarm_of_the_backlog_goes_first(slow: TwinStation) -> None:
    check_an_alarm_of_the_backlog_goes_first(slow)


@pytest.mark.slow
def test_a_silent_cloud_leaves_room_for_what_happens_now(slow: TwinStation) -> None:
    check_a_silent_cloud_leaves_room_for_what_happens_now(slow)


def test_only_upto_deletes(bench: TwinStation) -> None:
    check_only_upto_deletes(bench)


@pytest.mark.slow
def test_what_memory_can_not_hold_is_counted(build: Build) -> None:
    check_what_memory_can_not_hold_is_counted(build(**SWIFT))


def test_alarms_go_on_their_own_leaf_in_the_same_count(bench: TwinStation) -> None:
    bench.world.hold_door(1.0)
    bench.after(3)
    alarms = [decode(content, FactEnvelope) for leaf, content in bench.cloud.said if leaf is Leaf.ALARM]
    assert {fact.data.kind for fact in alarms} >= {"door_opened", "fault_raised"}
    assert all(leaf in (Leaf.EVT, Leaf.ALARM) for leaf, content in bench.cloud.said if b'"type":"fact"' in content)
    assert [envelope.seq for envelope in bench.cloud.facts] == list(range(1, len(bench.cloud.facts) + 1)), "without a backlog nothing overtakes"
    assert bench.cloud.of(DuressCalled) == []
