"""Private keys in files: PEM (PKCS8), mode 0600, sealed with a passphrase where there is one. Beside each stands `NAME.pub` for everybody.

Touches the files that it is told and the terminal. Must not: print or log a private key or a passphrase, or take a key file that others can read.
"""

from __future__ import annotations

import getpass
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import TypeAdapter, ValidationError

from cli.broker.accounts import write_private
from cli.ops.exits import Exit, OpsFailed
from cli.ops.talk import at_terminal
from contract.signing import PublicKey, public_half

PUBLIC_KEY: TypeAdapter[str] = TypeAdapter(PublicKey)
SHORTEST = 8
"""Characters of a passphrase."""
PRIVATE_BITS = stat.S_IRWXG | stat.S_IRWXO


class KeyRefused(OpsFailed):
    """Nothing was signed or written; says what, why and what to do."""

    def __init__(self, text: str) -> None:
        super().__init__(Exit.FAILED, text)


def load_private(path: Path, passphrase: str | None = None) -> Ed25519PrivateKey:
    """The key of this file. `passphrase`: None for a key without one.

    Raises:
        KeyRefused: no such file, readable by others, no Ed25519 key, or the passphrase is missing or wrong.
    """
    pem = _pem(path)
    try:
        key = serialization.load_pem_private_key(pem, passphrase.encode() if passphrase else None)
    except TypeError:
        if passphrase:  # the key has none, and whoever made it so said it
            return load_private(path)
        raise KeyRefused(f"{path}: the key is sealed with a passphrase; give --passphrase-file, or call this in a terminal") from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyRefused(f"{path}: {'the passphrase is wrong, or this is no key' if is_sealed(path) else 'this is no private key in PEM form'}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyRefused(f"{path}: is not an Ed25519 key; ./kiosk keys new FILE makes one")
    return key


def open_private(path: Path, passphrase_file: Path | None) -> Ed25519PrivateKey:
    """Likewise; the passphrase comes from that file, or is asked for where the key has one and this is a terminal.

    Raises:
        KeyRefused.
    """
    if passphrase_file is not None:
        return load_private(path, read_passphrase(passphrase_file))
    if is_sealed(path) and at_terminal():
        return load_private(path, getpass.getpass(f"passphrase of {path}: "))
    return load_private(path)


def is_sealed(path: Path) -> bool:
    """True when the key can only be read with a passphrase. Raises: KeyRefused."""
    return b"ENCRYPTED" in _pem(path)[:100]


def read_passphrase(path: Path) -> str:
    """First line of the file. Raises: KeyRefused."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRefused(f"--passphrase-file {path}: {error.strerror if isinstance(error, OSError) else 'is no text'}") from None
    return _long_enough(lines[0] if lines else "", f"--passphrase-file {path}")


def new_passphrase(what: str) -> str:
    """Asked for twice, at a terminal. Raises: KeyRefused."""
    given = _long_enough(getpass.getpass(f"passphrase for {what}, at least {SHORTEST} characters: "), "passphrase")
    if getpass.getpass("once more: ") != given:
        raise KeyRefused("passphrase: the two are not the same; nothing was written")
    return given


def save_private(path: Path, key: Ed25519PrivateKey, passphrase: str | None) -> None:
    """Write the key and, beside it, its public half. Raises: KeyRefused when one of the files is there already."""
    for file in (path, public_file(path)):
        if file.exists():
            raise KeyRefused(f"{file}: is there already; a key is never overwritten. Move it away, or choose another name")
    seal: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        seal = serialization.BestAvailableEncryption(passphrase.encode())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, seal)
    write_private(path, pem.decode())
    public_file(path).write_text(public_half(key) + "\n", "utf-8")


def public_file(path: Path) -> Path:
    """Where the public half of this private key stands."""
    return path.with_suffix(".pub")


def public_key(text: str) -> str:
    """64 hexadecimal digits, given as they are or as the name of a file that holds them. Raises: KeyRefused."""
    given = text.strip()
    if Path(given).is_file():
        given = Path(given).read_text("utf-8", "replace").strip()
    try:
        found = PUBLIC_KEY.validate_python(given.lower())
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(found))
    except (ValidationError, ValueError):
        raise KeyRefused(f"{text[:80]}: is neither a public key (64 hexadecimal digits) nor a file with one") from None
    return found


def _pem(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode) and mode & PRIVATE_BITS:
            raise KeyRefused(f"{path}: others can read it (mode {mode & 0o777:o}). If nobody did: chmod 600 {path}; else replace the key, see docs/trust.md")
        return path.read_bytes()
    except OSError as error:
        raise KeyRefused(f"{path}: {error.strerror}") from None


def _long_enough(given: str, what: str) -> str:
    if len(given) < SHORTEST:
        raise KeyRefused(f"{what}: {len(given)} characters; at least {SHORTEST} are needed")
    return given
