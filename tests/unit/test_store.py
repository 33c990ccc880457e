"""The station's memory on a real file: durability in force, a seq used once, a broken file put aside, a full disk survived."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.envelope import ClockState, FactEnvelope, SamplesEnvelope, decode
from contract.facts import DoorClosed, DuressCalled, Fact, Stop, Way
from contract.leases import Kind
from contract.model import Model
from contract.packing import MAGIC
from edge.adapters.store import SqliteLedger, SqliteSamples
from edge.adapters.store.database import MIGRATIONS
from edge.adapters.store.rows import body
from edge.delivery import envelope
from edge.domain.quota import Open
from edge.domain.records import Record, Reserve, Settle, StoreRoster
from edge.errors import StoreFailed
from edge.ports import Stamp
from tests.contract.examples import FACTS

STAMP = Stamp("0000000b", datetime(2026, 3, 2, 4, 0, tzinfo=UTC), 12.5, ClockState.TRUSTED)
NOTE: Fact = DoorClosed(open_s=1.5)
DAY, NEXT_DAY = "2026-03-02", "2026-03-03"
POUR = Reserve("0000000b-1", "p-an", Kind.WATER_ML, "cold", DAY, 300)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    made = SqliteLedger(tmp_path, "st-1")
    yield made
    made.close()


def again(ledger: SqliteLedger, folder: Path) -> SqliteLedger:
    """The agent starts anew."""
    ledger.close()
    return SqliteLedger(folder, "st-1")


def seqs(ledger: SqliteLedger) -> list[int]:
    return [row.seq for row in ledger.rows(0, 1000)]


# ---- durability


def test_ledger_and_samples_are_synced_at_each_commit(tmp_path: Path, ledger: SqliteLedger) -> None:
    samples = SqliteSamples(tmp_path, "st-1")
    for made in (ledger, samples):
        assert made._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert made._db.execute("PRAGMA synchronous").fetchone() == (2,)
    samples.close()


def test_the_files_belong_to_the_station_alone(tmp_path: Path, ledger: SqliteLedger) -> None:
    assert (tmp_path / "ledger.db").stat().st_mode & 0o077 == 0


def test_what_was_committed_is_there_without_a_close(tmp_path: Path, ledger: SqliteLedger) -> None:
    """As after kill -9: another connection reads it from the log."""
    ledger.commit([NOTE], [POUR], STAMP)
    with sqlite3.connect(tmp_path / "ledger.db") as other:
        assert other.execute("SELECT count(*) FROM fact").fetchone() == (1,)
        assert other.execute("SELECT settled FROM quota").fetchone() == (None,)
    other.close()


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: str(fact.kind))
def test_every_fact_comes_out_as_the_envelope_that_the_cloud_reads(ledger: SqliteLedger, fact: Fact) -> None:
    (row,) = ledger.commit([fact], [], STAMP)
    read = decode(envelope(row, 1), FactEnvelope)
    assert (read.data, read.seq, read.base, read.epoch, read.station) == (fact, 1, 1, ledger.epoch, "st-1")
    assert (read.boot, read.at, read.up, read.clock) == (STAMP.boot, STAMP.at, STAMP.up, STAMP.clock)
    assert ledger.rows(0, 10) == [row]


# ---- seq and epoch


def test_a_seq_is_never_used_again(tmp_path: Path, ledger: SqliteLedger) -> None:
    """All rows acknowledged and deleted, then a restart: the next seq goes on."""
    ledger.commit([NOTE] * 5, [], STAMP)
    ledger.forget(5)
    ledger.tidy()
    assert seqs(ledger) == []
    ledger = again(ledger, tmp_path)
    restored = ledger.load()
    assert (restored.first, restored.last) == (6, 5)
    assert [row.seq for row in ledger.commit([NOTE], [], STAMP)] == [6]
    ledger.close()


def test_a_failed_commit_leaves_nothing_and_its_seq_goes_to_the_next(ledger: SqliteLedger) -> None:
    ledger.commit([NOTE], [POUR], STAMP)
    with pytest.raises(StoreFailed) as caught:
        ledger.commit([NOTE, NOTE], [POUR], STAMP)
    assert not caught.value.full, "the same session twice is no matter of room"
    assert seqs(ledger) == [1]
    assert [row.seq for row in ledger.commit([NOTE], [], STAMP)] == [2]


def test_forgetting_waits_for_the_next_commit_and_costs_none_of_its_own(ledger: SqliteLedger) -> None:
    ledger.commit([NOTE] * 4, [], STAMP)
    ledger.forget(3)
    ledger.forget(2)
    assert seqs(ledger) == [1, 2, 3, 4]
    ledger.commit([NOTE], [], STAMP)
    assert seqs(ledger) == [4, 5]


def test_forgetting_is_not_lost_by_a_commit_that_failed(ledger: SqliteLedger) -> None:
    ledger.commit([NOTE] * 2, [POUR], STAMP)
    ledger.forget(1)
    with pytest.raises(StoreFailed):
        ledger.commit([], [POUR], STAMP)
    ledger.commit([NOTE], [], STAMP)
    assert seqs(ledger) == [2, 3]


def test_an_epoch_stays_with_its_file(tmp_path: Path, ledger: SqliteLedger) -> None:
    epoch = ledger.epoch
    ledger = again(ledger, tmp_path)
    assert ledger.epoch == epoch
    ledger.close()
    other = SqliteLedger(tmp_path / "other", "st-1")
    assert other.epoch != epoch
    other.close()


@pytest.mark.parametrize("damage", ["no database", "torn", "empty page"])
def test_a_broken_file_is_put_aside_and_a_new_epoch_begins(tmp_path: Path, ledger: SqliteLedger, damage: str) -> None:
    """The cloud must never take new seqs for old ones."""
    ledger.commit([NOTE] * 300, [], STAMP)
    epoch = ledger.epoch
    ledger.close()
    path = tmp_path / "ledger.db"
    whole = path.read_bytes()
    middle = len(whole) // 2 // 4096 * 4096
    broken = {
        "no database": b"\xff" * len(whole),
        "torn": whole[:100] + b"\xff" * 3996 + whole[4096:],
        "empty page": whole[:middle] + b"\xaa" * 4096 + whole[middle + 4096 :],
    }
    path.write_bytes(broken[damage])
    fresh = SqliteLedger(tmp_path, "st-1")
    assert fresh.epoch != epoch
    assert (fresh.load().first, fresh.load().last) == (1, 0)
    assert [p.read_bytes() == broken[damage] for p in tmp_path.glob("ledger.broken-*")] == [True], "kept for a person to look at"
    assert [row.seq for row in fresh.commit([NOTE], [], STAMP)] == [1]
    fresh.close()


def test_an_empty_file_is_a_new_ledger(tmp_path: Path) -> None:
    """A power cut right after the file was made."""
    (tmp_path / "ledger.db").touch()
    made = SqliteLedger(tmp_path, "st-1")
    assert made.load().last == 0
    made.close()
    assert not list(tmp_path.glob("*.broken-*"))


# ---- migrations


def test_migrations_are_numbered_without_a_gap() -> None:
    for name in ("ledger", "samples"):
        numbers = sorted(int(path.stem.rpartition("_")[2]) for path in MIGRATIONS.glob(f"{name}_*.sql"))
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_database_knows_its_version_and_keeps_its_rows(tmp_path: Path, ledger: SqliteLedger) -> None:
    newest = len(list(MIGRATIONS.glob("ledger_*.sql")))
    assert ledger._db.execute("PRAGMA user_version").fetchone() == (newest,)
    ledger.commit([NOTE], [], STAMP)
    ledger = again(ledger, tmp_path)
    assert seqs(ledger) == [1]
    ledger.close()


def test_a_migration_that_a_power_cut_stopped_is_done_again(tmp_path: Path) -> None:
    """One transaction each: at version 0 none of its tables is there."""
    with sqlite3.connect(tmp_path / "ledger.db") as half:
        half.execute("PRAGMA journal_mode = WAL")
        half.executescript("BEGIN; CREATE TABLE fact (seq INTEGER); ROLLBACK;")
    half.close()
    made = SqliteLedger(tmp_path, "st-1")
    assert [row.seq for row in made.commit([NOTE], [], STAMP)] == [1]
    made.close()


# ---- quota and roster


def settle(session: str, amount: int) -> Settle:
    return Settle(session, amount, Stop.REACHED)


def test_a_restart_knows_what_was_used_and_what_is_open(tmp_path: Path, ledger: SqliteLedger) -> None:
    second = Reserve("0000000b-2", "p-an", Kind.WATER_ML, "cold", DAY, 200)
    third = Reserve("0000000b-3", "p-bo", Kind.SOCKET_MIN, "1", DAY, 60)
    records: list[Record] = [POUR, settle(POUR.session, 280), second, settle(second.session, 20), third]
    for record in records:
        ledger.commit([], [record], STAMP)
    restored = again(ledger, tmp_path).load()
    assert restored.day == DAY
    assert restored.used == {("p-an", Kind.WATER_ML): 300}
    assert restored.still_open == [Open("0000000b-3", "p-bo", Kind.SOCKET_MIN, "1", DAY, 60)]


def test_yesterday_is_not_counted_today_and_what_is_open_stays(tmp_path: Path, ledger: SqliteLedger) -> None:
    late = Reserve("0000000b-2", "p-an", Kind.WATER_ML, "cold", DAY, 200)
    new = Reserve("0000000b-3", "p-an", Kind.WATER_ML, "cold", NEXT_DAY, 100)
    ledger.commit([], [POUR, settle(POUR.session, 300), late, new, settle(new.session, 100)], STAMP)
    restored = again(ledger, tmp_path).load()
    assert (restored.day, restored.used) == (NEXT_DAY, {("p-an", Kind.WATER_ML): 100})
    assert [entry.session for entry in restored.still_open] == [late.session]


@pytest.mark.parametrize("amount", [-1, 301])
def test_the_database_itself_refuses_a_settlement_above_its_reservation(ledger: SqliteLedger, amount: int) -> None:
    ledger.commit([], [POUR], STAMP)
    with pytest.raises(StoreFailed):
        ledger.commit([], [settle(POUR.session, amount)], STAMP)


def test_the_newest_roster_is_the_only_one_kept(tmp_path: Path, ledger: SqliteLedger) -> None:
    ledger.commit([], [StoreRoster(1, b"one")], STAMP)
    ledger.commit([], [StoreRoster(2, b"two")], STAMP)
    assert again(ledger, tmp_path).load().roster == b"two"


# ---- samples


def batch(count: int) -> str:
    return json.dumps({"ago_s": [10.0 * n for n in reversed(range(count))], "columns": {"socket_w.1": [float(n) for n in range(count)]}})


def later(minutes: int) -> Stamp:
    return replace(STAMP, at=STAMP.at + timedelta(minutes=minutes), up=STAMP.up + 60 * minutes)


@pytest.fixture
def samples(tmp_path: Path) -> Iterator[SqliteSamples]:
    made = SqliteSamples(tmp_path, "st-1")
    yield made
    made.close()


def test_samples_lie_compressed_and_are_read_plain(tmp_path: Path, samples: SqliteSamples) -> None:
    assert [samples.add(batch(6), later(n)) for n in range(3)] == [1, 2, 3]
    assert samples.range() == (1, 3)
    assert [decode(envelope(row, 1), SamplesEnvelope).data.ago_s[0] for row in samples.rows(1, 9)] == [50, 50]
    with sqlite3.connect(tmp_path / "samples.db") as other:
        assert other.execute("SELECT substr(body, 1, 2) FROM batch").fetchone() == (MAGIC,)
    other.close()
    samples.forget(3)
    assert samples.range() == (4, 3)


def test_a_span_is_about_an_hour_of_the_oldest(samples: SqliteSamples) -> None:
    for n in range(150):
        samples.add(batch(6), later(n))
    span = samples.span(1, 150, thin=True)
    assert span and (span.low, span.instants) == (1, 3 * span.high)
    assert 3500 <= (span.until - span.since).total_seconds() <= 3600
    assert samples.span(151, 200, thin=False) is None


def test_thinning_keeps_every_second_instant_and_the_newest_of_each_batch(samples: SqliteSamples) -> None:
    for n in range(3):
        samples.add(batch(6 + n), later(n))
    samples.thin(1, 2)
    ago = [decode(envelope(row, 1), SamplesEnvelope).data.ago_s for row in samples.rows(0, 9)]
    assert ago == [[40, 20, 0], [60, 40, 20, 0], [70, 60, 50, 40, 30, 20, 10, 0]]
    span = samples.span(1, 3, thin=True)
    assert span and (span.low, span.high, span.instants) == (3, 3, 4), "what is thin is not thinned again"


def test_thinning_frees_room(samples: SqliteSamples) -> None:
    for n in range(1000):
        samples.add(batch(60), later(n))
    before = samples.used_bytes()
    for low in range(1, 1000, 60):
        samples.thin(low, min(1000, low + 59))
    assert samples.used_bytes() < 0.75 * before
    samples.forget(1000)
    assert samples.used_bytes() < 0.1 * before


def test_the_samples_of_an_older_release_are_still_sent(tmp_path: Path) -> None:
    """Text, where they are compressed now."""
    with sqlite3.connect(tmp_path / "samples.db") as db:
        db.executescript((MIGRATIONS / "samples_0001.sql").read_text() + "PRAGMA user_version = 1;")
        db.execute("INSERT INTO batch (body) VALUES (?)", (body("st-1", "0000000c", STAMP, "samples", batch(2)),))
    db.close()
    samples = SqliteSamples(tmp_path, "st-1")
    (row,) = samples.rows(0, 9)
    assert decode(envelope(row, 1), SamplesEnvelope).data.ago_s == [10, 0]
    samples.close()


# ---- time that was known later

UNSURE = replace(STAMP, at=datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC), up=30.0, clock=ClockState.UNSURE)
NOON_MS = round(datetime(2026, 3, 2, 4, 0, tzinfo=UTC).timestamp() * 1000)


def test_restamped_rows_have_the_time_they_had_also_after_a_restart(tmp_path: Path, ledger: SqliteLedger) -> None:
    for stamp in (UNSURE, replace(UNSURE, up=31.5), STAMP, UNSURE):
        ledger.commit([NOTE], [], stamp)
    ledger.restamp([(2, 3)], NOON_MS)
    for _ in range(2):
        read = [decode(envelope(row, 1), FactEnvelope) for row in ledger.rows(0, 9)]
        assert [one.clock for one in read] == [ClockState.UNSURE, ClockState.DERIVED, ClockState.TRUSTED, ClockState.UNSURE]
        assert read[1].at == datetime(2026, 3, 2, 4, 0, 31, 500_000, tzinfo=UTC)
        assert read[2].at == STAMP.at
        ledger = again(ledger, tmp_path)
    ledger.forget(4)
    ledger.tidy()
    assert ledger._db.execute("SELECT count(*) FROM restamp").fetchone() == (0,)
    ledger.close()


def test_which_facts_are_alarms_outlives_a_restart(tmp_path: Path, ledger: SqliteLedger) -> None:
    facts = [NOTE, DuressCalled(person="p-an", way=Way.CODE), NOTE]
    assert [row.alarm for row in ledger.commit(facts, [], STAMP)] == [False, True, False]
    ledger = again(ledger, tmp_path)
    assert ledger.load().alarms == (2,)
    assert [row.alarm for row in ledger.rows(0, 9)] == [False, True, False]
    ledger.close()


# ---- a full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """1 MiB: database, log, the reserve of 256 KiB; it is taken again only where twice as much is free, so 600 KiB are too few."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a full disk needs a small file system of its own: run as root on Linux")
    where = tmp_path / "small"
    where.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1024k", "tmpfs", str(where)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a full disk needs the right to mount a small one: {done.stderr.strip()}")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


