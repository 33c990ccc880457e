"""Messages between station and faces child: each comes back as it went, and nonsense is refused."""

import socket
import struct
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.consent import ConsentBy, EnrolProblem
from edge.domain.face_messages import (
    EnrolFace,
    EnrolFailed,
    EnrolProgressed,
    FaceErased,
    FaceSealed,
    FacesHeld,
    ForgetFace,
    HeldFace,
    NoteVisit,
    StopEnrolling,
    Transfer,
)
from edge.domain.messages import CameraChanged, QrRead
from edge.domain.sight import FaceCompared, FaceHint, FaceHinted, LivenessChanged, LivenessJudged
from edge.faces import wire

MESSAGES = [
    wire.Begin("http://127.0.0.1:1/cam", 640, 480, 3, "/x/st-1"),
    wire.Reload(),
    wire.WantPreview(3.0),
    wire.Beat(2, ""),
    wire.Preview(b"\xff\xd8 a jpeg"),
    FaceCompared(1, 3, "p", 0.2, inf, 1, 12.5),
    FaceCompared(2, 3, None, inf, inf, 0, 12.5),
    FaceHinted(FaceHint.CLOSER),
    QrRead("1'; DROP TABLE people; --\u0000\ud83d"),
    CameraChanged(False, "cannot be opened"),
    LivenessJudged("passive", 4, 0.25, 12.5),
    LivenessJudged("passive", 4, inf, 12.5),
    LivenessChanged("passive", False, "no model chosen"),
    EnrolFace("p-1", "2026-11-21", "0badcafe0001", "zh", 0.41),
    StopEnrolling(),
    ForgetFace("p-1"),
    NoteVisit("p-1", "2026-11-21"),
    EnrolProgressed("p-1", 2, 5),
    FaceSealed("p-1", 7, 5, inf, False, "dlib"),
    EnrolFailed("p-1", EnrolProblem.TIMED_OUT),
    FaceErased("p-1", ""),
    FacesHeld((), (), (), True, True),
    FacesHeld(
        (HeldFace("p-1", 7, ConsentBy.ELSEWHERE, "0badcafe0001", "zh", 5, False, "2026-11-01", "", "2026-11-21"),), (), (), True, True,
        (Transfer("0badcafe" * 4, "p-1", "st-9", False, "0badcafe0001", "2026-11-21"),),
    ),
    FacesHeld(
        (HeldFace("p-1", 7, ConsentBy.OPERATOR, "0badcafe0001", "zh", 5, True, "2026-11-21", ""),), (("p-2", "ab"),), ("p-3",), True, False
    ),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_as_it_went(message: wire.Order | wire.Event):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(ours, message)
        assert wire.receive(theirs) == message


def test_a_closed_end_is_told():
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(wire.WireClosed):
        wire.receive(ours)


def test_half_a_message_ends_with_the_time_out():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(0.01)
        ours.sendall(wire.encode(wire.Reload())[:-1])
        with pytest.raises(TimeoutError):
            wire.receive(theirs)


@pytest.mark.parametrize("head", [struct.pack(">IB", 1 << 30, 1), struct.pack(">IB", 4, 9), b"GET / HTTP/1.1"])
def test_a_head_that_cannot_be_is_refused_before_its_body(head: bytes):
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(wire.WireError):
        ours.sendall(head)
        wire.receive(theirs)


@pytest.mark.parametrize(
    "body",
    [
        b'["FaceCompared", {}]',
        b'["Popen", {}]',
        b'["QrRead", {"text": 5}]',
        b'["FaceHinted", {"hint": "dance"}]',
        b'["Beat", {"gallery": "many", "refused": ""}]',
        b'["LivenessJudged", {"source": "passive", "track": 1, "live_ratio": "0.9", "at": 1.0}]',
        b'["LivenessJudged", {"source": "passive", "track": 1, "live_ratio": null, "at": 1.0}]',
        b'["LivenessJudged", {"source": "passive", "track": 1, "live_ratio": true, "at": 1.0}]',
        b'["LivenessJudged", {"source": "passive", "track": "1", "live_ratio": 0.9, "at": 1.0}]',
        b'["LivenessJudged", {"source": "passive", "track": 1, "live_ratio": 0.9}]',
        b'["LivenessJudged", {"source": "passive", "track": null, "live_ratio": 0.9, "at": 1.0}]',
        b'["LivenessJudged", {"source": "depth", "track": 1, "live_ratio": 0.9, "at": 1.0}]',
        b'["LivenessChanged", {"source": "depth", "working": true, "detail": ""}]',
        b'["LivenessChanged", {"source": "passive", "working": 1, "detail": ""}]',
        b'[["Beat"], {}]',
        b"[" * 100_000,
    ],
)
def test_a_body_that_does_not_fit_is_refused(body: bytes):
    with pytest.raises(wire.WireError):
        wire.decode(1, body)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(body: bytes):
    try:
        wire.decode(1, body)
    except wire.WireError:
        return
