"""Broker, cloud, database and stations, each a process of its own, of which one after another is killed and started again.

`with Storm(...) as storm: storm.rounds(100); storm.drain(); storm.books.differences()`. What is killed and how long it stays away comes
from a seed.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy.exc import DBAPIError

from cli.broker import CLOUD, RunningBroker
from cli.broker.accounts import write_private
from cli.broker.engine import Engine
from cli.demo.children import Child, last_after
from cli.demo.client import call
from tests.integration.books import Books
from tests.integration.databases import Database, Mend
from tests.integration.forked_stations import ForkedStations

STATIONS = ("st-1", "st-2", "st-3")
VICTIMS = {"broker": 3, "cloud": 2, "database": 2, "station": 3}
"""And how often each, relative to the others: a cloud takes seconds to start."""
TWO_AT_ONCE = 0.2
AWAY_S, BETWEEN_S = (0.0, 2.0), (0.1, 0.7)
LOOK_S = 0.2
DRAIN_S = 150.0
STILL_S = 3.0
RATE_HZ = 20.0


@dataclass
class Recovery:
    """Over when everything that was committed at the time of the restart is in the cloud."""

    victim: str
    since: float
    marks: dict[str, int]


@dataclass
class Watch:
    """Looks at stations and cloud all the time; `took` is s from each restart to recovery, other victims in between included."""

    books: Books
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _open: list[Recovery] = field(default_factory=list)

    def restarted(self, victim: str) -> Recovery:
        """Begin to count."""
        recovery = Recovery(victim, time.monotonic(), self.books.newest())
        self._open.append(recovery)
        return recovery

    def look(self) -> None:
        """Close what is recovered."""
        with suppress(DBAPIError):
            upto = self.books.acknowledged()
            for one in list(self._open):
                if all(upto[name, "fact"] >= mark for name, mark in one.marks.items()):
                    self._open.remove(one)
                    self.took[one.victim].append(time.monotonic() - one.since)

    def until(self, recovery: Recovery, seconds: float) -> None:
        """Wait for this one."""
        until = time.monotonic() + seconds
        while recovery in self._open:
            self.look()
            assert time.monotonic() < until, f"{recovery} is not over after {seconds:g} s: {self.books.acknowledged()}"
            time.sleep(LOOK_S)

    def for_some(self, seconds: float) -> None:
        """Look on for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.look()
            time.sleep(min(LOOK_S, left))


