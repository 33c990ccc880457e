"""Tickets for tests: a cloud's key, and what it would seal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.roster import Person, Roster
from contract.ticket import LIFE_S, Ticket, TicketKey, public_key, seal
from twin.station import SALT

KEY, NEXT_KEY, STRANGE_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (7, 8, 9))
KEYS = [TicketKey(id=1, public_key=public_key(KEY))]
TWO_KEYS = [TicketKey(id=2, public_key=public_key(NEXT_KEY)), *KEYS]
_nonces: Iterator[int] = count(1)


def ticket(person: str, issued_at: int, station: str | None = None, life_s: int = LIFE_S, key: int = 1) -> Ticket:
    """Each with a nonce of its own."""
    return Ticket(key, person, issued_at, next(_nonces).to_bytes(8, "big"), life_s, station)


def text(person: str, issued_at: int, station: str | None = None, key: int = 1, by: Ed25519PrivateKey = KEY) -> str:
    """As the phone shows it."""
    return seal(ticket(person, issued_at, station, key=key), by)


def roster_with_keys(*people: Person, version: int = 2, keys: list[TicketKey] = KEYS) -> bytes:
    """The document that the cloud would push."""
    return Roster(version=version, salt=SALT, people=list(people), ticket_keys=keys).model_dump_json().encode()
