"""When a process shall end: asked for by a signal, by another thread, or not at all. It knows nothing of what ends.

`threading.Event` is not fit for this: its `set` in a signal handler waits for ever for the lock that the interrupted `wait` holds, and
a signal that comes just before `wait` begins to block is seen only when something else wakes the main thread.
A byte in a pipe has neither trouble: the C handler of Python writes it at once (`signal.set_wakeup_fd`).
"""

import os
import select
import signal
from contextlib import suppress


class Ending:
    """One for each process. Its pipe lives as long as the process."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        for end in (self._read, self._write):
            os.set_blocking(end, False)

    def on_signals(self, *names: signal.Signals) -> None:
        """These ask for the end from now on. Main thread only."""
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for name in names:
            signal.signal(name, lambda *_: self.ask())

    def ask(self) -> None:
        """From any thread, and from a signal handler."""
        with suppress(BlockingIOError):  # full: it was asked for often enough
            os.write(self._write, b"\0")

    def wait(self, seconds: float | None = None) -> bool:
        """Whether the end was asked for within so long; None waits for ever. It stays asked for."""
        ready, _, _ = select.select([self._read], [], [], seconds)
        return bool(ready)
