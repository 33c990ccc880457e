"""The key of one station's vault: a file that only its owner may read, made at the first start and never sent anywhere.

It lies beside the vault, on the same card: it protects a copy of the database, not a stolen card. See docs/privacy.md.
"""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

MAGIC = b"smart-station vault key 1\n"
ID_BYTES, KEY_BYTES = 16, 32
FOREIGN_EYES = 0o077


class KeyRefused(Exception):
    """The key file cannot be used; says why and what to do."""


@dataclass(frozen=True)
class StationKey:
    """`vault` is the random name of this vault; `wrapping` (32 bytes) seals data keys; `exchange` (32 bytes) is an X25519 private key."""

    vault: bytes
    wrapping: bytes = field(repr=False)
    exchange: bytes = field(repr=False)

    def private(self) -> X25519PrivateKey:
        """For templates that come from another station."""
        return X25519PrivateKey.from_private_bytes(self.exchange)


def read_or_make(path: Path, may_make: bool) -> StationKey:
    """The key in the file; a new one when there is no file and `may_make`.

    Raises:
        KeyRefused: missing where it must not be, readable by others, or damaged.
    """
    if not path.exists():
        if not may_make:
            raise KeyRefused(f"{path.name} is missing: what is in the vault can never be opened again; delete vault.db and enrol anew")
        _make(path)
    if path.stat().st_mode & FOREIGN_EYES:
        raise KeyRefused(f"{path.name} may be read by others; chmod 600 it, and enrol everybody anew if somebody may have copied it")
    content = path.read_bytes()
    if len(content) != len(MAGIC) + ID_BYTES + 2 * KEY_BYTES or not content.startswith(MAGIC):
        raise KeyRefused(f"{path.name} is damaged; restore it, or delete it together with vault.db and enrol anew")
    rest = content[len(MAGIC) :]
    return StationKey(rest[:ID_BYTES], rest[ID_BYTES : ID_BYTES + KEY_BYTES], rest[ID_BYTES + KEY_BYTES :])


def _make(path: Path) -> None:
    """Two processes at once make one key: the first link wins, and a half-written file is never seen under the name."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(MAGIC + secrets.token_bytes(ID_BYTES + 2 * KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
    finally:
        beside.unlink(missing_ok=True)
