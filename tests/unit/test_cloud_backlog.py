"""What stations still hold: how much, and from when, as the API tells it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from cloud.app import create_app
from tests.cloud_parts import NOON_MS, Bench, FakeStation, bench

URL = "http://127.0.0.1:8000"


def told(cloud: Bench, path: str) -> Any:
    """Without its threads: the test hands messages over by itself."""
    return TestClient(create_app(cloud.cloud), base_url=URL).get(f"/api/v1/{path}").json()


def test_all_that_waits_happened_after_the_last_fact_before_the_hole(tmp_path: Path) -> None:
    cloud, station = bench(tmp_path), FakeStation()
    cloud.take(station.fact(1), station.fact(2), station.fact(90), station.state(outbox=87, batches=12))
    for one in (told(cloud, "stations/st-1"), told(cloud, "stations")["items"][0]):
        assert (one["waiting_facts"], one["waiting_batches"]) == (87, 12)
        assert one["complete_until"] == "2026-11-21T04:00:02.000Z", "of fact 2, not of fact 90"


def test_a_new_outbox_counts_from_its_own_beginning(tmp_path: Path) -> None:
    cloud = bench(tmp_path)
    cloud.take(FakeStation().fact(7))
    cloud.clock.ms += 60_000
    fresh = FakeStation(epoch="0000000c", base=3)
    cloud.take(fresh.fact(3), fresh.fact(9), fresh.state(outbox=5, batches=9))
    assert told(cloud, "stations/st-1")["complete_until"] == "2026-11-21T04:00:03.000Z"


def test_daily_traffic_is_no_backlog(tmp_path: Path) -> None:
    cloud, station = bench(tmp_path), FakeStation()
    cloud.take(station.fact(1), station.state(outbox=7, batches=2))
    assert told(cloud, "stations/st-1")["complete_until"] is None


def test_a_station_of_which_nothing_is_here_has_no_time(tmp_path: Path) -> None:
    cloud = bench(tmp_path)
    cloud.take(FakeStation().state(outbox=400, batches=60))
    assert told(cloud, "stations/st-1")["complete_until"] is None


def test_health_says_since_when_the_cloud_hears_nobody(tmp_path: Path) -> None:
    cloud = bench(tmp_path)
    cloud.sent.up = False
    cloud.cloud.parts = replace(cloud.cloud.parts, broker_lost_ms=lambda: NOON_MS)
    broker = told(cloud, "health")["broker"]
    assert (broker["connected"], broker["since"]) == (False, "2026-11-21T04:00:00.000Z")
