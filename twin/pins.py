"""A gpiozero pin factory whose pins are joined to a simulated room.

gpiozero's own mock pins have five gaps that matter to a station; tests/unit/test_twin_pins.py shows each of them and
its correction here. The behaviour is that of gpiozero on lgpio, the library of current Raspberry Pi systems.
Must not: touch `Device.pin_factory`, keep anything at module level, or know what hangs on a line.
"""

import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any

from gpiozero import (
    GPIOPinInUse,
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidFunction,
    PinInvalidPull,
    PinPWMUnsupported,
    PinSetInput,
)
from gpiozero.pins.pi import PiFactory, PiPin

from twin.lines import Adc, Board, Edge, Kernel, LineBusy, Lines, Pull
from twin.spi import TwinSPI

BOARD_REVISION = 0xC03114  # Raspberry Pi 4B, 4 GB


class TwinPin(PiPin):
    """One pin of a simulated board. Making it claims the line as an input without pull, as gpiozero does on lgpio."""

    def __init__(self, factory: "LineFactory", info: Any) -> None:
        super().__init__(factory, info)
        self._edges = "both"
        self._lines: Board = factory.lines
        try:
            self._lines.claim(self._number, factory)
        except LineBusy as busy:
            raise GPIOPinInUse(str(busy)) from busy
        if info.pull:
            self._lines.set_input(self._number, Pull(info.pull))

    def close(self) -> None:
        """Stop listening and give the line back as an input, so that its resistor decides."""
        self.when_changed = None
        self._lines.set_input(self._number, Pull.FLOATING)

    def cut(self) -> None:
        """Lead to nowhere from now on: gpiozero closes forgotten devices late, when another may hold the line."""
        nowhere = Lines()
        if self._lines.is_output(self._number):
            nowhere.set_output(self._number, False)
        self._lines = nowhere

    def fire(self, edge: Edge) -> None:
        """Tell gpiozero of an edge, if its direction is wanted. Called by the factory's delivery only."""
        wanted = self._edges == "both" or (self._edges == "rising") == edge.high
        if self._when_changed is not None and wanted:
            self._call_when_changed(edge.at, edge.high)

    def _get_function(self) -> str:
        return "output" if self._lines.is_output(self._number) else "input"

    def _set_function(self, value: str) -> None:
        if value == "input":
            self._lines.set_input(self._number, self._lines.pull(self._number))
        elif value == "output":
            # lgpio claims an output at low. gpiozero sets the wanted level only after that: an output that is on
            # when low blips at start (gpiozero #580). The relay on the wiring must be slower, or on when high.
            self._lines.set_output(self._number, False)
        else:
            raise PinInvalidFunction(f'{self!r}: function "{value}" is not input or output')

    def _get_state(self) -> bool:
        return self._lines.level(self._number)

    def _set_state(self, value: bool) -> None:
        if not self._lines.is_output(self._number):
            raise PinSetInput(f"cannot set state of pin {self!r}: it is an input")
        self._lines.set_output(self._number, bool(value))

    def _get_pull(self) -> str:
        return self._lines.pull(self._number).value

    def _set_pull(self, value: str) -> None:
        if self._lines.is_output(self._number) or self.info.pull not in ("", value):
            raise PinFixedPull(f"cannot set pull {value} on {self!r}: an output, or a pin with a resistor of its own")
        if value not in ("floating", "up", "down"):
            raise PinInvalidPull(f'{self!r}: pull "{value}" is not floating, up or down')
        self._lines.set_input(self._number, Pull(value))

    def _get_bounce(self) -> None:
        return None

    def _set_bounce(self, value: float | None) -> None:
        if value is not None:
            raise PinInvalidBounce(f"{self!r}: bounce_time is {value}; leave it out, debouncing is a domain rule")

    def _get_edges(self) -> str:
        return self._edges

    def _set_edges(self, value: str) -> None:
        self._edges = value

    def _get_frequency(self) -> None:
        return None

    def _set_frequency(self, value: float | None) -> None:
        if value is not None:
            raise PinPWMUnsupported(f"{self!r} has no PWM")

    def _enable_event_detect(self) -> None:
        self._lines.watch(self._number, self.factory.put_aside)

    def _disable_event_detect(self) -> None:
        self._lines.watch(self._number, None)


