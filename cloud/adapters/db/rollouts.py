"""Rollouts in SQL: everything that a step of one needs, so that a process that is killed goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import ROLLOUT_HISTORY, ROLLOUT_SEATS, ROLLOUTS
from cloud.domain.judging import Judgement, Verdict
from cloud.domain.rollout import LIVE, Entry, Options, Rollout, RolloutState, WaveLine, WaveState
from cloud.domain.seats import OPEN, Paper, Seat, SeatState

SEATS = ROLLOUT_SEATS.c
MOST = 500


class SqlRollouts:
    """One row each, a row for each seat, a line for each thing that happened."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, after: Rollout, before: Rollout | None = None, entries: Sequence[Entry] = ()) -> None:
        """What changed since `before`, all or nothing."""
        seats = [_seat_row(after.id, seat) for name, seat in after.seats.items() if before is None or before.seats.get(name) is not seat]
        with writing(self._engine) as connection:
            _upsert(connection, ROLLOUTS, ["id"], [_row(after)])
            _upsert(connection, ROLLOUT_SEATS, ["rollout", "station"], seats)
            if entries:
                connection.execute(insert(ROLLOUT_HISTORY), [{"rollout": after.id, **_cut(entry)} for entry in entries])

    def one(self, number: str) -> Rollout | None:
        """With its seats."""
        with reading(self._engine) as connection:
            row = connection.execute(select(ROLLOUTS).where(ROLLOUTS.c.id == number)).first()
            return _read(row, _seats(connection, number)) if row else None

    def all(self) -> list[tuple[Rollout, dict[str, int]]]:
        """The newest first, without their seats, but how many are in which state."""
        counted = select(SEATS.rollout, SEATS.state, func.count().label("many")).group_by(SEATS.rollout, SEATS.state)
        with reading(self._engine) as connection:
            rows = connection.execute(select(ROLLOUTS).order_by(ROLLOUTS.c.made_ms.desc(), ROLLOUTS.c.id.desc()).limit(MOST)).all()
            many = {(row.rollout, row.state): int(row.many) for row in connection.execute(counted)}
        return [(_read(row, {}), {state.value: many.get((row.id, state.value), 0) for state in SeatState}) for row in rows]

    def active(self) -> list[str]:
        """Rollouts that something may still become of."""
        live = select(ROLLOUTS.c.id).where(ROLLOUTS.c.state.in_([state.value for state in LIVE]))
        waiting = (SEATS.state.in_([state.value for state in OPEN])) | (SEATS.due != "") | ((SEATS.state == SeatState.BACK.value) & (SEATS.settled == 0))
        with reading(self._engine) as connection:
            found = set(connection.execute(live).scalars()) | set(connection.execute(select(SEATS.rollout).where(waiting).distinct()).scalars())
        return sorted(found)

    def held(self, stations: Collection[str], but: str) -> dict[str, str]:
        """By station, the other rollout that has it now, or has still something to send there. Who waits there is free: it may be away for weeks,
        and what is published later overtakes (cloud/domain/seats.py)."""
        live = select(ROLLOUTS.c.id).where(ROLLOUTS.c.state.in_([state.value for state in LIVE]), ROLLOUTS.c.id != but)
        with reading(self._engine) as connection:
            taken = SEATS.rollout.in_(live) & SEATS.state.not_in([SeatState.CANCELLED.value, SeatState.WAITING.value])
            held = taken | ((SEATS.due != "") & (SEATS.rollout != but))
            rows = connection.execute(select(SEATS.station, SEATS.rollout).where(held))
            return {row.station: row.rollout for row in rows if row.station in stations}

    def of_station(self, station: str) -> dict[str, Seat]:
        """Its seats, by rollout."""
        with reading(self._engine) as connection:
            return {row.rollout: _seat(row) for row in connection.execute(select(ROLLOUT_SEATS).where(SEATS.station == station))}

    def history(self, number: str) -> list[Entry]:
        """What happened, in order."""
        table = ROLLOUT_HISTORY.c
        with reading(self._engine) as connection:
            rows = connection.execute(select(ROLLOUT_HISTORY).where(table.rollout == number).order_by(table.id))
            return [Entry(row.at_ms, row.who, row.what, row.why, row.result) for row in rows]

    def next_id(self) -> str:
        """`r1`, `r2` and so on."""
        with reading(self._engine) as connection:
            used = [int(name[1:]) for name in connection.execute(select(ROLLOUTS.c.id)).scalars() if name[1:].isdigit()]
        return f"r{max(used, default=0) + 1}"


def _upsert(connection: Connection, table: Any, keys: list[str], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = insert_into(connection, table)
    fresh = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), rows)


def _row(one: Rollout) -> dict[str, Any]:
    return {
        "id": one.id, "name": one.name, "who": one.who[:64], "reason": one.reason, "release": one.release, "options": json.dumps(asdict(one.options)),
        "made_ms": one.made_ms, "state": one.state.value, "wave": one.wave, "lines": json.dumps([asdict(line) for line in one.lines]),
    }  # fmt: skip


def _seat_row(number: str, seat: Seat) -> dict[str, Any]:
    return {"rollout": number, **vars(seat), "state": seat.state.value, "published": seat.published.value, "due": seat.due.value, "settled": int(seat.settled)}


def _seats(connection: Connection, number: str) -> dict[str, Seat]:
    rows = connection.execute(select(ROLLOUT_SEATS).where(SEATS.rollout == number).order_by(SEATS.station))
    return {row.station: _seat(row) for row in rows}


def _seat(row: Any) -> Seat:
    return Seat(
        row.station, row.district, row.grade, row.version, row.sha256, row.undo_sha256, row.wave, SeatState(row.state), row.since_ms,
        Paper(row.published), Paper(row.due), row.touched_ms, row.again_ms, bool(row.settled), row.reason,
    )  # fmt: skip


def _read(row: Any, seats: dict[str, Seat]) -> Rollout:
    options = json.loads(row.options)
    lines = tuple(_line(line) for line in json.loads(row.lines))
    return Rollout(
        row.id, row.name, row.who, row.reason, row.release, Options(**options | {"waves": tuple(options["waves"])}), row.made_ms,
        RolloutState(row.state), row.wave, lines, seats,
    )  # fmt: skip


def _line(found: dict[str, Any]) -> WaveLine:
    verdict = found["verdict"] and Verdict(**found["verdict"] | {"judgement": Judgement(found["verdict"]["judgement"])})
    return WaveLine(**found | {"state": WaveState(found["state"]), "verdict": verdict})


def _cut(entry: Entry) -> dict[str, Any]:
    return {"at_ms": entry.at_ms, "who": entry.who[:64], "what": entry.what[:120], "why": entry.why[:1000], "result": entry.result[:1000]}
