"""`kiosk bench ledger`: what the ledger costs on this disk: commits by rows and durability, a progress record, a start with many rows.

NORMAL stands there to be compared: it loses acknowledged rows in a power cut (tests/integration/test_power_cut.py).
"""

import argparse
import json
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.envelope import ClockState
from contract.facts import WaterReserved
from contract.leases import Kind
from edge.adapters.store import SqliteLedger
from edge.adapters.store.database import on_disk
from edge.domain.records import Progress, Reserve
from edge.domain.water import PROGRESS_ML
from edge.ports import Stamp

SECONDS = 1.5
ROWS_PER_COMMIT = (1, 10, 100)
PROGRESS_ROUNDS = 300
ROWS_AT_START = (0, 10_000, 100_000)
FLOW_ML_S = 30.0
TIDY_S = 5.0
"""The loop copies the log back this often; so does this bench, and the time it takes counts."""
FACT = WaterReserved(pour="0000000a-1", visit="0000000a-1", person="p-1", tap="cold", reserved_ml=300)
STAMP = Stamp("0000000a", datetime(2026, 3, 2, tzinfo=UTC), 1.0, ClockState.TRUSTED)


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="kiosk bench ledger", description=__doc__)
    made.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    made.add_argument("--folder", type=Path, help="a folder on the disk to be measured; default the current one")
    made.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement of commits; default %(default)s")
    made.add_argument("--rows", type=int, nargs="+", default=list(ROWS_AT_START), help="rows in the ledger at a start; default %(default)s")
    return made


def main(argv: list[str]) -> int:
    """0."""
    asked = parser().parse_args(argv)
    with tempfile.TemporaryDirectory(dir=asked.folder or Path.cwd()) as folder:
        numbers = measure(Path(folder), asked.seconds, asked.rows)
    text = json.dumps(numbers, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n")
    return 0


def measure(folder: Path, seconds: float, rows: list[int]) -> dict[str, Any]:
    """The numbers; rates in 1/s, times in ms."""
    return {
        "full": _commits(SqliteLedger(folder / "full", "st-1"), seconds),
        "normal": _commits(SqliteLedger(folder / "normal", "st-1", _less_durable), seconds),
        "progress": _progress(SqliteLedger(folder / "progress", "st-1")),
        "start_ms": {str(count): _start_ms(folder / f"start-{count}", count) for count in rows},
    }


class _Normal(sqlite3.Connection):
    """Does not heed FULL."""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return super().execute(sql.replace("synchronous = FULL", "synchronous = NORMAL"), *values)


def _less_durable(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0, factory=_Normal)


def _commits(ledger: SqliteLedger, seconds: float) -> dict[str, dict[str, float]]:
    found = {}
    for rows in ROWS_PER_COMMIT:
        times, began, tidied = [], time.perf_counter(), time.perf_counter()
        while (now := time.perf_counter()) < began + seconds:
            ledger.commit([FACT] * rows, [], STAMP)
            times.append(time.perf_counter() - now)
            if now > tidied + TIDY_S:
                ledger.tidy()
                tidied = now
        lasted = time.perf_counter() - began
        found[f"{rows}_rows"] = {"commits_s": round(len(times) / lasted), "rows_s": round(rows * len(times) / lasted)} | _spread(times)
    ledger.close()
    return found


def _progress(ledger: SqliteLedger) -> dict[str, float]:
    """A door input that comes at the wrong moment waits for one such commit; `busy_ratio` is how much of a pour's time they take."""
    ledger.commit([FACT], [Reserve("0000000a-1", "p-1", Kind.WATER_ML, "cold", "2026-03-02", 5000)], STAMP)
    alone, after, every = [], [], PROGRESS_ML / FLOW_ML_S
    for n in range(PROGRESS_ROUNDS):
        began = time.perf_counter()
        ledger.commit([FACT], [], STAMP)
        alone.append(time.perf_counter() - began)
        began = time.perf_counter()
        ledger.commit([], [Progress("0000000a-1", n)], STAMP)
        after.append(time.perf_counter() - began)
    ledger.close()
    entry = {f"entry_{name}": value for name, value in _spread(alone).items()}
    return _spread(after) | entry | {"every_s": round(every, 2), "busy_ratio": round(sum(after) / len(after) / every, 5)}


def _start_ms(folder: Path, count: int) -> float:
    ledger = SqliteLedger(folder, "st-1", _less_durable)
    for begun in range(0, count, 1000):
        ledger.commit([FACT] * min(1000, count - begun), [], STAMP)
    ledger.tidy()
    ledger.close()
    began = time.perf_counter()
    ledger = SqliteLedger(folder, "st-1", on_disk)
    ledger.load()
    lasted = time.perf_counter() - began
    ledger.close()
    return round(lasted * 1000, 2)


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    at = {"p50_ms": 0.5, "p99_ms": 0.99, "max_ms": 1.0}
    return {name: round(ordered[min(len(ordered) - 1, int(ratio * len(ordered)))] * 1000, 3) for name, ratio in at.items()}
