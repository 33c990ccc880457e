"""Who may come in: people by name and password, programs by a token. The rules; what is stored is in cloud/adapters/db/users.py.

A name that nobody has and a wrong password are one: the same tries, the same work, the same words. Pauses are counted in memory: a try
must not make the disk write, there is one process that answers logins, and whoever can restart it has its database anyway.
"""

from __future__ import annotations

import logging
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Engine

from cloud.adapters.db import SqlTokens
from cloud.adapters.db.audit import SqlAudit
from cloud.adapters.db.users import SqlUsers
from cloud.adapters.passwords import Passwords
from cloud.domain.accounts import LOGIN_MS, NAME_PATTERN, STEP_UP_MS, Change, Opened, Session, UserRow, password_flaw
from cloud.domain.callers import Caller, Role
from cloud.domain.failures import Failures
from cloud.domain.pauses import Growth, Pauses
from cloud.errors import LedgerDown, PasswordWrong, TooManyTries, UserRefused
from cloud.phones import network

log = logging.getLogger(__name__)

BY_NAME = Growth(free=4, first_ms=1_000, most_ms=60_000, forget_ms=3_600_000)
"""A minute at most, so that nobody who knows a name can shut its owner out for long: 1,440 tries a day."""
BY_ADDRESS = Growth(free=10, first_ms=1_000, most_ms=300_000, forget_ms=3_600_000)
TOKEN_BYTES = 32


