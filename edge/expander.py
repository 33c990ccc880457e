"""MCP23017 expanders on the I2C bus as gpiozero pins 100 and up, beside the pins of the header. Used by the agent and by the guard.

An expander keeps its outputs when the process that set them dies, as some kernels do for the header: the guard makes them safe.
Registers are those of the chip's data sheet with IOCON.BANK = 0, as after power-on.
"""

from collections.abc import Callable
from threading import RLock
from typing import Any, Protocol

from gpiozero import Factory, Pin, PinInvalidFunction, PinInvalidPull, PinSetInput

from contract.pins import EXPANDER_FIRST, EXPANDER_LINES

BUS = 1
"""The I2C bus on the header of a Raspberry Pi."""
FIRST_ADDRESS = 0x20
IODIR, GPPU, GPIO, OLAT = 0x00, 0x0C, 0x12, 0x14
"""Direction (1 = input), pull-up, levels read, output latch; each followed by its second bank."""


class Bus(Protocol):
    """What smbus2's SMBus offers, as far as it is used. Both raise OSError when the chip does not answer."""

    def read_byte_data(self, address: int, register: int) -> int:
        """One register."""
        ...

    def write_byte_data(self, address: int, register: int, value: int) -> None:
        """One register."""
        ...


def open_bus() -> Bus:
    """The header's bus. Raises: OSError, when I2C is not switched on."""
    from smbus2 import SMBus

    bus: Bus = SMBus(BUS)
    return bus


class ExpanderPin(Pin):  # type: ignore[misc]  # gpiozero has no types
    """One line. Its level is set before its direction, so that an output does not blip."""

    def __init__(self, factory: "ExpanderFactory", number: int) -> None:
        super().__init__()
        self._name = _Name(str(number))
        self._factory = factory
        chip, line = divmod(number - EXPANDER_FIRST, EXPANDER_LINES)
        self._address, self._bank, self._bit = FIRST_ADDRESS + chip, line // 8, 1 << line % 8

    def close(self) -> None:
        """Nothing: an output that its owner let go keeps its level, which the owner has made safe."""

    def output_with_state(self, state: bool) -> None:
        """Become an output at this level."""
        self._factory.change(self._address, OLAT + self._bank, self._bit, bool(state))
        self._factory.change(self._address, IODIR + self._bank, self._bit, False)

    def input_with_pull(self, pull: str) -> None:
        """Become an input."""
        self._set_function("input")
        self._set_pull(pull)

    def _get_info(self) -> "_Name":
        return self._name

    def _get_function(self) -> str:
        return "input" if self._factory.read(self._address, IODIR + self._bank) & self._bit else "output"

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise PinInvalidFunction(f"pin {self._name.name}: {value!r} is not input or output")
        self._factory.change(self._address, IODIR + self._bank, self._bit, value == "input")

    def _get_state(self) -> bool:
        return bool(self._factory.read(self._address, GPIO + self._bank) & self._bit)

    def _set_state(self, value: bool) -> None:
        if self._get_function() == "input":
            raise PinSetInput(f"pin {self._name.name} is an input: it may have lost its supply for a moment")
        self._factory.change(self._address, OLAT + self._bank, self._bit, bool(value))

    def _get_pull(self) -> str:
        return "up" if self._factory.read(self._address, GPPU + self._bank) & self._bit else "floating"

    def _set_pull(self, value: str) -> None:
        if value not in ("up", "floating"):
            raise PinInvalidPull(f"pin {self._name.name}: an expander pulls up or not at all, not {value!r}")
        self._factory.change(self._address, GPPU + self._bank, self._bit, value == "up")


class _Name:
    """As much of gpiozero's PinInfo as devices ask for."""

    def __init__(self, name: str) -> None:
        self.name = name


class ExpanderFactory(Factory):  # type: ignore[misc]
    """A pin factory for the header and the expanders behind it. The bus is opened when the first of its pins is wanted."""

    def __init__(self, header: Any, bus: Callable[[], Bus]) -> None:
        super().__init__()
        self._header, self._open = header, bus
        self._bus: Bus | None = None
        self._lock = RLock()

    def pin(self, name: Any) -> Any:
        """Raises: OSError, when the expander does not answer."""
        return ExpanderPin(self, int(name)) if _beyond(name) else self._header.pin(name)

    def reserve_pins(self, requester: Any, *names: Any) -> None:
        """The header keeps its own book; a line of an expander is one field's alone by the configuration's rule."""
        self._header.reserve_pins(requester, *(name for name in names if not _beyond(name)))

    def release_pins(self, reserver: Any, *names: Any) -> None:
        """See reserve_pins."""
        self._header.release_pins(reserver, *(name for name in names if not _beyond(name)))

    def read(self, address: int, register: int) -> int:
        """Raises: OSError."""
        with self._lock:
            self._bus = self._bus or self._open()
            return self._bus.read_byte_data(address, register)

    def change(self, address: int, register: int, bit: int, on: bool) -> None:
        """One bit; a read and a write that no other thread comes between. Raises: OSError."""
        with self._lock:
            before = self.read(address, register)
            after = before | bit if on else before & ~bit
            if after != before or register < GPPU:
                assert self._bus is not None
                self._bus.write_byte_data(address, register, after)

    def close(self) -> None:
        """The header's lines are given back."""
        self._header.close()

    def spi(self, **arguments: Any) -> Any:
        """The header's bus."""
        return self._header.spi(**arguments)

    def ticks(self) -> Any:
        """The header's clock."""
        return self._header.ticks()

    def ticks_diff(self, later: Any, earlier: Any) -> float:
        """Seconds."""
        return float(self._header.ticks_diff(later, earlier))


def _beyond(name: Any) -> bool:
    return str(name).isdigit() and int(name) >= EXPANDER_FIRST
