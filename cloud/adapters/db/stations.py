"""Stations as they last spoke: written with each batch, read by the API."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Engine, select

from cloud.adapters.db.engine import reading, upsert
from cloud.adapters.db.tables import STATIONS
from cloud.domain.presence import Heard, is_a_loss, lost, supersedes
from cloud.ports import Batch, StationRow
from contract.state import Link, State


class SqlStations:
    """See `cloud.ports.Stations`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[StationRow]:
        """Every station ever heard of, by name."""
        with reading(self._engine) as connection:
            return [_read(row) for row in connection.execute(select(STATIONS).order_by(STATIONS.c.station))]

    def one(self, station: str) -> StationRow | None:
        """One station, None when it was never heard of."""
        with reading(self._engine) as connection:
            row = connection.execute(select(STATIONS).where(STATIONS.c.station == station)).first()
            return _read(row) if row else None

    def some(self, names: Collection[str]) -> list[StationRow]:
        """These, by name."""
        with reading(self._engine) as connection:
            found = select(STATIONS).where(STATIONS.c.station.in_(sorted(names))).order_by(STATIONS.c.station)
            return [_read(row) for row in connection.execute(found)]

    def versions(self) -> dict[str, int]:
        """By name, a number that is another one when a station said something new of itself."""
        with reading(self._engine) as connection:
            return {row.station: row.changed_ms for row in connection.execute(select(STATIONS.c.station, STATIONS.c.changed_ms))}

    def stateless(self) -> list[str]:
        """Stations that were heard of and never said their state."""
        with reading(self._engine) as connection:
            return list(connection.execute(select(STATIONS.c.station).where(STATIONS.c.state.is_(None))).scalars())


def write_stations(connection: Connection, batch: Batch) -> tuple[list[StationRow], set[str]]:
    """Stations whose state or roster report changed, and those never heard of before."""
    names = batch.heard | {one.station for one in batch.states} | {one.station for one in batch.reports}
    if not names:
        return [], set()
    found = connection.execute(select(STATIONS).where(STATIONS.c.station.in_(sorted(names))))
    rows = {row.station: dict(row._mapping) for row in found}
    newcomers = names - rows.keys()
    rows.update({name: _new(name, batch.now_ms) for name in newcomers})
    changed = [said.station for said in batch.states if _apply(rows[said.station], said, batch.now_ms)]
    for told in batch.reports:
        rows[told.station].update(roster_version=told.report.version, roster_refused=told.report.refused, roster_ms=batch.now_ms)
        changed.append(told.station)
    for name in batch.heard:
        rows[name]["heard_ms"] = batch.now_ms
    for name in changed:
        rows[name]["changed_ms"] = batch.now_ms
    connection.execute(upsert(connection, STATIONS, ("station",), ("first_ms",)), list(rows.values()))
    return [_read_mapping(rows[name]) for name in dict.fromkeys([*changed, *sorted(newcomers)])], newcomers


def _new(station: str, now_ms: int) -> dict[str, Any]:
    return {
        "station": station, "first_ms": now_ms, "heard_ms": now_ms, "link": None, "boot": "", "session": 0,
        "since_ms": now_ms, "state": None, "roster_version": 0, "roster_refused": None,
        "losses": "[]", "flapping_ms": None, "changed_ms": now_ms, "roster_ms": None,
    }  # fmt: skip


def _apply(row: dict[str, Any], said: State, now_ms: int) -> bool:
    """Whether the state was news; an old will is not."""
    known = _heard(row)
    if not supersedes(known, said):
        return False
    if is_a_loss(known, said):
        known = lost(known, now_ms)
        row.update(losses=json.dumps(known.losses), flapping_ms=known.flapping_ms)
    if (row["link"], row["boot"]) != (said.link.value, said.boot):
        row["since_ms"] = now_ms
    row.update(link=said.link.value, boot=said.boot, session=said.session, state=said.model_dump_json())
    return True


def _heard(row: dict[str, Any]) -> Heard:
    link = Link(row["link"]) if row["link"] else None
    losses = tuple(int(at) for at in json.loads(row["losses"]))
    return Heard(row["heard_ms"], link, row["boot"], row["session"], row["since_ms"], losses, row["flapping_ms"])


def _read(row: Any) -> StationRow:
    return _read_mapping(dict(row._mapping))


def _read_mapping(row: dict[str, Any]) -> StationRow:
    state = State.model_validate_json(row["state"]) if row["state"] else None
    return StationRow(row["station"], _heard(row), state, row["roster_version"], row["roster_refused"], row["roster_ms"])
