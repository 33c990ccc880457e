"""What a simulated room has instead of a board's devices beyond its pins: the files of its 1-wire bus, and scales that may be slow."""

from dataclasses import replace
from pathlib import Path

from edge.adapters.scales import Hx711
from edge.build import Fittings


def w1_beside(room: Path) -> Path:
    """Where the bus of the room with this name or socket shows its devices."""
    return room.with_name(f"{room.name}.w1")


def with_fridge(fit: Fittings, w1: Path) -> Fittings:
    """The real adapters at the room's files and lines. No pulse counts as too long: here a line takes ten times as long as on a board."""
    return replace(fit, w1=w1, weigher=lambda shelf, pins: Hx711(shelf, pins, timer=lambda: 0.0))
