"""Slow contacts on expanders: looked at ten times a second, since an expander tells no edges. Posts changes, and whether it answers.

A chip that lost its supply for a moment comes back without pull-ups: they are looked at too and set again.
"""

from typing import Any

from gpiozero import InputDevice
from gpiozero.exc import GPIOZeroError

from contract.config import StationConfig
from contract.pins import EXPANDER_FIRST
from edge.domain.lines import InputLine, lines
from edge.domain.messages import ExpanderChanged, Post
from edge.domain.room_messages import LineChanged
from edge.errors import HardwareRefused

PULLS_EACH = 20
"""Looks at the levels for each look at the pull-ups."""


class ExpanderContacts:
    """`read` is called from a thread of its own."""

    def __init__(self, config: StationConfig, pin_factory: Any, post: Post) -> None:
        """Raises: HardwareRefused."""
        self._post = post
        self._table = [line for line in lines(config).values() if line.pin >= EXPANDER_FIRST]
        self._last: dict[str, bool] = {}
        self._working = True
        self._looks = 0
        try:
            self._devices = {line.name: InputDevice(line.pin, pull_up=True, pin_factory=pin_factory) for line in self._table}
        except (GPIOZeroError, OSError) as error:
            raise HardwareRefused(f"expanders: no answer from a contact's chip: {error}; is I2C on? see docs/wiring.md") from error

    def read(self) -> None:
        """Look at every contact once."""
        if not self._table:
            return
        try:
            if not self._working or self._looks % PULLS_EACH == 0:
                self._pull_up()
            levels = {line.name: bool(self._devices[line.name].is_active) for line in self._table}
        except (GPIOZeroError, OSError) as error:
            self._tell(False, str(error))
            return
        self._looks += 1
        self._tell(True, "")
        for line in self._table:
            self._changed(line, levels[line.name])

    def close(self) -> None:
        """Lines given back."""
        for device in self._devices.values():
            device.close()

    def _changed(self, line: InputLine, low: bool) -> None:
        if self._last.get(line.name) is not low:
            self._last[line.name] = low
            self._post(LineChanged(line.name, low is line.low_is_on))

    def _pull_up(self) -> None:
        for device in self._devices.values():
            if device.pin.pull != "up":
                device.pin.input_with_pull("up")

    def _tell(self, working: bool, detail: str) -> None:
        if working is not self._working:
            self._working = working
            self._post(ExpanderChanged("contacts", working, detail[:120]))
