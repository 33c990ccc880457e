"""Thermometers DS18B20 through the kernel's 1-wire files: reads and posts. A wrong checksum is no value; whether a value can be true the domain says.

A reading takes a probe 750 ms, during which the file's reader waits: `read` is called from a thread of its own.
"""

import re
from pathlib import Path

from contract.fridge import ProbeConfig
from edge.domain.messages import Post
from edge.domain.room_messages import TemperatureLost, TemperatureRead
from edge.errors import HardwareRefused

W1 = Path("/sys/bus/w1/devices")
FILE = "w1_slave"
"""Two lines: nine bytes with the kernel's verdict on their checksum, and the same bytes with `t=` in thousandths of a degree."""
MISSES = 3
"""Readings in a row that must fail before the probe counts as lost."""
MILLI = re.compile(r"t=(-?\d{1,6})\s*$")


class Probes:
    """`folder` is where the bus shows its devices."""

    def __init__(self, probes: tuple[ProbeConfig, ...], folder: Path, post: Post) -> None:
        self._probes, self._folder, self._post = probes, folder, post
        self._missed = {probe.name: 0 for probe in probes}

    def check(self, known: frozenset[str]) -> None:
        """Refuse an id that the bus does not show, unless the probe has worked here before: that one broke, and the rest of the house goes on.

        Raises: HardwareRefused, naming the field.
        """
        for probe in self._probes:
            if probe.id not in known and not (self._folder / probe.id).is_dir():
                there = ", ".join(sorted(path.name for path in self._folder.glob("28-*"))) or "none"
                raise HardwareRefused(f"fridge.probes.{probe.name}.id: {probe.id} is not on the 1-wire bus; there: {there}; see docs/config.md#fridge")

    def read(self) -> None:
        """Ask every probe once."""
        for probe in self._probes:
            try:
                celsius = parsed((self._folder / probe.id / FILE).read_text(encoding="ascii"))
            except (OSError, ValueError) as error:
                self._miss(probe.name, str(error))
                continue
            self._missed[probe.name] = 0
            self._post(TemperatureRead(probe.name, celsius))

    def _miss(self, probe: str, reason: str) -> None:
        self._missed[probe] += 1
        if self._missed[probe] >= MISSES:
            self._post(TemperatureLost(probe, reason[:120]))


def parsed(text: str) -> float:
    """Degrees Celsius from the kernel's two lines. Raises: ValueError."""
    lines = text.splitlines()
    if len(lines) < 2 or not lines[0].rstrip().endswith("YES"):
        raise ValueError("wrong checksum")
    if set(lines[0].partition(":")[0].split()) == {"00"}:
        raise ValueError("nine zeros: their checksum is right, and there is no probe")
    found = MILLI.search(lines[1])
    if not found:
        raise ValueError("no temperature in the kernel's answer")
    return int(found[1]) / 1000
