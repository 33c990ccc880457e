"""A station and its room, in one process with others like it: the code that runs on a Pi, in real time, for a fleet."""

from pathlib import Path

from contract.config import LinkConfig, StationConfig
from edge.adapters.mqtt import MqttLink
from edge.build import Fittings
from edge.domain.messages import CameraChanged, FacesChanged, Input, Post
from edge.domain.screen import Screen
from edge.ports import Clock
from edge.running import Running
from twin import first_stock
from twin.cables import Cable
from twin.expander import with_expanders
from twin.faults import Faults
from twin.fittings import w1_beside, with_fridge
from twin.pins import TwinFactory
from twin.room import Room
from twin.surroundings import NoFaces, TwinGuard


class House:
    """`room` is what is true; `screen` is what people see. `start` and `stop` once each."""

    def __init__(self, config: StationConfig, folder: Path, password: str, clock: Clock, cable: Cable, seed: int) -> None:
        """Opens the station's files in `folder`, which is made; nothing runs yet."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.config, self.cable, self._clock = config, cable, clock
        self._pins = TwinFactory(threaded=True)
        self.room = Room.from_config(config, self._pins, seed, w1_beside(folder / "room"))
        first_stock.put(self.room, first_stock.enter(config, folder))
        self.faults = Faults(self.room)
        self._tracks = 0
        fit = Fittings(
            pin_factory=with_expanders(self._pins), clock=clock,
            link=lambda link, station, will, post: MqttLink(_through(cable, link), station, password, will, post),
            heart=TwinGuard(lambda: with_expanders(TwinFactory(lines=self._pins.room_side))).joined,
            faces=lambda camera, frames, post: NoFaces(lambda: _camera_works(post)),
        )  # fmt: skip
        self._running = Running(config, folder, with_fridge(fit, w1_beside(folder / "room")))

    @property
    def screen(self) -> Screen:
        """What the touch screen would show."""
        return self._running.assembly.station.screen

    @property
    def door_is_free(self) -> bool:
        """Shut, and nobody is being let in or out."""
        return not (self.room.door.is_open or self.room.lock_released)

    def start(self) -> None:
        """Claim the lines and begin."""
        self._running.start()

    def stop(self) -> None:
        """Everything off and closed. Some seconds at most."""
        self._running.stop()
        self._pins.close()

    def post(self, heard: Input) -> None:
        """As the touch screen or the face process does."""
        self._running.assembly.inbox.put(heard)

    def track(self) -> int:
        """A number for one more face before the camera."""
        self._tracks += 1
        return self._tracks


def _through(cable: Cable, link: LinkConfig) -> LinkConfig:
    """Whatever address a configuration gives: between station and broker lies the cable."""
    return link.model_copy(update={"host": "127.0.0.1", "port": cable.port})


def _camera_works(post: Post) -> None:
    post(CameraChanged(True, ""))
    post(FacesChanged(True, ""))
