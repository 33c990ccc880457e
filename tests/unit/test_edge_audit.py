"""The station's own audit of orders, read beside a station or from its card."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.envelope import ClockState
from edge.adapters.store import SqliteLedger
from edge.audit import BROKEN, UNREADABLE, main
from edge.domain.audit import Chain
from edge.ports import Stamp

STAMP = Stamp("0000000a", datetime(2026, 11, 21, tzinfo=UTC), 5.0, ClockState.TRUSTED)


def test_a_chain_is_shown_and_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, chain = SqliteLedger(tmp_path, "st-1"), Chain()
    ledger.commit([], [chain.append({"order": n}) for n in range(3)], STAMP)
    assert main([str(tmp_path), "--ends", chain.hash]) == 0
    told = capsys.readouterr()
    assert [json.loads(line)["seq"] for line in told.out.splitlines()] == [1, 2, 3] and told.err == "3 entries: the chain holds\n"
    assert ledger.load().audit == (3, chain.hash)
    ledger.close()
    with sqlite3.connect(tmp_path / "ledger.db") as db:
        db.execute("DROP TRIGGER audit_stays")
        db.execute("DELETE FROM audit WHERE seq = 2")
    db.close()
    assert main([str(tmp_path)]) == BROKEN
    assert capsys.readouterr().err == "2 entries: entry 2 is missing; 3 follows\n"


def test_a_folder_without_a_ledger_is_told(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == UNREADABLE
    assert not list(tmp_path.iterdir())
