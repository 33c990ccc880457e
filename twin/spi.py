"""The analogue side: an MCP3008 converter, and the SPI bus through which gpiozero's MCP3008 class asks it.

The chip is electrical: it turns volts into 10 bits, with one count of noise, and knows nothing of what is measured.
"""

from collections.abc import Callable
from enum import Enum
from random import Random
from typing import Any

from gpiozero.pins import SPI

REFERENCE_V = 3.3
COUNTS = 1024
CHANNELS = 8


class AdcState(Enum):
    """Whether the chip answers. A missing chip reads as the level at which the data line rests."""

    PRESENT = "present"
    ABSENT_LOW = "absent_low"  # MISO rests low: all zeros
    ABSENT_HIGH = "absent_high"  # MISO rests high: all ones


class Mcp3008:
    """A 10-bit converter with eight channels at 3.3 V. An unconnected channel reads 0 V."""

    def __init__(self, seed: int = 0) -> None:
        self.state = AdcState.PRESENT
        self._noise = Random(seed)
        self._volts: dict[int, Callable[[], float]] = {}

    def connect(self, channel: int, volts: Callable[[], float]) -> None:
        """Let a channel read this voltage (V); outside 0..3.3 it is clipped."""
        if not 0 <= channel < CHANNELS:
            raise ValueError(f"adc channel {channel} is not in 0..{CHANNELS - 1}")
        self._volts[channel] = volts

    def transfer(self, words: list[int]) -> list[int]:
        """Answer a three-byte conversation as the data sheet draws it: start bit, mode and channel; ten bits back."""
        if self.state is not AdcState.PRESENT:
            return [0xFF if self.state is AdcState.ABSENT_HIGH else 0] * len(words)
        if len(words) != 3 or words[0] != 1:
            return [0] * len(words)
        count = self._count(words[1])
        return [0, count >> 8, count & 0xFF]

    def _count(self, control: int) -> int:
        """Convert: single-ended, or against the neighbour channel when the mode bit is low."""
        channel = control >> 4 & 0b111
        volts = self._read(channel)
        if not control & 0x80:
            volts -= self._read(channel ^ 1)
        count = int(volts / REFERENCE_V * COUNTS) + self._noise.choice((-1, 0, 0, 1))
        return min(COUNTS - 1, max(0, count))

    def _read(self, channel: int) -> float:
        return self._volts[channel]() if channel in self._volts else 0.0


class TwinSPI(SPI):
    """The bus as gpiozero sees it: reserves its four pins, and shares them with other devices on the same chip."""

    def __init__(
        self, clock_pin: int, mosi_pin: int | None, miso_pin: int | None, select_pin: int, pin_factory: Any
    ) -> None:
        self._open = False
        super().__init__(pin_factory=pin_factory)
        pins = [pin for pin in (clock_pin, mosi_pin, miso_pin, select_pin) if pin is not None]
        pin_factory.reserve_pins(self, *pins)
        self._open = True

    def close(self) -> None:
        """Give the pins back."""
        if getattr(self, "_open", False):
            self._open = False
            self.pin_factory.release_all(self)
        super().close()

    @property
    def closed(self) -> bool:
        """Whether the bus has been given back."""
        return not self._open

    def transfer(self, data: list[int]) -> list[int]:
        """Clock words out and return the words that came back; an empty socket answers zeros."""
        self._check_open()
        adc = self.pin_factory.adc
        return [0] * len(data) if adc is None else list(adc.transfer(list(data)))

    def _conflicts_with(self, other: object) -> bool:
        return not isinstance(other, TwinSPI)

    def _get_clock_mode(self) -> int:
        return 0
