"""Both ends of the wire side by side: what stations committed, what they still hold, and what the cloud has. Only reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, select

from cloud.adapters.db.tables import FACTS, PROGRESS
from cloud.adapters.series_embedded import EmbeddedSeries
from tests.integration import witness


class Books:
    """Of these stations, each with its databases in `folder`/name, and of the cloud's in `folder`/cloud and at `database`."""

    def __init__(self, folder: Path, stations: tuple[str, ...], database: str) -> None:
        self._folder, self._stations, self._database = folder, stations, database
        self._epochs: dict[str, dict[str, str]] = {}

    def open(self) -> None:
        """Make the stations' databases with the witness in them; before any of them runs."""
        for name in self._stations:
            self.home(name).mkdir(parents=True)
            self._epochs[name] = witness.install(self.home(name), name)

    def home(self, station: str) -> Path:
        """Where a station keeps its databases."""
        return self._folder / station

    def newest(self, table: str = "fact") -> dict[str, int]:
        """The newest seq that each station committed."""
        return {name: witness.newest(self.home(name), table) for name in self._stations}

    def held(self) -> dict[str, tuple[int, int]]:
        """Facts and batches that each station still holds."""
        return {name: (witness.waiting(self.home(name)), witness.waiting(self.home(name), "batch")) for name in self._stations}

    def acknowledged(self) -> dict[tuple[str, str], int]:
        """(station, table) -> upto, by the cloud's tables. Raises: DBAPIError."""
        rows = self._ask(lambda db: list(db.execute(select(PROGRESS.c.station, PROGRESS.c.epoch, PROGRESS.c.upto))))
        found = {(row.station, row.epoch): row.upto for row in rows}
        return {(name, table): found.get((name, epoch), 0) for name, epochs in self._epochs.items() for table, epoch in epochs.items()}

    def drained(self) -> bool:
        """Stations hold nothing, and the cloud has acknowledged their newest. Raises: DBAPIError."""
        newest = {table: self.newest(table) for table in witness.TABLES}
        everything = all(seq == newest[table][name] for (name, table), seq in self.acknowledged().items())
        return everything and not any(map(sum, self.held().values()))

    def rows(self) -> list[Any]:
        """Every fact of the cloud's ledger, as it lies there."""
        return self._ask(lambda db: list(db.execute(select(FACTS))))

    def differences(self) -> witness.Differences:
        """Row by row, between what the stations ever committed and what the cloud has."""
        ours = [one for name in self._stations for one in witness.bodies(witness.committed(self.home(name)))]
        theirs = [
            ((row.station, row.epoch, row.seq), (row.boot, row.at_ms, row.up_s, row.clock, row.kind, witness.flat(json.loads(row.data))))
            for row in self.rows()
        ]
        return witness.differences(ours, theirs)

    def instants(self) -> dict[str, dict[tuple[str, int], dict[str, float]]]:
        """By station: (part, ms UTC) -> values of the instants in every batch that it has committed by now. Stations at rest go on measuring."""
        return {name: witness.instants(witness.committed(self.home(name), "batch")) for name in self._stations}

    def missing_points(self, wanted: dict[str, dict[tuple[str, int], dict[str, float]]]) -> list[tuple[str, str, int]]:
        """(station, part, ms UTC) of those that the cloud's series does not have, or has otherwise."""
        series = EmbeddedSeries(self._folder / "cloud" / "series.sqlite")
        missing = []
        for name in self._stations:
            there: dict[tuple[str, int], dict[str, Any]] = {}
            for one in series.query("sample", {"station": name}, 0, 2**42, 0):
                for index, at_ms in enumerate(one.at_ms):
                    there[one.tags.get("part", ""), at_ms] = {column: values[index] for column, values in one.columns.items()}
            missing += [(name, *key) for key, values in wanted[name].items() if not values.items() <= there.get(key, {}).items()]
        series.close()
        return missing

    def _ask(self, query: Callable[[Connection], list[Any]]) -> list[Any]:
        engine = create_engine(self._database)
        try:
            with engine.connect() as connection:
                return query(connection)
        finally:
            engine.dispose()
