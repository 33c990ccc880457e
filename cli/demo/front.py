"""Station 1 of the demo: its room in one process, guard and agent each in another, a camera here, and hands that act in the room."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.demo.children import Child, line_after
from cli.demo.client import call
from cli.demo.progress import DemoFailed
from contract.config import StationConfig, check
from edge.build import gallery_path
from twin.camera import Camera
from twin.remote import RoomControl, RoomProcess

LONGEST_SOCKET_PATH = 90
"""A Unix socket's path may have 107 characters; deep folders get a short one under the temporary folder."""


class FrontDoor:
    """Everything of station 1."""

    def __init__(self, folder: Path, station: str, names: dict[str, str], broker: tuple[str, int, Path], webcam: str | None, seed: int) -> None:
        self.folder, self.station = folder / station, station
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sockets = _short(self.folder)
        self.camera = Camera(seed=seed)
        self.camera.start()
        host, port, self._password = broker
        self.config = _layout(station, names, (host, port), webcam or self.camera.url)
        self._config_file = self.folder / "station.json"
        self._config_file.write_text(self.config.model_dump_json(indent=1))
        self._seed = seed
        self.templates = gallery_path(self.folder)

    def start(self) -> None:
        """Room first, then the guard, then the agent; the agent's page is awaited by wait()."""
        room, guard = str(self._sockets / "room"), str(self._sockets / "guard")
        self._room = RoomProcess(self._config_file, Path(room), seed=self._seed)
        self.guard = Child("guard", "twin.guard", ["--room", room, "--socket", guard, "--table", str(self.folder / "outputs.json")], self.folder)
        chosen = ["--config", str(self._config_file), "--folder", str(self.folder), "--guard", guard]
        self.agent = Child("agent", "twin.agent", [*chosen, "--password-file", str(self._password), "--room", room], self.folder)

    def wait(self) -> None:
        """Until the page answers. Raises: DemoFailed."""
        self.url = self.agent.wait_for("its touch-screen page", line_after("touch screen: "))
        self.until("the camera and the face process", lambda: bool(self.screen()["face"]), 30.0)

    @property
    def room(self) -> RoomControl:
        """Hands and eyes in the room."""
        return self._room.control

    def screen(self) -> dict[str, Any]:
        """What the touch screen shows."""
        answer: dict[str, Any] = call("GET", f"{self.url}api/screen")
        return answer

    def press(self, **intent: object) -> None:
        """A finger on the touch screen."""
        call("POST", f"{self.url}api/intent", intent)

    def until(self, what: str, done: Callable[[], bool], seconds: float) -> None:
        """Raises: DemoFailed, with what the screen said, when it takes longer."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                shown = self.screen()
                raise DemoFailed(f"{what}: not within {seconds:g} s; the screen says {shown['notice']} {shown['reason']}\n{self.agent.tail()}")
            time.sleep(0.05)

    def mend(self) -> str | None:
        """Start again what ended, as a supervisor would; words when something had."""
        for child in (self.guard, self.agent):
            if not child.alive():
                child.start()
                return f"the {child.name} of {self.station} had ended and was started again (log: {child.log})"
        return None

    def stop(self) -> None:
        """The agent first, so that it says goodbye."""
        for child in ("agent", "guard"):
            if hasattr(self, child):
                getattr(self, child).stop()
        if hasattr(self, "_room"):
            self._room.stop()
        self.camera.stop()
        if self._sockets != self.folder:
            shutil.rmtree(self._sockets, ignore_errors=True)


def _layout(station: str, names: dict[str, str], broker: tuple[str, int], camera: str) -> StationConfig:
    return check(
        names
        | {
            "station": station,
            "link": {"host": broker[0], "port": broker[1], "keepalive_s": 10},
            "web": {"port": 0},
            "camera": {"source": camera},
            "taps": [{"name": "cold", "valve_pin": 23, "flow_pin": 24}],
            "sockets": [{"name": "1", "relay_pin": 25, "adc_channel": 0}, {"name": "2", "relay_pin": 26, "adc_channel": 1}],
            "telemetry": {"sample_s": 2, "batch": 5},
        }
    )


def _short(folder: Path) -> Path:
    return folder if len(str(folder)) < LONGEST_SOCKET_PATH else Path(tempfile.mkdtemp(prefix="kiosk-"))

