"""The real face process on a real stream is killed, frozen or loses its camera, under the whole station in real time.

Meanwhile a code opens the door, the exit is free, and the screen says that faces do not work.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from contract.facts import EntryGranted, FaultCleared, FaultCode, FaultRaised, Way
from edge.adapters.faces import FacesProcess
from edge.build import Assembly, Fittings
from edge.domain.messages import CodeTyped
from tests.scenarios.people import AN, AN_NUMBER, AN_PIN, two_people
from twin.agent import SynchronisedClock
from twin.camera import Camera
from twin.faults import Faults
from twin.pins import TwinFactory
from twin.room import Room, RoomClock
from twin.station import layout
from twin.surroundings import TwinCloud, TwinGuard

pytestmark = pytest.mark.slow
START_S = 30.0
TOLD_S = 6.0
"""A killed process is told at once, a frozen one after 3 s, a camera after 2 s; the machine may be busy."""


@dataclass
class Live:
    """A station in real time: threads, a child process, a stream over loopback."""

    assembly: Assembly
    room: Room
    faults: Faults
    cloud: TwinCloud

    @property
    def faces(self) -> FacesProcess:
        """The parent's side of the child."""
        assert isinstance(self.assembly.faces, FacesProcess)
        return self.assembly.faces

    def wait(self, wanted: Callable[[], bool], seconds: float, what: str) -> None:
        """Until it is so."""
        until = time.monotonic() + seconds
        while not wanted():
            assert time.monotonic() < until, f"not within {seconds} s: {what}; {self.assembly.station.screen}"
            time.sleep(0.02)

    def sees(self, works: bool) -> None:
        """Wait until the screen says that faces work, or do not."""
        self.wait(lambda: self.assembly.station.screen.face is works, START_S if works else TOLD_S, f"face is {works}")

    def somebody_enters_by_code_and_leaves(self) -> None:
        """The door is opened from outside, and then pushed from inside."""
        before = self.room.truth().door
        assert self.assembly.station.screen.code
        self.assembly.inbox.put(CodeTyped(AN_NUMBER, AN_PIN))
        self.wait(lambda: self.room.lock_released, 2.0, "the strike lets go")
        self.room.pull_door(hold_s=0.5)
        self.wait(lambda: self.room.truth().door.entered == before.entered + 1, 2.0, "somebody is inside")
        self.wait(lambda: not self.room.lock_released, 2.0, "the strike is back")
        self.wait(lambda: not self.room.door.is_open, 6.0, "the door is shut")
        assert self.room.push_out(hold_s=0.5)
        self.wait(lambda: self.room.truth().door.opened == before.opened + 2, 2.0, "somebody left")
        self.wait(lambda: not self.room.door.is_open, 6.0, "the door is shut again")


@pytest.fixture
def camera() -> Iterator[Camera]:
    with Camera() as made:
        made.show_nobody()
        yield made


@pytest.fixture
def live(camera: Camera, tmp_path: Path) -> Iterator[Live]:
    config = layout(camera={"source": camera.url})
    pins = TwinFactory(threaded=True)
    room = Room.from_config(config, pins)
    clock, time_in_room, cloud = SynchronisedClock(), RoomClock(room), TwinCloud()
    guard = TwinGuard(TwinFactory(lines=pins.room_side))
    fit = Fittings(
        pin_factory=pins, clock=clock, link=lambda config, station, will, post: cloud.joined(post),
        heart=lambda table, post: guard.joined(table, post),
        faces=lambda source, frames, post: FacesProcess(source, frames, tmp_path, post),
    )  # fmt: skip
    assembly = Assembly(config, tmp_path, fit)
    time_in_room.start()
    assembly.start()
    cloud.push_roster(two_people())
    made = Live(assembly, room, Faults(room, camera), cloud)
    made.sees(True)
    yield made
    assembly.stop()
    time_in_room.stop()
    assert assembly.error is None
    assert made.faces.pid is None


def raised(live: Live) -> set[FaultCode]:
    """All faults so far."""
    return {fact.fault for fact in live.cloud.of(FaultRaised)}


def test_a_killed_face_process_leaves_the_code_and_comes_back(live: Live) -> None:
    killed = live.faces.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    live.sees(False)
    live.somebody_enters_by_code_and_leaves()
    live.sees(True)
    assert live.faces.pid not in (None, killed)
    assert FaultCode.FACES_LOST in raised(live)
    granted = live.cloud.of(EntryGranted)
    assert [(fact.person, fact.way) for fact in granted] == [(AN, Way.CODE)]


def test_a_frozen_face_process_leaves_the_code_and_is_replaced(live: Live) -> None:
    frozen = live.faces.pid
    assert frozen is not None
    os.kill(frozen, signal.SIGSTOP)
    live.somebody_enters_by_code_and_leaves()
    live.wait(lambda: not psutil.pid_exists(frozen), TOLD_S, "the frozen process is ended")
    live.sees(True)
    assert FaultCode.FACES_LOST in raised(live)


def test_an_unplugged_camera_leaves_the_code_and_comes_back(live: Live) -> None:
    pid = live.faces.pid
    live.faults.plant("camera_unplugged")
    live.sees(False)
    live.somebody_enters_by_code_and_leaves()
    assert not live.assembly.station.screen.face
    live.faults.clear("camera_unplugged")
    live.sees(True)
    assert live.faces.pid == pid, "the process lived on"
    assert FaultCode.CAMERA_LOST in raised(live)
    live.wait(lambda: len(live.cloud.of(FaultCleared)) == len(live.cloud.of(FaultRaised)), 2.0, "all faults cleared")


def test_a_visit_under_way_survives_the_eyes(live: Live) -> None:
    live.assembly.inbox.put(CodeTyped(AN_NUMBER, AN_PIN))
    live.wait(lambda: live.room.lock_released, 2.0, "the strike lets go")
    pid = live.faces.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    live.faults.plant("camera_unplugged")
    live.wait(lambda: not live.room.lock_released, 6.0, "the strike is back by itself")
    assert live.room.push_out(hold_s=0.5)
