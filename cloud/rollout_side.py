"""Wiring of rollouts: their stores, who judges, the thread that goes on with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from cloud.adapters.db import SqlStations
from cloud.adapters.db.documents import SqlDocuments
from cloud.adapters.db.rollouts import SqlRollouts
from cloud.adapters.db.service import SqlService
from cloud.configs import CityConfigs
from cloud.judges import Judge
from cloud.marks import Marks
from cloud.ports import AuditBook, Outgoing, Roots
from cloud.rollouts import TICK_S, CityRollouts, Shelves
from cloud.series.chore import Chore
from cloud.series_ports import Writes


@dataclass(frozen=True)
class RolloutSide:
    """All of it. `thread`: only the main process starts it."""

    rollouts: CityRollouts
    configs: CityConfigs
    thread: Chore


def open_rollouts(
    engine: Engine, roots: Roots, outgoing: Outgoing, audit: AuditBook, series: Writes, clock_ms: Callable[[], int], crashed: Callable[[], None]
) -> RolloutSide:
    """Not yet running."""
    kept, documents = SqlRollouts(engine), SqlDocuments(engine)
    configs = CityConfigs(documents, kept, SqlStations(engine))
    shelves = Shelves(kept, documents, configs, Judge(SqlService(engine)))
    rollouts = CityRollouts(shelves, roots, outgoing, audit, clock_ms, Marks(series))
    return RolloutSide(rollouts, configs, Chore("rollouts", rollouts.tick, TICK_S, crashed))
