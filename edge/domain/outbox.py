"""What to send next. A row leaves the station's disk only when the cloud says that it has committed it; a broker's PUBACK means nothing here.

The window counts rows sent and not yet acknowledged by the cloud. When no acknowledgement moves for retry_s, everything is sent again
from the oldest on: the cloud throws away what it has. Order within an epoch is the order of seq.
"""

from math import inf

WINDOW = 64
RETRY_S = 10.0
RETRY_LONGEST_S = 120.0


class Outbox:
    """One lane (facts, or samples). `first`..`last` are the seqs on disk; first > last when there is none."""

    def __init__(self, epoch: str, first: int, last: int) -> None:
        self.epoch = epoch
        self.first, self.last = first, last
        self._sent = first - 1
        self._pause = RETRY_S
        self._retry_at = inf
        self.connected = False

    def waiting(self) -> int:
        """Rows not acknowledged."""
        return self.last - self.first + 1

    def stored(self, seq: int) -> None:
        """A row was written."""
        self.last = max(self.last, seq)

    def dropped(self, first: int) -> None:
        """Rows below `first` were given up to keep within the size limit (samples only)."""
        self.first = max(self.first, first)
        self._sent = max(self._sent, self.first - 1)

    def link(self, connected: bool) -> None:
        """The window starts anew with each connection: what was under way may be gone."""
        self.connected, self._pause = connected, RETRY_S
        self.rewind()

    def rewind(self) -> None:
        """Send from the oldest on."""
        self._sent, self._retry_at = self.first - 1, inf

    def wanted(self, now: float) -> tuple[int, int]:
        """(after, count): rows to send now are the first `count` with seq > after. Count 0 for nothing."""
        if now >= self._retry_at:
            self.rewind()
            self._pause = min(self._pause * 2, RETRY_LONGEST_S)
        if not self.connected:
            return self._sent, 0
        room = WINDOW - (self._sent - self.first + 1)
        return self._sent, max(0, min(room, self.last - self._sent))

    def sent(self, seq: int, now: float) -> None:
        """A row was handed to the link."""
        self._sent = max(self._sent, seq)
        if self._retry_at == inf:
            self._retry_at = now + self._pause

    def acknowledged(self, epoch: str, upto: int, now: float) -> int | None:
        """The seq up to which rows may be deleted now, None when this says nothing new. More than was ever written is not believed."""
        if epoch != self.epoch or not self.first <= upto <= self.last:
            return None
        self.first = upto + 1
        self._sent = max(self._sent, upto)
        self._pause = RETRY_S
        self._retry_at = now + self._pause if self._sent >= self.first else inf
        return upto

    def deadline(self) -> float:
        """When wanted() must be asked again though nothing happened."""
        return self._retry_at if self.connected else inf
