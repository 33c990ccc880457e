"""Alerts that were raised elsewhere and told to the cloud: one row for each time one stood. Repeating one changes nothing but when it was heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine, select, update

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import ALERTS
from cloud.domain.alerts import AlertRow

MOST = 1000


class SqlAlerts:
    """See `cloud.domain.alerts.Alerts`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def hear(self, told: Sequence[AlertRow]) -> None:
        """Raised, repeated or resolved."""
        with writing(self._engine) as connection:
            for one in told:
                statement = insert_into(connection, ALERTS).values(asdict(one))
                fresh = {"until_ms": statement.excluded.until_ms, "heard_ms": statement.excluded.heard_ms}
                connection.execute(statement.on_conflict_do_update(index_elements=["fingerprint", "since_ms"], set_=fresh))
                earlier = (ALERTS.c.fingerprint == one.fingerprint, ALERTS.c.since_ms < one.since_ms, ALERTS.c.until_ms.is_(None))
                connection.execute(update(ALERTS).where(*earlier).values(until_ms=one.since_ms))

    def see(self, fingerprint: str, who: str, now_ms: int) -> AlertRow | None:
        """Somebody takes note of one that stands; the first who does is kept."""
        mine = ALERTS.c.fingerprint == fingerprint, ALERTS.c.until_ms.is_(None)
        with writing(self._engine) as connection:
            connection.execute(update(ALERTS).where(*mine, ALERTS.c.seen_ms.is_(None)).values(seen_by=who[:80], seen_ms=now_ms))
            row = connection.execute(select(ALERTS).where(*mine).order_by(ALERTS.c.since_ms.desc())).first()
        return _read(row) if row else None

    def all(self, standing: bool, limit: int) -> list[AlertRow]:
        """Newest first."""
        found = select(ALERTS).order_by(ALERTS.c.since_ms.desc(), ALERTS.c.id.desc()).limit(min(limit, MOST))
        with reading(self._engine) as connection:
            return [_read(row) for row in connection.execute(found.where(ALERTS.c.until_ms.is_(None)) if standing else found)]


def _read(row: Any) -> AlertRow:
    values = dict(row._mapping)
    del values["id"]
    return AlertRow(**values)
