"""The database: made by its migrations, careful about power cuts, and never opened by an older version."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect

from cloud.adapters.db.engine import migrations, open_engine, writing
from cloud.adapters.db.tables import METADATA
from cloud.errors import LedgerDown


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'ledger.sqlite'}"


def test_migrations_make_the_tables_that_queries_see(tmp_path: Path) -> None:
    seen = inspect(open_engine(url(tmp_path)))
    for table in METADATA.tables.values():
        assert [column["name"] for column in seen.get_columns(table.name)] == [column.name for column in table.columns]
    assert set(seen.get_table_names()) - {"migrations", "sqlite_sequence"} == set(METADATA.tables)


def test_migrations_are_numbered_without_a_hole_and_run_once(tmp_path: Path) -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))
    open_engine(url(tmp_path)).dispose()
    open_engine(url(tmp_path)).dispose()


def test_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    with open_engine(url(tmp_path)).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


def test_a_newer_database_is_not_touched(tmp_path: Path) -> None:
    with writing(open_engine(url(tmp_path))) as connection:
        connection.exec_driver_sql("INSERT INTO migrations VALUES (9999)")
    with pytest.raises(LedgerDown, match="newer version"):
        open_engine(url(tmp_path))


def test_a_database_that_cannot_be_opened_is_named_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerDown, match="file"):
        open_engine(url(tmp_path / "file"))
