"""The ledger: a batch in one transaction, and reading it back. What is committed here is what may be acknowledged."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, tuple_

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.faces import write_faces
from cloud.adapters.db.leases import write_leases
from cloud.adapters.db.stations import write_stations
from cloud.adapters.db.tables import FACTS, PROGRESS, REFUSED
from cloud.domain.intake import Refused
from cloud.domain.points import millis
from cloud.domain.progress import Lane, Progress, commit
from cloud.ports import Batch, Epoch, FactQuery, FactRow, RefusedRow, Stored
from contract.envelope import FactEnvelope

REFUSED_KEPT = 10_000
"""Filed refusals; the oldest go first, so that a flood cannot fill the disk."""


class SqlLedger:
    """See `cloud.ports.Ledger`. Safe from several threads; `store` is meant for one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def store(self, batch: Batch) -> Stored:
        """Facts, refusals, progress and stations of a batch, all or nothing.

        Raises:
            LedgerDown: nothing was kept and nothing may be acknowledged.
        """
        with writing(self._engine) as connection:
            facts = _insert_facts(connection, batch)
            fresh = {(row.station, row.epoch, row.seq) for row in facts}
            new = [one for one in batch.facts if (one.station, one.epoch, one.seq) in fresh]
            write_faces(connection, new)
            leases = write_leases(connection, batch, new)
            _file_refusals(connection, batch)
            progress = _advance(connection, batch)
            changed, newcomers = write_stations(connection, batch)
        return Stored(facts, progress, changed, newcomers, leases)

    def facts(self, query: FactQuery) -> list[FactRow]:
        """Facts in the order of arrival, or against it."""
        with reading(self._engine) as connection:
            return [FactRow(*row) for row in connection.execute(_select(query))]

    def last_id(self) -> int:
        """The id of the newest fact, 0 for none."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.coalesce(func.max(FACTS.c.id), 0))).scalar_one())

    def count_since(self, received_ms: int) -> int:
        """How many facts arrived since."""
        with reading(self._engine) as connection:
            counted = select(func.count()).select_from(FACTS).where(FACTS.c.received_ms >= received_ms)
            return int(connection.execute(counted).scalar_one())

    def refused(self, limit: int) -> list[RefusedRow]:
        """The newest refusals."""
        columns = [REFUSED.c[name] for name in RefusedRow.__dataclass_fields__]
        with reading(self._engine) as connection:
            rows = connection.execute(select(*columns).order_by(REFUSED.c.id.desc()).limit(limit))
            return [RefusedRow(*row) for row in rows]

    def missing(self) -> int:
        """Facts that stations declared gone before they came here."""
        total = select(func.coalesce(func.sum(PROGRESS.c.missing), 0)).where(PROGRESS.c.lane == Lane.FACTS.value)
        with reading(self._engine) as connection:
            return int(connection.execute(total).scalar_one())


def _select(query: FactQuery) -> Select[Any]:
    columns = [FACTS.c[name] for name in FactRow.__dataclass_fields__]
    found = select(*columns).order_by(FACTS.c.id if query.order == "oldest" else FACTS.c.id.desc()).limit(query.limit)
    if query.station is not None:
        found = found.where(FACTS.c.station == query.station)
    if query.kinds:
        found = found.where(FACTS.c.kind.in_(query.kinds))
    if query.since_ms is not None:
        found = found.where(FACTS.c.at_ms >= query.since_ms)
    if query.until_ms is not None:
        found = found.where(FACTS.c.at_ms < query.until_ms)
    if query.after is not None:
        found = found.where(FACTS.c.id > query.after)
    if query.before is not None:
        found = found.where(FACTS.c.id < query.before)
    return found


def _insert_facts(connection: Connection, batch: Batch) -> list[FactRow]:
    """New facts, in the order of their ids; those that are known already are not written again."""
    if not batch.facts:
        return []
    once = {(one.station, one.epoch, one.seq): one for one in batch.facts}
    rows = [_row(one, batch.now_ms) for one in once.values()]
    statement = insert_into(connection, FACTS).on_conflict_do_nothing(index_elements=["station", "epoch", "seq"])
    returned = connection.execute(statement.returning(FACTS.c.id, FACTS.c.station, FACTS.c.epoch, FACTS.c.seq), rows)
    by_key = {(row["station"], row["epoch"], row["seq"]): row for row in rows}
    in_order = sorted(returned, key=lambda row: row.id)
    return [FactRow(id=row.id, **by_key[row.station, row.epoch, row.seq]) for row in in_order]


def _row(one: FactEnvelope, now_ms: int) -> dict[str, Any]:
    return {
        "station": one.station, "epoch": one.epoch, "seq": one.seq, "boot": one.boot, "at_ms": millis(one.at),
        "up_s": one.up, "clock": one.clock.value, "kind": one.data.kind, "data": one.data.model_dump_json(),
        "received_ms": now_ms,
    }  # fmt: skip


def _file_refusals(connection: Connection, batch: Batch) -> None:
    if not batch.refused:
        return
    connection.execute(insert(REFUSED), [_filed(one, batch.now_ms) for one in batch.refused])
    newest = connection.execute(select(func.max(REFUSED.c.id))).scalar_one()
    connection.execute(delete(REFUSED).where(REFUSED.c.id <= newest - REFUSED_KEPT))


def _filed(one: Refused, now_ms: int) -> dict[str, Any]:
    epoch, seq = (one.header.epoch, one.header.seq) if one.header else (None, None)
    return {
        "station": one.station, "epoch": epoch, "seq": seq, "topic": one.topic, "reason": one.reason.value,
        "detail": one.detail, "size": one.size, "sha256": one.sha256, "received_ms": now_ms,
    }  # fmt: skip


def _advance(connection: Connection, batch: Batch) -> dict[Epoch, Progress]:
    if not batch.committed:
        return {}
    before = _progress(connection, list(batch.committed))
    after = {
        epoch: commit(before.get(epoch) or Progress(upto=new.first - 1), new.base, new.seqs)
        for epoch, new in batch.committed.items()
    }
    moved = [_progress_row(epoch, one, batch.now_ms) for epoch, one in after.items() if one != before.get(epoch)]
    if moved:
        statement = insert_into(connection, PROGRESS)
        fresh = {name: statement.excluded[name] for name in ("upto", "ahead", "missing", "changed_ms")}
        keys = ["station", "epoch", "lane"]
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), moved)
    return after


def _progress(connection: Connection, epochs: list[Epoch]) -> dict[Epoch, Progress]:
    table = PROGRESS.c
    keys = [(one.station, one.epoch, one.lane.value) for one in epochs]
    rows = connection.execute(select(PROGRESS).where(tuple_(table.station, table.epoch, table.lane).in_(keys)))
    return {Epoch(row.station, row.epoch, Lane(row.lane)): _read(row) for row in rows}


def _read(row: Any) -> Progress:
    return Progress(row.upto, tuple((low, high) for low, high in json.loads(row.ahead)), row.missing)


def _progress_row(epoch: Epoch, one: Progress, now_ms: int) -> dict[str, Any]:
    return {
        "station": epoch.station, "epoch": epoch.epoch, "lane": epoch.lane.value,
        "upto": one.upto, "ahead": json.dumps(one.ahead), "missing": one.missing, "changed_ms": now_ms,
    }  # fmt: skip
