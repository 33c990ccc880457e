"""What the time-series store follows in the ledger: cursors, who looks after it, and counts of what stands in a span of time.

A fact stands at its own time, or where that can not be at that of its arrival (cloud/domain/plausible.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, case, func, or_, select

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import FACTS, SERIES_CURSORS, SERIES_HOLDERS
from cloud.domain.plausible import AHEAD_MS, EARLIEST_MS

F = FACTS.c
PLAUSIBLE = and_(F.at_ms >= EARLIEST_MS, F.at_ms <= F.received_ms + AHEAD_MS)


class SqlSeriesBook:
    """See `cloud.series_ports.SeriesBook`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self, name: str) -> int | None:
        """The id up to which it was followed; None at the very first."""
        with reading(self._engine) as connection:
            return connection.execute(select(SERIES_CURSORS.c.fact).where(SERIES_CURSORS.c.name == name)).scalar()

    def move(self, name: str, fact: int, now_ms: int) -> None:
        """Raises: LedgerDown."""
        with writing(self._engine) as connection:
            put = insert_into(connection, SERIES_CURSORS).values(name=name, fact=fact, changed_ms=now_ms)
            connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"fact": fact, "changed_ms": now_ms}))

    def hold(self, name: str, holder: str, now_ms: int, until_ms: int) -> bool:
        """Raises: LedgerDown."""
        table = SERIES_HOLDERS
        with writing(self._engine) as connection:
            put = insert_into(connection, table).values(name=name, holder=holder, until_ms=until_ms)
            free = or_(table.c.holder == holder, table.c.until_ms <= now_ms)
            taken = put.on_conflict_do_update(index_elements=["name"], set_={"holder": holder, "until_ms": until_ms}, where=free)
            return connection.execute(taken.returning(table.c.name)).first() is not None

    def first_since(self, received_ms: int) -> int | None:
        """Raises: LedgerDown."""
        return self._one(select(func.min(F.id)).where(F.received_ms >= received_ms))

    def behind(self, after: int) -> int:
        """Raises: LedgerDown."""
        return int(self._one(select(func.count()).select_from(FACTS).where(F.id > after)) or 0)

    def touched(self, after: int, upto: int, span_ms: int, offset_ms: int) -> set[tuple[str, int]]:
        """Raises: LedgerDown."""
        stands = case((PLAUSIBLE, F.at_ms), else_=F.received_ms)
        span = (stands + offset_ms) // span_ms
        with reading(self._engine) as connection:
            found = connection.execute(select(F.station, span).where(F.id > after, F.id <= upto).distinct())
            return {(station, int(number) * span_ms - offset_ms) for station, number in found}

    def counts(self, stations: Sequence[str], since_ms: int, until_ms: int) -> list[tuple[str, str, int]]:
        """Raises: LedgerDown."""
        asked = select(F.station, F.kind, func.count()).where(F.station.in_(stations), _stands(since_ms, until_ms))
        with reading(self._engine) as connection:
            return [(station, kind, int(many)) for station, kind, many in connection.execute(asked.group_by(F.station, F.kind))]

    def details(self, stations: Sequence[str], since_ms: int, until_ms: int, kinds: Sequence[str]) -> list[tuple[str, str, str]]:
        """Raises: LedgerDown."""
        asked = select(F.station, F.kind, F.data).where(F.station.in_(stations), F.kind.in_(kinds), _stands(since_ms, until_ms))
        with reading(self._engine) as connection:
            return [(station, kind, data) for station, kind, data in connection.execute(asked)]

    def total(self, since_ms: int, until_ms: int, upto: int) -> int:
        """Raises: LedgerDown."""
        # `received_ms` bounds what is looked at: an index on the time alone would cost every fact that is stored.
        near = or_(F.received_ms.between(since_ms, until_ms - 1), and_(F.received_ms >= until_ms, F.at_ms < until_ms, F.at_ms >= since_ms))
        early = and_(F.received_ms < since_ms, F.received_ms >= since_ms - AHEAD_MS)
        asked = select(func.count()).select_from(FACTS).where(or_(near, early), _stands(since_ms, until_ms), F.id <= upto)
        return int(self._one(asked) or 0)

    def _one(self, asked: Any) -> int | None:
        with reading(self._engine) as connection:
            found = connection.execute(asked).scalar()
            return None if found is None else int(found)


def _stands(since_ms: int, until_ms: int) -> ColumnElement[bool]:
    its_own = and_(F.at_ms >= since_ms, F.at_ms < until_ms, PLAUSIBLE)
    by_arrival = and_(F.received_ms >= since_ms, F.received_ms < until_ms, ~PLAUSIBLE)
    return or_(its_own, by_arrival)
