"""How far what a station told is complete: what it still holds happened after that."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine, and_, select

from cloud.adapters.db.engine import reading
from cloud.adapters.db.tables import FACTS, PROGRESS


class SqlBacklog:
    """See `cloud.ports.Backlog`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def complete_ms(self, stations: Collection[str]) -> dict[str, int]:
        """The station's own time of the last fact before the first one that is not here, UTC ms; stations of which nothing is here are left out."""
        if not stations:
            return {}
        same = and_(FACTS.c.station == PROGRESS.c.station, FACTS.c.epoch == PROGRESS.c.epoch, FACTS.c.seq == PROGRESS.c.upto)
        of_facts = and_(PROGRESS.c.station.in_(sorted(stations)), PROGRESS.c.lane == "facts")
        found = select(PROGRESS.c.station, FACTS.c.at_ms).select_from(PROGRESS.join(FACTS, same)).where(of_facts)
        with reading(self._engine) as connection:
            return {row.station: int(row.at_ms) for row in connection.execute(found.order_by(PROGRESS.c.changed_ms))}
