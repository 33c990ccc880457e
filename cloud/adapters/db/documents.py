"""Signed configurations in SQL, as they were signed, and what each station has of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Engine, and_, bindparam, func, select, update

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import CONFIG_DOCUMENTS, CONFIG_REPORTS, STATIONS
from cloud.domain.configs import ConfigReportRow, DocumentRow
from cloud.domain.seats import Paper, Report
from contract.configuration import Phase
from contract.signing import Signed

DOCS = CONFIG_DOCUMENTS.c
SOME = 500
"""Names in one query."""


class SqlDocuments:
    """Documents of rollouts, and reports of stations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, rows: Sequence[DocumentRow]) -> None:
        """Keep these; one of the same rollout, station and paper is replaced."""
        values = [{**vars(row), "paper": row.paper.value, "document": row.document.model_dump_json(), "published_ms": None} for row in rows]
        with writing(self._engine) as connection:
            statement = insert_into(connection, CONFIG_DOCUMENTS)
            fresh = {name: statement.excluded[name] for name in ("version", "sha256", "release", "document")}
            connection.execute(statement.on_conflict_do_update(index_elements=["rollout", "station", "paper"], set_=fresh), values)

    def signed(self, rollout: str, which: Collection[tuple[str, Paper]]) -> dict[tuple[str, Paper], Signed]:
        """These (station, paper), as they were signed."""
        found = select(DOCS.station, DOCS.paper, DOCS.document).where(DOCS.rollout == rollout, DOCS.paper.in_({paper.value for _, paper in which}))
        rows = {(row.station, Paper(row.paper)): row.document for row in self._each(found, DOCS.station, {station for station, _ in which})}
        return {one: Signed.model_validate_json(rows[one]) for one in which}

    def published(self, rollout: str, sent: Iterable[tuple[str, Paper]], now_ms: int) -> None:
        """The broker has these: (station, paper)."""
        which = and_(DOCS.rollout == rollout, DOCS.station == bindparam("of_station"), DOCS.paper == bindparam("of_paper"))
        with writing(self._engine) as connection:
            statement = update(CONFIG_DOCUMENTS).where(which).values(published_ms=now_ms)
            connection.execute(statement, [{"of_station": station, "of_paper": paper.value} for station, paper in sent])

    def newest(self, stations: Collection[str] | None = None) -> dict[str, int]:
        """The highest version that was ever published to each."""
        found = select(DOCS.station, func.max(DOCS.version).label("version")).where(DOCS.published_ms.is_not(None)).group_by(DOCS.station)
        return {row.station: int(row.version) for row in self._each(found, DOCS.station, stations)}

    def desired(self, stations: Collection[str]) -> dict[str, DocumentRow]:
        """The newest published document of each."""
        newest = select(DOCS.station, func.max(DOCS.version).label("version")).where(DOCS.published_ms.is_not(None)).group_by(DOCS.station).subquery()
        both = and_(newest.c.station == DOCS.station, newest.c.version == DOCS.version, DOCS.published_ms.is_not(None))
        rows = self._each(select(CONFIG_DOCUMENTS).join(newest, both), DOCS.station, stations)
        return {row.station: _document(row) for row in rows}

    def by_hash(self, stations: Collection[str], hashes: Collection[str]) -> dict[tuple[str, str], DocumentRow]:
        """Documents by (station, SHA-256)."""
        wanted = sorted(set(hashes) - {""})
        rows = self._each(select(CONFIG_DOCUMENTS).where(DOCS.sha256.in_(wanted)), DOCS.station, stations) if wanted else []
        return {(row.station, row.sha256): _document(row) for row in rows}

    def history(self, station: str) -> list[DocumentRow]:
        """What was ever published to a station, the newest first."""
        found = select(CONFIG_DOCUMENTS).where(DOCS.station == station, DOCS.published_ms.is_not(None)).order_by(DOCS.version.desc()).limit(100)
        with reading(self._engine) as connection:
            return [_document(row) for row in connection.execute(found)]

    def reports(self, stations: Collection[str]) -> dict[str, ConfigReportRow]:
        """What each last said."""
        return {row.station: ConfigReportRow(**row._mapping) for row in self._each(select(CONFIG_REPORTS), CONFIG_REPORTS.c.station, stations)}

    def told(self, stations: Collection[str]) -> dict[str, Report]:
        """The same, as far as a rollout looks at it."""
        table = CONFIG_REPORTS.c
        names = ("version", "sha256", "phase", "reason", "at_ms", "received_ms", "in_force_sha256", "confirmed_version", "confirmed_sha256")
        rows = self._each(select(table.station, *(table[name] for name in names)), table.station, stations)
        return {station: Report(version, sha256, Phase(phase), *rest) for station, version, sha256, phase, *rest in rows}

    def online(self) -> frozenset[str]:
        """Stations whose last word on their line is that they are there."""
        with reading(self._engine) as connection:
            return frozenset(connection.execute(select(STATIONS.c.station).where(STATIONS.c.link == "online")).scalars())

    def names(self, after: str, limit: int) -> list[str]:
        """Stations that were ever heard of, by name."""
        with reading(self._engine) as connection:
            found = select(STATIONS.c.station).where(STATIONS.c.station > after).order_by(STATIONS.c.station).limit(limit)
            return list(connection.execute(found).scalars())

    def _each(self, found: Any, column: Any, stations: Collection[str] | None) -> list[Any]:
        """Rows of these stations, some at a time; of all for None."""
        with reading(self._engine) as connection:
            if stations is None:
                return list(connection.execute(found))
            names = sorted(stations)
            parts = [names[at : at + SOME] for at in range(0, len(names), SOME)]
            return [row for part in parts for row in connection.execute(found.where(column.in_(part)))]


def _document(row: Any) -> DocumentRow:
    signed = Signed.model_validate_json(row.document)
    return DocumentRow(row.rollout, row.station, Paper(row.paper), row.version, row.sha256, row.release, signed, row.published_ms)
