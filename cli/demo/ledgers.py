"""Compares what station 1 recorded with what the cloud committed, row by row."""

import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from cli.demo.city import City
from cli.demo.client import call

SETTLE_S = 15.0


@dataclass(frozen=True)
class Comparison:
    """`rows` are the cloud's facts of the station in the order of seq."""

    station: int
    cloud: int
    lost: int
    duplicated: int
    rows: list[dict[str, Any]]


def compare(city: City) -> Comparison:
    """Waits until the cloud has every fact that the station recorded, at most SETTLE_S; what has not arrived then counts as lost."""
    until = time.monotonic() + SETTLE_S
    while True:
        epoch, last = _recorded(city.front.folder)
        rows = [row for row in _facts(city) if row["epoch"] == epoch]
        if len(rows) >= last or time.monotonic() > until:
            break
        time.sleep(0.1)
    seqs = [row["seq"] for row in rows]
    lost = set(range(1, last + 1)) - set(seqs)
    return Comparison(last, len(set(seqs)), len(lost), len(seqs) - len(set(seqs)), sorted(rows, key=lambda row: row["seq"]))


def milliseconds(city: City, rows: list[dict[str, Any]]) -> dict[str, float]:
    """Of the visit. Both clocks are of this computer: `up` and the room's timeline are CLOCK_MONOTONIC."""
    granted = next(row for row in rows if row["kind"] == "entry_granted")
    decided_up = float(granted["up"])
    released = [at for at, high in city.front.room.timeline(city.front.config.door.lock_pin) if high and at >= decided_up]
    arrived = [(_when(row["received_at"]) - _when(row["at"])).total_seconds() * 1000 for row in rows]
    return {
        "frame_to_decision": granted["data"]["decided_ms"],
        "decision_to_unlock": round((released[0] - decided_up) * 1000, 2) if released else float("nan"),
        "fact_to_ledger": round(median(arrived), 1),
    }


def kinds(rows: list[dict[str, Any]]) -> list[str]:
    """Of all rows, in order."""
    return [row["kind"] for row in rows]


def _recorded(folder: Path) -> tuple[str, int]:
    """(epoch, facts ever recorded) from the station's own disk."""
    db = sqlite3.connect(f"file:{folder / 'ledger.db'}?mode=ro", uri=True, timeout=5.0)
    try:
        epoch = db.execute("SELECT epoch FROM epoch").fetchone()[0]
        last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'fact'").fetchone()
        return str(epoch), int(last[0]) if last else 0
    finally:
        db.close()


def _facts(city: City) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = call("GET", f"{city.cloud_url}api/v1/facts?station={city.front.config.station}&order=oldest&limit=1000{cursor}")
        found += page["items"]
        if page["cursor"] is None:
            return found
        cursor = f"&cursor={page['cursor']}"


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
