"""The audit in SQL: written by one at a time, so that the chain never forks; triggers refuse any change. Never pruned."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, Engine, insert, select, text

from cloud.adapters.db.engine import reading, writing
from cloud.adapters.db.tables import AUDIT
from cloud.domain.audit import AuditRow, Chain, entry, verified

log = logging.getLogger(__name__)

ONE_AT_A_TIME = text(f"SELECT pg_advisory_xact_lock({7353 << 44})")
AT_ONCE = 2000
MOST = 1000


class SqlAudit:
    """See `cloud.ports.AuditBook` and `cloud.domain.audit.AuditReading`. Each entry's hash is told to the log, which is another place."""

    def __init__(self, engine: Engine, clock_ms: Callable[[], int]) -> None:
        self._engine, self._clock_ms = engine, clock_ms

    def note(self, who: str, act: str, target: str, detail: str) -> str:
        """The hash of the new entry, which is on disk."""
        with writing(self._engine) as connection:
            row = append(connection, self._clock_ms(), who, act, target, detail)
        tell(row)
        return row.sha256

    def rows(self, after: int, limit: int, newest: bool = False) -> list[AuditRow]:
        """In their order after a number, or the last ones, the newest first."""
        with reading(self._engine) as connection:
            return _rows(connection, after, min(limit, MOST), newest)

    def verify(self, seen: tuple[int, str] | None = None) -> Chain:
        """Read all of it, in one consistent view."""
        with reading(self._engine) as connection:
            return verified(_all(connection), seen)


def append(connection: Connection, now_ms: int, who: str, act: str, target: str, detail: str) -> AuditRow:
    """Within a transaction that also does what is noted: neither is there without the other."""
    if connection.dialect.name == "postgresql":
        connection.execute(ONE_AT_A_TIME)
    last = connection.execute(select(AUDIT).order_by(AUDIT.c.number.desc()).limit(1)).first()
    row = entry(AuditRow(**last._mapping) if last else None, now_ms, who, act, target, detail)
    connection.execute(insert(AUDIT).values(vars(row)))
    return row


def tell(row: AuditRow) -> None:
    """To the log, after the commit; without details."""
    log.info("audit %d %s: %s %s %s", row.number, row.sha256[:16], row.who, row.act, row.target)


def _rows(connection: Connection, after: int, limit: int, newest: bool = False) -> list[AuditRow]:
    order = AUDIT.c.number.desc() if newest else AUDIT.c.number
    found = connection.execute(select(AUDIT).where(AUDIT.c.number > after).order_by(order).limit(limit))
    return [AuditRow(**row._mapping) for row in found]


def _all(connection: Connection) -> Iterator[AuditRow]:
    after = 0
    while rows := _rows(connection, after, AT_ONCE):
        yield from rows
        after = rows[-1].number
