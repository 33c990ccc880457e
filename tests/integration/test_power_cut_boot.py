"""The power goes at each write of a start in turn: of a new station, of one whose pour was cut off, of one whose release is older."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from shutil import copytree

import pytest

from edge.adapters.store.database import MIGRATIONS
from edge.domain import messages as m
from edge.domain.room_messages import DrinkAsked, PulsesCounted
from tests.integration.test_power_cut import AN, CONFIG, ROSTER
from tests.power import Disk, PowerCut
from tests.station_parts import Held

pytestmark = pytest.mark.long
SEEDS = 3
OLD_FACTS = 40
NO_EXTRA = {"PRAGMA synchronous = EXTRA": "PRAGMA synchronous = FULL"}


def new_station(folder: Path) -> None:
    folder.mkdir()


def cut_off_while_pouring(folder: Path) -> None:
    """A process that died: everything that it wrote is there, in the log too."""
    live = folder.with_suffix(".live")
    held = Held(CONFIG, live)
    held.hear(m.GuardChanged(True), m.ContactChanged(True), m.RosterReceived(ROSTER))
    held.wait(0.1)
    assert AN.code_digest
    held.hear(m.CodeDigested(AN.number, AN.code_digest, m.CodeSource.SCREEN, held.clock.monotonic()), m.ContactChanged(False))
    held.wait(0.2)
    held.hear(m.ContactChanged(True))
    held.wait(0.2)
    held.hear(DrinkAsked("cold", 300))
    for total in range(1, 60):
        held.clock.move(0.07)
        held.hear(PulsesCounted("cold", total))
    assert "valve.cold" in held.lines.on
    copytree(live, folder)
    held.close()


def older_release(folder: Path) -> None:
    """Its ledger knows the first three migrations."""
    folder.mkdir()
    db = sqlite3.connect(folder / "ledger.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    for number in (1, 2, 3):
        db.executescript((MIGRATIONS / f"ledger_000{number}.sql").read_text())
    db.execute("PRAGMA user_version = 3")
    db.execute("CREATE TABLE epoch (epoch TEXT NOT NULL)")
    db.execute("INSERT INTO epoch VALUES ('0badcafe')")
    db.executemany("INSERT INTO fact (body) VALUES (?)", [(f'{{"n":{n}}}',) for n in range(OLD_FACTS)])
    db.execute("INSERT INTO quota (session, person, kind, part, day, amount) VALUES ('00000009-1', 'p-an', 'water_ml', 'cold', '2026-03-02', 300)")
    db.close()


def starts(made: Callable[[Path], None], folder: Path, instead: dict[str, str] | None = None) -> Iterator[tuple[Held, Disk, set[tuple[int, str]]]]:
    """A start that was cut at its 1st, 2nd, ... operation and the one after it; with the rows that must be there."""
    made(folder / "before")
    copytree(folder / "before", folder / "looked at")
    before = _rows(folder / "looked at")
    for operation in count(1):
        for seed in range(SEEDS):
            here = folder / f"{operation}-{seed}"
            copytree(folder / "before", here)
            disk = Disk(Random(1000 * operation + seed))
            disk.instead = instead or {}
            disk.cut_after(operation)
            try:
                held = Held(CONFIG, here, disk.open)
                held.close()
                return
            except PowerCut:
                disk.restore()
            held = Held(CONFIG, here, disk.open)
            yield held, disk, before
            held.close()


def _rows(folder: Path) -> set[tuple[int, str]]:
    if not (folder / "ledger.db").exists():
        return set()
    db = sqlite3.connect(folder / "ledger.db")
    try:
        return set(db.execute("SELECT seq, body FROM fact"))
    finally:
        db.close()


def _whole(held: Held, disk: Disk, before: set[tuple[int, str]]) -> None:
    assert disk.broken() == []
    assert list(held.folder.glob("*.broken-*")) == []
    assert before <= {(row.seq, row.body) for row in held.ledger.rows(0, 1000)}


@pytest.mark.parametrize("made", [new_station, cut_off_while_pouring, older_release])
def test_a_start_may_be_cut_at_each_write(tmp_path: Path, made: Callable[[Path], None]) -> None:
    cuts = 0
    for held, disk, before in starts(made, tmp_path):
        cuts += 1
        _whole(held, disk, before)
        assert held.core.quota.open_sessions() == [], "what was cut off is settled"
        assert disk.connections[0].execute("SELECT count(*) FROM quota WHERE settled IS NULL OR stop IS NULL").fetchone() == (0,)
    print(f"{made.__name__}: {cuts} cuts")
    assert cuts > 10


def test_a_new_file_needs_its_first_journal_gone_for_good(tmp_path: Path) -> None:
    """The control: without EXTRA a deleted journal may come back and undo what was acknowledged since."""
    lost = 0
    for seed in range(60):
        disk = Disk(Random(seed))
        disk.instead = NO_EXTRA
        held = Held(CONFIG, tmp_path / str(seed), disk.open)
        written = {(row.seq, row.body) for row in held.ledger.written}
        disk.restore()
        held = Held(CONFIG, tmp_path / str(seed), disk.open)
        lost += not written <= {(row.seq, row.body) for row in held.ledger.rows(0, 1000)}
        held.close()
    assert lost > 0
