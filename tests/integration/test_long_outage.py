"""Three days without a cloud, then everything arrives: the station's real loop and ledger, the cloud's real ingest and SQL, simulated time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.facts import GapRecorded
from edge.domain import messages as m
from edge.domain.outbox import WINDOW
from tests.cloud_parts import bench
from tests.long_outage import LATENCY_S, Door
from twin.clock import NOON

HOURS = 72
FACTS = 50_000
LIVE_S = 5.0


def connect(door: Door, connected: bool) -> None:
    """The line comes or goes."""
    door.wire.connected = connected
    door.hear(m.LinkChanged(connected, "test"))


def rows(folder: Path, question: str) -> list[tuple[Any, ...]]:
    """Straight from the cloud's database."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as db:
        return db.execute(question).fetchall()


@pytest.mark.long
def test_72_hours_and_50_000_facts_arrive_once_and_delay_nothing_new(tmp_path: Path) -> None:
    cloud = bench(tmp_path / "cloud")
    cloud.clock.ms = round((NOON + timedelta(hours=HOURS + 1)).timestamp() * 1000)
    door = Door(tmp_path / "edge", cloud, sockets=[])
    away_from = door.clock.monotonic()
    while door.core.facts_out.waiting() < FACTS:
        began = door.clock.monotonic()
        door.visit()
        door.pass_time(HOURS * 3600 * 10 / FACTS - (door.clock.monotonic() - began))
    door.pass_time(max(0.0, away_from + HOURS * 3600 - door.clock.monotonic()))
    batches = door.core.samples_out.waiting()
    assert batches == pytest.approx(HOURS * 60, rel=0.05)
    assert door.ledger.used_bytes() + door.samples.used_bytes() < 0.5e6 * door.config.telemetry.outbox_mb
    assert not [fact for fact in door.ledger.committed if isinstance(fact, GapRecorded)], "all of it fits"

    connect(door, True)
    back_at = door.clock.monotonic()
    backlog = door.core.facts_out.last
    while door.core.facts_out.waiting() > WINDOW:
        door.visit()
        door.pass_time(1)
    drained_s = door.clock.monotonic() - back_at
    door.pass_time(60)
    assert door.core.facts_out.waiting() == door.core.samples_out.waiting() == 0
    assert drained_s < 4 * FACTS / door.config.telemetry.backfill_per_s

    told = rows(tmp_path / "cloud", "SELECT seq, data FROM facts ORDER BY seq")
    assert [seq for seq, _ in told] == list(range(1, door.core.facts_out.last + 1)), "every fact once, in the station's order"
    assert [data for _, data in told] == [fact.model_dump_json() for fact in door.ledger.committed]
    assert rows(tmp_path / "cloud", "SELECT sum(missing) FROM progress") == [(0,)]

    late = sorted(door.wire.arrived[seq] - door.committed_at[seq] for seq in range(backlog + 1, door.core.facts_out.last + 1))
    p99 = late[int(0.99 * len(late))]
    print(f"{len(late)} live facts: p50 {late[len(late) // 2]:.2f} s, p99 {p99:.2f} s, longest {late[-1]:.2f} s; drained in {drained_s:.0f} s")
    assert len(late) > 200
    assert p99 <= LIVE_S
    assert late[-1] <= LIVE_S + LATENCY_S
    door.close()
