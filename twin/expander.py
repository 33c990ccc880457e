"""The I2C bus of a simulated board, with MCP23017 expanders whose lines are the board's lines 100 and up.

The chips keep no state of their own here: directions, levels and pull-ups are those of the lines, so that they outlive the process
that set them, as the real chip's do. Only a level written before the direction is remembered by the process that writes it.
"""

from contract.pins import EXPANDER_FIRST, EXPANDER_LINES
from edge.expander import FIRST_ADDRESS, GPIO, GPPU, IODIR, OLAT, ExpanderFactory
from twin.lines import Board, Pull
from twin.pins import LineFactory


class TwinBus:
    """Answers unless the board says that its bus is broken."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._latch: dict[int, bool] = {}

    def read_byte_data(self, address: int, register: int) -> int:
        """Raises: OSError."""
        kind, pins = self._pins(address, register)
        return sum(1 << bit for bit, pin in enumerate(pins) if self._bit(kind, pin))

    def write_byte_data(self, address: int, register: int, value: int) -> None:
        """Raises: OSError."""
        kind, pins = self._pins(address, register)
        for bit, pin in enumerate(pins):
            self._write(kind, pin, bool(value & 1 << bit))

    def _pins(self, address: int, register: int) -> tuple[int, list[int]]:
        if self._board.i2c_broken:
            raise OSError(121, "Remote I/O error")
        first = EXPANDER_FIRST + (address - FIRST_ADDRESS) * EXPANDER_LINES + 8 * (register & 1)
        return register & ~1, list(range(first, first + 8))

    def _bit(self, kind: int, pin: int) -> bool:
        if kind == IODIR:
            return not self._board.is_output(pin)
        if kind == GPPU:
            return self._board.pull(pin) is Pull.UP
        if kind == OLAT:
            return self._board.level(pin) if self._board.is_output(pin) else self._latch.get(pin, False)
        assert kind == GPIO, hex(kind)
        return self._board.level(pin)

    def _write(self, kind: int, pin: int, on: bool) -> None:
        if kind == GPPU:
            if not self._board.is_output(pin):
                self._board.set_input(pin, Pull.UP if on else Pull.FLOATING)
        elif kind == OLAT:
            self._latch[pin] = on
            if self._board.is_output(pin):
                self._board.set_output(pin, on)
        elif kind == IODIR and on == self._board.is_output(pin):
            if on:
                self._board.set_input(pin, self._board.pull(pin))
            else:
                self._board.set_output(pin, self._latch.get(pin, False))


def with_expanders(header: LineFactory) -> ExpanderFactory:
    """The pins of a simulated board and of the expanders behind it."""
    return ExpanderFactory(header, lambda: TwinBus(header.lines))
