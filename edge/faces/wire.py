"""What goes over the pipe between the station and its faces child: framed JSON, and JPEG bytes. No OpenCV here.

JSON rather than pickle: the child reads hostile pictures and QR codes, and a pickle from a captured child would run as
the station. The socket's own time-out bounds each wait, so a child that hangs in mid-message is noticed too.
"""

import json
import socket
import struct
from dataclasses import asdict, dataclass
from typing import Any, get_type_hints

from edge.domain.messages import CameraChanged, FaceCompared, FaceHint, FaceHinted, QrRead

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

    `frames`: good frames in a mean; `gallery`: path of the npz file, which may not exist yet.
    """

    source: str
    width: int
    height: int
    frames: int
    gallery: str


@dataclass(frozen=True)
class Reload:
    """Read the gallery file again."""


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


Order = Begin | Reload | WantPreview
Event = Beat | Preview | FaceCompared | FaceHinted | QrRead | CameraChanged
_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Begin, Reload, WantPreview, Beat, FaceCompared, FaceHinted, QrRead, CameraChanged)
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
        message: Order | Event = _KINDS[name](**fields)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WireError(f"message of form {form}, {len(body)} bytes, not understood: {type(error).__name__}") from None
    return _checked(message)


def _checked(message: Order | Event) -> Order | Event:
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
