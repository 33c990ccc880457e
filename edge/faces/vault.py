"""The vault: templates of the people who agreed, each sealed under a key of its own. One file, one key beside it.

Opened by the faces child and by the command line on the spot, never by the agent: the process that talks to the network holds no
clear template. To forget is to erase the wrapped key and the seal from the database and from its log.
"""

import secrets
import time
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from edge.faces import seal
from edge.faces.gallery import Gallery, GalleryRefused
from edge.faces.seal import SealRefused, Terms
from edge.faces.shapes import Vector
from edge.faces.vault_file import COLUMNS, DATABASE, VaultFile, VaultRefused

RECEIPTS_KEPT = 10_000


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
        self.file = VaultFile(folder)
        self._version = self.file.data_version()

    def close(self) -> None:
        """Let go of the files."""
        self.file.db.close()

    @property
    def public_key(self) -> bytes:
        """32 bytes (X25519) to which another station may seal a template for this one."""
        return self.file.key.private().public_key().public_bytes_raw()

    def put(self, person: str, template: Vector, engine: str, made_on: str, terms: Terms) -> int:
        """Seal and keep a template in place of any before; the number of the seal.

        Raises:
            VaultRefused: not a template, or it could not be stored.
        """
        with self.file.writing():
            number = self.file.insert(person, template, engine, made_on, made_on, terms)
        self.file.erase_log()
        return number

    def all(self) -> list[Kept]:
        """Every row by person, opened. A damaged or forged one comes without template; the others stay.

        Raises:
            VaultRefused: the database cannot be read.
        """
        with self.file.trouble():
            rows = self.file.db.execute(f"SELECT {COLUMNS} FROM template ORDER BY person").fetchall()
        return [self._open(*row) for row in rows]

    def one(self, person: str) -> Kept | None:
        """None when nothing is kept of this person. Raises: VaultRefused."""
        return next((kept for kept in self.all() if kept.person == person), None)

    def saw(self, person: str, day: str) -> None:
        """Note the day of the last visit. Raises: VaultRefused."""
        with self.file.writing():
            self.file.db.execute("UPDATE template SET seen_on = ? WHERE person = ? AND seen_on < ?", (day, person, day))

    def forget(self, person: str) -> str:
        """Erase key and seal; the receipt, '' when nothing was ever kept. May be repeated.

        Nothing of this person goes elsewhere any more, and no package that is on its way comes in.

        Raises:
            VaultRefused: not all traces could be erased; call again.
        """
        with self.file.writing():
            gone = self.file.db.execute("DELETE FROM template WHERE person = ?", (person,)).rowcount
            for table in ("sharing", "invitation"):
                self.file.db.execute(f"DELETE FROM {table} WHERE person = ?", (person,))
            if gone:
                receipt = sha256(b"forgotten" + seal.context(person, time.time_ns(), secrets.token_bytes(32))).hexdigest()[:32]
                self.file.db.execute("INSERT INTO receipt (receipt, person) VALUES (?, ?)", (receipt, person))
                self.file.db.execute("DELETE FROM receipt WHERE number <= (SELECT max(number) FROM receipt) - ?", (RECEIPTS_KEPT,))
        if not self.file.erase_log():
            raise VaultRefused(f"{DATABASE}: another process reads it, so its log could not be erased; try again")
        return self.receipts().get(person, "")

    def receipts(self) -> dict[str, str]:
        """The last receipt of each person who was forgotten. Raises: VaultRefused."""
        with self.file.trouble():
            return dict(self.file.db.execute("SELECT person, receipt FROM receipt ORDER BY number").fetchall())

    def changed(self) -> bool:
        """Whether another process has written since this was last asked."""
        version, self._version = self._version, self.file.data_version()
        return version != self._version

    def _open(self, person: object, number: object, engine: object, made_on: object, seen_on: object, *sealed: object) -> Kept:
        """Whatever a damaged database may hold."""
        who, which, made, seen = (value if isinstance(value, str) else "?" for value in (person, engine, made_on, seen_on))
        kept = Kept(who, number if isinstance(number, int) else 0, which, made, seen)
        about = seal.context("template", self.file.key.vault, who, kept.seal, which, made)
        try:
            data_key = seal.open_(self.file.key.wrapping, sealed[0], b"key" + about)
            template, terms = seal.unpack(seal.open_(data_key, sealed[1], about))
        except SealRefused:
            return kept
        return replace(kept, template=template, terms=terms)


def gallery(kept: list[Kept], engine: str) -> Gallery:
    """Whom a face can be compared with: sound templates of the engine in use. Raises: GalleryRefused."""
    return Gallery.of({one.person: one.template for one in kept if one.template is not None and one.engine == engine})


__all__ = ["GalleryRefused", "Kept", "Terms", "Vault", "VaultRefused", "gallery"]
