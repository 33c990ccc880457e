"""What the demo says on standard error while it starts and ends."""

import sys
import time


class Progress:
    """Steps with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, words: str) -> None:
        """One line."""
        print(f"[{self.seconds():5.1f} s] {words}", file=sys.stderr, flush=True)

    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._began


class DemoFailed(Exception):
    """The demo can not go on; the text says what, where and what to do."""
