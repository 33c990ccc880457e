"""The clocks of this machine."""

import ctypes
import os
import time
from datetime import UTC, datetime

from edge.domain.messages import WallClockRead

TIME_ERROR = 5
"""adjtimex(2) answers this while the kernel's clock is not synchronised."""


class SystemClock:
    """CLOCK_MONOTONIC and CLOCK_REALTIME."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None

    def monotonic(self) -> float:
        """Seconds; the same for all processes of this host."""
        return time.monotonic()

    def wall(self) -> WallClockRead:
        """UTC and whether the kernel calls it synchronised."""
        return WallClockRead(datetime.now(UTC), self._synchronised())

    def _synchronised(self) -> bool:
        """Where the kernel can not be asked, time counts as not synchronised."""
        call = getattr(self._libc, "adjtimex", None)
        if call is None:
            return False
        status = int(call(ctypes.create_string_buffer(512)))
        return 0 <= status < TIME_ERROR
