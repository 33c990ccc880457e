"""Refused messages on file: written within the transaction of a batch; the oldest go first, so that a flood cannot fill the disk."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from cloud.adapters.db.tables import REFUSED
from cloud.domain.intake import Reason, Refused
from cloud.ports import Batch, RefusedRow

KEPT = 10_000


def find(connection: Connection, limit: int, station: str | None, reason: str | None, before: int | None) -> list[RefusedRow]:
    """The newest first."""
    columns = [REFUSED.c[name] for name in RefusedRow.__dataclass_fields__]
    found = select(*columns).order_by(REFUSED.c.id.desc()).limit(limit)
    for column, value in ((REFUSED.c.station, station), (REFUSED.c.reason, reason)):
        found = found if value is None else found.where(column == value)
    found = found if before is None else found.where(REFUSED.c.id < before)
    return [RefusedRow(*row) for row in connection.execute(found)]


def counts(connection: Connection) -> dict[str, int]:
    """How many are on file, by reason."""
    rows = connection.execute(select(REFUSED.c.reason, func.count()).group_by(REFUSED.c.reason).order_by(REFUSED.c.reason))
    return {reason: int(count) for reason, count in rows}


def file_refusals(connection: Connection, batch: Batch, fresh: set[tuple[str, str, int]]) -> None:
    """`fresh`: keys of facts that are new. A fact whose time is not believed is filed with its first arrival only."""
    rows = [_filed(one, batch.now_ms) for one in batch.refused if _is_news(one, fresh)]
    if not rows:
        return
    connection.execute(insert(REFUSED), rows)
    newest = connection.execute(select(func.max(REFUSED.c.id))).scalar_one()
    connection.execute(delete(REFUSED).where(REFUSED.c.id <= newest - KEPT))


def _is_news(one: Refused, fresh: set[tuple[str, str, int]]) -> bool:
    if one.reason is not Reason.FUTURE_DATED or one.header is None or one.lane is not None:
        return True
    return (one.header.station, one.header.epoch, one.header.seq) in fresh


def _filed(one: Refused, now_ms: int) -> dict[str, Any]:
    epoch, seq = (one.header.epoch, one.header.seq) if one.header else (None, None)
    return {
        "station": one.station, "epoch": epoch, "seq": seq, "topic": one.topic, "reason": one.reason.value,
        "detail": one.detail, "size": one.size, "sha256": one.sha256, "received_ms": now_ms,
    }  # fmt: skip
