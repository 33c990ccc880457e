"""The fridge cabinet of the room: a door with lock and contact, bottles on load cells, thermometers on a 1-wire bus, a compressor of its own.

What the kernel would show of the thermometers is written to a folder. The converters answer bit by bit on their two lines, as the data
sheet draws it, but do not switch off when a slow program holds their clock high.
"""

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from random import Random

from contract.fridge import FridgeConfig, ProbeConfig, ShelfConfig
from twin.lines import Lines

CONVERSION_S = 0.1
BITS = 24
NOISE_G = 0.4
SPREAD_G = 4.0  # two bottles are not alike
AMBIENT_C, ON_C, OFF_C = 26.0, 5.0, 3.0
SHUT_TAU_S, OPEN_TAU_S = 3 * 3600.0, 1200.0  # to the room's temperature by 63 %
COOLING_K_PER_S = 0.004
DRIFT_G_PER_S = 40.0
COLD_C, WARM_C, FIRST_K, HURRY_K_PER_S = 4.0, 12.0, 4.2, 0.02
"""A planted failure: so much at once, and then so fast, since nobody waits for hours."""


class ProbeState(Enum):
    """What is wrong with a thermometer."""

    GOOD = "good"
    STUCK = "stuck"
    JUMPING = "jumping"
    ABSENT = "absent"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True)
class FridgeTruth:
    """What is really so, whatever the sensors say."""

    released: bool
    is_open: bool
    celsius: float
    pieces: dict[str, int]


class Shelf:
    """Bottles on a load cell with its HX711."""

    def __init__(self, config: ShelfConfig, lines: Lines, random: Random) -> None:
        self.absent = self.drifting = False
        self.bottles: list[float] = []
        self.foreign_g = 0.0  # something else that lies there
        self._config, self._lines, self._random = config, lines, random
        self._word, self._sent = 0, BITS + 1
        self._since_s = self._drift_g = 0.0
        lines.wire(config.clock_pin, False)
        lines.listen(config.clock_pin, self._clocked)

    def put(self, count: int) -> None:
        """So many more."""
        self.bottles += [self._config.unit_g + self._random.uniform(-SPREAD_G, SPREAD_G) for _ in range(count)]

    def take(self, count: int) -> int:
        """At most so many; return how many there were."""
        count = min(count, len(self.bottles))
        del self.bottles[len(self.bottles) - count :]
        return count

    def step(self, dt_s: float) -> None:
        """Let time pass: ten conversions a second, the newest waits with the data line low."""
        self._drift_g = self._drift_g + DRIFT_G_PER_S * dt_s if self.drifting else 0.0
        self._since_s += dt_s
        if self.absent:
            self._sent = BITS + 1
            self._lines.drive(self._config.data_pin, None)
        elif self._since_s >= CONVERSION_S and self._sent > BITS:
            self._since_s, self._sent = 0.0, 0
            self._word = self._convert()
            self._lines.drive(self._config.data_pin, False)

    def _convert(self) -> int:
        grams = sum(self.bottles) + self.foreign_g + self._drift_g + self._random.gauss(0, NOISE_G)
        counts = round(grams * self._config.counts_per_g) + self._config.zero_counts
        return max(-(1 << BITS - 1), min((1 << BITS - 1) - 1, counts)) & (1 << BITS) - 1

    def _clocked(self, high: bool) -> None:
        if not high or self.absent or self._sent > BITS:
            return
        self._sent += 1
        bit = self._sent > BITS or bool(self._word >> BITS - self._sent & 1)
        self._lines.drive(self._config.data_pin, bit)


