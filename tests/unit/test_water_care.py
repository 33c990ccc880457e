"""Filter and test: what the ledger keeps, and days left."""

from pathlib import Path

import pytest

from contract.envelope import ClockState
from contract.facts import FaultCode
from contract.water import WaterConfig
from edge.adapters.store import SqliteLedger
from edge.domain.clock import WallClock
from edge.domain.faults import Faults
from edge.domain.metering import Recent
from edge.domain.records import StoreCare
from edge.domain.water_care import Care
from edge.ports import Stamp

STAMP = Stamp("0000000a", WallClock(0).at(0.0), 0.0, ClockState.UNSURE)
KEPT = StoreCare("2026-01-01", True, 420_000, "2026-02-01", False, False, "2026-03-01")


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path, "st-1")
    assert ledger.load().care is None
    ledger.commit([], [StoreCare(), KEPT], STAMP)
    ledger.close()
    again = SqliteLedger(tmp_path, "st-1")
    assert again.load().care == KEPT
    again.close()


DAYS = [("2026-01-01", 10, False), ("2026-01-11", 0, False), ("2026-01-12", -1, True), ("2025-12-01", 41, False)]


@pytest.mark.parametrize(("today", "left", "overdue"), DAYS)
def test_days_left(today: str, left: int, overdue: bool) -> None:
    faults = Faults()
    care = Care(WaterConfig(filter_days=10), faults, StoreCare(filter_day="2026-01-01", filter_told=True))
    care.tick(today, 0.0)
    assert care.view(today).filter_days_left == left
    assert ((FaultCode.FILTER_OVERDUE, "") in faults.standing()) is overdue


def test_nothing_watched_nothing_written() -> None:
    care = Care(WaterConfig(), Faults(), None)
    effects = care.tick("2026-01-01", 0.0)
    assert not effects.records and not effects.facts
    assert care.view("2026-01-01").filter_days_left is None and care.view("2026-01-01").filter_left_ml is None


def test_a_day_that_nobody_knows_locks_nothing() -> None:
    faults = Faults()
    care = Care(WaterConfig(filter_days=1, test_days=1), faults, None)
    care.filter_changed("", "", 0.0)
    care.tick("", 1.0)
    assert faults.standing() == [] and not care.view("").filter_known


def test_a_window_that_slides_forgets_nothing_too_early_and_stays_small() -> None:
    recent = Recent(60)
    assert recent.add(30, 59.9) == 30
    assert recent.add(30, 119.8) == 60
    assert recent.add(1, 121.0) == 31
    for step in range(100_000):
        recent.add(0.01, 200 + step / 100)
    assert len(recent._steps) <= 62
    recent.clear()
    assert recent.add(1, 2000) == 1
