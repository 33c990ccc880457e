"""Users and their logins in SQL: digests only. A change of users and its entry in the audit are one transaction. The rules are in cloud/accounts.py."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, insert, select, update

from cloud.adapters.db.audit import append, tell
from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import LOGINS, USERS
from cloud.adapters.db.tokens import digest
from cloud.domain.accounts import OVERLAP_MS, TOKEN_MS, Change, Session, UserRow
from cloud.domain.callers import Caller, Role

MOST_LOGINS = 10
"""Of one person at once; the oldest ends."""


class SqlUsers:
    """What is stored. Whoever asks with a token is looked up with the role of this moment: a change acts at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[UserRow]:
        """By name."""
        with reading(self._engine) as connection:
            return [_user(row) for row in connection.execute(select(USERS).order_by(USERS.c.name))]

    def password(self, name: str) -> str | None:
        """The digest; None for nobody of this name."""
        with reading(self._engine) as connection:
            return connection.execute(select(USERS.c.password).where(USERS.c.name == name)).scalar_one_or_none()

    def put(self, change: Change, password: str | None, now_ms: int) -> UserRow:
        """Enter or change somebody; `password` is a digest, and a new one ends every login. A new user needs one."""
        with writing(self._engine) as connection:
            known = connection.execute(select(USERS).where(USERS.c.name == change.name)).first()
            values: dict[str, str | int] = {"role": change.role.value, "districts": json.dumps(sorted(change.districts))}
            if password is not None:
                values |= {"password": password, "password_ms": now_ms}
                connection.execute(delete(LOGINS).where(LOGINS.c.name == change.name))
            row = insert_into(connection, USERS).values(name=change.name, made_ms=now_ms, **{"password": "", "password_ms": now_ms} | values)
            connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))
            said = json.dumps({"role": change.role.value, "districts": sorted(change.districts), "password": "new" if password else "kept"})
            noted = append(connection, now_ms, change.who, "user.change" if known else "user.add", change.name, said)
            found = _user(connection.execute(select(USERS).where(USERS.c.name == change.name)).one())
        tell(noted)
        return found

    def remove(self, name: str, who: str, now_ms: int) -> bool:
        """And every login with them."""
        with writing(self._engine) as connection:
            if not connection.execute(delete(USERS).where(USERS.c.name == name)).rowcount:
                return False
            connection.execute(delete(LOGINS).where(LOGINS.c.name == name))
            noted = append(connection, now_ms, who, "user.remove", name, "")
        tell(noted)
        return True

    def new_password(self, name: str, password: str, kept: str, now_ms: int) -> None:
        """`kept`: the token that stays; all others of this person end."""
        with writing(self._engine) as connection:
            connection.execute(update(USERS).where(USERS.c.name == name).values(password=password, password_ms=now_ms))
            connection.execute(delete(LOGINS).where(LOGINS.c.name == name, LOGINS.c.sha256 != digest(kept)))
            noted = append(connection, now_ms, name, "user.password", name, "")
        tell(noted)

    def refresh(self, name: str, before: str, password: str) -> None:
        """The same password in a digest of today's parameters."""
        with writing(self._engine) as connection:
            connection.execute(update(USERS).where(USERS.c.name == name, USERS.c.password == before).values(password=password))

    def begin(self, token: str, name: str, ends_ms: int, now_ms: int, said: str) -> Session | None:
        """A login, noted. None: the user was taken out meanwhile. What is over is cleared away."""
        with writing(self._engine) as connection:
            connection.execute(delete(LOGINS).where(LOGINS.c.until_ms <= now_ms))
            if not connection.execute(update(USERS).where(USERS.c.name == name).values(login_ms=now_ms)).rowcount:
                return None
            _add(connection, token, name, min(now_ms + TOKEN_MS, ends_ms), ends_ms, 0)
            mine = select(LOGINS.c.sha256).where(LOGINS.c.name == name).order_by(LOGINS.c.ends_ms.desc(), LOGINS.c.sha256)
            surplus = [row.sha256 for row in connection.execute(mine)][MOST_LOGINS:]
            connection.execute(delete(LOGINS).where(LOGINS.c.sha256.in_(surplus)))
            noted = append(connection, now_ms, name, "login", name, said)
            session = _session(connection, token, now_ms)
        tell(noted)
        return session

    def session(self, token: str, now_ms: int) -> Session | None:
        """None when there is none, or no longer."""
        with reading(self._engine) as connection:
            return _session(connection, token, now_ms)

    def renew(self, token: str, fresh: str, now_ms: int) -> Session | None:
        """`fresh` in place of `token`, which goes on for a moment and cannot be renewed again."""
        with writing(self._engine) as connection:
            old = _session(connection, token, now_ms)
            if old is None:
                return None
            _add(connection, fresh, old.caller.name, min(now_ms + TOKEN_MS, old.ends_ms), old.ends_ms, old.stepped_ms)
            last = min(old.until_ms, now_ms + OVERLAP_MS)
            connection.execute(update(LOGINS).where(LOGINS.c.sha256 == digest(token)).values(until_ms=last, ends_ms=last))
            return _session(connection, fresh, now_ms)

    def step_up(self, token: str, until_ms: int, now_ms: int) -> Session | None:
        """Until when the password holds that was given again."""
        with writing(self._engine) as connection:
            connection.execute(update(LOGINS).where(LOGINS.c.sha256 == digest(token)).values(stepped_ms=until_ms))
            return _session(connection, token, now_ms)

    def end(self, token: str) -> None:
        """Log out."""
        with writing(self._engine) as connection:
            connection.execute(delete(LOGINS).where(LOGINS.c.sha256 == digest(token)))


def _add(connection: Connection, token: str, name: str, until_ms: int, ends_ms: int, stepped_ms: int) -> None:
    connection.execute(insert(LOGINS).values(sha256=digest(token), name=name, until_ms=until_ms, ends_ms=ends_ms, stepped_ms=stepped_ms))


def _session(connection: Connection, token: str, now_ms: int) -> Session | None:
    wanted: Select[Any] = select(LOGINS, USERS.c.role, USERS.c.districts).join(USERS, USERS.c.name == LOGINS.c.name)
    row = connection.execute(wanted.where(LOGINS.c.sha256 == digest(token), LOGINS.c.until_ms > now_ms)).first()
    if row is None:
        return None
    caller = Caller(row.name, Role(row.role), frozenset(json.loads(row.districts)), stepped_up=row.stepped_ms > now_ms)
    return Session(caller, row.until_ms, row.ends_ms, row.stepped_ms)


def _user(row: Any) -> UserRow:
    return UserRow(row.name, Role(row.role), frozenset(json.loads(row.districts)), row.made_ms, row.password_ms, row.login_ms)
