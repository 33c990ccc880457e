"""A witness in the station's own databases: what a transaction stored stays written down after the acknowledgement deleted it.

Triggers in the database files, so that production code is what runs; a seq that is used twice breaks its transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from contract.packing import unpack
from contract.series import split
from edge.adapters.store import SqliteLedger, SqliteSamples

TABLES = {"fact": "ledger.db", "batch": "samples.db"}
TRIGGERS = """
CREATE TABLE IF NOT EXISTS witness_{table} (seq INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS witness_{table}_new AFTER INSERT ON {table}
BEGIN INSERT INTO witness_{table} VALUES (new.seq, new.body); END;
CREATE TRIGGER IF NOT EXISTS witness_{table}_again AFTER UPDATE OF body ON {table}
BEGIN UPDATE witness_{table} SET body = new.body WHERE seq = new.seq; END;
"""
Key = tuple[str, str, int]
"""(station, epoch, seq)"""
Body = tuple[Any, ...]
"""What must be the same at both ends."""


@dataclass(frozen=True)
class Differences:
    """Between what stations committed and what the cloud has: keys, empty everywhere when all is well."""

    lost: list[Key] = field(default_factory=list)
    twice: list[Key] = field(default_factory=list)
    extra: list[Key] = field(default_factory=list)
    changed: list[Key] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.twice or self.extra or self.changed)

    def __str__(self) -> str:
        parts = {"lost": self.lost, "twice": self.twice, "extra": self.extra, "changed": self.changed}
        return ", ".join(f"{len(keys)} {name} {keys[:3] if keys else ''}".strip() for name, keys in parts.items())


def install(folder: Path, station: str) -> dict[str, str]:
    """Make both databases with the station's own code, and the witness in them. Before the station first runs. Epochs by table."""
    ledger, samples = SqliteLedger(folder, station), SqliteSamples(folder, station)
    epochs = {"fact": ledger.epoch, "batch": samples.epoch}
    ledger.close()
    samples.close()
    for table, file in TABLES.items():
        with closing(sqlite3.connect(folder / file)) as db:
            db.executescript(TRIGGERS.format(table=table))
    return epochs


def committed(folder: Path, table: str = "fact") -> list[dict[str, Any]]:
    """Envelopes without base, by seq, of everything that this table ever held."""
    rows = _read(folder, table, f"SELECT seq, body FROM witness_{table} ORDER BY seq")
    return [json.loads(_text(body)) | {"seq": seq} for seq, body in rows]


def newest(folder: Path, table: str = "fact") -> int:
    """The newest seq that was ever committed, 0 for none."""
    return int(_read(folder, table, f"SELECT coalesce(max(seq), 0) FROM witness_{table}")[0][0])


def waiting(folder: Path, table: str = "fact") -> int:
    """Rows that the station still holds."""
    return int(_read(folder, table, f"SELECT count(*) FROM {table}")[0][0])


def bodies(envelopes: Iterable[dict[str, Any]]) -> list[tuple[Key, Body]]:
    """Facts of stations as they can be compared."""
    return [
        ((one["station"], one["epoch"], one["seq"]), (one["boot"], millis(one["at"]), one["up"], one["clock"], one["data"]["kind"], flat(one["data"])))
        for one in envelopes
    ]


def differences(stations: Iterable[tuple[Key, Body]], cloud: Iterable[tuple[Key, Body]]) -> Differences:
    """Row by row; the witness has each key once by its primary key."""
    ours, theirs = dict(stations), list(cloud)
    times, there = Counter(key for key, _ in theirs), dict(theirs)
    return Differences(
        lost=sorted(key for key in ours if key not in there),
        twice=sorted(key for key, number in times.items() if number > 1),
        extra=sorted(key for key in there if key not in ours),
        changed=sorted(key for key, body in ours.items() if key in there and there[key] != body),
    )


def instants(batches: Iterable[dict[str, Any]]) -> dict[tuple[str, int], dict[str, float]]:
    """(part, ms UTC) -> values by field, of batches of samples: what the series must have."""
    found: dict[tuple[str, int], dict[str, float]] = {}
    for one in batches:
        for column, values in one["data"]["columns"].items():
            name, part = split(column)
            for ago_s, value in zip(one["data"]["ago_s"], values, strict=True):
                if value is not None:
                    found.setdefault((part, millis(one["at"]) - round(ago_s * 1000)), {})[name] = value
    return found


def millis(at: str) -> int:
    """ms UTC of an envelope's time."""
    return round(datetime.fromisoformat(at).timestamp() * 1000)


def flat(data: Any) -> str:
    """The same text for the same content."""
    return json.dumps(data, sort_keys=True)


def _read(folder: Path, table: str, query: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{folder / TABLES[table]}?mode=ro", uri=True, timeout=10.0)) as db:
        return db.execute(query).fetchall()


def _text(body: str | bytes) -> bytes:
    return unpack(body) if isinstance(body, bytes) else body.encode()
