"""The simulated room: door, taps and sockets on the lines of one board, what people do in it, and what is really so.

Pure physics on a seed: the same acts at the same steps give the same room. It moves only when stepped, by a scenario
or by a RoomClock in real time.
"""

import time
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from random import Random
from threading import Event, Thread

from contract.config import StationConfig
from twin.appliance import Appliance, ApplianceTruth
from twin.basin import Basin
from twin.detectors import Detectors
from twin.door import Door, DoorTruth, Hand
from twin.fridge import Cabinet, FridgeTruth
from twin.lines import Lines
from twin.locker import Locker, SlotTruth
from twin.pins import TwinFactory
from twin.socket_load import LOADS, Load, Socket, SocketTruth
from twin.spi import Mcp3008
from twin.strip import Strip
from twin.tap import Tap, TapTruth

PASS_S = 2.0  # a person holds the door this long to walk through
EXIT_PRESS_S = 0.5
CLOCK_STEP_S = 0.02
PIECE_S = 0.05
FOREVER_S = 1e9


@dataclass(frozen=True)
class RoomTruth:
    """Everything that is really so, at one moment. `at`: seconds of the clock of the lines."""

    at: float
    door: DoorTruth
    taps: dict[str, TapTruth]
    sockets: dict[str, SocketTruth]
    amenities: dict[str, ApplianceTruth] = field(default_factory=dict)
    fridge: FridgeTruth | None = None
    slots: dict[str, SlotTruth] = field(default_factory=dict)


class Room:
    """One station's room. Acts and steps may come from different threads."""

    def __init__(self, config: StationConfig, lines: Lines, seed: int = 0, w1: Path | None = None) -> None:
        """Wire a room to the pins that a station's configuration names; `w1`: where its 1-wire bus is to be seen."""
        random = Random(seed)
        self.lines = lines
        self.now = 0.0  # seconds of the room's own time
        self.door = Door(config.door, lines, random)
        self.detectors = Detectors(config.detectors, self.door, lines)
        self.locker = Locker(config.lending, lines)
        self.strips = {probe.name: Strip(probe, w1) for probe in config.charging.probes}
        self.fridge = Cabinet(config.fridge, lines, Random(seed), w1) if config.fridge else None
        self.basin = Basin(config.water, lines)
        self.taps = {tap.name: Tap(tap, lines, random, self.basin) for tap in config.taps}
        self.sockets = {socket.name: Socket(socket, lines, random) for socket in config.sockets}
        self.adc = Mcp3008(seed)
        for socket in config.sockets:
            self.adc.connect(socket.adc_channel, self.sockets[socket.name].volts)
        self.appliances = {amenity.name: Appliance(amenity, lines, random) for amenity in config.amenities}
        for amenity in config.amenities:
            if amenity.adc_channel is not None:
                self.adc.connect(amenity.adc_channel, self.appliances[amenity.name].volts)
        lines.adc = self.adc

    @classmethod
    def from_config(cls, config: StationConfig, factory: TwinFactory, seed: int = 0, w1: Path | None = None) -> "Room":
        """Wire a room to the lines of a factory in this process."""
        return cls(config, factory.room_side, seed, w1)

    @property
    def lock_released(self) -> bool:
        """Whether the strike would let the door go now."""
        return self.door.lock_released

    @property
    def moving(self) -> bool:
        """Whether anything but current changes by itself now."""
        return self.door.moving or any(tap.moving for tap in self.taps.values())

    def step(self, dt_s: float) -> None:
        """Let time pass in the room, seconds; in small pieces while something moves."""
        with self.lines.lock:
            pieces = max(1, ceil(dt_s / PIECE_S)) if self.moving else 1
            for _ in range(pieces):
                self._step(dt_s / pieces)

    def truth(self) -> RoomTruth:
        """Return everything that is really so."""
        with self.lines.lock:
            return RoomTruth(
                self.lines.clock(),
                self.door.truth(),
                {name: tap.truth() for name, tap in self.taps.items()},
                {name: socket.truth() for name, socket in self.sockets.items()},
                {name: appliance.truth() for name, appliance in self.appliances.items()},
                slots=self.locker.truth(), fridge=self.fridge.truth() if self.fridge else None,
            )

    # --- what people do ---

    def pull_door(self, hold_s: float = PASS_S) -> bool:
        """Pull at the outside for some time; return whether the door gives now (a puller may be let in later)."""
        return self._take(Hand.OUTSIDE, hold_s)

    def push_out(self, hold_s: float = PASS_S, *, press: bool = True) -> bool:
        """Leave: press the exit button, unless not, and push the inner handle, which always opens."""
        if press:
            self.press_exit(EXIT_PRESS_S)
        return self._take(Hand.INSIDE, hold_s)

    def hold_door(self, seconds: float = FOREVER_S) -> bool:
        """Keep a hand on the door from the inside; return whether it gives, which it does."""
        return self._take(Hand.INSIDE, seconds)

    def let_go(self) -> None:
        """Take all hands off the door; the spring closes it."""
        with self.lines.lock:
            self.door.let_go()

    def force_door(self, hold_s: float = PASS_S) -> bool:
        """Break the door open from outside."""
        with self.lines.lock:
            self.door.force()
            return self._take(Hand.OUTSIDE, hold_s)

    def press_exit(self, seconds: float = EXIT_PRESS_S) -> None:
        """Press the exit button for some time. It is wired to the strike."""
        with self.lines.lock:
            self.door.press_exit(self.now, seconds)

    def plug(self, socket: str, load: Load | str) -> None:
        """Plug something in: a Load, or the name of a usual one (LOADS)."""
        with self.lines.lock:
            self.sockets[socket].load = LOADS[load]() if isinstance(load, str) else load

    def unplug(self, socket: str) -> None:
        """Pull the plug."""
        with self.lines.lock:
            self.sockets[socket].load = None

    def _step(self, dt_s: float) -> None:
        self.now += dt_s
        self.door.step(dt_s, self.now)
        for tap in self.taps.values():
            tap.step(dt_s)
        for socket in self.sockets.values():
            socket.step(dt_s)
        for appliance in self.appliances.values():
            appliance.step(dt_s)
        for strip in self.strips.values():
            strip.step()
        if self.fridge:
            self.fridge.step(dt_s)

    def _take(self, hand: Hand, hold_s: float) -> bool:
        with self.lines.lock:
            return self.door.take(hand, self.now, hold_s)


class RoomClock:
    """Steps rooms in real time, each 20 ms, on one thread of its own."""

    def __init__(self, *rooms: Room) -> None:
        self._rooms = rooms
        self._ended = Event()
        self._thread = Thread(target=self._run, name="twin-rooms", daemon=True)

    def start(self) -> None:
        """Let time pass."""
        self._thread.start()

    def stop(self) -> None:
        """Stop time; returns when the thread has ended."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        last = time.monotonic()
        while not self._ended.wait(CLOCK_STEP_S):
            now = time.monotonic()
            for room in self._rooms:
                room.step(now - last)
            last = now
