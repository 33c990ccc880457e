"""The electrical lines between a board and a room, and what the kernel does with them.

One line has four things that want its level. The strongest wins: the board's own output, then whatever the room
drives it to, then the pull resistor that the program chose, then the resistor that is soldered on the wiring (`wire`).

Lines know no gpiozero and no physics: pins.py and remote.py sit on one side, the room on the other.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from threading import RLock
from typing import Protocol

from contract.pins import EXPANDER_FIRST, EXPANDER_LAST

PIN_COUNT = EXPANDER_LAST + 1  # BCM 0..27, the header of a Raspberry Pi; 100 and up are lines of expanders
TIMELINE_LENGTH = 20_000  # changes of one output that are remembered


class Kernel(Enum):
    """What happens to an output when the process that holds it dies without a word."""

    LINE_FALLS = "falls"  # mainline behaviour: the line goes back to input, so its resistor decides
    LINE_STAYS = "stays"  # Raspberry Pi kernels (raspberrypi/linux 6117, 6150): the level stays as it was


class Pull(Enum):
    """The resistor inside the chip that a program may switch in."""

    FLOATING = "floating"
    UP = "up"
    DOWN = "down"


class LineBusy(Exception):
    """The line is held by another living process. Attribute: pin."""

    def __init__(self, pin: int) -> None:
        super().__init__(f"line {pin} is held by another process; it must die or close its pins first")
        self.pin = pin


class Adc(Protocol):
    """A converter on the SPI bus."""

    def transfer(self, words: list[int]) -> list[int]:
        """Return what the chip answers while these words are clocked in."""
        ...


@dataclass(frozen=True)
class Edge:
    """A change of level on a line, as an input sees it. `at` is in seconds of the clock of the lines."""

    pin: int
    at: float
    high: bool


class Board(Protocol):
    """The board's side of the lines: in this process (Lines), or at the other end of a socket (remote.py)."""

    clock: Callable[[], float]

    @property
    def adc(self) -> Adc | None:
        """The converter on the bus, if one is soldered in."""
        ...

    @property
    def i2c_broken(self) -> bool:
        """Whether nobody answers on the bus of the expanders."""
        ...

    def claim(self, pin: int, owner: object) -> None:
        """Take a line; it becomes an input without pull. Raises LineBusy."""
        ...

    def abandon(self, owner: object) -> None:
        """Let go of all lines of an owner, as its death would."""
        ...

    def set_output(self, pin: int, high: bool) -> None:
        """Drive a line."""
        ...

    def set_input(self, pin: int, pull: Pull) -> None:
        """Stop driving a line."""
        ...

    def is_output(self, pin: int) -> bool:
        """Return whether the board drives the line."""
        ...

    def pull(self, pin: int) -> Pull:
        """Return the resistor that is switched in."""
        ...

    def level(self, pin: int) -> bool:
        """Return the true level of the line."""
        ...

    def watch(self, pin: int, watcher: Callable[[Edge], None] | None) -> None:
        """Hand each edge of the line to `watcher`, which may only put it aside."""
        ...


@dataclass
class _Line:
    """One wire. `idle_high` is the resistor on the wiring, before it the reset pull of the chip (0-8 up, 9-27 down)."""

    idle_high: bool
    pull: Pull = Pull.FLOATING
    output: bool | None = None
    driven: bool | None = None
    high: bool = False
    owner: object | None = None
    listeners: list[Callable[[bool], None]] = field(default_factory=list)
    watcher: Callable[[Edge], None] | None = None
    timeline: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=TIMELINE_LENGTH))

    def settled(self) -> bool:
        """Return the level that the strongest source gives."""
        if self.output is not None:
            return self.output
        if self.driven is not None:
            return self.driven
        return self.idle_high if self.pull is Pull.FLOATING else self.pull is Pull.UP


