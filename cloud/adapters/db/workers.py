"""Ingest processes, in SQL: each writes its own row every few seconds, anybody reads them."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import Engine, delete, select

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import WORKERS
from cloud.ports import WorkerRow


class SqlWorkers:
    """See `cloud.ports.WorkerTable`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beat(self, row: WorkerRow) -> None:
        """Write the row of this process over the one that its name had."""
        values = asdict(row) | {"counters": json.dumps(row.counters)}
        with writing(self._engine) as connection:
            statement = insert_into(connection, WORKERS).values(**values)
            fresh = {name: value for name, value in values.items() if name != "worker"}
            connection.execute(statement.on_conflict_do_update(index_elements=["worker"], set_=fresh))

    def all(self) -> list[WorkerRow]:
        """By name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(WORKERS).order_by(WORKERS.c.worker))
            return [WorkerRow(**dict(row._mapping) | {"counters": json.loads(row.counters)}) for row in rows]

    def leave(self, worker: str, instance: str) -> None:
        """Take the row away, unless another process has taken the name over."""
        with writing(self._engine) as connection:
            connection.execute(delete(WORKERS).where(WORKERS.c.worker == worker, WORKERS.c.instance == instance))
