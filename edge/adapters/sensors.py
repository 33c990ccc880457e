"""Analogue currents through an MCP3008: reads, scales and posts. A value that no current can be is posted as lost, never as zero."""

from typing import Any

from gpiozero import MCP3008
from gpiozero.exc import GPIOZeroError

from contract.config import StationConfig
from edge.domain.lines import currents
from edge.domain.messages import Post
from edge.domain.room_messages import CurrentLost, CurrentRead
from edge.errors import HardwareRefused

REFERENCE_V = 3.3
STEPS = 1024
"""Of a 10-bit converter; gpiozero's own `value` gives 0.0005 for no input."""
TOP_RATIO = 0.999
"""A converter that is not there reads all ones; a sensor is chosen so that its largest current stays below."""
NO_REST_RATIO = 0.5
"""A sensor that rests at zero_v never gives less than this part of it: a converter or a sensor that is dead and low is no load of 0 W."""
MISSES = 2
"""Readings in a row that must fail before the sensor counts as lost: a short circuit is past its range, and must be cut within 1 s."""


class Currents:
    """One channel a sensor: of sockets, and of amenities that have one."""

    def __init__(self, config: StationConfig, pin_factory: Any, post: Post) -> None:
        self._post = post
        table = currents(config)
        self._missed = {sensor.name: 0 for sensor in table}
        try:
            self._channels = {s: MCP3008(channel=s.channel, max_voltage=REFERENCE_V, pin_factory=pin_factory) for s in table}
        except (GPIOZeroError, OSError) as error:
            raise HardwareRefused(f"current sensors: the converter can not be opened: {error}") from error

    def read(self) -> None:
        """Read every channel once; called twice a second."""
        for sensor, channel in self._channels.items():
            try:
                ratio = channel.raw_value / STEPS
            except (GPIOZeroError, OSError) as error:
                self._miss(sensor.name, str(error))
                continue
            if ratio >= TOP_RATIO:
                self._miss(sensor.name, f"reads {ratio:.3f} of full scale: converter or sensor is not there")
            elif ratio * REFERENCE_V < sensor.zero_v * NO_REST_RATIO:
                self._miss(sensor.name, f"reads {ratio * REFERENCE_V:.2f} V, below its rest of {sensor.zero_v:g} V: converter or sensor is not there")
            else:
                self._missed[sensor.name] = 0
                self._post(CurrentRead(sensor.name, max(0.0, ratio * REFERENCE_V - sensor.zero_v) * sensor.amps_per_v))

    def close(self) -> None:
        """Channels given back."""
        for channel in self._channels.values():
            channel.close()

    def _miss(self, sensor: str, reason: str) -> None:
        self._missed[sensor] += 1
        if self._missed[sensor] >= MISSES:
            self._post(CurrentLost(sensor, reason))
