"""What a wave is judged by, counted from facts: what the change itself costs, and what was wrong before, is not held against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cloud.adapters.db.rollouts import SqlRollouts
from cloud.adapters.db.service import BUILT_MS, SqlService
from cloud.domain.rollout import Options, Rollout
from cloud.domain.seats import Seat
from cloud.judges import MOST, some
from contract.envelope import iso
from tests.cloud_parts import NOON_MS, FakeStation, bench
from tests.rollout_parts import at

pytestmark = pytest.mark.slow  # opens databases

TOUCHED_S = 86_400
DEAD, STUCK = {"fault": "camera_lost", "part": "", "detail": ""}, {"fault": "no_flow", "part": "cold", "detail": ""}
STARTED = {"version": "0.1.0", "config_sha256": "a" * 64}


def faults(tmp_path: Path, *told: tuple[float, str, dict[str, Any]]) -> tuple[int, int]:
    """Of one station in wave 1: (faults, restarts) that are held against it. `told`: second, kind and data of its facts."""
    one, station = bench(tmp_path), FakeStation("st-1")
    one.take(*(station.fact(n, {"kind": kind, **data}, at=iso(at(int(second)))) for n, (second, kind, data) in enumerate(told, 1)))
    seat = Seat("st-1", "north", "basic", 2, "a", "b", wave=1, touched_ms=NOON_MS + TOUCHED_S * 1000)
    SqlRollouts(one.cloud.engine).save(Rollout("r1", "x", "lin.mei", "y", "r-2", Options(), 0, wave=1, seats={"st-1": seat}))
    found = SqlService(one.cloud.engine).of_wave("r1", 1, NOON_MS + (TOUCHED_S + 600) * 1000)
    return found.faults, found.restarts


def test_a_wave_is_compared_with_some_of_a_large_city() -> None:
    names = [f"st-{n:04}" for n in range(1930)]
    found = some(names)
    assert MOST / 2 < len(found) <= MOST and found == some(names[::-1])
    assert found[0] == "st-0000" and found[-1] > "st-1900", "from everywhere"
    assert some(names[:MOST]) == names[:MOST] and some([]) == []


def test_a_fault_that_stood_before_is_told_again_and_not_held_against_the_wave(tmp_path: Path) -> None:
    again = TOUCHED_S + 5
    assert faults(tmp_path, (10, "fault_raised", DEAD), (TOUCHED_S + 1, "station_started", STARTED), (again, "fault_raised", DEAD)) == (0, 0)


def test_a_new_one_is_and_so_is_one_that_had_been_mended(tmp_path: Path) -> None:
    told = (10, "fault_raised", DEAD), (20, "fault_cleared", {"fault": "camera_lost", "part": "", "lasted_s": 10})
    assert faults(tmp_path, *told, (TOUCHED_S + 5, "fault_raised", DEAD), (TOUCHED_S + 6, "fault_raised", STUCK)) == (2, 0)


def test_a_start_before_forgets_what_was_not_told_again(tmp_path: Path) -> None:
    began = TOUCHED_S - BUILT_MS / 1000
    assert faults(tmp_path, (10, "fault_raised", DEAD), (began - 1, "station_started", STARTED), (TOUCHED_S + 5, "fault_raised", DEAD)) == (1, 0)


def test_the_start_that_the_change_costs_forgets_nothing(tmp_path: Path) -> None:
    assert faults(tmp_path, (10, "fault_raised", DEAD), (TOUCHED_S - 2, "station_started", STARTED), (TOUCHED_S + 5, "fault_raised", DEAD)) == (0, 0)


def test_one_that_comes_and_goes_counts_from_the_second_time_on(tmp_path: Path) -> None:
    assert faults(tmp_path, (10, "fault_raised", DEAD), *((TOUCHED_S + n, "fault_raised", DEAD) for n in (5, 6, 7))) == (2, 0)
