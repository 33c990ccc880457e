"""kill -9 of broker, cloud, database and stations at random: nothing is lost and nothing is there twice, row by row.

Facts: what the stations' transactions stored, by a witness in their own databases, against the cloud's ledger. Samples: every batch is
acknowledged, and its instants are in the series. CHAOS_ROUNDS makes it longer (200 for a release), CHAOS_SEED another one.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cli.broker.engine import Engine
from cli.broker.mosquitto import Mosquitto
from cli.broker.nats import Nats, program
from tests.integration.databases import Postgres, SqliteFile
from tests.integration.plain_mosquitto import PlainMosquitto
from tests.integration.postgres import RunningPostgres
from tests.integration.storm import DRAIN_S, LOOK_S, VICTIMS, Storm
from tests.integration.wire import Wires
from tests.servers import need

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "40"))
FEWER = int(os.environ.get("CHAOS_ROUNDS", "15"))
SEED = int(os.environ.get("CHAOS_SEED", "20261121"))
RECOVER_S = 40.0
KILLS_TO_FIND_OUT, BUSY_S = 4, 5.0

pytestmark = [pytest.mark.slow, pytest.mark.server]


def engine(kind: str) -> Engine:
    match kind:
        case "nats":
            return Nats(program() or need("nats-server"))
        case "mosquitto":
            return Mosquitto(need("mosquitto"))
        case _:
            return PlainMosquitto(need("mosquitto"))


def assert_all_is_there_once(storm: Storm) -> None:
    """And nobody stumbled on the way."""
    found = storm.books.differences()
    assert not found, str(found)
    _until_the_series_have_it(storm)
    stumbled = {name: text[text.index("Traceback") :][:4000] for name, text in storm.logs().items() if "Traceback" in text}
    assert not stumbled, "\n".join(stumbled.values())


def _until_the_series_have_it(storm: Storm) -> None:
    """Every batch committed until now: of those that stations commit while we look, the newest is always still on its way."""
    wanted, until = storm.books.instants(), time.monotonic() + DRAIN_S
    while missing := storm.books.missing_points(wanted):
        assert time.monotonic() < until, missing
        time.sleep(LOOK_S)


def weather(storm: Storm, rounds: int) -> None:
    """Each victim alone, then at random, then quiet: everything is where it belongs."""
    storm.watch.until(storm.watch.restarted("start"), RECOVER_S)
    for victim in VICTIMS:
        storm.watch.until(storm.one(victim, away_s=1.0), RECOVER_S)
    print("alone:", {victim: f"{times[0]:.1f} s" for victim, times in storm.watch.took.items()})
    storm.rounds(rounds)
    storm.drain()
    print(storm.report())
    assert_all_is_there_once(storm)


@pytest.mark.parametrize(("kind", "rounds"), [("nats", ROUNDS), ("plain mosquitto", ROUNDS), ("mosquitto", FEWER)])
def test_nothing_is_lost_or_twice_when_everything_is_killed(tmp_path: Path, kind: str, rounds: int) -> None:
    print(f"\n{kind}, {rounds} rounds, seed {SEED}")
    with Storm(tmp_path, engine(kind), SqliteFile(tmp_path / "cloud" / "ledger.sqlite"), SEED) as storm:
        weather(storm, rounds)


def test_nothing_is_lost_or_twice_when_postgresql_loses_its_connections(tmp_path: Path) -> None:
    running = RunningPostgres()
    print(f"\nnats and postgresql, {FEWER} rounds, seed {SEED}")
    try:
        with Wires() as wires, Storm(tmp_path, engine("nats"), Postgres(running, wires), SEED) as storm:
            weather(storm, FEWER)
    finally:
        running.close()


def test_a_station_that_deletes_when_the_broker_has_it_is_found_out(tmp_path: Path) -> None:
    with Storm(tmp_path, engine("plain mosquitto"), SqliteFile(tmp_path / "cloud" / "ledger.sqlite"), SEED, deletes_early=True) as storm:
        assert _found_out(storm, away_s=1.0)


def test_a_cloud_that_acknowledges_before_its_commit_is_found_out(tmp_path: Path) -> None:
    database = SqliteFile(tmp_path / "cloud" / "ledger.sqlite")
    with Storm(tmp_path, engine("nats"), database, SEED, cloud_module="tests.integration.hasty_cloud") as storm:
        assert _found_out(storm, away_s=0.0)


def _found_out(storm: Storm, away_s: float) -> bool:
    """One kill may hit a moment in which nothing was on its way (seen once in CI): so some."""
    storm.watch.until(storm.watch.restarted("start"), RECOVER_S)
    for _ in range(KILLS_TO_FIND_OUT):
        storm.one("cloud", away_s)
        storm.watch.for_some(BUSY_S)
    storm.settle()
    return bool(storm.books.differences().lost)
