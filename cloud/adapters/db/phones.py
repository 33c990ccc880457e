"""Who signed in with their phone, in SQL: only digests of session tokens are kept. The rules are in cloud/phones.py."""

from __future__ import annotations

import hashlib

from sqlalchemy import Engine, delete, insert, select

from cloud.adapters.db.engine import reading, writing
from cloud.adapters.db.tables import PEOPLE, PHONE_SESSIONS
from cloud.ports import PhoneSession

MOST_PER_PERSON = 5
"""Telephones of one person; the oldest is signed out first."""


class SqlPhones:
    """Sessions, and the code of a number."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def code_of_number(self, number: str) -> tuple[str, str] | None:
        """(person, digest of the code)."""
        return self._code(PEOPLE.c.number == number)

    def code_of_person(self, person: str) -> str | None:
        """Digest of the code; None when there is none, or nobody of this name."""
        found = self._code(PEOPLE.c.person == person)
        return found[1] if found else None

    def add(self, token: str, session: PhoneSession, now_ms: int) -> None:
        """Keep a session; old ones go."""
        table = PHONE_SESSIONS
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(table.c.until_ms <= now_ms))
            values = {"person": session.person, "code_sha256": session.code_sha256, "until_ms": session.until_ms}
            connection.execute(insert(table).values(sha256=_digest(token), made_ms=now_ms, **values))
            mine = select(table.c.sha256).where(table.c.person == session.person).order_by(table.c.made_ms.desc(), table.c.sha256)
            surplus = [row.sha256 for row in connection.execute(mine)][MOST_PER_PERSON:]
            connection.execute(delete(table).where(table.c.sha256.in_(surplus)))

    def one(self, token: str) -> PhoneSession | None:
        """The session of a token, over or not."""
        table = PHONE_SESSIONS
        with reading(self._engine) as connection:
            row = connection.execute(select(table).where(table.c.sha256 == _digest(token))).first()
        return PhoneSession(row.person, row.code_sha256, row.until_ms) if row else None

    def drop(self, token: str) -> None:
        """Sign out."""
        self._delete(PHONE_SESSIONS.c.sha256 == _digest(token))

    def drop_person(self, person: str) -> None:
        """Sign out all telephones of somebody."""
        self._delete(PHONE_SESSIONS.c.person == person)

    def _delete(self, which: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(PHONE_SESSIONS).where(which))  # type: ignore[arg-type]

    def _code(self, which: object) -> tuple[str, str] | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(PEOPLE.c.person, PEOPLE.c.code_digest).where(which)).first()  # type: ignore[arg-type]
        return (row.person, row.code_digest) if row and row.code_digest else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
