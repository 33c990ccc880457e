"""Computes code digests in a thread of its own: a key derivation takes longer than a door may wait."""

from queue import Empty, Full, Queue
from threading import Event, Thread

from contract.roster import code_digest
from edge.domain.messages import CodeDigested, DigestCode, InputFaulty, Post

WAITING = 8
"""Codes waiting at once; more can only be a flood."""


class ThreadedDigests:
    """One thread, a short queue."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._asked: Queue[DigestCode] = Queue(WAITING)
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="digests", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ends within half a second."""
        self._stopped.set()
        self._thread.join(1.0)

    def submit(self, asked: DigestCode) -> None:
        """Posts CodeDigested when done; a flood is refused and counted."""
        try:
            self._asked.put_nowait(asked)
        except Full:
            self._post(InputFaulty("code", "more codes at once than can be checked"))

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                asked = self._asked.get(timeout=0.25)
            except Empty:
                continue
            digest = code_digest(asked.salt, asked.number, asked.pin)
            self._post(CodeDigested(asked.number, digest, asked.source, asked.typed_at))
