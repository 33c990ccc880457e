"""The cloud's own keys that an ops key may delegate: for orders and for rosters. One file in the data folder that nobody else may read.

An ops key is never here. A key that was made before the newest stays as long as it has a delegation by which it signs.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Collection
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud.errors import SettingsRefused
from contract.signing import public_half
from contract.trust import Scope


class DelegatedKeys:
    """The keys in `folder`/delegated-keys.json; none until one is made."""

    def __init__(self, folder: Path) -> None:
        """Raises: SettingsRefused, when the file is not ours alone or not what was written."""
        self._path = folder / "delegated-keys.json"
        self._one_at_a_time = threading.Lock()
        self._kept = self._read()

    def newest(self, scope: Scope) -> str | None:
        """Public half of the newest key of this scope."""
        kept = self._kept[scope]
        return public_half(kept[0]) if kept else None

    def scope_of(self, public_key: str) -> Scope | None:
        """What the key with this public half was made for; None when it is not here."""
        return next((scope for scope, kept in self._kept.items() if any(public_half(key) == public_key for key in kept)), None)

    def private(self, public_key: str) -> Ed25519PrivateKey | None:
        """Its other half."""
        return next((key for kept in self._kept.values() for key in kept if public_half(key) == public_key), None)

    def make(self, scope: Scope, keep: Collection[str]) -> str:
        """A new key, on disk when this returns; its public half. Of the others only those with these public halves stay. Raises: OSError."""
        with self._one_at_a_time:
            kept = dict(self._kept)
            kept[scope] = [Ed25519PrivateKey.generate(), *(key for key in kept[scope] if public_half(key) in keep)]
            self._write(kept)
            self._kept = kept
            return public_half(kept[scope][0])

    def _write(self, kept: dict[Scope, list[Ed25519PrivateKey]]) -> None:
        beside = self._path.with_suffix(f".{secrets.token_hex(4)}")
        try:
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump({scope.value: [key.private_bytes_raw().hex() for key in keys] for scope, keys in kept.items()}, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self._path)
        finally:
            beside.unlink(missing_ok=True)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _read(self) -> dict[Scope, list[Ed25519PrivateKey]]:
        none: dict[Scope, list[Ed25519PrivateKey]] = {scope: [] for scope in Scope}
        if not self._path.exists():
            return none
        advice = "delete it and make new keys with ./kiosk keys"
        if self._path.stat().st_mode & 0o077:
            raise SettingsRefused(f"{self._path}: others may read it; {advice}, or `chmod 600` it")
        try:
            told = json.loads(self._path.read_text())
            return none | {Scope(name): [Ed25519PrivateKey.from_private_bytes(bytes.fromhex(one)) for one in keys] for name, keys in told.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            raise SettingsRefused(f"{self._path}: not as it was written; {advice}") from None
