"""The vault: templates of the people who agreed, each sealed under a key of its own. One file, one key beside it.

Opened by the faces child and by the command line on the spot, never by the agent: the process that talks to the network holds no
clear template. To forget is to erase the wrapped key and the seal from the database and from its log.
"""

import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge.faces import seal
from edge.faces.gallery import Gallery, GalleryRefused
from edge.faces.seal import SealRefused, Terms
from edge.faces.shapes import Vector
from edge.faces.station_key import KeyRefused, read_or_make

DATABASE, KEY = "vault.db", "vault.key"
BUSY_S = 5.0
RECEIPTS_KEPT = 10_000
PUBLIC_BYTES = 32
_SCHEMA = """
CREATE TABLE IF NOT EXISTS template (
    seal INTEGER PRIMARY KEY AUTOINCREMENT, person TEXT NOT NULL UNIQUE, engine TEXT NOT NULL,
    made_on TEXT NOT NULL, seen_on TEXT NOT NULL, wrapped BLOB NOT NULL, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sharing (
    person TEXT NOT NULL, destination TEXT NOT NULL, notice TEXT NOT NULL, agreed_on TEXT NOT NULL, PRIMARY KEY (person, destination));
CREATE TABLE IF NOT EXISTS receipt (number INTEGER PRIMARY KEY AUTOINCREMENT, receipt TEXT NOT NULL, person TEXT NOT NULL);
"""


_COLUMNS = "person, seal, engine, made_on, seen_on, wrapped, sealed"


class VaultRefused(Exception):
    """The vault, or one template in it, cannot be used or changed; says why and what to do. Nothing was changed."""


@dataclass(frozen=True)
class Kept:
    """One row. `made_on` and `seen_on` are ISO days, '' when the clock was not trusted; `template` and `terms` None: damaged."""

    person: str
    seal: int
    engine: str
    made_on: str
    seen_on: str
    template: Vector | None = field(default=None, repr=False)
    terms: Terms | None = None