class Storm:
    """Everything runs inside the `with`."""

    def __init__(
        self, folder: Path, engine: Engine, database: Database, seed: int, rate_hz: float = RATE_HZ, cloud_module: str = "cloud",
        deletes_early: bool = False, ports: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        """`ports`: where "cloud" and stations find the broker, when it is not the broker's own."""
        self.folder, self.chance = folder, Random(seed)
        self._database, self._rate, self._module, self._early, self._ports = database, rate_hz, cloud_module, deletes_early, ports or {}
        self.broker = RunningBroker(engine, folder / "broker")
        self.books = Books(folder, STATIONS, database.direct)
        self.watch = Watch(self.books)
        self.victims: Counter[str] = Counter()

    def __enter__(self) -> Storm:
        self.books.open()
        for name in STATIONS:
            self.broker.accounts.add(name)
        with ExitStack() as undo:
            undo.callback(self.broker.stop)
            self.broker.start()
            self.stations = ForkedStations()
            undo.callback(self.stations.close)
            self.cloud = self._cloud()
            undo.callback(self.cloud.stop)
            token = self.cloud.wait_for("its first token", last_after("first token, shown only now: "))
            call("PUT", f"{self.url}api/v1/people/p-1", {"number": "1001", "pin": "2468"}, token)
            for name in STATIONS:
                self._start_station(name, self._rate)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    @property
    def url(self) -> str:
        """Of the cloud that runs now."""
        return "http://" + self.cloud.wait_for("its address", last_after("cloud: http://"))

    def rounds(self, number: int) -> None:
        """Each kills one or two, at random, and starts them again at once or after up to 2 s."""
        for count in range(number):
            self.supervise()
            chosen = set(self.chance.choices(list(VICTIMS), list(VICTIMS.values()), k=2 if self.chance.random() < TWO_AT_ONCE else 1))
            hits = [(victim, *self._hit(victim)) for victim in sorted(chosen)]
            away_s = self.chance.choice([0.0, self.chance.uniform(*AWAY_S)])
            print(f"round {count + 1}: {', '.join(f'{victim} {what}' for victim, what, _ in hits)}; back after {away_s:.1f} s", flush=True)
            time.sleep(away_s)
            self.chance.shuffle(hits)
            for victim, _, mend in hits:
                mend()
                self.watch.restarted(victim)
            self.watch.for_some(self.chance.uniform(*BETWEEN_S))

    def one(self, victim: str, away_s: float) -> Recovery:
        """Only this one; it is back on return."""
        _, mend = self._hit(victim)
        time.sleep(away_s)
        mend()
        return self.watch.restarted(victim)

    def quiet(self) -> None:
        """No more facts are made: every station is killed once more, and begins again to do nothing."""
        for name in STATIONS:
            self.stations.kill(name)
            self._start_station(name, 0.0)

    def drain(self) -> None:
        """quiet(), and wait until stations hold nothing and the cloud has acknowledged all."""
        self.quiet()
        until = time.monotonic() + DRAIN_S
        while not self.books.drained():
            self.supervise()
            self.watch.look()
            assert time.monotonic() < until, f"not drained in {DRAIN_S:g} s: {self.books.held()} {self.books.acknowledged()}\n{self.tails()}"
            time.sleep(LOOK_S)

    def settle(self) -> None:
        """As drain, for sabotaged parts: until stations believe that all is acknowledged, and nothing moves in the cloud any more."""
        self.quiet()
        until, before = time.monotonic() + DRAIN_S, -1
        while any(map(sum, self.books.held().values())) or before != (before := len(self.books.rows())):
            assert time.monotonic() < until, f"stations hold {self.books.held()}\n{self.tails()}"
            time.sleep(STILL_S)

    def supervise(self) -> None:
        """As systemd or a container's restart rule does: a cloud that finds no database at its start says so and ends."""
        if not self.cloud.alive():
            self.cloud.start()

    def report(self) -> str:
        """For who reads the output of the test."""
        slow = {victim: f"{max(times):.1f} s" for victim, times in sorted(self.watch.took.items())}
        found = self.books.differences()
        counts = f"facts {self.books.newest()}; batches {self.books.newest('batch')}"
        return f"killed {dict(self.victims)}; {counts}; longest recovery {slow}; {found if found else 'no difference'}"

    def logs(self) -> dict[str, str]:
        """Everything that cloud and stations said, by file."""
        files = [self.cloud.log, *(self.books.home(name) / "station.log" for name in STATIONS)]
        return {str(file): file.read_text(errors="replace") for file in files if file.exists()}

    def tails(self) -> str:
        """Last words of everybody."""
        return "\n".join(f"--- {name}\n" + "\n".join(text.splitlines()[-12:]) for name, text in self.logs().items())

    def _hit(self, victim: str) -> tuple[str, Mend]:
        self.victims[victim] += 1
        match victim:
            case "broker":
                self.broker.kill()
                return "killed", self.broker.start
            case "cloud":
                os.kill(self.cloud.pid, signal.SIGKILL)
                while self.cloud.alive():
                    time.sleep(0.002)
                return "killed", self.cloud.start
            case "database":
                return self._database.hit(self.chance)
            case _:
                name = self.chance.choice(STATIONS)
                self.stations.kill(name)
                return f"{name} killed", lambda: self._start_station(name, self._rate)

    def _start_station(self, name: str, rate_hz: float) -> None:
        port = self._ports.get(name, self.broker.port)
        self.stations.start(name, self.books.home(name), self.broker.password(name), port, rate_hz, self._early)

    def _cloud(self) -> Child:
        home = self.folder / "cloud"
        home.mkdir(exist_ok=True)
        write_private(home / "password", self.broker.password(CLOUD) + "\n")
        settings = {
            "DATA": str(home), "PORT": "0", "BROKER_HOST": "127.0.0.1", "BROKER_PORT": str(self._ports.get("cloud", self.broker.port)),
            "BROKER_PASSWORD_FILE": str(home / "password"), "DATABASE_URL": self._database.url,
        }  # fmt: skip
        return Child("cloud", self._module, [], home, {f"SMART_STATION_CLOUD_{name}": value for name, value in settings.items()})
