"""How far each outbox of each station is committed, in SQL: moved within the transaction of a batch."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select, tuple_

from cloud.adapters.db.engine import upsert
from cloud.adapters.db.tables import PROGRESS
from cloud.domain.holes import Hole
from cloud.domain.progress import Lane, Progress, commit
from cloud.ports import Batch, Epoch

KEYS, OWN = ("station", "epoch", "lane"), ("born_ms", "pruned")
"""`OWN`: columns that no commit of a batch moves."""


def advance(connection: Connection, batch: Batch) -> dict[Epoch, Progress]:
    """Progress of every outbox in the batch, after it."""
    if not batch.committed:
        return {}
    before = _progress(connection, list(batch.committed))
    after = {
        epoch: commit(before.get(epoch) or Progress(upto=new.first - 1), new.base, new.seqs)
        for epoch, new in batch.committed.items()
    }
    moved = [_row(epoch, one, batch.now_ms) for epoch, one in after.items() if one != before.get(epoch)]
    if moved:
        connection.execute(upsert(connection, PROGRESS, KEYS, OWN), moved)
    return after


def pruned(connection: Connection, epochs: Iterable[Epoch]) -> dict[Epoch, tuple[int, Progress]]:
    """Of outboxes whose oldest facts were deleted after their time: up to which seq, and what was committed."""
    asked = _of([one for one in epochs if one.lane is Lane.FACTS])
    rows = connection.execute(select(PROGRESS).where(asked, PROGRESS.c.pruned > 0))
    return {_epoch(row): (row.pruned, _read(row)) for row in rows}


def holes(connection: Connection) -> list[Hole]:
    """Outboxes of which something is here, and something older is not; only the newest of each station and lane."""
    rows = connection.execute(select(PROGRESS).where(PROGRESS.c.ahead != "[]")).all()
    if not rows:
        return []
    found = select(PROGRESS.c.station, PROGRESS.c.epoch, PROGRESS.c.lane, PROGRESS.c.born_ms)
    newest: dict[tuple[str, str], tuple[int, str]] = {}
    for row in connection.execute(found.where(PROGRESS.c.station.in_({row.station for row in rows}))):
        key = row.station, row.lane
        newest[key] = max(newest.get(key, (-1, "")), (row.born_ms, row.epoch))
    return [
        Hole(row.station, row.epoch, Lane(row.lane), row.upto) for row in rows if newest[row.station, row.lane][1] == row.epoch
    ]


def born(connection: Connection, stations: Iterable[str]) -> dict[tuple[str, str], int]:
    """When each ledger of these stations was first heard of, ms UTC, by (station, epoch)."""
    table = PROGRESS.c
    found = select(table.station, table.epoch, table.born_ms).where(table.station.in_(sorted(set(stations))), table.lane == Lane.FACTS.value)
    return {(row.station, row.epoch): row.born_ms for row in connection.execute(found)}


def _of(epochs: list[Epoch]) -> Any:
    table = PROGRESS.c
    return tuple_(table.station, table.epoch, table.lane).in_([(one.station, one.epoch, one.lane.value) for one in epochs])


def _progress(connection: Connection, epochs: list[Epoch]) -> dict[Epoch, Progress]:
    return {_epoch(row): _read(row) for row in connection.execute(select(PROGRESS).where(_of(epochs)))}


def _epoch(row: Any) -> Epoch:
    return Epoch(row.station, row.epoch, Lane(row.lane))


def _read(row: Any) -> Progress:
    return Progress(row.upto, tuple((low, high) for low, high in json.loads(row.ahead)), row.missing)


def _row(epoch: Epoch, one: Progress, now_ms: int) -> dict[str, Any]:
    return {
        "station": epoch.station, "epoch": epoch.epoch, "lane": epoch.lane.value, "upto": one.upto, "ahead": json.dumps(one.ahead),
        "missing": one.missing, "changed_ms": now_ms, "born_ms": now_ms, "pruned": 0,
    }  # fmt: skip
