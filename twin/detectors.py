"""Fire, smoke, lid and movement in the simulated room: contacts that short their line to ground, and the fire relay in the strike's wire.

At rest the first three are closed, so that a cut wire says what an alarm says. The fire relay needs no software: it holds the
door free as long as the alarm is on.
"""

from contract.detectors import DetectorsConfig
from twin.door import Door
from twin.lines import Lines


class Detectors:
    """What is fitted of them; the others may be set and nobody hears of it."""

    def __init__(self, config: DetectorsConfig, door: Door, lines: Lines) -> None:
        self._config, self._door, self._lines = config, door, lines
        self._wire_cut = self._burning = False
        self.fire(False)
        self.smoke(False)
        self.lid(False)
        self.motion(False)

    def fire(self, on: bool) -> None:
        """The building's fire alarm."""
        self._burning = self._door.fire_relay = on
        self._short(self._config.fire_pin, not (on or self._wire_cut))

    def cut_fire_wire(self, cut: bool) -> None:
        """Between the alarm and this board; the relay does not fall by it."""
        self._wire_cut = cut
        self._short(self._config.fire_pin, not (cut or self._burning))

    def smoke(self, on: bool) -> None:
        """Under the ceiling of the room."""
        self._short(self._config.smoke_pin, not on)

    def lid(self, is_open: bool) -> None:
        """Of the control box."""
        self._short(self._config.tamper_pin, not is_open)

    def motion(self, moves: bool) -> None:
        """Whether the sensor sees somebody move."""
        self._short(self._config.motion_pin, moves)

    def _short(self, pin: int | None, closed: bool) -> None:
        if pin is not None:
            self._lines.drive(pin, False if closed else None)
