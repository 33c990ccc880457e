"""Stands for a source of liveness in a scenario: a depth camera that sees the door as a whole, or the passive model of a track.

Fits `edge.ports.LivenessDevice` and runs no thread: the scenario moves the clock and says how alive what stands there looks.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from edge.domain.messages import Post
from edge.domain.sight import LivenessChanged, LivenessJudged

EVERY_S = 0.25


@dataclass
class TwinLiveness:
    """`ratio` None: it says nothing. `track`: whose face it judges, None for the door as a whole."""

    source: str
    now: Callable[[], float]
    track: Callable[[], int | None] = lambda: None
    ratio: float | None = 0.97
    working: bool = True
    _post: Post = field(default=lambda heard: None, repr=False)
    _due_at: float = inf

    def joined(self, post: Post) -> "TwinLiveness":
        """A station's new agent has this device."""
        self._post = post
        return self

    def start(self) -> None:
        """Begin, and say so."""
        self.working, self._due_at = True, self.now()
        self._post(LivenessChanged(self.source, True, ""))

    def stop(self) -> None:
        """The cable is pulled, and the adapter says so."""
        self.working, self._due_at = False, inf
        self._post(LivenessChanged(self.source, False, "twin: unplugged"))

    def due(self) -> float:
        """When `look` has something to say."""
        return self._due_at

    def look(self) -> None:
        """Judge when it is time."""
        now = self.now()
        if now >= self._due_at:
            self._due_at = now + EVERY_S
            if self.ratio is not None:
                self._post(LivenessJudged(self.source, self.track(), self.ratio, now))
