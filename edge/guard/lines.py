"""Claims the outputs of a dead agent and drives each to its safe value, which is off.

A line belongs to one process, and a Raspberry Pi kernel may keep a line's level after its process died: so somebody alive must claim it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gpiozero import DigitalOutputDevice

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """One output; off is safe."""

    name: str
    pin: int
    active_high: bool


class SafeLines:
    """What the guard holds, and what it still has to get."""

    def __init__(self, pins: Callable[[], Any]) -> None:
        """`pins` opens a fresh pin factory. One that was used keeps its lines until it is closed as a whole: closing a device does not free them."""
        self._open = pins
        self._pins: Any = None
        self._wanted: list[Line] = []
        self._held: dict[str, Any] = {}

    @property
    def complete(self) -> bool:
        """Whether every line asked for is held at its safe value."""
        return not self._wanted

    def demand(self, lines: list[Line]) -> None:
        """From now on these must be held; claim() is tried until they are."""
        self._wanted = [line for line in lines if line.name not in self._held]
        self.claim()

    def claim(self) -> None:
        """Try once for each line that is missing; a line that its old process still owns is tried again at the next call."""
        missing = []
        self._pins = self._pins or (self._open() if self._wanted else None)
        for line in self._wanted:
            try:
                device = DigitalOutputDevice(line.pin, active_high=line.active_high, initial_value=False, pin_factory=self._pins)
            except Exception as error:  # noqa: BLE001 - whatever one line's driver does, the others must still be made safe
                # Words only: whoever keeps the error keeps the half-made device, and that keeps the pin from the next try.
                log.warning("guard: %s (pin %d) is not to be had yet: %s", line.name, line.pin, str(error))
                missing.append(line)
            else:
                self._held[line.name] = device
        self._wanted = missing

    def give_back(self) -> None:
        """An agent is there again and will claim them itself."""
        self._wanted = []
        self._held.clear()
        if self._pins is not None:
            self._pins.close()
            self._pins = None
