"""The whole station with a passive liveness model in its real face process: a yes opens, a no does not, without a model no face does.

The model is one that finds what is bright alive, or what is dark: this shows that its word arrives and counts, not that it is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.facts import EntryGranted, EntryRefused, FaultCode, FaultRaised, Refusal, Way
from edge.adapters.faces import FacesProcess
from edge.build import Assembly, Fittings
from edge.domain.messages import CodeTyped
from edge.faces.enrol import Enroller
from edge.faces.passive import choice
from tests.integration.test_faces_process import keep
from tests.integration.test_liveness_live import Live, views
from tests.scenarios.people import AN, AN_NUMBER, AN_PIN, two_people
from tests.unit.test_faces_passive import brightness, laid
from twin.agent import SynchronisedClock
from twin.camera import Camera
from twin.pins import TwinFactory
from twin.room import Room, RoomClock
from twin.station import layout
from twin.surroundings import TwinCloud, TwinGuard
from twin.turning import Image

__all__ = ["views"]
pytestmark = [pytest.mark.faces, pytest.mark.slow]
IDENTITY = {"assurance": "face", "liveness": [{"source": "passive", "threshold": 0.5}]}
BRIGHT_IS_ALIVE, DARK_IS_ALIVE = {"mean": [0.0] * 3, "scale": [1.0] * 3}, {"mean": [0.0] * 3, "scale": [-1.0] * 3}
Open = Callable[[], Live]


@pytest.fixture
def station(views: list[Image], tmp_path: Path) -> Iterator[Open]:
    """Starts the station in `tmp_path`, An enrolled."""
    keep(tmp_path, AN, Enroller().from_images(views[:2]).template)
    pins, cloud = TwinFactory(threaded=True), TwinCloud()
    guard = TwinGuard(lambda: TwinFactory(lines=pins.room_side))
    ends: list[Callable[[], None]] = []
    with Camera() as camera:

        def begin() -> Live:
            config = layout(camera={"source": camera.url}, identity=IDENTITY)
            room = Room.from_config(config, pins)
            fit = Fittings(
                pin_factory=pins, clock=SynchronisedClock(), link=lambda config, station, will, post: cloud.joined(post),
                heart=lambda table, post: guard.joined(table, post),
                faces=lambda source, frames, post: FacesProcess(source, frames, tmp_path, post),
            )  # fmt: skip
            assembly, time_in_room = Assembly(config, tmp_path, fit), RoomClock(room)
            time_in_room.start()
            assembly.start()
            ends.extend([assembly.stop, time_in_room.stop])
            cloud.start()
            cloud.push_roster(two_people())
            return Live(assembly, room, cloud, camera)

        yield begin
        for end in ends:
            end()


def test_a_face_that_the_model_calls_alive_comes_in(station: Open, views: list[Image], tmp_path: Path) -> None:
    choice.use(laid(tmp_path, brightness(), **BRIGHT_IS_ALIVE), tmp_path)
    live = station()
    live.wait(lambda: live.assembly.station.screen.face, 20.0, "eyes and model")
    live.camera.show_person(views[-1])
    live.wait(lambda: bool(live.cloud.of(EntryGranted)), 15.0, "granted")
    granted = live.cloud.of(EntryGranted)[0]
    assert (granted.person, granted.way) == (AN, Way.FACE)
    print(f"with a passive model: {granted.decided_ms:.0f} ms")


def test_a_face_that_the_model_calls_a_picture_does_not_come_in(station: Open, views: list[Image], tmp_path: Path) -> None:
    choice.use(laid(tmp_path, brightness(), **DARK_IS_ALIVE), tmp_path)
    live = station()
    live.wait(lambda: live.assembly.station.screen.face, 20.0, "eyes and model")
    live.camera.show_person(views[-1])
    live.wait(lambda: bool(live.cloud.of(EntryRefused)), 15.0, "refused")
    assert live.cloud.of(EntryRefused)[0].reason is Refusal.LIVENESS_FAILED
    assert live.cloud.of(EntryGranted) == []


def test_without_a_model_the_screen_offers_the_code_and_the_operator_is_told(station: Open, views: list[Image]) -> None:
    live = station()
    live.wait(lambda: bool(live.cloud.of(FaultRaised)), 20.0, "told")
    fault = live.cloud.of(FaultRaised)[0]
    assert (fault.fault, fault.detail) == (FaultCode.LIVENESS_LOST, f"passive: {choice.NONE}")
    live.camera.show_person(views[-1])
    assert (live.assembly.station.screen.face, live.assembly.station.screen.code) == (False, True)
    live.assembly.inbox.put(CodeTyped(AN_NUMBER, AN_PIN))
    live.wait(lambda: live.room.lock_released, 5.0, "let in by code")
    assert [fact.way for fact in live.cloud.of(EntryGranted)] == [Way.CODE]
