"""A full disk, on a real file system of 1 MiB: first the reserve is given up, then nothing more can be recorded.

What can not be recorded is not granted; what was seen is kept in memory until it can be; leaving asks no disk.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.facts import DoorCause, DoorOpened, EntryGranted, EntryRefused, FaultCode, Refusal, Stop, VisitEnded, WaterPoured
from edge.domain.messages import Input
from edge.domain.room_messages import ChargeAsked, DrinkAsked
from edge.domain.screen import Notice, PartState
from tests.scenarios.people import AN, AN_NUMBER, AN_PIN, BO, enters_by_code, socket, tap
from twin.station import TwinStation

SIZE_KIB = 1024
BLOCK = 4096


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB of its own."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a full disk needs a small file system of its own: run as root on Linux")
    where = tmp_path / "small"
    where.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_KIB}k", "tmpfs", str(where)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a full disk needs the right to mount a small one: {mounted.stderr.strip()}")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


@pytest.fixture
def bench(build, small_disk: Path) -> TwinStation:
    """Its ledger and samples lie on the small disk."""
    bench: TwinStation = build(folder=small_disk)
    bench.cloud.stop()
    return bench


def fill(bench: TwinStation) -> None:
    """Something else writes until there is no more room."""
    with (bench.folder / "ballast").open("ab") as ballast:
        ballast.write(b"x" * max(0, _free_blocks(bench) * BLOCK))
    assert _free_blocks(bench) == 0


def free(bench: TwinStation) -> None:
    """Somebody made room."""
    (bench.folder / "ballast").unlink(missing_ok=True)


def _free_blocks(bench: TwinStation) -> int:
    told = os.statvfs(bench.folder)
    return told.f_bavail * told.f_bsize // BLOCK


def faults(bench: TwinStation) -> set[FaultCode]:
    """As the screen shows them."""
    return {view.fault for view in bench.screen.faults}


def run_low(bench: TwinStation) -> TwinStation:
    """The disk is full, and the reserve was given up for what happened then."""
    fill(bench)
    for _ in range(200):
        bench.type_code("1", "1")
        if not (bench.folder / "reserve").exists():
            bench.after(6)
            return bench
    raise AssertionError("the reserve was not needed")


def run_full(bench: TwinStation) -> TwinStation:
    """And now the reserve is used up too."""
    run_low(bench)
    for _ in range(200):
        fill(bench)
        bench.show_face(None, 0.7, 0.8)
        if FaultCode.STORE_FULL in faults(bench):
            return bench
    raise AssertionError("the disk was not needed")


def ask(bench: TwinStation, heard: Input) -> None:
    """And wait."""
    bench.post(heard)
    bench.after(0.5)


# ---- first stage


def test_the_reserve_keeps_the_door_working_and_the_rest_waits(bench: TwinStation) -> None:
    bench.let_in(BO)
    run_low(bench)
    assert faults(bench) == {FaultCode.STORE_LOW}
    assert enters_by_code(bench)
    assert (tap(bench).state, socket(bench).state) == (PartState.OUT_OF_ORDER, PartState.OUT_OF_ORDER)
    for wish in (DrinkAsked("cold", 300), ChargeAsked("1")):
        ask(bench, wish)
        assert (bench.screen.notice, bench.screen.reason) == (Notice.NOT_NOW, Refusal.OUT_OF_ORDER)
    truth = bench.world.truth()
    assert not truth.taps["cold"].powered
    assert not truth.sockets["1"].energised


def test_what_runs_when_the_disk_runs_low_may_end_in_order(bench: TwinStation) -> None:
    bench.let_in(AN)
    ask(bench, DrinkAsked("cold", 1000))
    run_low(bench)
    assert bench.world.truth().taps["cold"].powered
    bench.after(40)
    free(bench)
    bench.cloud.start()
    bench.after(5)
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.REACHED


def test_with_room_again_everything_is_offered_again(bench: TwinStation) -> None:
    run_low(bench)
    free(bench)
    bench.after(6)
    assert faults(bench) == set()
    assert (bench.folder / "reserve").exists()
    bench.let_in(AN)
    assert tap(bench).state is PartState.READY


# ---- second stage


def check_a_full_disk_leaves_the_door_locked_and_the_exit_free(bench: TwinStation) -> None:
    """Nobody is let in unrecorded, by face or code; whoever is inside walks out."""
    bench.let_in(BO)
    run_full(bench)
    bench.show_face(AN)
    assert not bench.world.lock_released
    assert not enters_by_code(bench)
    assert bench.world.push_out(hold_s=1.0)
    bench.after(4.5)
    assert bench.world.truth().door.opened == 2


def test_a_full_disk_leaves_the_door_locked_and_the_exit_free(bench: TwinStation) -> None:
    check_a_full_disk_leaves_the_door_locked_and_the_exit_free(bench)


def test_the_visitor_is_told_that_nothing_can_be_recorded(bench: TwinStation) -> None:
    run_full(bench)
    assert not bench.screen.code
    assert not bench.screen.face
    bench.show_face(AN)
    assert (bench.screen.notice, bench.screen.reason) == (Notice.REFUSED, Refusal.CANNOT_RECORD)


def check_the_grant_that_fills_the_disk_is_taken_back(bench: TwinStation) -> None:
    """The disk is found to be full by the very step that would let somebody in."""
    run_low(bench)
    entered = granted = 0
    for _ in range(200):
        fill(bench)
        bench.show_face(AN)
        if FaultCode.STORE_FULL in faults(bench):
            break
        granted += 1
        bench.after(6)
    assert FaultCode.STORE_FULL in faults(bench)
    assert not bench.world.lock_released
    assert bench.screen.reason is Refusal.CANNOT_RECORD
    free(bench)
    bench.cloud.start()
    bench.after(10)
    assert len(bench.cloud.of(EntryGranted)) == granted + entered


def test_the_grant_that_fills_the_disk_is_taken_back(bench: TwinStation) -> None:
    check_the_grant_that_fills_the_disk_is_taken_back(bench)


def test_a_full_disk_ends_what_runs(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.world.plug("1", "phone")
    ask(bench, ChargeAsked("1"))
    run_low(bench)
    assert bench.world.truth().sockets["1"].energised
    run_full(bench)
    bench.after(0.1)
    assert not bench.world.truth().sockets["1"].energised


def check_what_was_seen_is_told_when_there_is_room(bench: TwinStation) -> None:
    """Openings while nothing could be written arrive once, in order, with the time at which they were."""
    run_full(bench)
    began = bench.clock.monotonic()
    for _ in range(3):
        bench.walk_out()
    ended = bench.clock.monotonic()
    bench.after(120)
    free(bench)
    bench.after(6)
    bench.cloud.start()
    bench.after(10)
    seqs = [envelope.seq for envelope in bench.cloud.facts]
    assert seqs == list(range(1, len(seqs) + 1))
    opened = [envelope for envelope in bench.cloud.facts if isinstance(envelope.data, DoorOpened)]
    assert len(opened) == 3
    assert all(began <= envelope.up <= ended for envelope in opened)
    ups = [envelope.up for envelope in bench.cloud.facts]
    assert ups == sorted(ups)


@pytest.mark.slow
def test_what_was_seen_is_told_when_there_is_room(bench: TwinStation) -> None:
    check_what_was_seen_is_told_when_there_is_room(bench)
    assert {fact.cause for fact in bench.cloud.of(DoorOpened)} == {DoorCause.EXIT}
    assert bench.cloud.of(EntryRefused)[-1].reason is Refusal.UNKNOWN_FACE


def test_with_room_again_the_station_recovers_by_itself(bench: TwinStation) -> None:
    run_full(bench)
    bench.after(60)
    assert faults(bench) == {FaultCode.STORE_FULL, FaultCode.STORE_LOW}
    free(bench)
    bench.after(6)
    assert faults(bench) == set()
    assert bench.screen.code
    assert enters_by_code(bench)
    ask(bench, DrinkAsked("cold", 200))
    assert bench.world.truth().taps["cold"].powered


def test_a_station_that_starts_on_a_full_disk_keeps_the_door_locked(bench: TwinStation) -> None:
    run_full(bench)
    bench.kill()
    fill(bench)
    bench.boot()
    bench.after(1)
    bench.show_face(AN)
    assert not bench.world.lock_released
    assert bench.screen.reason is Refusal.CANNOT_RECORD
    assert bench.world.push_out()
    bench.after(5)
    free(bench)
    bench.after(10)
    assert enters_by_code(bench)


def test_space_that_comes_and_goes_loses_nothing(bench: TwinStation) -> None:
    for _ in range(3):
        run_full(bench)
        bench.walk_out()
        free(bench)
        bench.after(7)
        assert faults(bench) == set()
    bench.cloud.start()
    bench.after(10)
    assert len(bench.cloud.of(DoorOpened)) == 3
    kinds = bench.cloud.kinds()
    assert kinds.count("fault_raised") == kinds.count("fault_cleared") == 6


def test_who_came_through_an_open_door_unrecorded_has_no_visit(bench: TwinStation) -> None:
    run_low(bench)
    bench.world.press_exit()
    bench.world.hold_door(600)
    for _ in range(200):
        fill(bench)
        bench.type_code(AN_NUMBER, AN_PIN)
        if FaultCode.STORE_FULL in faults(bench):
            break
    assert bench.screen.reason is Refusal.CANNOT_RECORD
    assert bench.screen.visitor is None
    free(bench)
    bench.cloud.start()
    bench.after(10)
    granted = [fact.visit for fact in bench.cloud.of(EntryGranted)]
    ended = [fact.visit for fact in bench.cloud.of(VisitEnded)]
    assert set(ended) <= set(granted)
