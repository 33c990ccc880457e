"""A thread that does one thing again and again. A store that is down is waited for, and told of once; a bug ends the process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from cloud.errors import LedgerDown, SeriesDown

log = logging.getLogger(__name__)
STOP_S = 20.0


class Chore:
    """`do` answers whether there is more to do at once; else it is called after `every_s`. `error`: why it can not, None while it can."""

    def __init__(self, name: str, do: Callable[[], bool], every_s: float, crashed: Callable[[], None]) -> None:
        self._name, self._do, self._every_s, self._crashed = name, do, every_s, crashed
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.error: str | None = None

    def start(self) -> None:
        """Once."""
        self._thread.start()

    def stop(self) -> None:
        """After what it is just doing; safe without start and to call twice."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                if not self._once():
                    self._stopping.wait(self._every_s)
        except Exception:  # the outermost loop: say it, let the process be restarted
            log.exception("%s ended by a bug", self._name)
            self.error = "ended by a bug"
            self._crashed()

    def _once(self) -> bool:
        try:
            more = self._do()
        except (SeriesDown, LedgerDown) as error:
            if self.error is None:
                log.warning("%s: %s; tried again", self._name, error)
            self.error = str(error)
            return False
        if self.error is not None:
            log.info("%s: goes on", self._name)
        self.error = None
        return more
