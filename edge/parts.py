"""What a station is joined together of, as Protocols: ports with a thread or a process of their own."""

from typing import Protocol

from edge.ports import Digests, Eyes, Heart, Link


class Part(Protocol):
    """Something with a thread or a process of its own."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End in bounded time."""
        ...


class LinkPart(Link, Part, Protocol):
    """The way to the broker."""


class DigestPart(Digests, Part, Protocol):
    """Digests in a thread."""


class HeartPart(Heart, Part, Protocol):
    """The guard's other end."""


class FacesPart(Eyes, Part, Protocol):
    """Whoever posts what the camera sees."""

    def preview(self) -> bytes | None:
        """Newest JPEG for the touch screen, None when there is none."""
        ...
