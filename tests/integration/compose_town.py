"""Starts what docker-compose.yml would start, without containers: the same commands, configuration files and environment, in the same order.

Paths inside containers become folders of the test, names of services become loopback and a free port. Ends what it started, by process id.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text

from cli.broker import mosquitto, nats
from cli.broker.engine import free_port
from tests import compose
from tests.compose import ROOT, Service
from tests.integration.databases import postgres
from tests.series_servers import influxd
from tests.servers import find

END_S = 20.0


@dataclass
class Town:
    """`places`: HOST:PORT between services -> where that is here."""

    folder: Path
    env: dict[str, str]
    places: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.services = compose.services(self.env)

    @property
    def cloud(self) -> str:
        """Its address."""
        return f"http://{self.places['cloud:8000']}"

    def log(self, name: str) -> str:
        """What a service said, its end."""
        file = self.folder / f"{name}.log"
        return file.read_text(errors="replace")[-3000:] if file.exists() else ""

    def run(self, name: str, *words: str) -> str:
        """One that ends by itself, or other words for its program; what it said. Fails when it does not end well."""
        command, environment = self._command(name, list(words) or self.services[name].command), self._environment(name)
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self, name: str) -> None:
        """One that stays; returns when its own health check says so."""
        service = self.services[name]
        where = self.placed(service, service.raw.get("working_dir", "")) or ROOT
        with (self.folder / f"{name}.log").open("wb") as log:
            command = self._command(name, service.command)
            self.running[name] = subprocess.Popen(command, env=self._environment(name), cwd=where, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.until(f"{name} is well", lambda: self.is_well(name), 90.0)

    def is_well(self, name: str) -> bool:
        """By the health check of the file; where its program is not here, by the same question."""
        service, child = self.services[name], self.running[name]
        assert child.poll() is None, f"{name} ended with {child.returncode}:\n{self.log(name)}"
        words = [self.placed(service, word) for word in service.health]
        try:
            match words[0]:
                case "wget":
                    urllib.request.urlopen(words[-1], timeout=4).close()
                case "nc":
                    socket.create_connection(("127.0.0.1", int(self.places["broker:1883"].partition(":")[2])), timeout=2).close()
                case _:
                    ask = subprocess.run([sys.executable, *words[1:]], env=self._environment(name), cwd=ROOT, capture_output=True, timeout=30)
                    return ask.returncode == 0
        except OSError:
            return False
        return True

    def until(self, what: str, true: Callable[[], bool], seconds: float) -> None:
        """Fails, with what all said, when it does not become true in time."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds:g} s: {what}\n" + "\n".join(f"--- {name}\n{self.log(name)}" for name in self.running))
            time.sleep(0.25)

    def end(self) -> dict[str, int]:
        """All, in the opposite order; their exit codes."""
        return {name: self._end(child) for name, child in reversed(self.running.items())}

    def placed(self, service: Service, word: str) -> str:
        """A word of a command or of the environment, for this computer."""
        mounts = {mount.target: self.folder / "volumes" / mount.source for mount in service.mounts} | {"/tmp": self.folder / f"{service.name}-tmp"}
        for target, folder in mounts.items():
            if word == target or word.startswith(f"{target}/"):
                folder.mkdir(parents=True, exist_ok=True)
                return f"{folder}{word.removeprefix(target)}"
        inside = {target: folder for target, folder in mounts.items() if target.startswith(f"{word}/") and word.startswith("/")}
        for target, folder in inside.items():  # a folder whose folders are mounts
            link = self.folder / f"{service.name}-links" / target.strip("/")
            link.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(parents=True, exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(folder)
        if inside:
            return str(self.folder / f"{service.name}-links" / word.strip("/"))
        for place, here in self.places.items():
            word = word.replace(f"{place}/", f"{here}/") if f"{place}/" in word else here if word == place else word
            word = word.removesuffix(place) + here if word.endswith(f"//{place}") else word
        return word

    def _command(self, name: str, words: list[str]) -> list[str]:
        service = self.services[name]
        placed = [self.placed(service, word) for word in words]
        broker_host, _, broker_port = self.places["broker:1883"].partition(":")
        more: list[str] = []
        if words[:1] == ["containers"] and name == "setup":
            more = ["--host", broker_host, "--port", broker_port, "--monitor", self.places["127.0.0.1:8222"].partition(":")[2]]
        elif name.startswith("station-"):
            placed[placed.index("--broker") + 1] = broker_host
            more = ["--port", broker_port]
        programs = {"nats-server": nats.program, "/usr/sbin/mosquitto": mosquitto.program}
        if words[0] in programs:
            return [str(programs[words[0]]()), *placed[1:]]
        return [sys.executable, "-P", "-m", "cli", *placed, *more]

    def _environment(self, name: str) -> dict[str, str]:
        service = self.services[name]
        given = {key: self.placed(service, value) for key, value in service.environment.items()}
        if name == "cloud":
            prefix = "SMART_STATION_CLOUD_"
            host, _, port = self.places["broker:1883"].partition(":")
            given |= {f"{prefix}BROKER_HOST": host, f"{prefix}BROKER_PORT": port}
            given |= {f"{prefix}HOST": "127.0.0.1", f"{prefix}PORT": self.places["cloud:8000"].partition(":")[2]}
        plain = {key: value for key, value in os.environ.items() if not key.startswith("SMART_STATION_")}
        return {**plain, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **given}

    def _end(self, child: subprocess.Popen[bytes]) -> int:
        child.terminate()
        try:
            return child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()


@contextmanager
def town(folder: Path, **changed: str) -> Iterator[Town]:
    """Databases run; nothing of ours does yet. PostgreSQL and InfluxDB where they are installed, else a file, which is said. `changed`: values of .env."""
    subprocess.run(["sh", ROOT / "deploy/make-env.sh", folder / "env"], check=True, capture_output=True)
    env = compose.read_env((folder / "env").read_text()) | changed
    here = {place: f"127.0.0.1:{free_port()}" for place in ("broker:1883", "cloud:8000", "127.0.0.1:8222")}
    made = Town(folder, env, here | {"127.0.0.1:8000": here["cloud:8000"]})
    try:
        with _database(made), _series(made):
            yield made
            made.end()
    finally:
        for child in made.running.values():
            if child.poll() is None:
                child.kill()
                child.wait()


@contextmanager
def _database(made: Town) -> Iterator[None]:
    if find("postgres") is None:
        print("no PostgreSQL here: the ledger is a file")
        _exchange(made, "DATABASE_URL", "")
        yield
        return
    with postgres() as url:
        service = made.services["database"].environment
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE ROLE {service['POSTGRES_USER']} LOGIN PASSWORD '{service['POSTGRES_PASSWORD']}'"))
            connection.execute(text(f"CREATE DATABASE {service['POSTGRES_DB']} OWNER {service['POSTGRES_USER']}"))
        engine.dispose()
        at = url.partition("@")[2].partition("/")[0]
        for name in ("setup", "cloud"):
            environment = made.services[name].raw["environment"]
            key = "SMART_STATION_CLOUD_DATABASE_URL"
            environment[key] = environment[key].replace("@database:5432/", f"@{at}/")
        yield


@contextmanager
def _series(made: Town) -> Iterator[None]:
    if find("influxd") is None:
        print("no InfluxDB here: points go to a file")
        for name in ("SERIES_URL", "SERIES_TOKEN_FILE"):
            _exchange(made, name, "")
        _exchange(made, "SERIES", "embedded")
        yield
        return
    with influxd(made.folder / "influx") as server:
        made.places["series:8086"] = f"127.0.0.1:{server.port}"
        yield


def _exchange(made: Town, name: str, value: str) -> None:
    for service in made.services.values():
        environment = service.raw.get("environment", {})
        if f"SMART_STATION_CLOUD_{name}" in environment:
            environment[f"SMART_STATION_CLOUD_{name}"] = value
