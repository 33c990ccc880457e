"""The private keys that seal tickets: one file in the data folder that nobody else may read.

During a change of keys there are two. The new one is in every roster at once and seals a day later, so that stations know it before
they meet it; the old one stays in rosters until the next change.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud.errors import SettingsRefused
from contract.ticket import TicketKey, public_key

ROLL_OUT_MS = 86_400_000


@dataclass(frozen=True)
class _Kept:
    id: int
    made_ms: int
    private_key: str

    def key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.private_key))


class SealKeys:
    """The keys in `folder`/ticket-keys.json; the first is made when there is none."""

    def __init__(self, folder: Path, now_ms: int) -> None:
        """Raises: SettingsRefused, when the file is not ours alone or not what was written."""
        self._path = folder / "ticket-keys.json"
        folder.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            with suppress(FileExistsError):  # another process of the same data folder was first
                self._write([_made(now_ms, set())], first=True)
        self._kept = self._read()

    def public(self) -> list[TicketKey]:
        """What stations need to know, newest first."""
        return [TicketKey(id=kept.id, public_key=public_key(kept.key())) for kept in self._kept]

    def sealing(self, now_ms: int) -> tuple[int, Ed25519PrivateKey]:
        """(id, key) to seal with now."""
        ready = [kept for kept in self._kept if kept.made_ms + ROLL_OUT_MS <= now_ms]
        chosen = ready[0] if ready else self._kept[-1]
        return chosen.id, chosen.key()

    def change(self, now_ms: int) -> None:
        """Make the next key; the one before the last goes."""
        self._write([_made(now_ms, {kept.id for kept in self._kept}), self._kept[0]], first=False)
        self._kept = self._read()

    def _write(self, kept: list[_Kept], first: bool) -> None:
        beside = self._path.with_suffix(f".{secrets.token_hex(4)}")
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump([asdict(each) for each in kept], file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, self._path) if first else os.replace(beside, self._path)
        finally:
            beside.unlink(missing_ok=True)

    def _read(self) -> list[_Kept]:
        if self._path.stat().st_mode & 0o077:
            raise SettingsRefused(f"{self._path}: others may read it; delete it, so that new keys are made, or `chmod 600` it")
        try:
            kept = [_Kept(**each) for each in json.loads(self._path.read_text())]
            [each.key() for each in kept]
        except (OSError, ValueError, TypeError):
            raise SettingsRefused(f"{self._path}: not as it was written; delete it, so that new keys are made") from None
        if not kept:
            raise SettingsRefused(f"{self._path}: holds no key; delete it, so that one is made")
        return kept[:2]


def _made(now_ms: int, taken: set[int]) -> _Kept:
    """Ids are drawn, so that a key that replaces a lost one has another id."""
    number = secrets.choice([each for each in range(256) if each not in taken])
    return _Kept(number, now_ms, Ed25519PrivateKey.generate().private_bytes_raw().hex())
