"""Analogue currents through an MCP3008: reads, scales and posts. A value that no current can be is posted as lost, never as zero."""

from typing import Any

from gpiozero import MCP3008
from gpiozero.exc import GPIOZeroError

from contract.config import SocketConfig
from edge.domain.messages import CurrentLost, CurrentRead, Post
from edge.errors import HardwareRefused

REFERENCE_V = 3.3
STEPS = 1024
"""Of a 10-bit converter; gpiozero's own `value` gives 0.0005 for no input."""
TOP_RATIO = 0.999
"""A converter that is not there reads all ones; a sensor is chosen so that its largest current stays below."""
MISSES = 3
"""Readings in a row that must fail before the sensor counts as lost."""


class Currents:
    """One channel a socket."""

    def __init__(self, sockets: tuple[SocketConfig, ...], pin_factory: Any, post: Post) -> None:
        self._post = post
        self._missed = {socket.name: 0 for socket in sockets}
        try:
            self._channels = {s: MCP3008(channel=s.adc_channel, max_voltage=REFERENCE_V, pin_factory=pin_factory) for s in sockets}
        except (GPIOZeroError, OSError) as error:
            raise HardwareRefused(f"sockets: the converter can not be opened: {error}") from error

    def read(self) -> None:
        """Read every channel once; called twice a second."""
        for socket, channel in self._channels.items():
            try:
                ratio = channel.raw_value / STEPS
            except (GPIOZeroError, OSError) as error:
                self._miss(socket.name, str(error))
                continue
            if ratio >= TOP_RATIO:
                self._miss(socket.name, f"reads {ratio:.3f} of full scale: converter or sensor is not there")
            else:
                self._missed[socket.name] = 0
                self._post(CurrentRead(socket.name, max(0.0, ratio * REFERENCE_V - socket.zero_v) * socket.amps_per_v))

    def close(self) -> None:
        """Channels given back."""
        for channel in self._channels.values():
            channel.close()

    def _miss(self, socket: str, reason: str) -> None:
        self._missed[socket] += 1
        if self._missed[socket] >= MISSES:
            self._post(CurrentLost(socket, reason))
