"""Runs one small job again and again in a thread of its own."""

from collections.abc import Callable
from threading import Event, Thread


class Periodic:
    """`job` runs each `every_s` seconds from start() on; an error in it reaches threading.excepthook, which ends the agent."""

    def __init__(self, name: str, every_s: float, job: Callable[[], None]) -> None:
        self.name, self.job, self.every_s = name, job, every_s
        self._stopped = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first run is one period away."""
        self._thread.start()

    def stop(self) -> None:
        """Ends within one period."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(self.every_s + 1.0)

    def _run(self) -> None:
        while not self._stopped.wait(self.every_s):
            self.job()
