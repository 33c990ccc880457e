"""Opens the database, sees that a commit survives a power cut, and brings its tables up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cloud.errors import LedgerDown

ROW_ID = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}

# A server that is gone is noticed in seconds, one that hangs in half a minute; a process of ours that stands still (stopped, its computer
# gone) in the middle of a transaction holds the others up for a minute at most. Whatever the cluster's own words are, ours are UTF-8.
CAREFUL_POSTGRES = {
    "connect_timeout": 5, "tcp_user_timeout": 10_000, "client_encoding": "utf8",
    "options": "-c statement_timeout=30000 -c lock_timeout=15000 -c idle_in_transaction_session_timeout=60000",
}  # fmt: skip


def open_engine(url: str) -> Engine:
    """An engine on a database that is migrated.

    Raises:
        LedgerDown: it cannot be opened, or was written by a newer version.
    """
    parsed = make_url(url)
    try:
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        far = parsed.get_backend_name() != "sqlite"
        engine = create_engine(parsed, pool_pre_ping=far, hide_parameters=True, connect_args=CAREFUL_POSTGRES if far else {})
        if engine.dialect.name == "sqlite":
            _careful_sqlite(engine)
        _migrate(engine)
    except (SQLAlchemyError, OSError, ImportError) as error:
        hidden = parsed.render_as_string(hide_password=True)
        raise LedgerDown(f"database {hidden}: {error}; see SMART_STATION_CLOUD_DATABASE_URL") from error
    return engine


def _careful_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin and commit by itself
        # FULL: of 400 simulated power cuts, NORMAL lost committed rows in 392.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _trouble() -> Iterator[None]:
    """The database's own troubles. Wrong data or a wrong query is a bug of ours and stays what it is."""
    try:
        yield
    except (IntegrityError, DataError):
        raise
    except (DBAPIError, PoolTimeout) as error:
        raise LedgerDown(f"{type(error).__name__}: {getattr(error, 'orig', None) or error}") from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is meant to write: committed at the end, rolled back by any exception.

    Raises:
        LedgerDown: the database failed; nothing of the transaction is kept.
    """
    with _trouble(), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view. Raises: LedgerDown."""
    with _trouble(), engine.connect() as connection:
        yield connection


def insert_into(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, in the words of this database."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def upsert(connection: Connection, table: Table, keys: tuple[str, ...], kept: tuple[str, ...] = ()) -> Any:
    """An INSERT of rows that bring those with the same keys up to date, but for columns that are kept as they were."""
    return _upsert(connection.dialect.name, table, keys, kept)


@cache
def _upsert(dialect: str, table: Table, keys: tuple[str, ...], kept: tuple[str, ...]) -> Any:
    """Written once for each table: a tenth of the time of a batch went into writing them."""
    statement = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    fresh = {one.name: statement.excluded[one.name] for one in table.c if one.name not in (*keys, *kept)}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=fresh)


def migrations() -> list[tuple[int, str]]:
    """(number, SQL) of every migration, in order."""
    found = [one for one in files(__package__).joinpath("migrations").iterdir() if one.name.endswith(".sql")]
    return [(int(one.name[:4]), one.read_text("utf-8")) for one in sorted(found, key=lambda one: one.name)]


def _migrate(engine: Engine) -> None:
    known = migrations()
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7355608)")  # two that start at once take turns
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY)")
        done = {row[0] for row in connection.exec_driver_sql("SELECT number FROM migrations")}
        if done - {number for number, _ in known}:
            raise LedgerDown(f"has migration {max(done)}, this version knows {known[-1][0]}; use the newer version")
        for number, text in known:
            if number not in done:
                _apply(connection, text)
                connection.exec_driver_sql(f"INSERT INTO migrations (number) VALUES ({number})")


def _apply(connection: Connection, text: str) -> None:
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    for statement in re.split(r";\s*$", "\n".join(lines).replace("ROW_ID", ROW_ID[connection.dialect.name]), flags=re.MULTILINE):
        database, sql = _meant_for(statement.strip())
        if sql and database in ("", connection.dialect.name):
            connection.exec_driver_sql(sql)


def _meant_for(statement: str) -> tuple[str, str]:
    """`@sqlite CREATE …` is for that database alone; others are for all."""
    if not statement.startswith("@"):
        return "", statement
    name, _, sql = statement[1:].partition(" ")
    return name, sql
