"""A disk that loses power: what was written and not synchronised may be gone, torn or there, as on a memory card.

`Disk` is a SQLite VFS (package apsw) over real files: a process sees every write at once, and beside it stands what would survive. `cut_after(n)`
lets the n-th write, truncation, deletion or synchronisation be the last thing that the computer did; `restore` is the next power-on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import apsw

SECTOR = 512
"""Bytes that reach the disk together. What lies beside a written range is never damaged (SQLite's powersafe overwrite)."""
_names = count(1)


class PowerCut(BaseException):
    """The computer is off: nothing after this happened."""


class Survivor:
    """One file: what is safe, and what still lies in caches in the order of writing."""

    def __init__(self, content: bytes) -> None:
        self.safe: bytearray | None = bytearray(content) if content else None
        self.pending: list[tuple[int, bytes | None]] = []
        self.deleted = False

    def synchronise(self) -> None:
        """Everything so far is safe."""
        self.safe = self.safe if self.safe is not None else bytearray()
        for at, data in self.pending:
            _put(self.safe, at, data)
        self.pending = []

    def after_cut(self, chance: Random) -> bytes | None:
        """What is found at the next start; None: no such file. How much of the cache made it is up to chance."""
        if self.deleted and chance.random() < 0.5:
            return None
        kept = chance.choice([0.0, 0.0, 0.3, 0.7, 1.0])
        content = self.safe
        for at, data in self.pending:
            for offset, piece in _sectors(at, data):
                if chance.random() < kept:
                    content = content if content is not None else bytearray()
                    torn = piece is not None and chance.random() < 0.02
                    _put(content, offset, chance.randbytes(len(piece)) if torn and piece else piece)
        return bytes(content) if content is not None else None


def _put(content: bytearray, at: int, data: bytes | None) -> None:
    """`data` at an offset; None truncates there."""
    if data is None:
        del content[at:]
        return
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(data)] = data


def _sectors(at: int, data: bytes | None) -> Iterator[tuple[int, bytes | None]]:
    if data is None:
        yield at, None
        return
    begin = 0
    while begin < len(data):
        end = min(len(data), begin + SECTOR - (at + begin) % SECTOR)
        yield at + begin, data[begin:end]
        begin = end


class Disk(apsw.VFS):  # type: ignore[misc]
    """Registered under a name of its own. `open` fits edge.adapters.store.database.Opener."""

    def __init__(self, chance: Random) -> None:
        self.vfs_name, self._chance = f"power-{next(_names)}", chance
        super().__init__(self.vfs_name, "")
        self._files: dict[str, Survivor] = {}
        self.connections: list[Connection] = []
        self.operations, self._last = 0, 0
        self.off = False
        self.instead: dict[str, str] = {}

    def cut_after(self, operations: int) -> None:
        """So many more, of which the last one is only begun."""
        self._last = self.operations + operations

    def never_cut(self) -> None:
        self._last = 0

    def open(self, path: Path) -> sqlite3.Connection:
        """A connection that fits what edge/adapters/store asks of sqlite3."""
        self.connections.append(Connection(path, self.vfs_name, self.instead))
        return self.connections[-1]  # type: ignore[return-value]

    def restore(self) -> None:
        """Power is back: files as they survived, no process of before."""
        self.off = True
        for connection in self.connections:
            with suppress(BaseException):
                connection.close()
        self.connections = []
        for name, file in self._files.items():
            path = Path(name)
            found = file.after_cut(self._chance)
            path.unlink(missing_ok=True)
            path.with_name(path.name + "-shm").unlink(missing_ok=True)
            if found is not None:
                path.write_bytes(found)
        self._files, self.off = {}, False
        self.never_cut()

    def broken(self) -> list[str]:
        """What SQLite finds wrong in the files that are open; nothing where all is well."""
        checked = [connection.execute("PRAGMA integrity_check").fetchall() for connection in self.connections]
        return [str(found) for found in checked if found != [("ok",)]]

    # ---- SQLite asks

    def xOpen(self, name: Any, flags: Any) -> apsw.VFSFile:
        return DiskFile(self, name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:
        file = self._files.get(name)
        last = self._count()
        if file:
            file.deleted = True
            if syncdir and not last:
                del self._files[name]
        if last:
            raise PowerCut
        super().xDelete(name, syncdir)

    def file(self, name: str) -> Survivor:
        found = self._files.get(name)
        if found is None or found.deleted:
            path = Path(name)
            found = self._files[name] = Survivor(path.read_bytes() if path.exists() else b"")
        return found

    def counted(self) -> None:
        """One operation more. Raises: PowerCut, when it was the last."""
        if self._count():
            raise PowerCut

    def _count(self) -> bool:
        if self.off:
            raise PowerCut
        self.operations += 1
        self.off = self.operations == self._last
        return self.off


class DiskFile(apsw.VFSFile):  # type: ignore[misc]
    """A real file beside which is kept what would survive."""

    def __init__(self, disk: Disk, name: Any, flags: Any) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._disk, self._file = disk, disk.file(path) if path else None
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._file:
            if not self._disk.off:
                self._file.pending.append((offset, bytes(data)))
            self._disk.counted()
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        if self._file:
            if not self._disk.off:
                self._file.pending.append((newsize, None))
            self._disk.counted()
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        if self._file:
            self._disk.counted()
            self._file.synchronise()


class Connection:
    """What the store uses of sqlite3.Connection, on apsw. `instead`: statements that are replaced by weaker ones, for controls."""

    def __init__(self, path: Path, vfs: str, instead: dict[str, str]) -> None:
        self._instead = instead
        self._db = apsw.Connection(str(path), vfs=vfs)
        self._db.set_busy_timeout(1000)

    def execute(self, sql: str, values: Any = None) -> Cursor:
        return Cursor(self._db, self._instead.get(sql, sql), values)

    def executemany(self, sql: str, rows: Iterable[Any]) -> None:
        for row in rows:
            self.execute(sql, row)

    def executescript(self, script: str) -> None:
        self.execute(script)

    @property
    def in_transaction(self) -> bool:
        return bool(self._db.in_transaction)

    def close(self) -> None:
        self._db.close(True)


class Cursor:
    """Rows are read at once: a statement of the store is finished before the next."""

    def __init__(self, db: apsw.Connection, sql: str, values: Any) -> None:
        try:
            self._rows = iter(db.execute(sql, values).fetchall())
        except apsw.Error as error:
            raise _known(error) from error
        self.lastrowid = db.last_insert_rowid()

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


def _known(error: apsw.Error) -> sqlite3.Error:
    """The same trouble in the words of sqlite3."""
    broken = isinstance(error, apsw.CorruptError | apsw.NotADBError)
    known = sqlite3.DatabaseError(str(error)) if broken else sqlite3.OperationalError(str(error))
    known.sqlite_errorcode = getattr(error, "extendedresult", 1)
    return known
