"""The one message that the screen shows now, and for how long."""

from math import inf

from contract.facts import Refusal, Stop
from edge.domain.screen import Notice

SHOWN_S = 8.0
"""Long enough to read two lines aloud; the next touch or decision replaces it."""


class Notices:
    """Newest wins. `number` grows with each, so that the page can tell two equal ones apart."""

    def __init__(self) -> None:
        self.notice, self.reason, self.number = Notice.WELCOME, None, 0
        self.until = inf

    notice: Notice
    reason: Refusal | Stop | None

    def show(self, notice: Notice, now: float, reason: Refusal | Stop | None = None) -> None:
        """Replace what is shown."""
        self.notice, self.reason, self.until = notice, reason, now + SHOWN_S
        self.number += 1

    def over(self, notice: Notice, now: float) -> None:
        """What this one asked for was done: nothing of it stays on the screen."""
        if self.notice is notice:
            self.until = now
            self.tick(now)

    def tick(self, now: float) -> None:
        """Back to the welcome when its time is over."""
        if now >= self.until:
            self.notice, self.reason, self.until = Notice.WELCOME, None, inf
            self.number += 1
