"""People who look after stations, and programs that do: what is kept of them, and which password is good enough. Pure. Times are UTC ms."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cloud.domain.callers import Caller, Role

NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,31}$"
DISTRICT_PATTERN = r"^[a-z0-9][a-z0-9-]{0,39}$"
PROGRAM = "token:"
"""Before the name of a program's token, where it is shown; no person's name has a colon."""

SHORTEST, LONGEST, FEWEST_KINDS = 12, 128, 5
"""Length instead of rules of composition, as NIST SP 800-63B advises; characters."""

TOKEN_MS = 30 * 60_000
"""A token without renewal."""
LOGIN_MS = 12 * 3_600_000
"""From a login to the next one, however often it was renewed."""
STEP_UP_MS = 5 * 60_000
"""How long the password that was given again holds."""
OVERLAP_MS = 30_000
"""How long the token before a renewal goes on, for questions that are under way."""


@dataclass(frozen=True)
class UserRow:
    """`districts` empty: all. `login_ms`: the last one, None for never. The digest of the password is not here."""

    name: str
    role: Role
    districts: frozenset[str]
    made_ms: int
    password_ms: int
    login_ms: int | None


@dataclass(frozen=True)
class Session:
    """Of a person's token. `until_ms`: of this token; `ends_ms`: whatever is renewed; `stepped_ms`: until when it is stepped up, 0 for not."""

    caller: Caller
    until_ms: int
    ends_ms: int
    stepped_ms: int


@dataclass(frozen=True)
class Opened:
    """A token, which is shown only now, and what it opens."""

    token: str
    session: Session


@dataclass(frozen=True)
class Change:
    """Of a user, by `who`. `password` None leaves the one there is."""

    name: str
    role: Role
    districts: frozenset[str]
    password: str | None
    who: str


class Accounts(Protocol):
    """Who may come in. Raises LedgerDown, all of it."""

    def caller(self, token: str) -> Caller | None:
        """Of a person's token or of a program's; None when it is not known, or no longer."""

    def session(self, token: str) -> Session | None:
        """Only a person's."""

    def log_in(self, name: str, password: str, address: str) -> Opened:
        """Raises: PasswordWrong, TooManyTries."""

    def renew(self, token: str) -> Opened | None:
        """Another token in place of this one; None when it is over."""

    def step_up(self, token: str, password: str, address: str) -> Session | None:
        """Raises: PasswordWrong, TooManyTries."""

    def log_out(self, token: str) -> None: ...

    def users(self) -> list[UserRow]: ...

    def put(self, change: Change) -> UserRow:
        """Raises: UserRefused."""

    def remove(self, name: str, who: str) -> bool:
        """Raises: UserRefused. False when there is nobody of this name."""

    def new_password(self, token: str, old: str, new: str, address: str) -> bool:
        """Of whoever the token is. Raises: PasswordWrong, TooManyTries, UserRefused."""

    def settle(self) -> None:
        """Put into the audit what was only counted so far."""


def normal(password: str) -> str:
    """One form of what may be typed in several."""
    return unicodedata.normalize("NFKC", password)


def password_flaw(name: str, password: str) -> str | None:
    """Why this is no password for this name, in words that do not repeat it."""
    text = normal(password)
    if not SHORTEST <= len(text) <= LONGEST:
        return f"a password has {SHORTEST} to {LONGEST} characters"
    if len(set(text)) < FEWEST_KINDS:
        return f"a password has {FEWEST_KINDS} different characters at least"
    if len(name) > 2 and name in text.lower():
        return "a password does not contain the name"
    return None


def spoken(names: Sequence[str]) -> str:
    """For the audit: some names, not all of a flood."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
