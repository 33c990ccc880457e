"""The face process is killed, or the camera unplugged: the screen says so, a code opens, and the exit is free.

The same with the real process and a real stream is in tests/integration/test_faults_live_eyes.py.
"""

import pytest

from contract.facts import FaultCleared, FaultCode, FaultRaised, Way
from edge.domain.messages import CameraChanged, FacesChanged, Input
from edge.domain.sight import FaceHint, FaceHinted
from tests.scenarios.people import AN, enters_by_code, leaves
from twin.station import TwinStation

BLIND: dict[FaultCode, tuple[Input, Input]] = {
    FaultCode.FACES_LOST: (FacesChanged(False, "ended: end of stream"), FacesChanged(True, "2 people")),
    FaultCode.CAMERA_LOST: (CameraChanged(False, "cannot be opened"), CameraChanged(True, "")),
}
each_way_of_being_blind = pytest.mark.parametrize("fault", BLIND)


def blind(bench: TwinStation, fault: FaultCode) -> None:
    """The child was killed, or the camera unplugged."""
    bench.post(BLIND[fault][0])
    bench.after(0.1)


def check_a_blind_station_opens_by_code(bench: TwinStation, fault: FaultCode) -> None:
    """Same hours, same rights; and out again."""
    blind(bench, fault)
    assert enters_by_code(bench)
    assert leaves(bench)


@each_way_of_being_blind
def test_a_blind_station_opens_by_code(bench: TwinStation, fault: FaultCode) -> None:
    check_a_blind_station_opens_by_code(bench, fault)


@each_way_of_being_blind
def test_the_visitor_is_told_to_use_the_code(bench: TwinStation, fault: FaultCode) -> None:
    assert bench.screen.face
    blind(bench, fault)
    assert not bench.screen.face
    assert bench.screen.code
    assert [view.fault for view in bench.screen.faults] == [fault]
    assert [told.fault for told in bench.cloud.states[-1].faults] == [fault]


@each_way_of_being_blind
def test_an_entry_under_way_is_not_disturbed(bench: TwinStation, fault: FaultCode) -> None:
    bench.show_face(AN)
    blind(bench, fault)
    assert bench.world.lock_released
    bench.after(5)
    assert not bench.world.lock_released


@each_way_of_being_blind
def test_a_fault_that_goes_on_is_told_once(bench: TwinStation, fault: FaultCode) -> None:
    for _ in range(50):
        blind(bench, fault)
    assert [fact.fault for fact in bench.cloud.of(FaultRaised)] == [fault]


@each_way_of_being_blind
def test_with_its_eyes_back_the_station_knows_faces_again(bench: TwinStation, fault: FaultCode) -> None:
    blind(bench, fault)
    bench.after(60)
    bench.post(BLIND[fault][1])
    bench.after(0.1)
    assert bench.screen.face
    assert [fact.fault for fact in bench.cloud.of(FaultCleared)] == [fault]
    bench.show_face(AN)
    assert bench.world.lock_released


def test_both_at_once_need_both_back(bench: TwinStation) -> None:
    for fault in BLIND:
        blind(bench, fault)
    bench.post(BLIND[FaultCode.CAMERA_LOST][1])
    bench.after(0.1)
    assert not bench.screen.face
    bench.post(BLIND[FaultCode.FACES_LOST][1])
    bench.after(0.1)
    assert bench.screen.face


def test_a_station_without_a_camera_opens_by_code(build) -> None:
    bench = build(camera=None)
    assert not bench.screen.face
    assert enters_by_code(bench)
    assert bench.cloud.of(FaultRaised) == []


def test_the_screen_says_what_helps_the_camera(bench: TwinStation) -> None:
    bench.post(FaceHinted(FaceHint.CLOSER))
    bench.after(0.1)
    assert bench.screen.hint is FaceHint.CLOSER


def test_the_way_in_is_told_as_it_was(bench: TwinStation) -> None:
    check_a_blind_station_opens_by_code(bench, FaultCode.CAMERA_LOST)
    granted = [envelope.data for envelope in bench.cloud.facts if envelope.data.kind == "entry_granted"]
    assert [fact.way for fact in granted] == [Way.CODE]