def fill(where: Path) -> None:
    """Something else writes until there is no more room."""
    with (where / "ballast").open("ab") as ballast:
        room = os.statvfs(where)
        ballast.write(b"x" * (room.f_bavail * room.f_frsize))


def until_refused(ledger: SqliteLedger) -> int:
    """How many facts it still took."""
    count = 0
    while True:
        try:
            ledger.commit([NOTE] * 10, [], STAMP)
        except StoreFailed as error:
            assert error.full
            return count
        count += 10


def test_a_full_disk_first_takes_the_reserve_and_then_refuses_whole_transactions(small_disk: Path) -> None:
    ledger = SqliteLedger(small_disk, "st-1")
    ledger.commit([NOTE], [POUR], STAMP)
    assert not ledger.tidy() and (small_disk / "reserve").exists()
    fill(small_disk)
    taken = until_refused(ledger)
    assert taken >= 30, "the reserve was there for this"
    assert not (small_disk / "reserve").exists() and ledger.tidy()
    assert seqs(ledger) == list(range(1, taken + 2)), "what was taken can be read, what was refused left nothing"
    (small_disk / "ballast").unlink()
    assert [row.seq for row in ledger.commit([NOTE], [settle(POUR.session, 10)], STAMP)] == [taken + 2]
    assert not ledger.tidy() and (small_disk / "reserve").exists(), "with room again the reserve is held again"
    ledger.close()


def test_a_ledger_opens_on_a_full_disk_with_all_it_had(small_disk: Path) -> None:
    ledger = SqliteLedger(small_disk, "st-1")
    ledger.commit([NOTE] * 3, [POUR], STAMP)
    epoch = ledger.epoch
    fill(small_disk)
    ledger.close()
    fill(small_disk)
    ledger = SqliteLedger(small_disk, "st-1")
    restored = ledger.load()
    assert (ledger.epoch, restored.first, restored.last) == (epoch, 1, 3)
    assert [entry.session for entry in restored.still_open] == [POUR.session]
    ledger.close()


def test_every_stored_model_is_the_wires_own() -> None:
    """What lies on the disk is an envelope without seq and base: no second format to keep in step."""
    assert all(isinstance(fact, Model) for fact in FACTS)
