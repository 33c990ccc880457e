"""Opens a SQLite database of the station: durability chosen by the caller, numbered migrations, an epoch that stays with the file.

A file that SQLite calls broken is put aside and a new one begun, with a new epoch, so that the cloud never mistakes its seqs for old ones.
"""

import logging
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
Opener = Callable[[Path], sqlite3.Connection]
"""Opens an existing file, in autocommit mode."""


def on_disk(path: Path) -> sqlite3.Connection:
    """The file as it lies on this computer's disk."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)


def connect(path: Path, name: str, synchronous: str, opener: Opener = on_disk) -> tuple[sqlite3.Connection, str]:
    """(connection in autocommit mode, epoch). `name` picks the migrations; `synchronous` is FULL or NORMAL.

    FULL: WAL with NORMAL loses acknowledged rows in a power cut, FULL none (tests/integration/test_power_cut.py).
    """
    try:
        return _open(path, name, synchronous, opener)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            if not _no_room(error):
                raise
            log.error("%s: %s: opened for this process alone, which needs no room on the disk", path, error)
            return _open(path, name, synchronous, opener, alone=True)
        log.error("%s is broken (%s); it is kept as %s and a new one begun", path, error, _put_aside(path))
        return _open(path, name, synchronous, opener)


def _no_room(error: sqlite3.OperationalError) -> bool:
    """A full disk has no room for the shared index of a write-ahead log; that of a single user lies in memory."""
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _open(path: Path, name: str, synchronous: str, opener: Opener, alone: bool = False) -> tuple[sqlite3.Connection, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    new = path.stat().st_size == 0
    connection = opener(path)
    try:
        if new:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # when a long backlog is gone its room is given back
        _prepare(connection, name, synchronous, alone)
        return connection, _epoch(connection)
    except BaseException:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection, name: str, synchronous: str, alone: bool) -> None:
    connection.execute(f"PRAGMA locking_mode = {'EXCLUSIVE' if alone else 'NORMAL'}")
    connection.execute("PRAGMA synchronous = EXTRA")  # a new file's first journal must be gone for good: one that came back would undo the log
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("quick_check found damage")
    _migrate(connection, name)


def _migrate(connection: sqlite3.Connection, name: str) -> None:
    """Each in a transaction of its own; then the log gives its room back, which on a small disk belongs to the reserve."""
    done = connection.execute("PRAGMA user_version").fetchone()[0]
    scripts = {int(script.stem.rpartition("_")[2]): script for script in MIGRATIONS.glob(f"{name}_*.sql")}
    due = sorted(number for number in scripts if number > done)
    for number in due:
        connection.executescript(f"BEGIN; {scripts[number].read_text()} PRAGMA user_version = {number}; COMMIT;")
    if due:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _epoch(connection: sqlite3.Connection) -> str:
    connection.execute("CREATE TABLE IF NOT EXISTS epoch (epoch TEXT NOT NULL)")
    connection.execute("INSERT INTO epoch SELECT ? WHERE NOT EXISTS (SELECT 1 FROM epoch)", (secrets.token_hex(4),))
    return str(connection.execute("SELECT epoch FROM epoch").fetchone()[0])


def _put_aside(path: Path) -> str:
    aside = path.with_suffix(f".broken-{secrets.token_hex(2)}")
    path.rename(aside)
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    return aside.name
