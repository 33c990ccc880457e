"""The audit on PostgreSQL: refuses changes like SQLite, and the chain does not fork when several write at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from cloud.account_commands import run
from cloud.accounts import open_accounts
from cloud.adapters.db import SqlTokens, open_engine
from cloud.adapters.db.audit import SqlAudit
from cloud.domain.accounts import Change
from cloud.domain.callers import Role
from cloud.settings import Settings
from tests.integration.postgres import RunningPostgres

pytestmark = pytest.mark.server


@pytest.fixture
def engine(emptied: RunningPostgres) -> Iterator[Engine]:
    one = open_engine(emptied.url)
    yield one
    one.dispose()


@pytest.mark.parametrize("statement", [
    "UPDATE audit SET who = 'eve' WHERE number = 1", "DELETE FROM audit WHERE number = 2", "TRUNCATE audit",
    "INSERT INTO audit VALUES (7, 0, 'eve', '', '', '', '', '')",
    "INSERT INTO audit VALUES (1, 0, 'eve', '', '', '', '', '') ON CONFLICT (number) DO UPDATE SET who = 'eve'",
])  # fmt: skip
def test_the_database_itself_refuses_to_change_it(engine: Engine, statement: str) -> None:
    audit = SqlAudit(engine, lambda: 1)
    for _ in range(2):
        audit.note("安", "login", "ann", "")
    with pytest.raises(DBAPIError, match="audit"), engine.begin() as connection:
        connection.execute(text(statement))
    assert [row.who for row in audit.rows(0, 10)] == ["安", "安"] and audit.verify().broken_at is None


def test_many_that_write_at_once_make_one_chain(engine: Engine) -> None:
    audit = SqlAudit(engine, lambda: 1)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: audit.note(f"w{number % 8}", "act", str(number), ""), range(200)))
    chain = audit.verify()
    assert (chain.entries, chain.broken_at) == (200, None)


def test_people_log_in_there_too(engine: Engine, postgres: RunningPostgres, capsys: pytest.CaptureFixture[str]) -> None:
    accounts, audit = open_accounts(engine, SqlTokens(engine), lambda: 1_000)
    accounts.put(Change("ann", Role.OPERATOR, frozenset({"north"}), "correct horse battery", "test"))
    accounts.put(Change("ann", Role.OPERATOR, frozenset({"south"}), None, "test"))
    opened = accounts.log_in("ann", "correct horse battery", "10.0.0.1")
    fresh = accounts.renew(opened.token)
    assert fresh is not None
    found = accounts.caller(fresh.token)
    assert found is not None and (found.role, found.districts) == (Role.OPERATOR, frozenset({"south"}))
    assert [row.act for row in audit.rows(0, 10)] == ["user.add", "user.change", "login"]
    assert run(["audit", "verify"], Settings(database_url=postgres.url)) == 0 and capsys.readouterr().out.startswith("ok: 3 entries")
