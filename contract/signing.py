"""Signed documents: Ed25519 over canonical bytes. Who may sign what is decided in contract/trust.py; here is only the form.

A payload travels as the very text that was signed, so that nobody has to rebuild it: `{"payload": "…", "signatures": […]}`. What is
signed begins with the kind of the document, so that no signature fits a document of another kind. A payload must be canonical JSON:
there is one text for one content, and a key that stands twice in it can not mean two things to two readers.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import FailFast, Field, StringConstraints, ValidationError

from contract.errors import ContractError
from contract.model import Model

CONTEXT = "smart-station/{kind}/1\n"
MOST_SIGNATURES = 8
ID_DIGITS = 16
MOST_COMPLAINTS = 20
"""More are counted, not told: to build 100,000 lines of error takes a small computer seconds, and whoever sent them wants just that."""

PublicKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""Ed25519, 32 bytes."""
KeyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
"""First 64 bits of the SHA-256 of the public key: enough to find a key, never enough to trust one."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Kind(StrEnum):
    """What is signed."""

    ROOT = "root"
    DELEGATION = "delegation"
    CONFIG = "config"
    ORDER = "order"
    ROSTER = "roster"


class Flaw(StrEnum):
    """Why a document is not believed, or not obeyed. Reported by name, so that an attack can be told from a mistake."""

    FORM = "form"
    TOO_LARGE = "too_large"
    NOT_CANONICAL = "not_canonical"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    TOO_FEW_SIGNATURES = "too_few_signatures"
    KEY_EXPIRED = "key_expired"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    ROLLBACK = "rollback"
    LEAP = "leap"
    WRONG_TARGET = "wrong_target"
    SCOPE = "scope"
    TOO_LONG_LIFE = "too_long_life"
    LEVEL = "level"
    NO_ROOT = "no_root"
    CONTENT = "content"
    CLOCK_UNSURE = "clock_unsure"
    NO_CHALLENGE = "no_challenge"
    TOO_MANY = "too_many"
    NOT_NOW = "not_now"


class TrustRefused(ContractError):
    """Nothing of the document may be used. `flaw` names why; the text says what, where, the value and what to do."""

    def __init__(self, flaw: Flaw, text: str) -> None:
        super().__init__(text[:500])
        self.flaw = flaw


class Signature(Model):
    """Of one key."""

    key: KeyId
    sig: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")] = Field(description="Ed25519, 64 bytes")


class Signed(Model):
    """A payload as it was signed."""

    payload: Annotated[str, Field(max_length=1024 * 1024)]
    signatures: Annotated[tuple[Signature, ...], FailFast(), Field(min_length=1, max_length=MOST_SIGNATURES)]

    @property
    def sha256(self) -> str:
        """Of the payload: the name of exactly this content."""
        return hashlib.sha256(self.payload.encode()).hexdigest()


def canonical(content: object) -> str:
    """The one text of this content: sorted keys, no spaces, text as it is.

    Raises:
        ValueError: NaN or infinity, which JSON does not have.
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def key_id(public_key: str) -> str:
    """16 hexadecimal digits."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:ID_DIGITS]


def public_half(key: Ed25519PrivateKey) -> str:
    """64 hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


def message(kind: Kind, payload: str) -> bytes:
    """The bytes that are signed."""
    return CONTEXT.format(kind=kind.value).encode() + payload.encode()


def sign(kind: Kind, content: object, *keys: Ed25519PrivateKey) -> Signed:
    """Signed by each of these."""
    return sign_text(kind, canonical(content), *keys)


def sign_text(kind: Kind, payload: str, *keys: Ed25519PrivateKey) -> Signed:
    """Likewise, of a text that is canonical already; used to add the signature of one more key."""
    text = message(kind, payload)
    return Signed(payload=payload, signatures=tuple(Signature(key=key_id(public_half(key)), sig=key.sign(text).hex()) for key in keys))


def signers(signed: Signed, kind: Kind, keys: Mapping[str, str]) -> list[str]:
    """Ids of those of `keys` (id -> public key) whose signature is right; each counts once.

    Raises:
        TrustRefused: UNKNOWN_KEY when no signature is of one of them, SIGNATURE when one of theirs is wrong.
    """
    text, found = message(kind, signed.payload), []
    for one in signed.signatures:
        if one.key not in keys or one.key in found:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(keys[one.key])).verify(bytes.fromhex(one.sig), text)
        except (InvalidSignature, ValueError):
            raise TrustRefused(Flaw.SIGNATURE, f"{kind.value}: the signature of key {one.key} is wrong; the text was changed on its way") from None
        found.append(one.key)
    if not found:
        given = ", ".join(one.key for one in signed.signatures)
        raise TrustRefused(Flaw.UNKNOWN_KEY, f"{kind.value}: signed by {given}, none of which may sign this; see docs/trust.md")
    return found


def content(signed: Signed, kind: Kind) -> dict[str, object]:
    """The payload as a mapping. Call it after the signatures were checked: it is the first who reads the text.

    Raises:
        TrustRefused: FORM, NOT_CANONICAL.
    """
    try:
        parsed = json.loads(signed.payload, parse_constant=_no_number)
        again = canonical(parsed)  # 1e999 is read as infinity, which can not be written
    except (ValueError, RecursionError):
        raise TrustRefused(Flaw.FORM, f"{kind.value}: the payload is not JSON, has a number out of range, or is nested too deep") from None
    if not isinstance(parsed, dict):
        raise TrustRefused(Flaw.FORM, f"{kind.value}: the payload is not a mapping")
    if again != signed.payload:
        raise TrustRefused(Flaw.NOT_CANONICAL, f"{kind.value}: the payload is not in canonical form; sign it with ./kiosk apply")
    return parsed


def decode(raw: bytes, limit: int, what: str, validate: Callable[[bytes], object]) -> object:
    """What `validate` makes of these bytes, when there are not too many of them: the size is looked at before anything is parsed.

    Raises:
        TrustRefused: TOO_LARGE, FORM.
    """
    if len(raw) > limit:
        raise TrustRefused(Flaw.TOO_LARGE, f"{what}: {len(raw)} bytes; at most {limit} are read")
    try:
        return validate(raw)
    except ValidationError as error:
        raise TrustRefused(Flaw.FORM, f"{what}: {_first(error)}") from None
    except (ValueError, RecursionError):
        raise TrustRefused(Flaw.FORM, f"{what}: can not be read") from None


def _first(error: ValidationError) -> str:
    if error.error_count() > MOST_COMPLAINTS:
        return f"{error.error_count()} things are wrong with it"
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'document'}: {first['msg']}"


def _no_number(text: str) -> float:
    raise ValueError(text)
