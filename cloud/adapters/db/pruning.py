"""Deletes facts after their time, in small transactions, so that the ingest never waits long. The law asks for 190 days at least.

How far was deleted is kept with the progress of each outbox: a fact that comes again is known as a repetition though its row is gone.
"""

from __future__ import annotations

from sqlalchemy import Engine, case, delete, func, select, update

from cloud.adapters.db.engine import writing
from cloud.adapters.db.tables import FACTS, PROGRESS
from cloud.adapters.db.turns import take_turn
from cloud.domain.progress import Lane

AT_ONCE = 2000


def prune(engine: Engine, before_ms: int) -> int:
    """How many went. Raises: LedgerDown: some may have gone, the rest goes next time."""
    total = 0
    while gone := _some(engine, before_ms):
        total += gone
    return total


def _some(engine: Engine, before_ms: int) -> int:
    old = select(FACTS.c.id).where(FACTS.c.received_ms < before_ms).order_by(FACTS.c.received_ms).limit(AT_ONCE)
    with writing(engine) as connection:
        ids = list(connection.execute(old).scalars())
        if not ids:
            return 0
        highest = select(FACTS.c.station, FACTS.c.epoch, func.max(FACTS.c.seq).label("seq")).where(FACTS.c.id.in_(ids))
        found = connection.execute(highest.group_by(FACTS.c.station, FACTS.c.epoch)).all()
        take_turn(connection, [row.station for row in found])
        for row in found:
            mine = (PROGRESS.c.station == row.station, PROGRESS.c.epoch == row.epoch, PROGRESS.c.lane == Lane.FACTS.value)
            further = case((PROGRESS.c.pruned < row.seq, row.seq), else_=PROGRESS.c.pruned)
            connection.execute(update(PROGRESS).where(*mine).values(pruned=further))
        connection.execute(delete(FACTS).where(FACTS.c.id.in_(ids)))
    return len(ids)
