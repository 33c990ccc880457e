"""What `kiosk bench rollout` measures in: a broker, a cloud, a folder of layers, keys, and light stations, each a process of its own."""

from __future__ import annotations

import copy
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from cli import config_city, config_tree, keys
from cli.broker import CLOUD, start
from cli.broker.accounts import write_private
from cli.config_city import City
from cli.demo.children import Child, last_after
from cli.places import ROOT

USER, PASSWORD = "lin", "two thousand doors in one go"
EXAMPLES = {"norrowick": 1930, "saltmere": 30}
LONGEST_S = 300.0


@dataclass
class Done:
    """A command of the CLI that ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Used:
    """Peak of resident memory in MiB, and CPU time in s."""

    peak_rss_mb: float
    cpu_s: float


@dataclass
class Town:
    """`with Town(folder, 2000, 30.0) as town`: everything runs, and nobody has been sent anything."""

    folder: Path
    count: int
    speed: float
    kind: str = "nats"
    layers: Path = field(init=False)

    def __enter__(self) -> Town:
        self._held = ExitStack()
        with self._held:
            self.layers = layers(self.folder / "layers", self.count)
            tree = config_tree.load(self.layers)
            contents = {one.station: tree.content(one.station) for one in tree.stations()}
            self.broker = start(self.folder / "broker", contents, self.kind)
            self._held.callback(self.broker.stop)
            self._start_cloud()
            keys.init(self.folder / "trust", ["a", "b", "c"], lambda name: None)
            self._start_stations(contents)
            self._held = self._held.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held.close()

    def kiosk(self, *words: str, given: str = "") -> Done:
        """A command, as a person at another computer types it."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("SMART_STATION_")}  # which may name another cloud
        environment = {**own, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(self.folder / "home"), "XDG_RUNTIME_DIR": str(self.folder)}
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words], input=given, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=LONGEST_S, check=False
        )
        return Done(done.returncode, done.stdout.strip(), done.stderr.strip())

    def change(self) -> None:
        """In the layers: another unlock time for everybody who has none of their own."""
        file = self.layers / "defaults.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("unlock_s: 5", "unlock_s: 4.5", 1), encoding="utf-8")

    def log_in(self) -> None:
        """And give the cloud its root."""
        self.must("login", "--server", self.url, "--user", USER, "--password-stdin", given=PASSWORD)
        self.must("keys", "push", str(self.folder / "trust"))

    def must(self, *words: str, given: str = "") -> str:
        """What it printed. Raises: RuntimeError."""
        done = self.kiosk(*words, given=given)
        if done.code:
            raise RuntimeError(f"kiosk {' '.join(words)}: {done.code}: {done.err[-1000:]}")
        return done.out

    def told(self) -> dict[str, Any]:
        """What the stations counted. They end."""
        self.stations.close_input()
        return dict(json.loads(self.stations.wait_for("its numbers", lambda text: text.splitlines()[-1] if text.rstrip().endswith("}") else None)))

    def used(self) -> dict[str, Used]:
        """By each process until now; of the commands that ended, the memory of the largest and the time of all."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        commands = Used(round(ended.ru_maxrss / 1024, 1), ended.ru_utime + ended.ru_stime)
        processes = {"cloud": self.cloud.pid, "broker": self.broker.pid, "stations": self.stations.pid}
        return {**{name: used(pid) for name, pid in processes.items()}, "kiosk": commands}

    def _start_cloud(self) -> None:
        folder = self.folder / "cloud"
        folder.mkdir()
        write_private(folder / "password", self.broker.password(CLOUD) + "\n")
        settings = {
            "DATA": str(folder), "PORT": "0", "BROKER_HOST": self.broker.host, "BROKER_PORT": str(self.broker.port),
            "BROKER_PASSWORD_FILE": str(folder / "password"),
        }  # fmt: skip
        environment = {f"SMART_STATION_CLOUD_{name}": value for name, value in settings.items()}
        words = [sys.executable, "-m", "cloud", "user", "add", USER, "--role", "admin"]
        subprocess.run(words, input=PASSWORD + "\n", text=True, cwd=ROOT, env={**os.environ, **environment}, check=True, capture_output=True)
        self.cloud = Child("cloud", "cloud", [], folder, environment)
        self._held.callback(self.cloud.stop)
        self.url = "http://" + self.cloud.wait_for("its address", last_after("cloud: http://"))

    def _start_stations(self, contents: Mapping[str, dict[str, Any]]) -> None:
        file = self.folder / "stations.json"
        rows = [
            {"host": self.broker.host, "port": self.broker.port, "password": self.broker.password(name), "config": before(content, number)}
            for number, (name, content) in enumerate(contents.items())
        ]
        write_private(file, json.dumps(rows))
        words = ["--stations", str(file), "--root", str(self.folder / "trust" / "root.json"), "--speed", str(self.speed)]
        self.stations = Child("stations", "twin.light_fleet", words, self.folder)
        self._held.callback(self.stations.stop)
        self.stations.wait_for("the stations", last_after("ready: "), LONGEST_S)


def layers(folder: Path, count: int) -> Path:
    """A folder like firmware_config: its own two cities and one of as many more as are missing, or a small city alone."""
    source = ROOT / "firmware_config"
    folder.mkdir()
    shutil.copy(source / "defaults.yaml", folder)
    shutil.copytree(source / "grades", folder / "grades")
    missing = count
    if count > sum(EXAMPLES.values()):
        missing -= sum(EXAMPLES.values())
        for name in EXAMPLES:
            shutil.copytree(source / "cities" / name, folder / "cities" / name)
    city = City("testford", ("east", "west"), 1, missing // 20, missing // 20, missing - 1 - 2 * (missing // 20))
    for name, text in config_city.files(city):
        path = folder / "cities" / city.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def before(content: dict[str, Any], number: int) -> dict[str, Any]:
    """What a station was provisioned with: another unlock time, which is taken while it runs; one of ten speaks another language, which is built anew."""
    config = copy.deepcopy(content)
    config["door"] = {**config.get("door", {}), "unlock_s": 3}
    if number % 10 == 0:
        config["language"] = "en" if config.get("language", "zh") == "zh" else "zh"
    return config


def used(pid: int) -> Used:
    """Of this process, by the kernel; nothing where it is not Linux."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return Used(0.0, 0.0)
    peak_kb = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return Used(round(peak_kb / 1024, 1), (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK"))
