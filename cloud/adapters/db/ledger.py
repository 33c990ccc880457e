"""The ledger: a batch in one transaction, and reading it back. What is committed here is what may be acknowledged."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from cloud.adapters.db.config_reports import write_config_reports
from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.faces import write_faces
from cloud.adapters.db.leases import write_leases
from cloud.adapters.db.orders import write_answers
from cloud.adapters.db.progress import advance, holes, pruned
from cloud.adapters.db.pruning import prune
from cloud.adapters.db.refusals import counts, file_refusals, find
from cloud.adapters.db.stations import write_stations
from cloud.adapters.db.tables import FACTS, PROGRESS
from cloud.adapters.db.trust import write_rooted
from cloud.adapters.db.turns import safe_id, take_turn
from cloud.domain.holes import Hole
from cloud.domain.points import millis
from cloud.domain.progress import Lane, Progress
from cloud.ports import Batch, Epoch, FactQuery, FactRow, RefusedRow, Stored
from contract.envelope import FactEnvelope


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
            take_turn(connection, _named(batch))
            facts = insert_facts(connection, batch)
            progress = advance(connection, batch)
            new = {(row.station, row.epoch, row.seq): None for row in facts}
            fresh = list({key: one for one in batch.facts if (key := (one.station, one.epoch, one.seq)) in new}.values())
            write_faces(connection, fresh)
            leases = write_leases(connection, batch, fresh)
            write_answers(connection, batch, fresh)
            file_refusals(connection, batch, set(new))
            write_config_reports(connection, batch)
            write_rooted(connection, batch)
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

    def safe_id(self) -> int:
        """The highest id at or below which no fact can appear any more."""
        with reading(self._engine) as connection:
            return safe_id(connection)

    def holes(self) -> list[Hole]:
        """Outboxes of which something older than the newest is not here."""
        with reading(self._engine) as connection:
            return holes(connection)

    def forget(self, before_ms: int) -> int:
        """Delete facts that arrived before, some at a time; how many."""
        return prune(self._engine, before_ms)

    def count_since(self, received_ms: int) -> int:
        """How many facts arrived since."""
        with reading(self._engine) as connection:
            counted = select(func.count()).select_from(FACTS).where(FACTS.c.received_ms >= received_ms)
            return int(connection.execute(counted).scalar_one())

    def refused(self, limit: int, station: str | None = None, reason: str | None = None, before: int | None = None) -> list[RefusedRow]:
        """Refusals on file, the newest first."""
        with reading(self._engine) as connection:
            return find(connection, limit, station, reason, before)

    def refusals(self) -> dict[str, int]:
        """How many are on file, by reason."""
        with reading(self._engine) as connection:
            return counts(connection)

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


def insert_facts(connection: Connection, batch: Batch) -> list[FactRow]:
    """New facts, in the order of their ids; those that are known already are not written again. Of one station ids grow with seq."""
    if not batch.facts:
        return []
    gone = pruned(connection, batch.committed)
    once = {(one.station, one.epoch, one.seq): one for one in batch.facts if not _was_pruned(gone, one)}
    rows = [_row(one, batch.now_ms) for _, one in sorted(once.items())]
    if not rows:
        return []
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


def _was_pruned(gone: dict[Epoch, tuple[int, Progress]], one: FactEnvelope) -> bool:
    upto, progress = gone.get(Epoch(one.station, one.epoch, Lane.FACTS), (0, Progress()))
    return one.seq <= upto and progress.has(one.seq)


def _named(batch: Batch) -> set[str]:
    """Every station of which this batch changes a row."""
    told = {one.station for one in batch.states} | {one.station for one in batch.reports} | {one.station for one in batch.asks}
    told |= {one.station for one in batch.configs}
    return told | batch.heard | {one.station for one in batch.committed}