class Vault:
    """`folder`: the station's own. Makes vault.db and vault.key there when neither exists. One thread.

    Raises:
        VaultRefused: a damaged database or key, or a key that is missing while there are templates.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / DATABASE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)
        try:
            with self._trouble():
                self._prepare()
                empty = self._db.execute("SELECT count(*) FROM template").fetchone()[0] == 0
            self._key = read_or_make(folder / KEY, may_make=empty)
        except (VaultRefused, KeyRefused, OSError) as error:
            self._db.close()
            raise VaultRefused(str(error)) from None
        self._version = self._data_version()

    def close(self) -> None:
        """Let go of the files."""
        self._db.close()

    @property
    def public_key(self) -> bytes:
        """32 bytes (X25519) to which another station may seal a template for this one."""
        return self._key.private().public_key().public_bytes_raw()

    def put(self, person: str, template: Vector, engine: str, made_on: str, terms: Terms) -> int:
        """Seal and keep a template in place of any before; the number of the seal.

        Raises:
            VaultRefused: not a template, or it could not be stored.
        """
        try:
            seal.check(template)
        except SealRefused as error:
            raise VaultRefused(f"template of {person}: {error}") from None
        with self._writing():
            row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'template'").fetchone()
            number = (row[0] if row else 0) + 1
            about = seal.context("template", self._key.vault, person, number, engine, made_on)
            data_key = secrets.token_bytes(seal.KEY_BYTES)
            wrapped = seal.close(self._key.wrapping, data_key, b"key" + about)
            values = (person, number, engine, made_on, made_on, wrapped, seal.close(data_key, seal.pack(template, terms), about))
            self._db.execute("DELETE FROM template WHERE person = ?", (person,))
            self._db.execute(f"INSERT INTO template ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        self._erase_log()
        return number

    def all(self) -> list[Kept]:
        """Every row by person, opened. A damaged or forged one comes without template; the others stay.

        Raises:
            VaultRefused: the database cannot be read.
        """
        with self._trouble():
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM template ORDER BY person").fetchall()
        return [self._open(*row) for row in rows]

    def one(self, person: str) -> Kept | None:
        """None when nothing is kept of this person. Raises: VaultRefused."""
        return next((kept for kept in self.all() if kept.person == person), None)

    def saw(self, person: str, day: str) -> None:
        """Note the day of the last visit. Raises: VaultRefused."""
        with self._writing():
            self._db.execute("UPDATE template SET seen_on = ? WHERE person = ? AND seen_on < ?", (day, person, day))

    def forget(self, person: str) -> str:
        """Erase key and seal; the receipt, '' when nothing was ever kept. May be repeated.

        Raises:
            VaultRefused: not all traces could be erased; call again.
        """
        with self._writing():
            gone = self._db.execute("DELETE FROM template WHERE person = ?", (person,)).rowcount
            self._db.execute("DELETE FROM sharing WHERE person = ?", (person,))
            if gone:
                receipt = sha256(b"forgotten" + seal.context(person, time.time_ns(), secrets.token_bytes(32))).hexdigest()[:32]
                self._db.execute("INSERT INTO receipt (receipt, person) VALUES (?, ?)", (receipt, person))
                self._db.execute("DELETE FROM receipt WHERE number <= (SELECT max(number) FROM receipt) - ?", (RECEIPTS_KEPT,))
        if not self._erase_log():
            raise VaultRefused(f"{DATABASE}: another process reads it, so its log could not be erased; try again")
        return self.receipts().get(person, "")

    def receipts(self) -> dict[str, str]:
        """The last receipt of each person who was forgotten. Raises: VaultRefused."""
        with self._trouble():
            return dict(self._db.execute("SELECT person, receipt FROM receipt ORDER BY number").fetchall())

    def changed(self) -> bool:
        """Whether another process has written since this was last asked."""
        version, self._version = self._version, self._data_version()
        return version != self._version

    def agree_to_share(self, person: str, destination: str, notice: str, agreed_on: str) -> None:
        """The second consent, for one destination alone. Raises: VaultRefused."""
        with self._writing():
            self._db.execute("REPLACE INTO sharing VALUES (?, ?, ?, ?)", (person, destination, notice, agreed_on))

    def seal_for(self, person: str, destination: str, public_key: bytes) -> bytes:
        """The template of a person for one other station, which alone can open it.

        Raises:
            VaultRefused: no consent for this destination, nothing kept, or no public key.
        """
        with self._trouble():
            agreed = self._db.execute("SELECT 1 FROM sharing WHERE person = ? AND destination = ?", (person, destination)).fetchone()
        if agreed is None:
            raise VaultRefused(f"{person} has not agreed to a template at {destination}: ask for this consent by itself")
        kept = self.one(person)
        if kept is None or kept.template is None or kept.terms is None:
            raise VaultRefused(f"no sound template of {person} is kept here")
        once = X25519PrivateKey.generate()
        sender = once.public_key().public_bytes_raw()
        try:
            key = seal.transfer_key(once, public_key, sender, public_key)
        except SealRefused as error:
            raise VaultRefused(str(error)) from None
        about = seal.context("transfer", person, destination, kept.engine, kept.made_on)
        return sender + seal.close(key, seal.pack(kept.template, kept.terms), about)

    def open_from(self, package: bytes, person: str, destination: str, engine: str, made_on: str) -> int:
        """Keep a template that another station sealed for this one, named `destination`; the number of the seal.

        Raises:
            VaultRefused: forged, damaged, or meant for another station, person or engine; nothing was kept.
        """
        sender, sealed = package[:PUBLIC_BYTES], package[PUBLIC_BYTES:]
        try:
            key = seal.transfer_key(self._key.private(), sender, sender, self.public_key)
            clear = seal.open_(key, sealed, seal.context("transfer", person, destination, engine, made_on))
            template, terms = seal.unpack(clear)
        except SealRefused as error:
            raise VaultRefused(f"template of {person} from another station: {error}") from None
        return self.put(person, template, engine, made_on, terms)

    def _open(self, person: object, number: object, engine: object, made_on: object, seen_on: object, *sealed: object) -> Kept:
        """Whatever a damaged database may hold."""
        who, which, made, seen = (value if isinstance(value, str) else "?" for value in (person, engine, made_on, seen_on))
        kept = Kept(who, number if isinstance(number, int) else 0, which, made, seen)
        about = seal.context("template", self._key.vault, who, kept.seal, which, made)
        try:
            data_key = seal.open_(self._key.wrapping, sealed[0], b"key" + about)
            template, terms = seal.unpack(seal.open_(data_key, sealed[1], about))
        except SealRefused:
            return kept
        return replace(kept, template=template, terms=terms)

    def _prepare(self) -> None:
        for pragma in ("secure_delete = ON", "journal_mode = WAL", "synchronous = FULL", "temp_store = MEMORY"):
            self._db.execute(f"PRAGMA {pragma}")
        if self._db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
        self._db.executescript(_SCHEMA)

    def _data_version(self) -> int:
        with self._trouble():
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def _erase_log(self) -> bool:
        """What was deleted must not live on in the write-ahead log; False while another process reads it."""
        with self._trouble():
            return not self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._trouble():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise VaultRefused(f"{self._path.name}: {error}; make room, or try again when no other process uses it") from None
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise VaultRefused(f"{self._path.name}: {error}; restore it, or delete it together with {KEY} and enrol anew") from None


def gallery(kept: list[Kept], engine: str) -> Gallery:
    """Whom a face can be compared with: sound templates of the engine in use. Raises: GalleryRefused."""
    return Gallery.of({one.person: one.template for one in kept if one.template is not None and one.engine == engine})


__all__ = ["GalleryRefused", "Kept", "Terms", "Vault", "VaultRefused", "gallery"]