class Lines:
    """All lines of one board. Every method may be called from any thread.

    `lock` guards lines and room together: two locks taken in two orders (an output that tells the room, a room that
    drives an input) would be a deadlock.
    """

    def __init__(self, kernel: Kernel = Kernel.LINE_STAYS, clock: Callable[[], float] = time.monotonic) -> None:
        self.kernel = kernel
        self.clock = clock
        self.lock = RLock()
        self.i2c_broken = False  # nobody answers on the bus of the expanders
        self.adc: Adc | None = None  # on the SPI bus; None while the room has soldered none in
        self._lines = [_Line(idle_high=pin <= 8, high=pin <= 8) for pin in range(PIN_COUNT)]

    # --- the room's side ---

    def wire(self, pin: int, idle_high: bool) -> None:
        """Solder a resistor to the line: its level while nobody drives it."""
        with self.lock:
            self._lines[pin].idle_high = idle_high
            self._settle(pin)

    def listen(self, pin: int, callback: Callable[[bool], None]) -> None:
        """Call back with the level whenever the board changes the line, on the thread that changed it."""
        self._lines[pin].listeners.append(callback)

    def drive(self, pin: int, high: bool | None) -> None:
        """Hold the line at a level from outside, or with None let it go. An output of the board is stronger."""
        with self.lock:
            self._lines[pin].driven = high
            self._settle(pin, from_room=True)

    def level(self, pin: int) -> bool:
        """Return the true level of the line: high or not."""
        return self._lines[pin].high

    def timeline(self, pin: int) -> list[tuple[float, bool]]:
        """Return (seconds of the clock, level) of each change that the board made, oldest first."""
        with self.lock:
            return list(self._lines[pin].timeline)

    # --- the board's side ---

    def claim(self, pin: int, owner: object) -> None:
        """Take the line for a process (any object stands for it); it becomes an input without pull.

        Raises:
            LineBusy: another owner holds it.
        """
        with self.lock:
            line = self._lines[pin]
            if line.owner not in (None, owner):
                raise LineBusy(pin)
            if line.owner is None:
                line.owner = owner
                self.set_input(pin, Pull.FLOATING)

    def set_output(self, pin: int, high: bool) -> None:
        """Drive the line from the board. The level is there, and the room told, on return."""
        with self.lock:
            self._lines[pin].output = high
            self._settle(pin)

    def set_input(self, pin: int, pull: Pull) -> None:
        """Stop driving the line from the board and choose the resistor inside the chip."""
        with self.lock:
            self._lines[pin].output = None
            self._lines[pin].pull = pull
            self._settle(pin)

    def is_output(self, pin: int) -> bool:
        """Return whether the board drives the line."""
        return self._lines[pin].output is not None

    def pull(self, pin: int) -> Pull:
        """Return the resistor that is switched in inside the chip."""
        return self._lines[pin].pull

    def watch(self, pin: int, watcher: Callable[[Edge], None] | None) -> None:
        """Hand each edge of the line to `watcher`, which may only put it aside (it runs under the lock)."""
        with self.lock:
            self._lines[pin].watcher = watcher

    def abandon(self, owner: object) -> None:
        """The process is dead: nobody holds its lines any more, and the kernel decides what its outputs do."""
        with self.lock:
            for pin, line in enumerate(self._lines):
                if line.owner is not owner:
                    continue
                line.owner = line.watcher = None
                falls = self.kernel is Kernel.LINE_FALLS and pin < EXPANDER_FIRST  # an expander knows no processes
                if falls or line.output is None:
                    self.set_input(pin, Pull.FLOATING)

    def _settle(self, pin: int, from_room: bool = False) -> None:
        """Let the strongest source win, then tell who wants to know."""
        line = self._lines[pin]
        high = line.settled()
        if high == line.high:
            return
        line.high = high
        at = self.clock()
        if line.watcher is not None:
            line.watcher(Edge(pin, at, high))
        if not from_room:
            line.timeline.append((at, high))
            for listener in line.listeners:
                listener(high)
