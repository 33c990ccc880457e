"""Load cells through HX711 converters, clocked by hand: reads and posts. In doubt about a reading it is none, and the next one is taken.

The chip switches itself off when its clock is high for longer than 60 us, and no program on Linux can promise that it is not: the time is
looked at, and a reading with one long pulse is thrown away. Data may be looked at in the low half, which may last.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from gpiozero import DigitalInputDevice, DigitalOutputDevice
from gpiozero.exc import GPIOZeroError

from contract.fridge import ShelfConfig
from edge.domain.messages import Post
from edge.domain.room_messages import WeightLost, WeightRead
from edge.errors import HardwareRefused
from edge.ports import Weigher

BITS, GAIN_PULSES = 24, 1
"""One pulse after the bits chooses channel A with a gain of 128 for the next conversion."""
LONGEST_HIGH_S = 60e-6
ENDS = frozenset({0x7FFFFF, 0x800000})
"""More than the converter can tell."""
MEDIAN_OF = 3
MISSES = 6
"""Readings in a row that must fail before the scale counts as lost: 3 s."""


class Hx711:
    """One converter; fits edge.ports.Weigher. `timer` in s."""

    def __init__(self, shelf: ShelfConfig, pin_factory: Any, timer: Callable[[], float] = perf_counter) -> None:
        """Raises: HardwareRefused."""
        self._timer = timer
        where = f"fridge.shelves.{shelf.name}"
        self._clock = _claim(partial(DigitalOutputDevice, shelf.clock_pin, pin_factory=pin_factory), f"{where}.clock_pin")
        self._data = _claim(partial(DigitalInputDevice, shelf.data_pin, pull_up=True, pin_factory=pin_factory), f"{where}.data_pin")

    def counts(self) -> int | None:
        """See Weigher."""
        clock, data = self._clock.pin, self._data.pin
        if data.state:
            return None
        word, longest = 0, 0.0
        for _ in range(BITS + GAIN_PULSES):
            longest = max(longest, self._pulse(clock))
            word = word << 1 | bool(data.state)
        resting, word = word & 1, word >> GAIN_PULSES
        if longest > LONGEST_HIGH_S or not resting or word in ENDS:
            return None
        return word - (1 << BITS) if word >> (BITS - 1) else word

    def close(self) -> None:
        """Lines given back; the clock low, so that the chip stays on."""
        self._clock.close()
        self._data.close()

    def _pulse(self, clock: Any) -> float:
        began = self._timer()
        clock.state = True
        clock.state = False
        return self._timer() - began


class Scales:
    """`read` is called from a thread of its own, twice a second."""

    def __init__(self, shelves: tuple[ShelfConfig, ...], weigher: Callable[[ShelfConfig], Weigher], post: Post) -> None:
        self._post = post
        self._weighers = [(shelf, weigher(shelf)) for shelf in shelves]
        self._recent: dict[str, deque[int]] = {shelf.name: deque(maxlen=MEDIAN_OF) for shelf in shelves}
        self._missed = {shelf.name: 0 for shelf in shelves}

    def read(self) -> None:
        """Ask every scale once; posts the median of the last conversions."""
        for shelf, weigher in self._weighers:
            try:
                counts = weigher.counts()
            except (GPIOZeroError, OSError) as error:
                self._miss(shelf.name, str(error))
                continue
            if counts is None:
                self._miss(shelf.name, "no conversion, or not one that can be trusted")
            else:
                self._tell(shelf, counts)

    def close(self) -> None:
        """Lines given back."""
        for _, weigher in self._weighers:
            weigher.close()

    def _tell(self, shelf: ShelfConfig, counts: int) -> None:
        self._missed[shelf.name] = 0
        self._recent[shelf.name].append(counts)
        grams = (median(self._recent[shelf.name]) - shelf.zero_counts) / shelf.counts_per_g
        self._post(WeightRead(shelf.name, round(grams, 1)))

    def _miss(self, scale: str, reason: str) -> None:
        self._missed[scale] += 1
        if self._missed[scale] >= MISSES:
            self._recent[scale].clear()
            self._post(WeightLost(scale, reason[:120]))


def _claim(make: Callable[[], Any], field: str) -> Any:
    """Raises: HardwareRefused."""
    try:
        return make()
    except (GPIOZeroError, OSError) as error:
        raise HardwareRefused(f"{field}: {error}; is another process using the line? see docs/config.md#fridge") from error
