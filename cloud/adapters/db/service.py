"""How a group of stations serves people, counted in the ledger: what a wave of a rollout is judged by (cloud/domain/judging.py)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, and_, case, func, or_, select

from cloud.adapters.db.engine import reading
from cloud.adapters.db.tables import FACTS, ROLLOUT_SEATS
from cloud.domain.judging import Counts

ENTERED, REFUSED = "entry_granted", "entry_refused"
SERVED = ("water_poured", "charge_ended", "bottles_taken", "loan_started", "amenity_ended")
"""A vend that came to an end, well or not."""
NOT_SERVED = ("water_refused", "charge_refused", "fridge_refused", "loan_refused", "amenity_refused")
FAULT, CLEARED, STARTED = "fault_raised", "fault_cleared", "station_started"
KINDS = (ENTERED, REFUSED, *SERVED, *NOT_SERVED, FAULT, STARTED)
SHUT = ('"reason":"closed_now"', '"reason":"clock_unsure"')
OURS = ('"reason":"out_of_order"', '"reason":"cannot_record"', '"reason":"guard_lost"', '"stop":"no_flow"', '"stop":"fault"', '"stop":"interrupted"')
"""What a vend fails of, or somebody is turned away for, that is the station's doing. A quota that is spent is nobody's fault."""
SOME = 500
LOOK_BACK_MS = 30 * 86_400_000
"""So old may a fault be that a station tells again when its parts are built anew."""
BUILT_MS = 120_000
"""So long before a station says that a document is in force it may have begun to build its parts for it."""
Span = tuple[int, int]
"""From and until, UTC ms, by the stations' clocks."""


class SqlService:
    """Counts of facts. The hours of a group are stations times the length of the span."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_wave(self, rollout: str, wave: int, now_ms: int) -> Counts:
        """Of its stations, each since its new document was in force there. The start that the change itself may cost is not counted, and no
        fault that stood before: a station that starts tells it anew."""
        seats = ROLLOUT_SEATS.c
        mine = and_(seats.rollout == rollout, seats.wave == wave, seats.touched_ms.is_not(None))
        joined = FACTS.join(ROLLOUT_SEATS, and_(FACTS.c.station == seats.station, FACTS.c.at_ms >= seats.touched_ms, FACTS.c.at_ms < now_ms))
        with reading(self._engine) as connection:
            since = {row.station: row.touched_ms for row in connection.execute(select(seats.station, seats.touched_ms).where(mine))}
            rows = connection.execute(_counted().select_from(joined).where(mine, FACTS.c.kind.in_(KINDS))).all()
            told = connection.execute(select(FACTS.c.station, FACTS.c.data).select_from(joined).where(mine, FACTS.c.kind == FAULT))
            raised = {(row.station, *_fault(row.data)) for row in told}
            old = raised & _stood(connection, {station: since[station] for station, _, _ in raised})
        counts = _counts(rows, sum(now_ms - at for at in since.values()), len(since))
        return replace(counts, faults=counts.faults - len(old))

    def of(self, stations: Collection[str], spans: Sequence[Span]) -> Counts:
        """Of these stations in these spans. Where a span has no fact at all of them, nobody was there yet: its hours do not count."""
        names, total, hours_ms = sorted(stations), Counts(), 0
        for since, until in spans:
            rows = [row for at in range(0, len(names), SOME) for row in self._rows(names[at : at + SOME], since, until)]
            total = _plus(total, _counts(rows, 0, 0))
            hours_ms += (until - since) * len(names) if rows else 0
        return _plus(total, Counts(station_h=hours_ms / 3_600_000))

    def _rows(self, names: Sequence[str], since: int, until: int) -> list[Any]:
        which = and_(FACTS.c.station.in_(names), FACTS.c.at_ms >= since, FACTS.c.at_ms < until, FACTS.c.kind.in_(KINDS))
        with reading(self._engine) as connection:
            return list(connection.execute(_counted().select_from(FACTS).where(which)).all())


def _stood(connection: Connection, since: Mapping[str, int]) -> set[tuple[str, str, str]]:
    """(station, fault, part) that stood at each station when its parts were built anew, if they were: all that it told since its start before."""
    names, standing = sorted(since), set[tuple[str, str, str]]()
    for at in range(0, len(names), SOME):
        some = names[at : at + SOME]
        first, last = min(since[name] for name in some) - LOOK_BACK_MS, max(since[name] for name in some)
        which = and_(FACTS.c.station.in_(some), FACTS.c.at_ms >= first, FACTS.c.at_ms < last, FACTS.c.kind.in_((FAULT, CLEARED, STARTED)))
        for row in connection.execute(select(FACTS).where(which).order_by(FACTS.c.at_ms, FACTS.c.id)):
            if row.at_ms >= since[row.station] - BUILT_MS:
                continue
            if row.kind == STARTED:
                standing = {one for one in standing if one[0] != row.station}
            elif row.kind == FAULT:
                standing.add((row.station, *_fault(row.data)))
            else:
                standing.discard((row.station, *_fault(row.data)))
    return standing


def _fault(data: str) -> tuple[str, str]:
    """(fault, part)."""
    said = json.loads(data)
    return str(said["fault"]), str(said["part"])


def _counted() -> Any:
    ours = or_(*(FACTS.c.data.contains(text, autoescape=True) for text in (*OURS, *SHUT)))
    bad = func.sum(case((ours, 1), else_=0)).label("bad")
    return select(FACTS.c.kind, func.count().label("many"), bad).group_by(FACTS.c.kind)


def _counts(rows: Sequence[Any], hours_ms: int, allowed_starts: int) -> Counts:
    many: Mapping[str, int] = _summed((row.kind, row.many) for row in rows)
    bad: Mapping[str, int] = _summed((row.kind, row.bad) for row in rows)
    failed = sum(bad.get(kind, 0) for kind in (*SERVED, *NOT_SERVED))
    return Counts(
        entries=many.get(ENTERED, 0) + many.get(REFUSED, 0), refused=many.get(REFUSED, 0), shut=bad.get(REFUSED, 0),
        vends=sum(many.get(kind, 0) for kind in SERVED) + sum(bad.get(kind, 0) for kind in NOT_SERVED), failed=failed,
        faults=many.get(FAULT, 0), restarts=max(0, many.get(STARTED, 0) - allowed_starts), station_h=hours_ms / 3_600_000,
    )  # fmt: skip


def _summed(pairs: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, number in pairs:
        found[kind] = found.get(kind, 0) + int(number or 0)
    return found


def _plus(one: Counts, other: Counts) -> Counts:
    return Counts(**{name: getattr(one, name) + getattr(other, name) for name in vars(one)})
