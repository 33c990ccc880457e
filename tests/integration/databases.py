"""The cloud's database as a victim: a SQLite file that somebody else locks and dies, or a PostgreSQL whose connections are cut and killed.

Only processes that this module started are killed, by their id.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Protocol

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.integration.postgres import RunningPostgres
from tests.integration.wire import Fault, Wires

LOCK = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE progress SET upto = upto + 1000000")
db.execute("DELETE FROM facts")
print("locked", flush=True)
time.sleep(60)
"""
Mend = Callable[[], None]


class Database(Protocol):
    """What a storm needs of it."""

    url: str
    """For the cloud."""
    direct: str
    """For who looks on: not through what is cut."""

    def hit(self, chance: Random) -> tuple[str, Mend]:
        """Hurt it: what was done, and what ends it."""
        ...


class SqliteFile:
    """The cloud's own file. Whoever locks it has written lies into it that its death must undo."""

    def __init__(self, path: Path) -> None:
        self.url = self.direct = f"sqlite:///{path}"
        self._path = path

    def hit(self, chance: Random) -> tuple[str, Mend]:
        """Locked until mended, which is a kill -9 in the middle of a transaction."""
        command = [sys.executable, "-c", LOCK, str(self._path)]
        locker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert locker.stdout
        locker.stdout.readline()

        def mend() -> None:
            locker.send_signal(signal.SIGKILL)
            locker.wait()
            locker.stdout.close()  # type: ignore[union-attr]

        return "locked by a process that is killed", mend


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a server with one empty database, for the time of the `with`."""
    running = RunningPostgres()
    try:
        yield running.url
    finally:
        running.close()


class Postgres:
    """A server that the test started, reached by the cloud through a wire. `direct` is its own address."""

    def __init__(self, running: RunningPostgres, wires: Wires) -> None:
        self._running, self._wire, self.direct = running, wires.lay(lambda: running.port), running.url
        self.url = running.url.replace(f":{running.port}/", f":{self._wire.port}/")

    def hit(self, chance: Random) -> tuple[str, Mend]:
        """The wire fails; or the server's process of the connection is killed, which sends the whole server into recovery; or all of it."""
        kind = chance.choice([Fault.CUT, Fault.CUT_MIDWAY, Fault.STALL, Fault.REFUSE, "backends", "server"])
        if kind == "server":
            self._running.kill()
            return "server killed", self._running.start
        if not isinstance(kind, Fault):
            return f"{self._kill()} backends killed", lambda: until_it_answers(self.direct)
        self._wire.plant(kind, chance.randrange(2000))
        return f"wire: {kind.name.lower()}", self._wire.mend

    def _kill(self) -> int:
        engine = create_engine(self.direct)
        try:
            with engine.connect() as connection:
                query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                found = [int(row[0]) for row in connection.execute(text(query))]
        except DBAPIError:
            found = []
        engine.dispose()
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(found)


def until_it_answers(url: str, seconds: float = 30.0) -> None:
    """Somebody can log in."""
    until = time.monotonic() + seconds
    engine = create_engine(url)
    while True:
        try:
            with engine.connect():
                engine.dispose()
                return
        except DBAPIError:
            assert time.monotonic() < until, f"PostgreSQL does not answer within {seconds:g} s"
            time.sleep(0.1)
