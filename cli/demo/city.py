"""Starts the whole city: broker, cloud, people, station 1 and the fleet; ends it in the opposite order."""

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from cli import broker as brokers
from cli.broker.accounts import write_private
from cli.demo.children import Child, last_after
from cli.demo.client import call
from cli.demo.desk import Desk
from cli.demo.faces import Cast, cast
from cli.demo.front import FrontDoor
from cli.demo.ops import Ops, Ports
from cli.demo.outage import BrokerDown
from cli.demo.progress import DemoFailed, Progress
from cli.demo.waiting import Stations
from cli.places import ROOT
from twin.camera import Camera
from twin.city import STEWARD
from twin.day import city, people

PEOPLE = 60


class City:
    """Everything that runs. `with City(...) as city` starts it and always ends it."""

    def __init__(self, asked: argparse.Namespace, progress: Progress) -> None:
        self._asked, self._progress = asked, progress
        self.folder = _folder(asked.keep)
        self.places = city(asked.stations)
        self._sockets = Path(tempfile.mkdtemp(prefix="kiosk-desk-"))

    def __enter__(self) -> "City":
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stations first, so that they can say goodbye; then cloud, then broker; then the folder."""
        self._progress.say("ending: stations, cloud, broker")
        for child in ("desk", "outage", "fleet", "front", "camera", "cloud", "broker"):
            part = getattr(self, child, None)
            if part:
                part.stop()
        shutil.rmtree(self._sockets, ignore_errors=True)
        if not self._asked.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
            if not any(self.folder.parent.iterdir()):
                self.folder.parent.rmdir()

    def _start(self) -> None:
        names = [place[0] for place in self.places]
        try:
            self.ops = Ops(self.folder)
            self.broker = brokers.start(self.folder / "broker", names, self._asked.broker, port=self.ops.ports.broker)
        except (brokers.BrokerError, brokers.AccountRefused) as error:
            raise DemoFailed(str(error)) from error
        self._progress.say(f"broker: {self.broker.kind} {self.broker.version}, an account for each of {len(names)} stations")
        self._prepare_ops()
        self._start_cloud()
        self._start_front()
        self._progress.say("faces: enrolling from photographs (the first time they are fetched once)")
        self.cast: Cast = cast(self._asked.photos, self.front.folder, self._progress)
        self._enter_people()
        self.front.start()
        self._start_fleet()
        self._progress.say("station 1: waiting for camera, face process and page")
        self.front.wait()
        control = self.fleet_control if len(self.places) > 1 else None
        folders = {name: self.folder / "fleet" / name for name in names[1:]}
        self.outage = BrokerDown(self.broker, Stations({names[0]: self.front.folder, **folders}, lambda: self.cloud_url), self._progress.say)
        self.desk = Desk(self._sockets / "control", self.front, self.camera, self.outage, names, control, self.ops.place(self.cloud_url))
        self.desk.start()

    def _prepare_ops(self) -> None:
        self.camera = Camera(seed=self._asked.seed, port=self.ops.ports.camera)
        self.camera.start()
        ports = Ports(self.broker.port, urlsplit(self.camera.url).port or 0)
        self.ops.prepare(self.places, ports, {"host": self.broker.host, "port": self.broker.port, "keepalive_s": 10}, self._first())

    def _start_cloud(self) -> None:
        folder = self.folder / "cloud"
        folder.mkdir(parents=True, exist_ok=True)
        write_private(folder / "broker.password", self.broker.password(brokers.CLOUD) + "\n")
        settings = {
            "DATA": str(folder), "PORT": "0", "BROKER_HOST": self.broker.host, "BROKER_PORT": str(self.broker.port),
            "BROKER_PASSWORD_FILE": str(folder / "broker.password"), "LATE_S": "90",
        }  # fmt: skip
        environment = {f"SMART_STATION_CLOUD_{name}": value for name, value in settings.items()}
        self.cloud = Child("cloud", "cloud", [], folder, environment)
        self.cloud_url = self.cloud.wait_for("its address", last_after("cloud: http://"))
        self.cloud_url = f"http://{self.cloud_url}"
        self.token = self._token(folder / "token")
        self._progress.say(f"cloud: {self.cloud_url}")
        self.ops.enrol(environment)
        self.ops.introduce(self.cloud_url)
        self._progress.say(f"remote ops: keys, an account, and a signed configuration for each station in {self.ops.folder}")

    def _token(self, kept: Path) -> str:
        """The first one, shown at first start; with --keep it is read again next time."""
        if not kept.exists():
            write_private(kept, self.cloud.wait_for("its first token", last_after("first token, shown only now: ")) + "\n")
        return kept.read_text().strip()

    def _start_front(self) -> None:
        station = self.places[0].station
        password = self.folder / f"{station}.password"
        self.broker.accounts.hand_out(station, password)
        self.front = FrontDoor(self.folder, self.ops.config(station), password, self._asked.seed)
        self.ops.provision(station, self.front.folder)

    def _first(self) -> dict[str, object]:
        """What station 1, with a screen and a camera, has otherwise than the others."""
        return {
            "web": {"port": 0}, "camera": {"source": self._asked.webcam or self.camera.url}, "identity": {"assurance": "face_challenge"},
            "telemetry": {"sample_s": 2, "batch": 5}, "quota": {"water_ml_per_day": 3000, "socket_min_per_day": 480, "bottles_per_day": 2, "shared": True},
        }  # fmt: skip

    def _enter_people(self) -> None:
        """Through the cloud's public API, as an operator would."""
        known = [*self.cast.enrolled, *([self.cast.stranger] if self.cast.stranger else [])]
        entries = [(v.person, v.number, v.pin, v.label) for v in known]
        for person, number, pin, label in [*entries, *people(self._asked.seed, PEOPLE)]:
            call("PUT", f"{self.cloud_url}api/v1/people/{person}", {"number": number, "pin": pin, "label": label}, self.token)
        steward = {"number": STEWARD.number, "pin": STEWARD.pin, "label": STEWARD.label, "role": "steward"}
        call("PUT", f"{self.cloud_url}api/v1/people/{STEWARD.person}", steward, self.token)
        by_face = len(self.cast.enrolled)
        self._progress.say(f"people: {by_face} enrolled by face at station 1, {len(entries) - by_face + PEOPLE} more in the roster")

    def _start_fleet(self) -> None:
        rows = []
        for station, name, town, district in self.places[1:]:
            folder = self.folder / "fleet" / station
            self.ops.provision(station, folder)
            rows.append(
                {
                    "station": station, "name": name, "city": town, "district": district, "host": self.broker.host,
                    "port": self.broker.port, "password": self.broker.password(station), "folder": str(folder),
                }
            )  # fmt: skip
        if not rows:
            return
        write_private(self.folder / "fleet.json", json.dumps(rows))
        arguments = ["--stations", str(self.folder / "fleet.json"), "--seed", str(self._asked.seed), "--speed", str(self._asked.speed), "--people", str(PEOPLE)]
        self.fleet_control = self._sockets / "fleet"
        self.fleet = Child("fleet", "twin.fleet", [*arguments, "--control", str(self.fleet_control), "--until-stdin-closes"], self.folder)
        self._progress.say(f"fleet: {len(rows)} more stations, the same edge code, people by script")


def _folder(keep: Path | None) -> Path:
    if keep:
        keep.mkdir(mode=0o700, parents=True, exist_ok=True)
        return keep.resolve()
    (ROOT / ".demo").mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="run-", dir=ROOT / ".demo"))
