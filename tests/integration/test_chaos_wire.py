"""Networks that fail between stations, broker and cloud: nothing is lost, nothing is there twice, and who is not concerned does not notice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from cli.demo.client import call
from tests.integration.databases import SqliteFile
from tests.integration.storm import STATIONS, Storm
from tests.integration.test_chaos import RECOVER_S, SEED, assert_all_is_there_once, engine
from tests.integration.wire import LASTING, Fault, Wire, Wires

LEGS = ("cloud", *STATIONS)
PERIODS = int(os.environ.get("CHAOS_PERIODS", "5"))
"""Of one schedule for each of the four legs, on each of two brokers."""
PERIOD_S = 8.0
STATION_NOTICES_S = 14.0
"""Keepalive is 5 s here: a ping after 5 s of silence, given up after 5 s more; and the looks in between."""
CLOUD_NOTICES_S = 40.0
"""Keepalive is 15 s."""
Event = tuple[float, str, Callable[[], None], str]

pytestmark = [pytest.mark.slow, pytest.mark.server]


@contextmanager
def wired(folder: Path, kind: str) -> Iterator[tuple[Storm, dict[str, Wire]]]:
    """A storm in which everybody reaches the broker through a wire of its own."""
    with Wires() as wires:
        laid = {leg: wires.lay(lambda: storm.broker.port) for leg in LEGS}
        ports = {leg: wire.port for leg, wire in laid.items()}
        with Storm(folder, engine(kind), SqliteFile(folder / "cloud" / "ledger.sqlite"), SEED, ports=ports) as storm:
            storm.watch.until(storm.watch.restarted("start"), RECOVER_S)
            yield storm, laid


def schedule(leg: str, wire: Wire, chance: Random) -> list[Event]:
    """One to three faults in a period; the wire is whole again at its end, what hung in it is not."""
    events: list[Event] = []
    begins = sorted(chance.uniform(0, PERIOD_S - 1) for _ in range(chance.randint(1, 3)))
    for begin, end in zip(begins, [*begins[1:], PERIOD_S], strict=True):
        fault, midway = chance.choice(list(Fault)), chance.randrange(3000)
        events.append((begin, leg, lambda fault=fault, midway=midway: wire.plant(fault, midway), fault.name))  # type: ignore[misc]
        if fault in LASTING:
            events.append((begin + chance.uniform(0.2, end - begin), leg, wire.mend, "mend"))
    return events


def run(events: list[Event], storm: Storm) -> None:
    began = time.monotonic()
    for at, leg, act, name in sorted(events, key=lambda event: event[0]):
        while (left := began + at - time.monotonic()) > 0:
            storm.watch.look()
            time.sleep(min(left, 0.2))
        print(f"{at:4.1f} {leg}: {name.lower()}", end="; ")
        act()


@pytest.mark.parametrize("kind", ["nats", "plain mosquitto"])
def test_nothing_is_lost_or_twice_when_the_network_fails(tmp_path: Path, kind: str) -> None:
    chance = Random(SEED)
    print(f"\n{kind}, {PERIODS * len(LEGS)} schedules, seed {SEED}")
    with wired(tmp_path, kind) as (storm, wires):
        for period in range(PERIODS):
            print(f"\nperiod {period + 1}:", end=" ", flush=True)
            run([event for leg in LEGS for event in schedule(leg, wires[leg], chance)], storm)
            storm.watch.restarted("network")
        for wire in wires.values():
            wire.mend()
        storm.drain()
        print(f"\nconnections {({leg: wire.accepted for leg, wire in wires.items()})}; {storm.report()}")
        assert_all_is_there_once(storm)


def test_a_station_whose_wire_is_stalled_notices_and_others_do_not(tmp_path: Path) -> None:
    with wired(tmp_path, "nats") as (storm, wires):
        before = wires["st-1"].accepted
        wires["st-1"].plant(Fault.STALL)
        began, slowest = time.monotonic(), 0.0
        while wires["st-1"].accepted == before:
            assert time.monotonic() - began < STATION_NOTICES_S
            slowest = max(slowest, seconds_through(storm, "st-2"))
        print(f"\nnoticed after {time.monotonic() - began:.1f} s; a fact of another station needed {slowest:.2f} s at most meanwhile")
        assert slowest <= 2.0
        wires["st-1"].mend()
        storm.watch.until(storm.watch.restarted("network"), RECOVER_S)


def test_a_broker_that_stands_still_is_noticed_by_all(tmp_path: Path) -> None:
    with wired(tmp_path, "nats") as (storm, wires):
        before = {leg: wire.accepted for leg, wire in wires.items()}
        began = time.monotonic()
        os.kill(storm.broker.pid, signal.SIGSTOP)
        try:
            noticed: dict[str, float] = {}
            while set(noticed) != {*STATIONS, "health"}:
                taken_s = time.monotonic() - began
                assert taken_s < CLOUD_NOTICES_S, f"only {noticed}"
                for name in STATIONS:
                    if wires[name].accepted > before[name]:
                        noticed.setdefault(name, taken_s)
                if "broker_down" in call("GET", f"{storm.url}api/v1/health")["problems"]:
                    noticed.setdefault("health", taken_s)
                time.sleep(0.2)
        finally:
            os.kill(storm.broker.pid, signal.SIGCONT)
        print(f"\nnoticed after {({who: f'{taken_s:.1f} s' for who, taken_s in noticed.items()})}")
        assert max(noticed[name] for name in STATIONS) <= STATION_NOTICES_S
        storm.drain()
        assert_all_is_there_once(storm)


def seconds_through(storm: Storm, station: str) -> float:
    """Until what this station has committed by now is in the cloud."""
    newest, began = storm.books.newest()[station], time.monotonic()
    while storm.books.acknowledged()[station, "fact"] < newest:
        assert time.monotonic() - began < RECOVER_S
        time.sleep(0.02)
    return time.monotonic() - began
