"""systemd's watchdog: tells it that the deciding thread is alive. Without systemd it does nothing."""

import os
import socket

EVERY_BEATS = 4


class Watchdog:
    """sd_notify(3) over the socket that systemd names in NOTIFY_SOCKET."""

    def __init__(self, address: str | None = None) -> None:
        name = os.environ.get("NOTIFY_SOCKET") if address is None else address
        self._beats = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if name else None
        if self._socket and name:
            self._socket.setblocking(False)
            self._socket.connect("\0" + name[1:] if name.startswith("@") else name)
            self._tell(b"READY=1")

    def beat(self) -> None:
        """Every fourth beat of the loop is told."""
        self._beats += 1
        if self._beats % EVERY_BEATS == 1:
            self._tell(b"WATCHDOG=1")

    def _tell(self, words: bytes) -> None:
        if self._socket:
            try:
                self._socket.send(words)
            except OSError:
                return
