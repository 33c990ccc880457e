"""Seals one template: AES-GCM under a data key of its own, which is wrapped under another key. Pure, but for random numbers.

What a seal belongs to (vault, person, number, engine, day) is its associated data: moved to another row it does not open.
"""

import json
import secrets
import struct
from dataclasses import asdict, dataclass

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge.faces.shapes import Vector

NONCE_BYTES, KEY_BYTES, TAG_BYTES = 12, 32, 16
MOST_NUMBERS = 2048
LENGTH_TOLERANCE = 1e-3
_HEAD = struct.Struct(">H")
TRANSFER = b"smart-station template transfer 2"


class SealRefused(Exception):
    """Forged, damaged, or sealed for something else; which of them cannot be told apart."""


@dataclass(frozen=True)
class Terms:
    """On what a template rests. `by` is "visitor", "operator" or "elsewhere"; `accepted_by` answers for a consent given on paper.

    One that came from another station: `origin`, and `said_on`, the ISO day of the consent to have it here.
    """

    notice: str
    language: str
    used: int
    by: str
    flagged: bool = False
    accepted_by: str = ""
    origin: str = ""
    said_on: str = ""


def context(*parts: object) -> bytes:
    """Associated data: no two lists of parts give the same bytes."""
    return json.dumps([part.hex() if isinstance(part, bytes) else part for part in parts]).encode()


def close(key: bytes, clear: bytes, about: bytes) -> bytes:
    """Nonce and ciphertext."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, clear, about)


def open_(key: bytes, sealed: object, about: bytes) -> bytes:
    """Raises: SealRefused."""
    if not isinstance(sealed, bytes) or len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise SealRefused("the seal is too short")
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
    except (InvalidTag, ValueError):
        raise SealRefused("the seal is forged or damaged, or another key closed it") from None


def pack(template: Vector, terms: Terms) -> bytes:
    """Both as bytes, to be closed at once."""
    told = json.dumps(asdict(terms)).encode()
    return _HEAD.pack(len(told)) + told + np.asarray(template, "<f4").tobytes()


def unpack(clear: bytes) -> tuple[Vector, Terms]:
    """Raises: SealRefused: sealed by us, and yet no template."""
    try:
        start = _HEAD.size + _HEAD.unpack_from(clear)[0]
        terms = Terms(**json.loads(clear[_HEAD.size : start]))
        template = np.frombuffer(clear, "<f4", offset=start).astype(np.float32)
    except (ValueError, TypeError, struct.error):
        raise SealRefused("what is sealed is no template") from None
    check(template)
    return template, terms


def check(template: Vector) -> None:
    """Raises: SealRefused: not a vector of unit length."""
    if template.ndim != 1 or not 0 < template.size <= MOST_NUMBERS or not bool(np.isfinite(template).all()):
        raise SealRefused("what is sealed is no template")
    if abs(float(np.linalg.norm(template)) - 1) > LENGTH_TOLERANCE:
        raise SealRefused("what is sealed is no template of unit length")


def transfer_key(own: X25519PrivateKey, other: bytes, sender: bytes, receiver: bytes) -> bytes:
    """The key that only the holders of one of the two private keys can compute; `sender`, `receiver`: public keys, 32 bytes.

    Raises:
        SealRefused: `other` is no public key.
    """
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(other))
    except ValueError:
        raise SealRefused("that is no public key of a station") from None
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=TRANSFER + sender + receiver).derive(shared)
