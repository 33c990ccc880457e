"""What goes over the pipe between the station and its faces child: framed JSON, and JPEG bytes. No OpenCV here.

JSON rather than pickle: the child reads hostile pictures and QR codes, and a pickle from a captured child would run as
the station. The socket's own time-out bounds each wait, so a child that hangs in mid-message is noticed too.
"""

import json
import socket
import struct
from dataclasses import asdict, dataclass
from typing import Any, TypeVar, get_args, get_type_hints

from contract.consent import ConsentBy, EnrolProblem, Language
from contract.liveness import PASSIVE
from edge.domain.face_messages import (
    EnrolFailed,
    EnrolProgressed,
    FaceErased,
    FaceSealed,
    FacesHeld,
    HeldFace,
    KeepOrder,
    Transfer,
)
from edge.domain.messages import CameraChanged, QrRead
from edge.domain.sight import AskPose, FaceCompared, FaceHint, FaceHinted, FacePosed, FaceVerified, LivenessChanged, LivenessJudged, VerifyFace

MAX_BODY = 1 << 20
_HEAD = struct.Struct(">IB")
_JSON, _JPEG = 1, 2


class WireError(Exception):
    """The other side sent what this protocol does not know."""


class WireClosed(Exception):
    """The other side is gone."""


@dataclass(frozen=True)
class Begin:
    """The first message to the child. Not on its command line: a camera URL may carry a password.

    `frames`: good frames in a mean; `folder`: the station's own, where the vault lies.
    """

    source: str
    width: int
    height: int
    frames: int
    folder: str


@dataclass(frozen=True)
class Reload:
    """Read the vault again."""


@dataclass(frozen=True)
class WantPreview:
    """Send previews for the next `seconds`."""

    seconds: float


@dataclass(frozen=True)
class Beat:
    """The child's loop goes round. `refused` says why no face can be compared, or is empty."""

    gallery: int
    refused: str


@dataclass(frozen=True)
class Preview:
    """One JPEG."""

    jpeg: bytes


Order = Begin | Reload | WantPreview | AskPose | VerifyFace | KeepOrder
Kept = EnrolProgressed | FaceSealed | EnrolFailed | FaceErased | FacesHeld
Judged = LivenessJudged | LivenessChanged
Event = Kept | Beat | Preview | FaceCompared | FaceHinted | FacePosed | FaceVerified | QrRead | CameraChanged | Judged
_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (*get_args(Order), *get_args(Event)) if kind is not Preview
}


def encode(message: Order | Event) -> bytes:
    """The message with its head, ready to send."""
    if isinstance(message, Preview):
        return _HEAD.pack(len(message.jpeg), _JPEG) + message.jpeg
    fields = asdict(message)
    if isinstance(message, FaceHinted):
        fields["hint"] = message.hint.value
    body = json.dumps([type(message).__name__, fields]).encode()
    return _HEAD.pack(len(body), _JSON) + body


def decode(form: int, body: bytes) -> Order | Event:
    """The message in a body of the given form.

    Raises:
        WireError: an unknown kind, or fields that do not fit it.
    """
    if form == _JPEG:
        return Preview(body)
    try:
        name, fields = json.loads(body)
        if name == FaceHinted.__name__:
            return FaceHinted(FaceHint(fields["hint"]))
        if name == FacesHeld.__name__:
            return _held(**fields)
        if name == EnrolFailed.__name__:
            fields["reason"] = EnrolProblem(fields["reason"])
        message: Order | Event = _KINDS[name](**fields)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WireError(f"message of form {form}, {len(body)} bytes, not understood: {type(error).__name__}") from None
    return _own(_checked(message))


def _own(message: Order | Event) -> Order | Event:
    """A child speaks of the tracks that it follows, and for no device: one that a hostile picture has captured could else vouch for all."""
    whole = isinstance(message, LivenessJudged) and (message.track is None or isinstance(message.live_ratio, bool))
    if isinstance(message, Judged) and (message.source != PASSIVE or whole):
        raise WireError(f"{type(message).__name__} of {message.source[:40]!r} is not the child's to say")
    return message


def _held(
    faces: list[Any], receipts: list[Any], damaged: list[Any], first: object, last: object, transfers: list[Any]
) -> FacesHeld:
    """Raises: ValueError, TypeError, KeyError, WireError."""
    found = [_checked(HeldFace(**(face | {"by": ConsentBy(face["by"])}))) for face in faces]
    pairs = tuple((str(person), str(receipt)) for person, receipt in receipts)
    moved = tuple(_checked(Transfer(**transfer)) for transfer in transfers)
    return FacesHeld(tuple(found), pairs, tuple(map(str, damaged)), first is True, last is True, moved)


Checked = TypeVar("Checked")


def _checked(message: Checked) -> Checked:
    hints = get_type_hints(type(message))
    for name, value in vars(message).items():
        wanted = _TYPES[hints[name]]
        if not isinstance(value, wanted):
            raise WireError(f"{type(message).__name__}.{name}: a {type(value).__name__} came")
    return message


_TYPES: dict[Any, tuple[type, ...]] = {
    int: (int,),
    float: (int, float),
    str: (str,),
    bool: (bool,),
    str | None: (str, type(None)),
    int | None: (int, type(None)),
    EnrolProblem: (EnrolProblem,),
    ConsentBy: (ConsentBy,),
    Language: (str,),
}


def send(link: socket.socket, message: Order | Event) -> None:
    """Send one message; blocks no longer than the socket's time-out.

    Raises:
        WireClosed: the other side is gone.
        TimeoutError: it does not read.
    """
    try:
        link.sendall(encode(message))
    except TimeoutError:
        raise
    except OSError as error:
        raise WireClosed(str(error)) from None


def receive(link: socket.socket) -> Order | Event:
    """The next message.

    Raises:
        WireClosed: the other side is gone.
        WireError: it talks nonsense.
        TimeoutError: nothing came within the socket's time-out.
    """
    length, form = _HEAD.unpack(_exactly(link, _HEAD.size))
    if length > MAX_BODY or form not in (_JSON, _JPEG):
        raise WireError(f"head with {length} bytes of form {form}")
    return decode(form, _exactly(link, length))


def _exactly(link: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        try:
            part = link.recv(count - len(parts))
        except TimeoutError:
            raise
        except OSError as error:
            raise WireClosed(str(error)) from None
        if not part:
            raise WireClosed("end of stream")
        parts += part
    return bytes(parts)
