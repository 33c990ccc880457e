"""What stations last said of their configuration, in SQL: written with each batch, read by rollouts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from cloud.adapters.db.engine import upsert
from cloud.adapters.db.tables import CONFIG_REPORTS
from cloud.domain.points import millis
from cloud.ports import Batch
from contract.configuration import ConfigReport


def write_config_reports(connection: Connection, batch: Batch) -> None:
    """The last word of each. One that is repeated (the broker keeps it) is not heard anew."""
    told = {one.station: one.report for one in batch.configs}
    if not told:
        return
    found = connection.execute(select(CONFIG_REPORTS).where(CONFIG_REPORTS.c.station.in_(sorted(told))))
    known = {row.station: dict(row._mapping) for row in found}
    rows = [_row(station, report, batch.now_ms) for station, report in told.items()]
    news = [row for row in rows if not _same(known.get(row["station"]), row)]
    if news:
        connection.execute(upsert(connection, CONFIG_REPORTS, ("station",)), news)


def _same(known: Mapping[str, Any] | None, row: Mapping[str, Any]) -> bool:
    return known is not None and all(known[name] == value for name, value in row.items() if name != "received_ms")


def _row(station: str, told: ConfigReport, now_ms: int) -> dict[str, Any]:
    return {
        "station": station, "version": told.version, "sha256": told.sha256, "phase": told.phase.value, "reason": told.reason,
        "flaw": told.flaw.value if told.flaw else "", "in_force_version": told.in_force_version, "in_force_sha256": told.in_force_sha256,
        "confirmed_version": told.confirmed_version, "confirmed_sha256": told.confirmed_sha256, "root": told.root, "level": told.level,
        "at_ms": millis(told.at), "received_ms": now_ms,
    }  # fmt: skip
