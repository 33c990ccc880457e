"""The demo's control channel: hands each question to the room of station 1 or to the fleet. Camera and broker, with their faults, are this process's own."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cli.demo import outage, running
from cli.demo.front import FrontDoor
from cli.demo.outage import BrokerDown
from twin import control
from twin.camera import Camera
from twin.fault_desk import CAMERA, FaultRow, Planted
from twin.faults import meaning
from twin.remote import RoomGone


class Desk:
    """`path`: the socket to make. `fleet`: the control socket of the other stations, None where there are none."""

    def __init__(
        self, path: Path, front: FrontDoor, camera: Camera, broker: BrokerDown, stations: list[str], fleet: Path | None,
        ops: running.RemoteOps | None = None,
    ) -> None:  # fmt: skip
        self._broker = broker
        self._path, self._front, self._camera, self._stations, self._fleet = path, front, camera, stations, fleet
        self._ops, self._unplugged = ops, Planted()
        self._server = control.ControlServer(path, self._safely, self._tick)

    def start(self) -> None:
        """Serve, and say where."""
        self._server.start()
        running.write(running.Running(os.getpid(), str(self._path), tuple(self._stations), self._ops))

    def stop(self) -> None:
        """Nothing is left."""
        running.remove(os.getpid())
        self._server.stop()

    def answer(self, message: Mapping[str, Any]) -> object:
        """To one question; `station` is the first one where it says nothing. Raises: ValueError, RoomGone, ControlGone."""
        if message.get("name") == outage.NAME and message.get("op") in ("plant", "clear"):
            self._on_broker(message)
            return None
        asked = {"station": self._stations[0], **message}
        station = asked.pop("station")
        if station not in self._stations:
            raise ValueError(f"no station is called {station}; there are: {', '.join(self._stations)}")
        if station != self._stations[0]:
            if self._fleet is None:
                raise ValueError(f"only {self._stations[0]} can be broken in this demo")
            return self._with_broker(asked.get("op"), control.ask(self._fleet, station=station, **asked))
        if asked.get("name") == CAMERA and asked.get("op") in ("plant", "clear"):
            self._plug(asked["op"] == "plant", asked.get("target"), asked.get("for_s"))
            return None
        told: Any = self._front.room.ask(**asked)
        return self._with_broker(asked.get("op"), self._with_camera(asked.get("op"), told))

    def _on_broker(self, message: Mapping[str, Any]) -> None:
        """Raises: ValueError."""
        for word in ("target", "station"):
            if message.get(word) is not None:
                raise ValueError(f"{outage.NAME} takes no {word}: the broker is that of all stations")
        if message["op"] == "plant":
            self._broker.plant(message.get("for_s"))
        else:
            self._broker.clear()

    def _with_broker(self, op: object, told: Any) -> Any:
        row = self._broker.row()
        if op == "faults":
            return sorted([*told, asdict(row)], key=lambda each: each["name"])
        if op == "clear_all" and row.planted:
            self._broker.clear()
            return told + 1
        return told

    def _with_camera(self, op: object, told: Any) -> Any:
        if op == "faults":
            row = FaultRow(CAMERA, meaning(CAMERA), [], True, self._unplugged.of(CAMERA), self._unplugged.left_s(CAMERA))
            return sorted([*told, asdict(row)], key=lambda each: each["name"])
        if op == "clear_all" and self._unplugged.all():
            self._plug(False, None, None)
            return told + 1
        return told

    def _plug(self, broken: bool, target: str | None, for_s: float | None) -> None:
        if target is not None:
            raise ValueError(f"{CAMERA} takes no target: it is the room's as a whole")
        if broken:
            self._unplugged.add(CAMERA, None, for_s)
            self._camera.unplug()
        else:
            self._unplugged.drop(CAMERA, None)
            self._camera.plug()

    def _safely(self, message: Mapping[str, Any]) -> object:
        try:
            return self.answer(message)
        except (RoomGone, control.ControlGone) as error:
            raise ValueError(f"the station does not answer: {error}") from error

    def _tick(self) -> None:
        if self._unplugged.due():
            self._plug(False, None, None)
