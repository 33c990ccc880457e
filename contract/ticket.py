"""A ticket: the text of a QR code that lets one person in once, within half a minute.

The cloud seals it; a station checks it without a network.

    SST1:<base32 of body and signature>

Body: key id, issued at (UTC s), life (s), nonce, length of the person's pseudonym, the pseudonym, the station it is for (empty: any).
Capital base32 and not base64url: a QR code holds capitals in 5.5 bits each and other letters in 8, so that its squares are larger
and a cheap camera reads them. Whoever reads a ticket reads hostile text: length and letters are looked at before anything is
decoded, and the signature before anything is believed.
"""

import re
from base64 import b32decode, b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from struct import Struct
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, StringConstraints

from contract.errors import ContractError
from contract.model import Model

PREFIX = "SST1:"
LIFE_S = 30
"""Of a ticket from its issue."""
SKEW_S = 5
"""How far the clocks of cloud and station may be apart. A ticket is good from SKEW_S before its issue until SKEW_S after its end."""
NONCE_BYTES, SIGNATURE_BYTES = 8, 64
HEAD = Struct(f">BIB{NONCE_BYTES}sB")
ID_PATTERN = r"[a-z0-9][a-z0-9-]{0,31}"
MOST_CHARS = len(PREFIX) + -(-(HEAD.size + 2 * 32 + SIGNATURE_BYTES) * 8 // 5)
"""With the longest pseudonym and the longest station; a usual one has 140."""
FORM = re.compile(f"{PREFIX}[A-Z2-7]{{100,{MOST_CHARS - len(PREFIX)}}}", re.ASCII)


class TicketKey(Model):
    """The public half of a key that seals tickets; a roster carries one, and during a change of keys two."""

    id: Annotated[int, Field(ge=0, le=255)]
    public_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(description="Ed25519, 32 bytes")


@dataclass(frozen=True)
class Ticket:
    """What a ticket says. Times are UTC seconds since 1970; `station` None lets in at any."""

    key: int
    person: str
    issued_at: int
    nonce: bytes
    life_s: int = LIFE_S
    station: str | None = None

    @property
    def first_s(self) -> int:
        """Before this second, by the station's clock, it is not good yet."""
        return self.issued_at - SKEW_S

    @property
    def last_s(self) -> int:
        """After this second it is over."""
        return self.issued_at + self.life_s + SKEW_S


class Flaw(Enum):
    """What is wrong with a text that should be a ticket."""

    FORM = "not of the form of a ticket"
    KEY = "sealed with a key that is not known here"
    SIGNATURE = "the signature is wrong"


class TicketRefused(ContractError):
    """Nothing of the text may be believed. The words quote nothing of it."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(f"ticket: {flaw.value}")
        self.flaw = flaw


def looks_like(text: str) -> bool:
    """Whether somebody means this text to be a ticket."""
    return text.startswith(PREFIX)


def seal(ticket: Ticket, key: Ed25519PrivateKey) -> str:
    """The text for the QR code.

    Raises:
        ValueError: a field does not fit.
    """
    body = _body(ticket)
    return PREFIX + b32encode(body + key.sign(PREFIX.encode() + body)).decode().rstrip("=")


def unseal(text: str, keys: Sequence[TicketKey]) -> Ticket:
    """What the ticket says, when one of the keys has sealed it. Whether it is good now is not decided here.

    Raises:
        TicketRefused: nothing else, whatever the text.
    """
    raw = _decoded(text)
    body, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    key = next((key for key in keys if key.id == body[0]), None)
    if key is None:
        raise TicketRefused(Flaw.KEY)
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.public_key)).verify(signature, PREFIX.encode() + body)
    except (InvalidSignature, ValueError):
        raise TicketRefused(Flaw.SIGNATURE) from None
    return _ticket(body)


def public_key(key: Ed25519PrivateKey) -> str:
    """As it stands in a roster."""
    return key.public_key().public_bytes_raw().hex()


def _decoded(text: str) -> bytes:
    """Body and signature. One text for one content: spare bits that are not zero are refused."""
    if len(text) > MOST_CHARS or not FORM.fullmatch(text):
        raise TicketRefused(Flaw.FORM)
    letters = text[len(PREFIX) :]
    try:
        raw = b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError:
        raise TicketRefused(Flaw.FORM) from None
    if b32encode(raw).decode().rstrip("=") != letters or len(raw) <= HEAD.size + SIGNATURE_BYTES:
        raise TicketRefused(Flaw.FORM)
    return raw


def _body(ticket: Ticket) -> bytes:
    person, station = ticket.person, ticket.station or ""
    fits = re.fullmatch(ID_PATTERN, person) and (not station or re.fullmatch(ID_PATTERN, station))
    numbers = 0 <= ticket.key <= 255 and 0 < ticket.life_s <= LIFE_S and 0 <= ticket.issued_at < 2**32
    if not fits or not numbers or len(ticket.nonce) != NONCE_BYTES:
        raise ValueError("ticket: a field does not fit")
    return HEAD.pack(ticket.key, ticket.issued_at, ticket.life_s, ticket.nonce, len(person)) + (person + station).encode()


def _ticket(body: bytes) -> Ticket:
    """Of a body whose signature is right; a signed body that breaks the form is still refused."""
    key, issued_at, life_s, nonce, length = HEAD.unpack(body[: HEAD.size])
    names = body[HEAD.size :].decode("latin-1")
    person, station = names[:length], names[length:]
    made = Ticket(key, person, issued_at, nonce, life_s, station or None)
    try:
        whole = _body(made) == body
    except ValueError:
        whole = False
    if not whole:
        raise TicketRefused(Flaw.FORM)
    return made
