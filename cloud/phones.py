"""A person's own phone: signing in with number and PIN, and the ticket that it shows at a door.

A session may do one thing, get a ticket for its own person. It ends after twelve hours, when the person is removed or gets another
PIN, or when somebody ends it. An unknown number and a wrong PIN are one: the same tries, the same work, the same words.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from hmac import compare_digest
from ipaddress import IPv6Address, ip_address

from cloud.adapters.db import SqlPeople, SqlPhones
from cloud.adapters.qr import svg
from cloud.adapters.seal_keys import SealKeys
from cloud.domain.tries import Tries
from cloud.errors import CodeWrong, SignedOut, TooManyTries
from cloud.ports import Issued, PhoneSession
from contract.roster import code_digest
from contract.ticket import LIFE_S, NONCE_BYTES, Ticket, seal

SESSION_MS = 12 * 3_600_000
TRIES_LAST_MS = 15 * 60_000
TRIES_PER_NUMBER, TRIES_PER_ADDRESS = 5, 20
TICKETS_PER_MINUTE = 20
DIGESTS_AT_ONCE = 4
"""Each takes 8 MiB and some 20 ms."""
WAIT_S = 2.0
NOBODY = "0" * 64


class PhonePasses:
    """See `cloud.ports.Phones`. Safe from several threads. Tries are counted in memory: a restart forgets them."""

    def __init__(self, people: SqlPeople, phones: SqlPhones, keys: SealKeys, clock_ms: Callable[[], int]) -> None:
        self._people, self._phones, self._keys, self._clock_ms = people, phones, keys, clock_ms
        self._by_number = Tries(TRIES_PER_NUMBER, TRIES_LAST_MS)
        self._by_address = Tries(TRIES_PER_ADDRESS, TRIES_LAST_MS)
        self._minted = Tries(TICKETS_PER_MINUTE, 60_000)
        self._counting = threading.Lock()
        self._digesting = threading.BoundedSemaphore(DIGESTS_AT_ONCE)

    def sign_in(self, number: str, pin: str, address: str) -> str:
        """A token for a new session.

        Raises:
            TooManyTries, CodeWrong: nobody is signed in.
        """
        address = network(address)
        self._count(number, address)
        found = self._phones.code_of_number(number)
        person, expected = found or ("", NOBODY)
        if not compare_digest(self._digest(number, pin), expected) or not person:
            raise CodeWrong
        with self._counting:
            self._by_number.clear(number)
            self._by_address.take_back(address)
        token = secrets.token_urlsafe(32)
        now_ms = self._clock_ms()
        self._phones.add(token, PhoneSession(person, _sha256(expected), now_ms + SESSION_MS), now_ms)
        return token

    def ticket(self, token: str, station: str | None) -> Issued:
        """A new ticket of the session's own person, for one station or for any.

        Raises:
            SignedOut, TooManyTries
        """
        person = self._person(token)
        now_ms = self._clock_ms()
        with self._counting:
            self._allowed(self._minted, person, now_ms)
            self._minted.add(person, now_ms)
        number, key = self._keys.sealing(now_ms)
        text = seal(Ticket(number, person, now_ms // 1000, secrets.token_bytes(NONCE_BYTES), LIFE_S, station), key)
        return Issued(text, svg(text), LIFE_S - now_ms % 1000 / 1000)

    def sign_out(self, token: str) -> None:
        """End this session; nothing happens when there is none."""
        self._phones.drop(token)

    def sign_out_everywhere(self, person: str) -> None:
        """End all sessions of somebody."""
        self._phones.drop_person(person)

    def _person(self, token: str) -> str:
        session = self._phones.one(token)
        if session is None or self._clock_ms() >= session.until_ms:
            raise SignedOut
        code = self._phones.code_of_person(session.person)
        if code is None or _sha256(code) != session.code_sha256:
            raise SignedOut
        return session.person

    def _count(self, number: str, address: str) -> None:
        """Before any work, so that many tries at once do not slip through."""
        with self._counting:
            now_ms = self._clock_ms()
            self._allowed(self._by_address, address, now_ms)
            self._allowed(self._by_number, number, now_ms)
            self._by_address.add(address, now_ms)
            self._by_number.add(number, now_ms)

    def _allowed(self, tries: Tries, name: str, now_ms: int) -> None:
        wait_ms = tries.wait_ms(name, now_ms)
        if wait_ms:
            raise TooManyTries(-(-wait_ms // 1000))

    def _digest(self, number: str, pin: str) -> str:
        if not self._digesting.acquire(timeout=WAIT_S):
            raise TooManyTries(5)
        try:
            return code_digest(self._people.salt(), number, pin)
        finally:
            self._digesting.release()


def network(address: str) -> str:
    """Of IPv6 the first 64 bits, which one household has to itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(int(parsed) >> 64) if isinstance(parsed, IPv6Address) and not parsed.ipv4_mapped else str(parsed)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
