"""PostgreSQL for whoever asks for it: one server for each file, whose database is empty at first in each test that takes it by `emptied`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cloud_parts import Bench, bench
from tests.integration.postgres import RunningPostgres


@pytest.fixture(scope="module")
def postgres() -> Iterator[RunningPostgres]:
    running = RunningPostgres()
    yield running
    running.close()


@pytest.fixture
def emptied(postgres: RunningPostgres) -> RunningPostgres:
    postgres.run("DROP SCHEMA public CASCADE")
    postgres.run("CREATE SCHEMA public")
    return postgres


@pytest.fixture
def another(emptied: RunningPostgres, tmp_path: Path) -> Iterator[Callable[[], Bench]]:
    """Another cloud process on one database that is empty at first."""
    made: list[Bench] = []

    def another() -> Bench:
        made.append(bench(tmp_path / str(len(made)), database_url=emptied.url))
        return made[-1]

    yield another
    for one in made:
        one.cloud.stop()
