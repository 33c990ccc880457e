"""Rollouts on PostgreSQL: a good one goes out and is undone, a bad one is judged by the same counts, a second process reads what the first wrote."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cloud.domain.rollout import Options
from cloud.domain.rollout_acts import Act
from tests.cloud_parts import Bench
from tests.integration.test_bad_rollout import SHUT
from tests.rollout_parts import DISTRICTS, Door, DoorTown, upload

pytestmark = pytest.mark.server


def test_a_rollout_works_on_postgresql(another: Callable[[], Bench]) -> None:
    town = DoorTown(another(), {f"st-{n}": Door(f"st-{n}", DISTRICTS[n % 4], n, visits_per_min=4) for n in range(1, 9)})
    town.begin()
    rollouts = town.bench.cloud.rollouts.rollouts
    good = rollouts.draft("lin.mei", "n\x00ame", "because\x00", "r-2", Options(("1", "100%"), soak_s=5, visits=0)).id
    rollouts.put(good, [upload(name) for name in town.doors])
    rollouts.act(good, Act.START, "lin.mei", "\x00", False)
    town.run(280)
    assert another().cloud.rollouts.rollouts.one(good)[0].state == "done"
    rollouts.act(good, Act.UNDO, "lin.mei", "", False)
    town.run(130)
    assert all(seat.settled for seat in rollouts.one(good)[0].seats.values())
    bad = rollouts.draft("lin.mei", "hours", "new hours", "r-3", Options(("2", "100%"))).id
    rollouts.put(bad, [upload(name, 4, release="r-3", **SHUT) for name in town.doors])
    rollouts.act(bad, Act.START, "lin.mei", "new hours", False)
    town.run(200)
    held, history = rollouts.one(bad)
    assert (held.state, held.wave) == ("taken_back", 1) and "entries refused" in history[-1].why
    row = town.bench.cloud.rollouts.configs.one("st-1")
    assert row is not None and row.report is not None and row.next_version == row.report.version + 1
