"""Errors of the edge. A class exists only where somebody catches it."""


class StationError(Exception):
    """Root of all errors of a station."""


class StoreFailed(StationError):
    """Nothing of the transaction was written. `full` when the disk has no room, also without the reserve."""

    def __init__(self, text: str, full: bool) -> None:
        super().__init__(text)
        self.full = full


class HardwareRefused(StationError):
    """A line or a device could not be claimed; nothing is driven."""
