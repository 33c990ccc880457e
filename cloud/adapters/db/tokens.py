"""Bearer tokens: only their digests are kept, so that a copied database opens nothing."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Engine, func, insert, select

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import TOKENS


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

    def make(self, name: str, now_ms: int) -> str:
        """A new token; it cannot be read again."""
        token = secrets.token_urlsafe(32)
        with writing(self._engine) as connection:
            connection.execute(insert(TOKENS).values(sha256=_digest(token), name=name[:60], made_ms=now_ms))
        return token

    def keep(self, token: str, name: str, now_ms: int) -> None:
        """Let in who has this token, which was made elsewhere; nothing happens when it is known."""
        with writing(self._engine) as connection:
            row = insert_into(connection, TOKENS).values(sha256=_digest(token), name=name[:60], made_ms=now_ms)
            connection.execute(row.on_conflict_do_nothing())

    def known(self, token: str) -> bool:
        """Whether this token was made here. Digests are compared, so timing tells nothing about the token."""
        with reading(self._engine) as connection:
            found = select(TOKENS.c.sha256).where(TOKENS.c.sha256 == _digest(token))
            return connection.execute(found).first() is not None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
