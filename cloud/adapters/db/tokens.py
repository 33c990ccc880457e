"""Bearer tokens: only their digests are kept, so that a copied database opens nothing."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Engine, delete, func, insert, select

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import TOKENS
from cloud.domain.accounts import PROGRAM
from cloud.domain.callers import Caller, Role


class SqlTokens:
    """See `cloud.ports.Tokens`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def first(self, now_ms: int) -> str | None:
        """A new token when there is none at all, to be shown once; None when there is one."""
        with reading(self._engine) as connection:
            if connection.execute(select(func.count()).select_from(TOKENS)).scalar_one():
                return None
        return self.make("first", now_ms)

    def make(self, name: str, now_ms: int, role: Role = Role.ADMIN) -> str:
        """A new token; it cannot be read again."""
        token = secrets.token_urlsafe(32)
        with writing(self._engine) as connection:
            connection.execute(insert(TOKENS).values(sha256=digest(token), name=name[:60], made_ms=now_ms, role=role.value))
        return token

    def keep(self, token: str, name: str, now_ms: int) -> None:
        """Let in who has this token, which was made elsewhere; nothing happens when it is known."""
        with writing(self._engine) as connection:
            row = insert_into(connection, TOKENS).values(sha256=digest(token), name=name[:60], made_ms=now_ms, role=Role.ADMIN.value)
            connection.execute(row.on_conflict_do_nothing())

    def known(self, token: str) -> bool:
        """Whether this token was made here."""
        return self.caller(token) is not None

    def caller(self, token: str) -> Caller | None:
        """The program that has it. Digests are compared, so timing tells nothing about the token."""
        with reading(self._engine) as connection:
            row = connection.execute(select(TOKENS.c.name, TOKENS.c.role).where(TOKENS.c.sha256 == digest(token))).first()
        return Caller(PROGRAM + row.name, Role(row.role), human=False) if row else None

    def named(self) -> list[tuple[str, Role]]:
        """Every token's name and role."""
        with reading(self._engine) as connection:
            return [(row.name, Role(row.role)) for row in connection.execute(select(TOKENS).order_by(TOKENS.c.made_ms))]

    def end(self, name: str) -> int:
        """Forget every token of this name; how many."""
        with writing(self._engine) as connection:
            return connection.execute(delete(TOKENS).where(TOKENS.c.name == name)).rowcount


def digest(token: str) -> str:
    """What is kept of a token of 256 random bits, for which a quick digest is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
