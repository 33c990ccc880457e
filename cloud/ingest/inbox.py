"""The bounded queue between the broker's thread and the ingest: full means that whoever offers must wait."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

MOST_MESSAGES = 4000
MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Message:
    """As the broker gave it. `retained`: from the broker's memory, no sign of life. `came` is monotonic s."""

    topic: str
    payload: bytes
    retained: bool
    came: float


class Inbox:
    """Bounded by number and by bytes, whichever is reached first; one message always fits."""

    def __init__(self, most: int = MOST_MESSAGES, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._waiting: deque[Message] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Message) -> bool:
        """Wait for room. False when the inbox was closed: the message is not taken, its sender will repeat it."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._fits(message))
            if self._closed:
                return False
            self._waiting.append(message)
            self._bytes += len(message.payload)
            self._changed.notify_all()
            return True

    def take(self, most: int, linger_s: float, idle_s: float) -> list[Message]:
        """Up to `most` messages, in order, that came within `linger_s` of the first; none after `idle_s` of silence."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or bool(self._waiting), idle_s):
                return []
            until = time.monotonic() + linger_s
            while len(self._waiting) < most and not self._closed:
                if not self._changed.wait(max(0.0, until - time.monotonic())):
                    break
            taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            self._bytes -= sum(len(one.payload) for one in taken)
            self._changed.notify_all()
            return taken

    def close(self) -> None:
        """Let everybody go who waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _fits(self, message: Message) -> bool:
        if not self._waiting:
            return True
        return len(self._waiting) < self._most and self._bytes + len(message.payload) <= self._most_bytes