class LineFactory(PiFactory):
    """gpiozero pins on any lines, each factory with reservations of its own.

    Callbacks never run on the thread that moved the line. With `threaded` a thread of the factory's own runs them, as
    lgpio does; without, they wait until the scenario calls `deliver`, so that a test has one order of events.
    """

    def __init__(self, lines: Board, *, threaded: bool) -> None:
        super().__init__()
        self.pin_class = TwinPin
        self.lines = lines
        self._waiting: deque[Edge] = deque()
        self._inbox: SimpleQueue[Edge | None] | None = SimpleQueue() if threaded else None
        self._by_number: dict[int, TwinPin] = {}
        if threaded:
            Thread(target=self._run, name="twin-pins", daemon=True).start()

    def deliver(self) -> int:
        """Run the callbacks of all edges so far on this thread, oldest first; return how many edges there were."""
        count = 0
        while self._waiting:
            self._fire(self._waiting.popleft())
            count += 1
        return count

    def die(self) -> None:
        """The process that used this factory is gone without a word; the kernel decides what its lines do."""
        self._forget()
        self.lines.abandon(self)

    def pin(self, name: Any) -> TwinPin:
        """Return the pin of that name, the same object for the same pin."""
        pin: TwinPin = super().pin(name)
        self._by_number[pin._number] = pin
        return pin

    def close(self) -> None:
        """Give all lines back as inputs and end the thread."""
        super().close()
        self.die()

    def spi(self, **spi_args: Any) -> TwinSPI:
        """Return the bus. Several devices on the same chip may share it."""
        arguments, rest = self._extract_spi_args(**spi_args)
        rest.pop("shared", None)
        return TwinSPI(pin_factory=self, **arguments)

    @property
    def adc(self) -> Adc | None:
        """The converter that the room has soldered in."""
        return self.lines.adc

    def put_aside(self, edge: Edge) -> None:
        """Keep an edge until its callbacks may run."""
        if self._inbox is None:
            self._waiting.append(edge)
        else:
            self._inbox.put(edge)

    def ticks(self) -> float:
        """Return seconds of the clock of the lines."""
        return self.lines.clock()

    def ticks_diff(self, later: float, earlier: float) -> float:
        """Return the seconds between two ticks."""
        return later - earlier

    def _get_revision(self) -> int:
        return BOARD_REVISION

    def _forget(self) -> None:
        for pin in self._by_number.values():
            pin.cut()
        self.pins.clear()
        self._by_number.clear()
        self._waiting.clear()
        if self._inbox is not None:
            self._inbox.put(None)

    def _fire(self, edge: Edge) -> None:
        pin = self._by_number.get(edge.pin)
        if pin is not None:
            pin.fire(edge)

    def _run(self) -> None:
        assert self._inbox is not None
        while (edge := self._inbox.get()) is not None:
            self._fire(edge)


class TwinFactory(LineFactory):
    """Pins of one simulated board whose room lives in this process."""

    def __init__(
        self,
        kernel: Kernel = Kernel.LINE_STAYS,
        *,
        threaded: bool = False,
        clock: Callable[[], float] = time.monotonic,
        lines: Lines | None = None,
    ) -> None:
        """`lines`: use those of an earlier factory, as an agent does that was started again."""
        self.room_side = Lines(kernel, clock) if lines is None else lines
        super().__init__(self.room_side, threaded=threaded)

    def listen(self, pin: int, callback: Callable[[bool], None]) -> None:
        """Call back with the level whenever the board changes the line, on the thread that changed it."""
        self.room_side.listen(pin, callback)

    def level(self, pin: int) -> bool:
        """Return the true level of the line: high or not."""
        return self.room_side.level(pin)

    def drive(self, pin: int, high: bool) -> None:
        """Hold the line at a level from outside until `release`."""
        self.room_side.drive(pin, high)

    def release(self, pin: int) -> None:
        """Stop driving the line from outside."""
        self.room_side.drive(pin, None)
