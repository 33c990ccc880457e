"""Who may log in to the broker: one password for the cloud, one for each further ingest process of it, one for each station.

Touches: `accounts.json` in the broker's own folder (mode 0600), and a file per station, handed to that station only.
Must not: print or log a password.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from contract.model import StationId

CLOUD = "cloud"
FILE = "accounts.json"
PASSWORD_BYTES = 24
STATION_ID: TypeAdapter[str] = TypeAdapter(StationId)


class AccountRefused(ValueError):
    """A station id that cannot be an account."""


@dataclass
class Accounts:
    """The passwords: of the cloud, of each station by its id, and of each worker by its name."""

    cloud: str = field(default_factory=lambda: secrets.token_urlsafe(PASSWORD_BYTES), repr=False)
    stations: dict[str, str] = field(default_factory=dict, repr=False)
    workers: dict[str, str] = field(default_factory=dict, repr=False)

    def add(self, station: str) -> str:
        """The station's password, made when it has none yet.

        Raises:
            AccountRefused: the id cannot stand in a topic, or it is the cloud's own name.
        """
        if station == CLOUD:
            raise AccountRefused(f"station id {station!r} is the cloud's account; choose another")
        if station in self.workers:
            raise AccountRefused(f"station id {station!r} is a worker's account; choose another")
        _must_be_a_name(f"station id {station!r}", station)
        return self.stations.setdefault(station, secrets.token_urlsafe(PASSWORD_BYTES))

    def add_worker(self, worker: str) -> str:
        """The password of a further ingest process, made when it has none yet. It may hear every station, and acknowledge; no more.

        Raises:
            AccountRefused: the name cannot be an account, or is another's.
        """
        if worker == CLOUD or worker in self.stations:
            raise AccountRefused(f"worker {worker!r} is the name of another account; choose another")
        _must_be_a_name(f"worker {worker!r}", worker)
        return self.workers.setdefault(worker, secrets.token_urlsafe(PASSWORD_BYTES))

    def items(self) -> list[tuple[str, str]]:
        """Every (user name, password): the cloud, its workers, the stations."""
        return [(CLOUD, self.cloud), *self.workers.items(), *self.stations.items()]

    def save(self, folder: Path) -> None:
        """Write them for the broker, readable by its owner only."""
        write_private(folder / FILE, json.dumps({"cloud": self.cloud, "stations": self.stations, "workers": self.workers}, indent=1))

    def hand_out(self, station: str, path: Path) -> None:
        """Write one station's password, and nothing else, to the file that this station reads."""
        write_private(path, self.stations[station] + "\n")


def load(folder: Path) -> Accounts:
    """The accounts that this folder has kept, or new ones."""
    file = folder / FILE
    if not file.exists():
        return Accounts()
    kept = json.loads(file.read_text("utf-8"))
    return Accounts(cloud=kept["cloud"], stations=dict(kept["stations"]), workers=dict(kept.get("workers", {})))


def _must_be_a_name(what: str, name: str) -> None:
    try:
        STATION_ID.validate_python(name)
    except ValidationError as error:
        raise AccountRefused(f"{what}: {error.errors()[0]['msg']}") from error


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step with a new one of mode 0600: never a moment in which others could read it."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    fresh.replace(path)