class Probe:
    """A DS18B20 and the file that the kernel makes of it."""

    def __init__(self, config: ProbeConfig, folder: Path | None) -> None:
        self.state = ProbeState.GOOD
        self._folder = folder / config.id if folder else None
        self._shown: int | None = None
        self._looks = 0

    def step(self, celsius: float) -> None:
        """Show the temperature as it is now, in sixteenths."""
        self._looks += 1
        if self.state is ProbeState.ABSENT:
            self._vanish()
        elif self.state is not ProbeState.STUCK or self._shown is None:
            jump = 7.0 * (self._looks // 20 % 2) if self.state is ProbeState.JUMPING else 0.0
            self._show(85 * 16 if self.state is ProbeState.UNMEASURED else round((celsius + jump) * 16))

    def _vanish(self) -> None:
        if self._shown is not None and self._folder:
            (self._folder / "w1_slave").unlink(missing_ok=True)
            self._folder.rmdir()
        self._shown = None

    def _show(self, sixteenths: int) -> None:
        if sixteenths == self._shown or self._folder is None:
            return
        self._shown = sixteenths
        self._folder.mkdir(parents=True, exist_ok=True)
        raw = bytes([sixteenths & 0xFF, sixteenths >> 8 & 0xFF, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10])
        told = f"{raw.hex(' ')} {_crc(raw):02x}"
        fresh = self._folder / "new"
        fresh.write_text(f"{told} : crc={_crc(raw):02x} YES\n{told} t={sixteenths * 1000 // 16}\n")
        os.replace(fresh, self._folder / "w1_slave")


class Cabinet:
    """The whole of it. `folder`: where the 1-wire bus shows its devices; None: nowhere."""

    def __init__(self, config: FridgeConfig, lines: Lines, random: Random, folder: Path | None) -> None:
        self.is_open = self.jammed = False
        self.compressor_dead = False
        self.celsius = COLD_C
        self._hurries_to: float | None = None
        self._cooling = False
        self._config, self._lines = config, lines
        self.shelves = {shelf.name: Shelf(shelf, lines, random) for shelf in config.shelves}
        self.probes = {probe.name: Probe(probe, folder) for probe in config.probes}
        lines.wire(config.lock_pin, not config.lock_active_high)
        lines.drive(config.contact_pin, False)
        self.step(0.0)

    @property
    def released(self) -> bool:
        """Whether the lock would let the door go now."""
        return self._lines.level(self._config.lock_pin) == self._config.lock_active_high

    def open(self, *, force: bool = False) -> bool:
        """Pull at the door; return whether it is open."""
        if self.released or force:
            self.is_open = True
            self._lines.drive(self._config.contact_pin, None)
        return self.is_open

    def shut(self) -> None:
        """Push it shut, unless something keeps it open."""
        if not self.jammed:
            self.is_open = False
            self._lines.drive(self._config.contact_pin, False)

    def jam(self, jammed: bool) -> None:
        """Something keeps the door from closing once it is open; without it the door falls shut."""
        self.jammed = jammed
        if not jammed:
            self.shut()

    def force(self, forced: bool) -> None:
        """Break it open, or shut it again."""
        if forced:
            self.open(force=True)
        else:
            self.shut()

    def warm(self, warm: bool) -> None:
        """The compressor is dead and it gets warm, or everything is as it should be: in some minutes, and never by a jump that no probe is believed."""
        self.compressor_dead = warm
        self._hurries_to = WARM_C if warm else COLD_C
        self._hurry(FIRST_K)

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        tau_s = OPEN_TAU_S if self.is_open else SHUT_TAU_S
        self.celsius += (AMBIENT_C - self.celsius) * min(1.0, dt_s / tau_s)
        self._hurry(HURRY_K_PER_S * dt_s)
        self._cooling = self.celsius > (OFF_C if self._cooling else ON_C)
        if self._cooling and not self.compressor_dead:
            self.celsius -= COOLING_K_PER_S * dt_s
        for shelf in self.shelves.values():
            shelf.step(dt_s)
        for probe in self.probes.values():
            probe.step(self.celsius)

    def _hurry(self, most_k: float) -> None:
        if self._hurries_to is None:
            return
        missing_k = self._hurries_to - self.celsius
        self.celsius += max(-most_k, min(most_k, missing_k))
        self._hurries_to = None if abs(missing_k) <= most_k else self._hurries_to

    def truth(self) -> FridgeTruth:
        """Return what is really so."""
        return FridgeTruth(self.released, self.is_open, self.celsius, {name: len(shelf.bottles) for name, shelf in self.shelves.items()})


def _crc(data: bytes) -> int:
    """Of the 1-wire bus: x^8 + x^5 + x^4 + 1, lowest bit first."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8C if crc & 1 else 0)
    return crc
