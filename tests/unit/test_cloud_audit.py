"""The audit: a chain that only grows, in which a changed, missing or inserted entry is seen. Also what `python -m cloud user|token|audit` does."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from cloud.account_commands import run
from cloud.adapters.db import SqlTokens, open_engine
from cloud.adapters.db.audit import SqlAudit
from cloud.adapters.db.users import SqlUsers
from cloud.domain.audit import START, AuditRow, entry, verified
from cloud.domain.callers import Role
from cloud.domain.failures import EVERY_MS, Failures
from cloud.domain.pauses import Growth, Pauses
from cloud.settings import Settings


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    one = open_engine(Settings(data=tmp_path).database_url)
    yield one
    one.dispose()


def chain(count: int) -> list[AuditRow]:
    rows: list[AuditRow] = []
    for number in range(count):
        rows.append(entry(rows[-1] if rows else None, number, "ann", "order.unlock", f"st-{number}", '{"reason":"test"}'))
    return rows


def test_a_chain_as_it_was_written_is_whole() -> None:
    rows = chain(5)
    assert (rows[0].previous, rows[1].previous) == (START, rows[0].sha256)
    assert (verified(rows).broken_at, verified(rows).entries, verified(rows).head) == (None, 5, rows[-1].sha256)
    assert verified([]).broken_at is None


@pytest.mark.parametrize("field", ["at_ms", "who", "act", "target", "detail", "previous", "sha256"])
def test_a_changed_entry_is_seen(field: str) -> None:
    rows = chain(5)
    changed: dict[str, Any] = {field: 7 if field == "at_ms" else "7" * 64}
    rows[2] = replace(rows[2], **changed)
    assert verified(rows).broken_at == 3


def test_what_stands_in_one_field_cannot_be_moved_into_another() -> None:
    one, other = entry(None, 1, "ann", "a", "b", "c"), entry(None, 1, "ann", "ab", "", "c")
    assert one.sha256 != other.sha256


def test_a_missing_an_inserted_and_a_swapped_entry_are_seen() -> None:
    rows = chain(5)
    assert verified([*rows[:2], *rows[3:]]).broken_at == 3
    assert verified([*rows[:2], rows[1], *rows[2:]]).broken_at == 3
    assert verified([rows[0], replace(rows[2], number=2), *rows[2:]]).broken_at == 2


def test_a_chain_that_was_written_anew_or_cut_is_seen_by_who_noted_a_hash() -> None:
    old, anew = chain(5), [entry(None, 99, "eve", "nothing", "", "")]
    seen = (4, old[3].sha256[:16])
    assert verified(old, seen).broken_at is None
    assert "anew" in verified([*anew, *[]], (1, old[0].sha256)).words
    assert "cut off" in verified(old[:3], seen).words


def test_entries_are_cut_and_cleaned_to_what_a_database_gives_back(engine: Engine) -> None:
    audit = SqlAudit(engine, lambda: 1)
    audit.note("w" * 200, "a" * 99, "t" * 500, "\x00\ud800" + "d" * 9000)
    row = audit.rows(0, 1)[0]
    assert (len(row.who), len(row.act), len(row.target), row.detail[:2], audit.verify().broken_at) == (80, 40, 120, "?d", None)


@pytest.mark.parametrize("statement", [
    "UPDATE audit SET who = 'eve' WHERE number = 1", "DELETE FROM audit WHERE number = 2", "DELETE FROM audit",
    "INSERT INTO audit VALUES (1, 0, 'eve', '', '', '', '', '')", "INSERT INTO audit VALUES (7, 0, 'eve', '', '', '', '', '')",
    "INSERT OR REPLACE INTO audit VALUES (1, 0, 'eve', '', '', '', '', '')",
])  # fmt: skip
def test_the_database_itself_refuses_to_change_it(engine: Engine, statement: str) -> None:
    audit = SqlAudit(engine, lambda: 1)
    for _ in range(2):
        audit.note("ann", "login", "ann", "")
    with pytest.raises(IntegrityError, match="audit"), engine.begin() as connection:
        connection.execute(text(statement))
    assert [row.who for row in audit.rows(0, 10)] == ["ann", "ann"] and audit.verify().broken_at is None


def test_failed_logins_are_told_at_once_and_then_together() -> None:
    failures = Failures()
    failures.add("ann", "10.0.0.1", 0)
    assert failures.due(0) is not None
    for number in range(500):
        failures.add(None if number % 2 else "ann", f"10.0.{number}.1", number)
        assert failures.due(number) is None
    told = failures.due(EVERY_MS)
    assert told is not None and told.target == "ann" and '"unknown_names": 250' in told.detail and "and 495 more" in told.detail
    assert failures.due(2 * EVERY_MS, at_once=True) is None


def test_pauses_grow_hold_and_are_forgotten() -> None:
    pauses, now = Pauses(Growth(2, 1_000, 4_000, 60_000), most_names=2), 0
    waits = []
    for _ in range(6):
        pauses.add("ann", now)
        waits.append(pauses.wait_ms("ann", now))
        now += waits[-1]
    assert waits == [0, 1_000, 2_000, 4_000, 4_000, 4_000]
    pauses.add("bob", now)
    assert pauses.wait_ms("new", now) > 0, "too many names: nothing is forgotten early"
    pauses.take_back("ann")
    assert pauses.wait_ms("ann", now) == 0
    pauses.add("ann", now + 60_000)
    assert pauses.wait_ms("ann", now + 60_000) == 0 and pauses.wait_ms("new", now + 60_000) == 0


def said(monkeypatch: pytest.MonkeyPatch, settings: Settings, *words: str, password: str = "") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    return run(list(words), settings)


def test_the_first_admin_is_made_on_the_computer_of_the_cloud(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one, password = Settings(data=tmp_path), "correct horse battery"
    assert said(monkeypatch, one, "user", "add", "root", "--role", "admin", password="short") == 1
    assert said(monkeypatch, one, "user", "add", "root", "--role", "admin", password=password) == 0
    assert said(monkeypatch, one, "user", "add", "root", "--role", "viewer", password=password) == 1, "is there already"
    assert said(monkeypatch, one, "user", "set", "ann", "--role", "viewer") == 1, "nobody"
    assert said(monkeypatch, one, "user", "remove", "root") == 1, "the last admin"
    assert said(monkeypatch, one, "user", "list") == 0
    assert [user.role for user in SqlUsers(engine).all()] == [Role.ADMIN]
    shown = capsys.readouterr()
    assert "root\tadmin\tall districts" in shown.out and password not in shown.out + shown.err


def test_tokens_of_programs_have_a_role_and_end(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    one, tokens = Settings(data=tmp_path), SqlTokens(engine)
    assert said(monkeypatch, one, "token", "wall", "--role", "viewer") == 0
    token = capsys.readouterr().out.strip()
    found = tokens.caller(token)
    assert found is not None and (found.name, found.role, found.human) == ("token:wall", Role.VIEWER, False)
    assert said(monkeypatch, one, "token", "wall", "--end") == 0
    assert tokens.caller(token) is None
    capsys.readouterr()
    assert said(monkeypatch, one, "audit", "verify") == 0
    kept = capsys.readouterr().out.strip().rpartition(" ")[2]
    assert kept.startswith("2:") and said(monkeypatch, one, "audit", "verify", "--seen", kept) == 0
    assert said(monkeypatch, one, "audit", "verify", "--seen", "3:" + "0" * 16) == 1
    assert said(monkeypatch, one, "audit", "show") == 0
    assert token not in capsys.readouterr().out
