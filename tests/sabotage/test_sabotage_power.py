"""The rules about power cuts, taken out one by one: the same check must then fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edge.adapters.store import SqliteLedger
from edge.domain.records import Progress
from tests.scenarios import test_kill
from tests.scenarios.conftest import Build

Saw = pytest.MonkeyPatch
MOMENTS = [1.0, 4.0, 8.0]


def progress_is_not_written(saw: Saw) -> None:
    written = SqliteLedger._record

    def record(self: SqliteLedger, one: Any) -> None:
        if not isinstance(one, Progress):
            written(self, one)

    saw.setattr(SqliteLedger, "_record", record)


def steps_are_too_long(saw: Saw) -> None:
    saw.setattr("edge.domain.water.PROGRESS_ML", 120)


@pytest.mark.parametrize("sabotage", [progress_is_not_written, steps_are_too_long])
def test_an_interrupted_pour_no_longer_costs_what_ran(build: Build, monkeypatch: Saw, sabotage: Callable[[Saw], None]) -> None:
    sabotage(monkeypatch)
    with pytest.raises(AssertionError):
        test_kill.check_an_interrupted_pour_costs_what_ran(build(), MOMENTS)


def test_the_same_check_holds_with_the_rules_in(build: Build) -> None:
    test_kill.check_an_interrupted_pour_costs_what_ran(build(), MOMENTS)
