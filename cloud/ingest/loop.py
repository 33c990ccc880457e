"""The ingest thread: takes batches from the inbox and repeats a step until it is committed.

Nothing is dropped for a sick database: the inbox fills, then the broker waits, then the stations keep what they have.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from cloud.errors import LedgerDown, SeriesDown
from cloud.ingest.counters import Counters
from cloud.ingest.inbox import Inbox, Message
from cloud.ingest.step import Step

log = logging.getLogger(__name__)

BATCH = 500
LINGER_S = 0.02
IDLE_S = 0.5
PAUSE_S = (0.2, 5.0)
TIDY_S = 3600.0
LOOK_S = 10.0


class Ingest:
    """`offer` from the broker's thread, everything else happens on one thread of its own."""

    def __init__(
        self, step: Step, tidy: Callable[[], None], crashed: Callable[[], None], inbox: Inbox | None = None,
        look: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """`tidy` is called once an hour, `look` every ten seconds; `crashed` when a bug ended the thread: the process should end
        and start again."""
        self.step, self._tidy, self._crashed, self._look = step, tidy, crashed, look
        self._inbox = inbox if inbox is not None else Inbox()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)

    @property
    def counters(self) -> Counters:
        """Live numbers; read only."""
        return self.step.counters

    @property
    def waiting(self) -> int:
        """Messages in the inbox."""
        return len(self._inbox)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def offer(self, topic: str, payload: bytes, retained: bool) -> None:
        """Blocks while the inbox is full: that is the back-pressure on the broker."""
        self.counters.received += 1
        self._inbox.put(Message(topic, payload, retained, time.monotonic()))

    def start(self) -> None:
        """Begin to take in."""
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """End after the batch in hand. What waits in the inbox was not acknowledged and will be sent again."""
        self._stopping.set()
        self._inbox.close()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        next_tidy = next_look = time.monotonic()
        try:
            while not self._stopping.is_set():
                batch = self._inbox.take(BATCH, LINGER_S, IDLE_S)
                if batch and not self._stopping.is_set():
                    self._until_stored(batch)
                if time.monotonic() >= next_tidy:
                    next_tidy = time.monotonic() + TIDY_S
                    self._beside(self._tidy)
                if time.monotonic() >= next_look:
                    next_look = time.monotonic() + LOOK_S
                    self._beside(self._look)
        except Exception:  # the outermost loop: say it, stop acknowledging, let the process be restarted
            log.exception("the ingest ended by a bug; stations keep everything that was not acknowledged")
            self._inbox.close()
            self._crashed()

    def _until_stored(self, batch: list[Message]) -> None:
        pause_s, longest_s = PAUSE_S
        while not self._stopping.is_set():
            try:
                self.step(batch)
            except LedgerDown as error:
                if self.counters.ledger_error is None:
                    log.error("ledger: %s; nothing is acknowledged until it is back", error)
                self.counters.ledger_error = str(error)
                self.counters.retries += 1
                self._stopping.wait(pause_s)
                pause_s = min(2 * pause_s, longest_s)
                continue
            if self.counters.ledger_error is not None:
                log.warning("ledger: back")
            self.counters.ledger_error = None
            self.counters.lag_ms = (time.monotonic() - batch[0].came) * 1000
            return

    def _beside(self, chore: Callable[[], None]) -> None:
        """Something that can wait: when a store is down, until its next turn."""
        try:
            chore()
        except SeriesDown as error:
            self.counters.series_error = str(error)
        except LedgerDown as error:
            log.warning("ledger: %s; tried again later", error)
