"""What waits at the demo's stations, read from their own disks, and what of it the cloud has committed, asked of its public API. Changes nothing."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from json import loads
from pathlib import Path
from typing import Any

from cli.demo.client import call

PAGE = 1000


@dataclass(frozen=True)
class Held:
    """Rows of one station that nobody acknowledged yet. `first`..`last`: their seqs, first > last when there is none; `since`: when the
    oldest fact happened by the station's clock, "" for none."""

    station: str
    epoch: str
    first: int
    last: int
    facts: int
    batches: int
    since: str

    def upto(self, last: int) -> int:
        """How many seqs of these are not above `last`."""
        return max(0, min(self.last, last) - self.first + 1)


@dataclass
class Arrived:
    """Of facts that waited: how many the cloud has, lacks, has more than once."""

    late: int = 0
    lost: int = 0
    twice: int = 0
    stations: set[str] = field(default_factory=set)


class Stations:
    """`folders`: of each station. `cloud`: gives the cloud's address, "http://…/"."""

    def __init__(self, folders: dict[str, Path], cloud: Callable[[], str]) -> None:
        self._folders, self._cloud = folders, cloud

    def held(self) -> list[Held]:
        """Of every station that has written anything yet."""
        return [read(station, folder) for station, folder in self._folders.items() if (folder / "ledger.db").exists()]

    def arrived(self, waited: Sequence[Held]) -> Arrived:
        """Seq by seq. Raises: DemoFailed, when the cloud does not answer."""
        found = Arrived()
        for one in waited:
            if one.facts:
                seqs = [row["seq"] for row in self._facts(one) if row["epoch"] == one.epoch and one.first <= row["seq"] <= one.last]
                found.late += len(set(seqs))
                found.twice += len(seqs) - len(set(seqs))
                found.lost += one.upto(one.last) - len(set(seqs))
                found.stations.add(one.station)
        return found

    def _facts(self, one: Held) -> list[dict[str, Any]]:
        """Newest arrivals first, as many as it takes to have seen all that waited."""
        rows: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = call("GET", f"{self._cloud()}api/v1/facts?station={one.station}&limit={PAGE}{cursor}")
            rows += page["items"]
            if page["cursor"] is None or _enough(rows, one):
                return rows
            cursor = f"&cursor={page['cursor']}"


def _enough(rows: list[dict[str, Any]], one: Held) -> bool:
    """A thousand arrivals that are all older than what waited lie behind it."""
    return all(row["seq"] < one.first for row in rows[-PAGE:])


def read(station: str, folder: Path) -> Held:
    """Of one station's folder, at this moment."""
    with _open(folder / "ledger.db") as ledger:
        epoch = str(ledger.execute("SELECT epoch FROM epoch").fetchone()[0])
        made = ledger.execute("SELECT seq FROM sqlite_sequence WHERE name = 'fact'").fetchone()
        facts, first = ledger.execute("SELECT count(*), min(seq) FROM fact").fetchone()
        oldest = ledger.execute("SELECT body FROM fact WHERE seq = ?", (first,)).fetchone()
    last = int(made[0]) if made else 0
    return Held(station, epoch, last + 1 if first is None else first, last, facts, _batches(folder / "samples.db"), loads(oldest[0])["at"] if oldest else "")


def clock(at: str) -> str:
    """`10:02`, of this computer's day."""
    return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone().strftime("%H:%M")


def _batches(path: Path) -> int:
    if not path.exists():
        return 0
    with _open(path) as samples:
        return int(samples.execute("SELECT count(*) FROM batch").fetchone()[0])


def _open(path: Path) -> "closing[sqlite3.Connection]":
    return closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5.0))
