"""GPIO through gpiozero: drives outputs as leases, posts edges as they come. It never debounces, holds, blinks by itself or decides.

Each output has a hard timer: `expire` switches off what was not asked for again in time, whatever the deciding thread does.
"""

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any

from gpiozero import DigitalInputDevice, DigitalOutputDevice
from gpiozero.exc import GPIOZeroError

from contract.config import StationConfig
from contract.pins import EXPANDER_FIRST
from edge.domain.lines import InputLine, lines
from edge.domain.messages import ContactChanged, ExitPressed, ExpanderChanged, LeaseEnded, Post
from edge.domain.room_messages import LineChanged, PulsesCounted
from edge.domain.safe_state import Output, outputs
from edge.errors import HardwareRefused

PinFactory = Any
"""A gpiozero pin factory; the library has no types."""


class GpioOutputs:
    """Every output of the safe-state table. The initial level is off, set before the direction."""

    def __init__(self, config: StationConfig, pin_factory: PinFactory, post: Post) -> None:
        self._post = post
        self._table = outputs(config)
        self._ends: dict[str, float] = {}
        self._lock = Lock()
        self._deaf = False
        self._devices = {name: _claim(partial(_device, output, pin_factory), name) for name, output in self._table.items()}

    def set(self, output: str, on: bool, now: float) -> None:
        """On starts the lease anew; off ends it."""
        with self._lock:
            if on:
                self._ends[output] = now + self._table[output].longest_s
            else:
                self._ends.pop(output, None)
            self._drive(output, on)

    def heed(self, config: StationConfig) -> None:
        """Leases that begin from now on are as long as this one says."""
        with self._lock:
            self._table = outputs(config)

    def expire(self, now: float) -> None:
        """Switch off what is overdue; called about five times a second from a thread of its own."""
        with self._lock:
            due = [name for name, end in self._ends.items() if now >= end]
            for name in due:
                del self._ends[name]
                self._drive(name, False)
        for name in due:
            self._post(LeaseEnded(name))

    def all_off(self) -> None:
        """Every output to its safe value."""
        with self._lock:
            self._ends.clear()
            for name in self._devices:
                self._drive(name, False)

    def look(self) -> None:
        """See that the expanders answer and still hold what they were told; once a second, from a thread of its own.

        A chip that was silent, or that lost its supply for a moment, comes back with every output off.
        """
        with self._lock:
            beyond = [name for name, output in self._table.items() if output.pin >= EXPANDER_FIRST]
            try:
                if not self._deaf and all(self._devices[name].pin.function == "output" for name in beyond):
                    return
                for name in beyond:
                    self._ends.pop(name, None)
                    device = self._devices[name]
                    device.pin.output_with_state(not device.active_high)
            except (GPIOZeroError, OSError) as error:
                self._lost(str(error))
                return
            self._deaf = False
        self._post(ExpanderChanged("outputs", False, "an expander had lost its outputs"))
        self._post(ExpanderChanged("outputs", True, ""))

    def close(self) -> None:
        """Everything off, lines given back."""
        self.all_off()
        for device in self._devices.values():
            device.close()

    def _drive(self, output: str, on: bool) -> None:
        """An expander that does not answer must not end the deciding thread: it is told, and tried again by look()."""
        device = self._devices[output]
        try:
            device.on() if on else device.off()
        except (GPIOZeroError, OSError) as error:
            if self._table[output].pin < EXPANDER_FIRST:
                raise
            self._lost(str(error))

    def _lost(self, detail: str) -> None:
        if not self._deaf:
            self._deaf = True
            self._post(ExpanderChanged("outputs", False, detail[:120]))


class GpioInputs:
    """Door contact, exit button, flow meters and the slow contacts, all to ground with pull-up. Levels at start are posted too.

    Not gpiozero's Button: it brings a hold timer with a thread of its own, and holding is the domain's rule.
    """

    def __init__(self, config: StationConfig, pin_factory: PinFactory, post: Post) -> None:
        self._post = post
        door = config.door
        self._contact = _claim(lambda: DigitalInputDevice(door.contact_pin, pull_up=True, pin_factory=pin_factory), "door.contact")
        self._exit = _claim(lambda: DigitalInputDevice(door.exit_pin, pull_up=True, pin_factory=pin_factory), "door.exit")
        self._meters = {t.name: _claim(partial(DigitalInputDevice, t.flow_pin, pull_up=True, pin_factory=pin_factory), t.name) for t in config.taps}
        self._table = {name: line for name, line in lines(config).items() if line.pin < EXPANDER_FIRST}
        self._lines = {
            line.name: _claim(partial(DigitalInputDevice, line.pin, pull_up=True, pin_factory=pin_factory), line.name) for line in self._table.values()
        }
        self._totals = dict.fromkeys(self._meters, 0)

    def start(self) -> None:
        """From here on edges are posted."""
        self._contact.when_activated = lambda: self._post(ContactChanged(closed=True))
        self._contact.when_deactivated = lambda: self._post(ContactChanged(closed=False))
        self._exit.when_activated = lambda: self._post(ExitPressed(pressed=True))
        self._exit.when_deactivated = lambda: self._post(ExitPressed(pressed=False))
        for name, meter in self._meters.items():
            meter.when_activated = self._counter(name)
        for name, device in self._lines.items():
            self._watch(self._table[name], device)
        self._post(ContactChanged(closed=self._contact.is_active))
        if self._exit.is_active:
            self._post(ExitPressed(pressed=True))

    def close(self) -> None:
        """Lines given back."""
        for device in [self._contact, self._exit, *self._meters.values(), *self._lines.values()]:
            device.close()

    def _watch(self, line: InputLine, device: Any) -> None:
        """Active is low, the closed contact."""
        low, high = LineChanged(line.name, line.low_is_on), LineChanged(line.name, not line.low_is_on)
        device.when_activated, device.when_deactivated = lambda: self._post(low), lambda: self._post(high)
        self._post(low if device.is_active else high)

    def _counter(self, tap: str) -> Callable[[], None]:
        def count() -> None:
            self._totals[tap] += 1
            self._post(PulsesCounted(tap, self._totals[tap]))

        return count


def _device(output: Output, pin_factory: PinFactory) -> Any:
    return DigitalOutputDevice(output.pin, active_high=output.active_high, initial_value=False, pin_factory=pin_factory)


def _claim(make: Callable[[], Any], name: str) -> Any:
    """Raises: HardwareRefused."""
    try:
        return make()
    except (GPIOZeroError, OSError) as error:
        raise HardwareRefused(f"{name}: {error}; is another process using the line? see docs/config.md#door") from error
