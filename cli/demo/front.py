"""One station as it is in the field: its room in one process, guard and agent each in another, and hands that act in the room."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.demo.children import Child, last_after
from cli.demo.client import call
from cli.demo.progress import DemoFailed
from contract.config import StationConfig
from twin import first_stock
from twin.remote import RoomControl, RoomProcess

LONGEST_SOCKET_PATH = 90
"""A Unix socket's path may have 107 characters; deep folders get a short one under the temporary folder."""


class FrontDoor:
    """Room, guard and agent of one station."""

    def __init__(self, folder: Path, config: StationConfig, password: Path, seed: int) -> None:
        """`password`: file with the station's MQTT password."""
        self.config, self.folder = config, folder / config.station
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._password, self._seed = password, seed
        self._sockets = _short(self.folder)
        self._config_file = self.folder / "station.json"
        self._config_file.write_text(config.model_dump_json(indent=1))

    def start(self) -> None:
        """Room first, then the guard, then the agent; the agent's page is awaited by wait()."""
        room, guard = str(self._sockets / "room"), str(self._sockets / "guard")
        stocked = first_stock.enter(self.config, self.folder)
        self._room = RoomProcess(self._config_file, Path(room), seed=self._seed)
        self.room.ask("stock", pieces=stocked)
        self.guard = Child(
            "guard", "twin.guard", ["--room", room, "--socket", guard, "--table", str(self.folder / "outputs.json")], self.folder
        )
        chosen = ["--config", str(self._config_file), "--folder", str(self.folder), "--guard", guard]
        self.agent = Child("agent", "twin.agent", [*chosen, "--password-file", str(self._password), "--room", room], self.folder)

    def wait(self) -> None:
        """Until the page answers, and the camera where there is one. Raises: DemoFailed."""
        self.url = self.agent.wait_for("its touch-screen page", last_after("touch screen: "))
        if self.config.camera:
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
                shown = self.screen() if self.agent.alive() else {"notice": "nothing", "refusal": None, "stop": None}
                raise DemoFailed(
                    f"{what}: not within {seconds:g} s; the screen says {shown['notice']} {shown['refusal'] or shown['stop'] or ''}\n{self.agent.tail()}"
                )
            time.sleep(0.05)

    def mend(self) -> str | None:
        """Start again what ended, as a supervisor would; words when something had."""
        for child in (self.guard, self.agent):
            if not child.alive():
                child.start()
                return f"the {child.name} of {self.config.station} had ended and was started again (log: {child.log})"
        return None

    def stop(self) -> None:
        """The agent first, so that it says goodbye."""
        for child in ("agent", "guard"):
            if hasattr(self, child):
                getattr(self, child).stop()
        if hasattr(self, "_room"):
            self._room.stop()
        if self._sockets != self.folder:
            shutil.rmtree(self._sockets, ignore_errors=True)


def _short(folder: Path) -> Path:
    return folder if len(str(folder)) < LONGEST_SOCKET_PATH else Path(tempfile.mkdtemp(prefix="kiosk-"))
