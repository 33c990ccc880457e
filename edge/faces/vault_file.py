"""The file of the vault: one SQLite database that forgets what is deleted, and the key beside it. Who uses it: vault.py, sharing.py."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.faces import seal
from edge.faces.seal import Terms
from edge.faces.shapes import Vector
from edge.faces.station_key import KeyRefused, read_or_make

DATABASE, KEY = "vault.db", "vault.key"
BUSY_S = 5.0
COLUMNS = "person, seal, engine, made_on, seen_on, wrapped, sealed"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS template (
    seal INTEGER PRIMARY KEY AUTOINCREMENT, person TEXT NOT NULL UNIQUE, engine TEXT NOT NULL,
    made_on TEXT NOT NULL, seen_on TEXT NOT NULL, wrapped BLOB NOT NULL, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sharing (
    person TEXT NOT NULL, destination TEXT NOT NULL, notice TEXT NOT NULL, agreed_on TEXT NOT NULL, PRIMARY KEY (person, destination));
CREATE TABLE IF NOT EXISTS invitation (
    number TEXT PRIMARY KEY, person TEXT NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS transfer (
    number TEXT PRIMARY KEY, person TEXT NOT NULL, station TEXT NOT NULL, given INTEGER NOT NULL, notice TEXT NOT NULL, day TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS receipt (number INTEGER PRIMARY KEY AUTOINCREMENT, receipt TEXT NOT NULL, person TEXT NOT NULL);
"""


class VaultRefused(Exception):
    """The vault, or one template in it, cannot be used or changed; says why and what to do. Nothing was changed."""


class VaultFile:
    """`folder`: the station's own. Makes vault.db and vault.key there when neither exists. One thread.

    Raises:
        VaultRefused: a damaged database or key, or a key that is missing while there are templates.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / DATABASE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._path = path
        self.db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)
        try:
            with self.trouble():
                self._prepare()
                empty = self.db.execute("SELECT count(*) FROM template").fetchone()[0] == 0
            self.key = read_or_make(folder / KEY, may_make=empty)
        except (VaultRefused, KeyRefused, OSError) as error:
            self.db.close()
            raise VaultRefused(str(error)) from None

    def insert(self, person: str, template: Vector, engine: str, made_on: str, seen_on: str, terms: Terms) -> int:
        """Seal and keep a template in place of any before; the number of the seal. Call it within `writing`.

        Raises:
            VaultRefused: not a template.
        """
        try:
            seal.check(template)
        except seal.SealRefused as error:
            raise VaultRefused(f"template of {person}: {error}") from None
        row = self.db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'template'").fetchone()
        number = (row[0] if row else 0) + 1
        about = seal.context("template", self.key.vault, person, number, engine, made_on)
        data_key = secrets.token_bytes(seal.KEY_BYTES)
        wrapped = seal.close(self.key.wrapping, data_key, b"key" + about)
        values = (person, number, engine, made_on, seen_on, wrapped, seal.close(data_key, seal.pack(template, terms), about))
        self.db.execute("DELETE FROM template WHERE person = ?", (person,))
        self.db.execute(f"INSERT INTO template ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        return number

    def data_version(self) -> int:
        """Changes when another process has written."""
        with self.trouble():
            return int(self.db.execute("PRAGMA data_version").fetchone()[0])

    def erase_log(self) -> bool:
        """What was deleted must not live on in the write-ahead log; False while another process reads it."""
        with self.trouble():
            return not self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All of it, or nothing."""
        with self.trouble():
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """SQLite's complaints as ours."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise VaultRefused(f"{self._path.name}: {error}; make room, or try again when no other process uses it") from None
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise VaultRefused(f"{self._path.name}: {error}; restore it, or delete it together with {KEY} and enrol anew") from None

    def _prepare(self) -> None:
        for pragma in ("secure_delete = ON", "journal_mode = WAL", "synchronous = FULL", "temp_store = MEMORY"):
            self.db.execute(f"PRAGMA {pragma}")
        if self.db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
        self.db.executescript(_SCHEMA)
