"""Faces pause after refusals, longer each time; codes go on. It costs somebody who tries one picture after another their time."""

from contract.facts import Refusal

FIRST_S, LONGEST_S, QUIET_S = 10.0, 300.0, 120.0
STRANGER, NEAR = 1, 2
"""An unknown face counts half: whoever merely walks past must not close the door to those who belong here."""
COUNTED = {
    Refusal.UNKNOWN_FACE: STRANGER, Refusal.NOT_SURE: NEAR, Refusal.NOT_CONFIRMED: NEAR,
    Refusal.LIVENESS_FAILED: NEAR, Refusal.FROZEN: NEAR,
}  # fmt: skip


class Pauses:
    """Of the whole station: who steps away and back is a new track, so a count for each track would count nothing."""

    def __init__(self, tries: int) -> None:
        self._tries = tries
        self._points = self._paused = 0
        self._last = self.until = float("-inf")

    def active(self, now: float) -> bool:
        """Whether no face is answered now."""
        return now < self.until

    def refused(self, reason: Refusal, now: float) -> None:
        """Count a refused face; two quiet minutes forget all of them."""
        if now >= max(self._last, self.until) + QUIET_S:
            self._points = self._paused = 0
        self._points, self._last = self._points + COUNTED.get(reason, 0), now
        if self._points >= (NEAR if self._paused else NEAR * self._tries):
            self.until = now + min(LONGEST_S, FIRST_S * 2**self._paused)
            self._points, self._paused = 0, self._paused + 1

    def granted(self) -> None:
        """A face was let in: those who were refused before them are forgotten."""
        self._points = self._paused = 0