class CityAccounts:
    """See `cloud.domain.accounts.Accounts`. Safe from several threads."""

    def __init__(self, users: SqlUsers, tokens: SqlTokens, audit: SqlAudit, clock_ms: Callable[[], int], passwords: Passwords | None = None) -> None:
        self._users, self._tokens, self._audit, self._clock_ms = users, tokens, audit, clock_ms
        self._passwords = passwords or Passwords()
        self._by_name, self._by_address = Pauses(BY_NAME), Pauses(BY_ADDRESS)
        self._failures = Failures()
        self._homes: set[tuple[str, str]] = set()
        self._counting, self._changing = threading.Lock(), threading.Lock()

    def caller(self, token: str) -> Caller | None:
        """Of a person's token or of a program's."""
        session = self.session(token)
        return session.caller if session else self._tokens.caller(token)

    def session(self, token: str) -> Session | None:
        """Only a person's."""
        return self._users.session(token, self._clock_ms())

    def log_in(self, name: str, password: str, address: str) -> Opened:
        """Raises: PasswordWrong, TooManyTries."""
        address = network(address)
        self._prove(name, password, address)
        self._homes.add((name, address))
        token, now_ms = secrets.token_urlsafe(TOKEN_BYTES), self._clock_ms()
        self.settle()
        session = self._users.begin(token, name, now_ms + LOGIN_MS, now_ms, f"from {address}")
        if session is None:
            raise PasswordWrong
        return Opened(token, session)

    def renew(self, token: str) -> Opened | None:
        """Another token in place of this one."""
        fresh = secrets.token_urlsafe(TOKEN_BYTES)
        session = self._users.renew(token, fresh, self._clock_ms())
        return Opened(fresh, session) if session else None

    def step_up(self, token: str, password: str, address: str) -> Session | None:
        """The password again, for what is not done by mistake or by whoever sits down at an open screen."""
        session = self.session(token)
        if session is None:
            return None
        self._prove(session.caller.name, password, network(address))
        now_ms = self._clock_ms()
        return self._users.step_up(token, now_ms + STEP_UP_MS, now_ms)

    def log_out(self, token: str) -> None:
        """Nothing happens when there is no such login."""
        session = self.session(token)
        self._users.end(token)
        if session:
            self._audit.note(session.caller.name, "logout", session.caller.name, "")

    def users(self) -> list[UserRow]:
        """By name."""
        return self._users.all()

    def put(self, change: Change) -> UserRow:
        """Enter or change somebody."""
        with self._changing:
            known = {one.name: one for one in self._users.all()}
            _must_fit(change, known)
            digest = self._passwords.digest(change.password) if change.password is not None else None
            return self._users.put(change, digest, self._clock_ms())

    def remove(self, name: str, who: str) -> bool:
        """Every token of theirs is over at once."""
        with self._changing:
            known = {one.name: one for one in self._users.all()}
            _must_leave_an_admin({key: one for key, one in known.items() if key != name}, known)
            return self._users.remove(name, who, self._clock_ms())

    def new_password(self, token: str, old: str, new: str, address: str) -> bool:
        """Of whoever the token is; every other login of theirs ends."""
        session = self.session(token)
        if session is None:
            return False
        name = session.caller.name
        self._prove(name, old, network(address))
        _must_be_good(name, new)
        self._users.new_password(name, self._passwords.digest(new), token, self._clock_ms())
        return True

    def settle(self) -> None:
        """Failures that were only counted so far go into the audit."""
        self._tell(at_once=True)

    def _prove(self, name: str, password: str, address: str) -> None:
        """Raises: PasswordWrong, TooManyTries."""
        key = self._key(name, address)
        self._count(key, name, address)
        digest = self._users.password(name) if re.match(NAME_PATTERN, name) else None
        if not self._passwords.fits(digest, password) or digest is None:
            with self._counting:
                self._failures.add(name if digest else None, address, self._clock_ms())
            self._tell()
            raise PasswordWrong
        with self._counting:
            self._by_name.clear(key)
            self._by_address.take_back(address)
        if self._passwords.is_stale(digest):
            self._users.refresh(name, digest, self._passwords.digest(password))

    def _key(self, name: str, address: str) -> str:
        """Where somebody logged in before, strangers elsewhere do not slow them down."""
        return f"{name} {address}" if (name, address) in self._homes else name

    def _count(self, key: str, name: str, address: str) -> None:
        """Before any work, so that many tries at once do not slip through."""
        with self._counting:
            now_ms = self._clock_ms()
            at_home = key != name  # whoever else sits behind this address shuts nobody out
            wait_ms = max(0 if at_home else self._by_address.wait_ms(address, now_ms), self._by_name.wait_ms(key, now_ms))
            if not wait_ms:
                self._by_address.add(address, now_ms)
                self._by_name.add(key, now_ms)
                return
            self._failures.add(None, address, now_ms, held=True)
        self._tell()
        raise TooManyTries(-(-wait_ms // 1000))

    def _tell(self, at_once: bool = False) -> None:
        """An audit that cannot be written must not tell by its error which names there are."""
        with self._counting:
            told = self._failures.due(self._clock_ms(), at_once)
        if told is None:
            return
        try:
            self._audit.note("-", "login.failed", told.target, told.detail)
        except LedgerDown as error:
            log.error("audit: failed logins are not noted: %s: %s", told.detail, error)


def open_accounts(engine: Engine, tokens: SqlTokens, clock_ms: Callable[[], int]) -> tuple[CityAccounts, SqlAudit]:
    """And the audit that they write."""
    audit = SqlAudit(engine, clock_ms)
    return CityAccounts(SqlUsers(engine), tokens, audit, clock_ms), audit


def _must_fit(change: Change, known: dict[str, UserRow]) -> None:
    if not re.match(NAME_PATTERN, change.name):
        raise UserRefused("name", "", "a name is small letters, digits, dots, lines; 32 at most", "choose another")
    if re.match(r"(token|local)([._-]|$)", change.name):
        raise UserRefused("name", "", "such names are kept for programs and for this computer", "choose another")
    if change.districts and change.role is not Role.OPERATOR:
        raise UserRefused("districts", "", f"{change.role.value} is for all districts", "leave districts empty, or make it an operator")
    if change.password is None and change.name not in known:
        raise UserRefused("password", "", "a new user needs a password", "send one")
    if change.password is not None:
        _must_be_good(change.name, change.password)
    if change.name in known:
        _must_leave_an_admin(known | {change.name: replace(known[change.name], role=change.role)}, known)


def _must_be_good(name: str, password: str) -> None:
    if flaw := password_flaw(name, password):
        raise UserRefused("password", "", flaw, "choose another; a sentence is easy to keep")


def _must_leave_an_admin(then: dict[str, UserRow], now: dict[str, UserRow]) -> None:
    def admins(users: dict[str, UserRow]) -> int:
        return sum(one.role is Role.ADMIN for one in users.values())

    if admins(now) and not admins(then):
        raise UserRefused("role", "", "this is the last admin", "make another one first")
