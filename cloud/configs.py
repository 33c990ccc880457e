"""What each station has, should have, and would go back to: documents and reports put side by side. Rules are in cloud/domain/."""

from __future__ import annotations

from collections.abc import Collection

from cloud.adapters.db import SqlStations
from cloud.adapters.db.documents import SqlDocuments
from cloud.adapters.db.rollouts import SqlRollouts
from cloud.domain.configs import ConfigPast, ConfigReportRow, ConfigRow, DocumentRow
from cloud.domain.seats import Paper, SeatState
from cloud.domain.uploads import Known
from cloud.rows import StationRow
from contract.configuration import Phase
from contract.signing import Kind, content

FIRST_VERSION = 1
"""What a station is provisioned with; so the first that is pushed is 2."""
BELIEVED = 10_000
"""Whoever speaks in a station's name may tell any version; one that is so far beyond what was ever published there is not believed, since
the next one would be beyond what the station takes (contract.trust.LONGEST_LEAP)."""


class CityConfigs:
    """See `cloud.domain.configs.Configs`."""

    def __init__(self, documents: SqlDocuments, rollouts: SqlRollouts, stations: SqlStations) -> None:
        self._documents, self._rollouts, self._stations = documents, rollouts, stations

    def page(self, after: str, limit: int) -> list[ConfigRow]:
        """Stations by name."""
        return list(self.of(self._documents.names(after, limit)).values())

    def one(self, station: str) -> ConfigRow | None:
        """None: nobody ever heard of it."""
        return self.of([station]).get(station) if self._stations.one(station) else None

    def of(self, names: Collection[str]) -> dict[str, ConfigRow]:
        """These, by name; also such as were never heard of."""
        rows = {row.station: row for row in self._stations.some(names)}
        reports, desired = self._documents.reports(names), self._documents.desired(names)
        confirmed = self._documents.by_hash(names, {report.confirmed_sha256 for report in reports.values()})
        return {name: _row(name, rows.get(name), reports.get(name), desired.get(name), confirmed) for name in sorted(names)}

    def history(self, station: str) -> list[ConfigPast]:
        """The newest first."""
        seats = self._rollouts.of_station(station)
        found = []
        for row in self._documents.history(station):
            seat = seats.get(row.rollout)
            state = SeatState.BACK.value if row.paper is Paper.UNDO else seat.state.value if seat else ""
            found.append(ConfigPast(row, state, seat.reason if seat else ""))
        return found


def known(row: ConfigRow) -> Known:
    """As the check of an upload wants it."""
    undo = (config_of(row.confirmed),) if row.confirmed else ()
    return Known(row.district, row.next_version, row.level, row.report.root if row.report else None, undo)


def config_of(row: DocumentRow) -> dict[str, object] | None:
    """The configuration in a signed document; it was checked when it was put here."""
    found = content(row.document, Kind.CONFIG)["config"]
    return found if isinstance(found, dict) else None


def _row(
    name: str, station: StationRow | None, report: ConfigReportRow | None, desired: DocumentRow | None, confirmed: dict[tuple[str, str], DocumentRow]
) -> ConfigRow:
    state = station.state if station else None
    published = max(FIRST_VERSION, desired.version if desired else 0)
    told = [report.in_force_version, report.confirmed_version] if report else []
    if report and report.phase != Phase.REFUSED:  # what was refused may be a forgery, and claims any version
        told.append(report.version)
    newest = max([published, *(version for version in told if version <= published + BELIEVED)])
    level = report.level if report else state.level if state else None
    in_force = confirmed.get((name, report.confirmed_sha256)) if report else None
    return ConfigRow(name, state.district if state else "", state.name if state else name, level, newest + 1, desired, in_force, report)
