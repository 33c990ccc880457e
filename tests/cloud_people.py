"""People at a cloud that a test has: logged in without the work of a password, or with one whose digest is cheap."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from argon2 import PasswordHasher

from cloud.accounts import CityAccounts
from cloud.adapters.db.audit import SqlAudit
from cloud.adapters.db.users import SqlUsers
from cloud.adapters.passwords import Passwords
from cloud.domain.accounts import LOGIN_MS, STEP_UP_MS, Change
from cloud.domain.callers import Role
from tests.cloud_parts import Bench

PASSWORD = "correct horse battery"


def cheap() -> Passwords:
    """Thousands a second instead of ten."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def accounts(one: Bench) -> CityAccounts:
    """On the same tables, with cheap digests and pauses of its own."""
    engine = one.cloud.engine
    return CityAccounts(SqlUsers(engine), one.cloud.tokens, SqlAudit(engine, one.clock), one.clock, cheap())


def enter(one: Bench, name: str, role: Role, districts: Iterable[str] = (), password: str = PASSWORD) -> None:
    """A user, by name and password."""
    accounts(one).put(Change(name, role, frozenset(districts), password, "test"))


def logged_in(one: Bench, role: Role, districts: Iterable[str] = (), stepped_up: bool = False, name: str = "") -> dict[str, str]:
    """A user of this role who is logged in: the header that says so."""
    users, now_ms, token = SqlUsers(one.cloud.engine), one.clock(), secrets.token_urlsafe(32)
    name = name or role.value
    users.put(Change(name, role, frozenset(districts), None, "test"), "no digest", now_ms)
    users.begin(token, name, now_ms + LOGIN_MS, now_ms, "test")
    if stepped_up:
        users.step_up(token, now_ms + STEP_UP_MS, now_ms)
    return {"authorization": f"Bearer {token}"}
