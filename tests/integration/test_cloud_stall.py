"""A database that stands still for more than ten seconds under load: nothing is lost, and the memory of the cloud stays bounded."""

from __future__ import annotations

import re
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import broker
from cli.broker import RunningBroker
from tests.integration.test_workers_town import Station, Worker, until
from tests.servers import need

STALL_S = 12.0
FACTS = 30_000
GROWTH_MB = 120
"""The inbox holds 32 MB and 4000 messages at most; the rest is what Python keeps around them."""


@pytest.fixture(params=["nats", pytest.param("mosquitto", marks=pytest.mark.server)])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningBroker]:
    if request.param == "mosquitto":
        need("mosquitto")
    found = broker.start(tmp_path / "broker", ["st-1"], request.param)
    yield found
    found.stop()


def megabytes(pid: int, what: str) -> float:
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def test_nothing_is_lost_while_the_database_stands_still(tmp_path: Path, running: RunningBroker) -> None:
    ledger = tmp_path / "ledger.sqlite"
    cloud = Worker(tmp_path, running, ("cloud", "0-63"), f"sqlite:///{ledger}")
    station = Station(running, "st-1")
    try:
        until(cloud.hears)
        station.say(1, 100)
        until(lambda: station.has(100))
        before = megabytes(cloud.process.pid, "VmRSS")
        other = sqlite3.connect(ledger, isolation_level=None, timeout=20)
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        flood = threading.Thread(target=station.say, args=(101, FACTS))
        flood.start()
        flood.join(STALL_S)
        while time.monotonic() - begun < STALL_S:
            time.sleep(0.1)
        assert not station.has(101)
        other.execute("ROLLBACK")
        other.close()
        flood.join(60)
        deadline = time.monotonic() + 90
        while not station.has(FACTS) and time.monotonic() < deadline:  # as its outbox does
            seen = station.upto
            time.sleep(5)
            if station.upto == seen:
                station.say(seen + 1, min(seen + 5000, FACTS))
        assert station.has(FACTS)
        grown = megabytes(cloud.process.pid, "VmHWM") - before
        print(f"{running.kind}: all {FACTS} there {time.monotonic() - begun - STALL_S:.1f} s after the stall; the cloud grew by {grown:.0f} MB at most")
        assert grown < GROWTH_MB
        with sqlite3.connect(ledger) as look:
            assert look.execute("SELECT count(*), count(DISTINCT seq) FROM facts").fetchone() == (FACTS, FACTS)
        look.close()
    finally:
        station.close()
        cloud.end(signal.SIGTERM)
