"""Digests of passwords: Argon2id with the parameters that RFC 9106 section 4 recommends where memory is scarce (its second choice:
64 MiB, 3 passes, 4 lanes, salt of 128 bits, tag of 256), which are also argon2-cffi's own.

Above what OWASP's Password Storage Cheat Sheet asks at least (19 MiB, 2 passes, 1 lane). The library lets other threads run meanwhile.
"""

from __future__ import annotations

import secrets
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from cloud.domain.accounts import normal
from cloud.errors import TooManyTries

AT_ONCE, MOST_WAITING = 2, 8
"""Digests that are worked on, which bounds memory at twice 64 MiB; more than so many waiting are sent away."""
WAIT_S = 5.0


class Passwords:
    """Safe from several threads; takes a tenth of a second or so, and so never belongs on the event loop."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._working, self._waiting = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(MOST_WAITING)
        self._nobody = _of_nobody(self._hasher)

    def digest(self, password: str) -> str:
        """To be kept. Raises: TooManyTries: too much to do at once."""
        with self._turn():
            return self._hasher.hash(normal(password))

    def fits(self, digest: str | None, password: str) -> bool:
        """Whether it is the password; without a digest it is none, after the same work. Raises: TooManyTries."""
        with self._turn():
            try:
                return self._hasher.verify(digest or self._nobody, normal(password)) and digest is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_stale(self, digest: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(digest)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._waiting.acquire(blocking=False):
            raise TooManyTries(2)
        try:
            if not self._working.acquire(timeout=WAIT_S):
                raise TooManyTries(2)
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._waiting.release()


def _of_nobody(hasher: PasswordHasher) -> str:
    """A digest that no password has, with the parameters of the others."""
    salt, tag = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${tag}"
