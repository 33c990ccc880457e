"""A hole that does not close by itself: the station that is there is asked to say everything again, and not too often."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloud.ingest import Rebirths
from contract.topics import shard
from tests.cloud_parts import Bench, FakeStation, bench


@dataclass
class City:
    """A cloud whose time stands still until told."""

    bench: Bench
    rebirths: Rebirths
    now_s: float = 0.0

    def after(self, seconds: float, *, heard: bool = True) -> int:
        """How often st-1 has been asked in all, with a look every ten seconds (every two minutes of hours); `heard`: it gives signs of life."""
        step_s = 10 if seconds < 1000 else 120
        for _ in range(round(seconds / step_s)):
            self.now_s += step_s
            self.bench.clock.ms += 1000 * step_s
            if heard:
                self.bench.take(FakeStation().state())
            self.rebirths()
        return self.asked

    @property
    def asked(self) -> int:
        return sum(json.loads(raw)["kind"] == "rebirth" for name, raw, _ in self.bench.sent.messages if name.endswith("st-1/cmd"))


@pytest.fixture
def city(tmp_path: Path) -> City:
    return made(bench(tmp_path))


def made(one: Bench) -> City:
    """Without threads."""
    cities: list[City] = []
    parts, owned = one.cloud.parts, parts_owned(one)
    rebirths = Rebirths(
        parts.ledger, parts.stations, one.sent, lambda name: shard(name) in owned, one.clock, one.cloud.ingest.counters, 180_000,
        lambda: cities[0].now_s,
    )  # fmt: skip
    cities.append(City(one, rebirths))
    return cities[0]


def parts_owned(one: Bench) -> frozenset[int]:
    return one.cloud.parts.settings.owned


def check_a_hole_that_stays_makes_the_cloud_ask(city: City) -> None:
    city.bench.take(FakeStation().state(), FakeStation().fact(1, base=1), FakeStation().fact(3, base=1))
    assert city.after(60) == 0
    assert city.after(20) == 1


def test_a_hole_that_stays_makes_the_cloud_ask(city: City) -> None:
    check_a_hole_that_stays_makes_the_cloud_ask(city)
    assert city.bench.cloud.ingest.counters.rebirths == 1


def test_nobody_is_asked_without_a_hole(city: City) -> None:
    city.bench.take(FakeStation().state(), FakeStation().fact(1), FakeStation().fact(2), FakeStation().samples(1))
    assert city.after(3600) == 0


def test_a_backlog_that_drains_is_no_hole_that_stays(city: City) -> None:
    city.bench.take(FakeStation().state(), FakeStation().fact(1000, base=1))
    for seq in range(1, 11):
        city.bench.take(FakeStation().fact(seq, base=1))
        assert city.after(20) == 0


def test_who_is_not_there_is_not_asked(city: City) -> None:
    city.bench.take(FakeStation().state(), FakeStation().fact(1, base=1), FakeStation().fact(3, base=1), FakeStation().state("lost"))
    assert city.after(600, heard=False) == 0
    city.bench.take(FakeStation().state(session=2))
    assert city.after(10, heard=False) == 1


def test_who_is_silent_is_not_asked(city: City) -> None:
    city.bench.take(FakeStation().fact(1, base=1), FakeStation().fact(3, base=1), FakeStation().state())
    city.after(50, heard=False)
    city.bench.clock.ms += 1_000_000
    assert city.after(600, heard=False) == 0


@pytest.mark.slow
def test_asking_that_helps_nothing_becomes_rare(city: City) -> None:
    city.bench.take(FakeStation().state(), FakeStation().fact(1, base=1), FakeStation().fact(3, base=1))
    assert city.after(600) == 3  # after 60, 180, 420 s
    assert city.after(6 * 3600) <= 12


def test_a_hole_of_samples_counts_too(city: City) -> None:
    city.bench.take(FakeStation().state(), FakeStation().samples(1, base=1), FakeStation().samples(3, base=1))
    assert city.after(80) == 1


def test_a_hole_in_a_ledger_that_the_station_no_longer_has_is_nobodys(city: City) -> None:
    old = FakeStation(epoch="0000000f")
    city.bench.take(FakeStation().state(), old.fact(1, base=1), old.fact(3, base=1))
    city.bench.clock.ms += 1000
    city.bench.take(FakeStation().fact(1))
    assert city.after(3600) == 0


def test_who_never_said_its_state_is_asked_for_it(city: City) -> None:
    city.bench.take(FakeStation().fact(1))
    assert city.after(80, heard=False) == 1
    city.bench.take(FakeStation().state())
    assert city.after(3600) == 1


def test_another_workers_station_is_its_own_to_ask(tmp_path: Path) -> None:
    mine = shard("st-1")
    others = ",".join(str(one) for one in range(64) if one != mine)[:199].rpartition(",")[0]
    one = bench(tmp_path, shards=others)
    one.take(FakeStation().state(), FakeStation().fact(1, base=1), FakeStation().fact(3, base=1))
    parts, now_s = one.cloud.parts, [0.0]
    rebirths = Rebirths(
        parts.ledger, parts.stations, one.sent, lambda name: shard(name) in parts_owned(one), one.clock, one.cloud.ingest.counters, 10**9,
        lambda: now_s[0],
    )  # fmt: skip
    for _ in range(20):
        now_s[0] += 10
        rebirths()
    assert one.cloud.ingest.counters.rebirths == 0
