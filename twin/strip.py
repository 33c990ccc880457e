"""The thermometer on a socket strip: room temperature, until something broken heats it."""

from pathlib import Path

from contract.fridge import ProbeConfig
from twin.fridge import Probe

ROOM_C, HOT_C = 25.0, 90.0


class Strip:
    """`celsius` is what the plastic has really."""

    def __init__(self, config: ProbeConfig, folder: Path | None) -> None:
        self.probe = Probe(config, folder)
        self.celsius = ROOM_C
        self.step()

    def step(self) -> None:
        """Show the temperature as it is now."""
        self.probe.step(self.celsius)
