"""The real cloud and the real stations' code: a rollout goes out, is confirmed, and is undone; what one says is what the other reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloud.domain.rollout import Options
from cloud.domain.rollout_acts import Act
from cloud.domain.uploads import Upload
from contract.topics import Leaf
from contract.trust import Bundle
from tests.cloud_parts import Bench, FakeStation, bench
from tests.contract.signed_examples import SIGNED_ROOT
from tests.rollout_parts import document
from tests.scenarios.configs import rooted
from twin.clock import NOON
from twin.station import TwinStation, layout

NAMES = ("st-1", "st-2", "st-3")


class Line:
    """Carries messages between a cloud and stations by hand, a few simulated seconds at a time."""

    def __init__(self, cloud: Bench, stations: dict[str, TwinStation]) -> None:
        self.cloud, self.stations = cloud, stations
        self._fakes = {name: FakeStation(name) for name in stations}
        self._heard, self._read = dict.fromkeys(stations, 0), 0

    def live(self, seconds: float, steps: int = 1) -> None:
        """So long, so many times."""
        for _ in range(steps):
            for station in self.stations.values():
                station.after(1.0)
                station.clock.move(max(0.0, seconds - 2.0))
                station.after(1.0)
            self.cloud.clock.ms += round(seconds * 1000)
            self._carry()

    def _carry(self) -> None:
        for name, station in self.stations.items():
            fresh, self._heard[name] = station.cloud.reports[self._heard[name] :], len(station.cloud.reports)
            self.cloud.take(*(self._fakes[name].message(Leaf.CFG_REPORTED, one.model_dump_json().encode()) for one in fresh))
        while self.cloud.cloud.rollouts.rollouts.tick():
            pass
        sent, self._read = self.cloud.sent.messages[self._read :], len(self.cloud.sent.messages)
        for topic, raw, _ in sent:
            if topic.endswith("cfg/desired"):
                self.stations[topic.split("/")[3]].push(Bundle.model_validate_json(raw))


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    cloud = bench(tmp_path / "cloud")
    cloud.clock.ms = round(NOON.timestamp() * 1000)
    cloud.cloud.parts.trust.put_roots([SIGNED_ROOT])
    cloud.take(*(FakeStation(name).state(level=6) for name in NAMES))
    stations = {name: rooted(tmp_path / name, layout(station=name)) for name in NAMES}
    yield Line(cloud, stations)
    for station in stations.values():
        station.close()


def test_real_stations_take_it_and_give_it_back(line: Line) -> None:
    rollouts, configs = line.cloud.cloud.rollouts.rollouts, line.cloud.cloud.rollouts.configs
    line.live(5)
    times: dict[str, Any] = {"issued": NOON - timedelta(hours=1), "expires": NOON + timedelta(days=9)}
    number = rollouts.draft("lin.mei", "n", "y", "r-2", Options(("1", "100%"), soak_s=5, visits=0)).id
    for name in NAMES:
        version = configs.of([name])[name].next_version
        config = {**layout(station=name).model_dump(mode="json"), "name": "another name"}
        rollouts.put(number, [Upload(name, "basic", document(name, version, config, **times), document(name, version + 1, None, **times))])
    rollouts.act(number, Act.START, "lin.mei", "y", False)
    line.live(10, 3)
    states = sorted(seat.state.value for seat in rollouts.one(number)[0].seats.values())
    assert states == ["pending", "pending", "trial"]
    line.live(20, 16)
    held = rollouts.one(number)[0]
    assert held.state == "done" and {seat.state for seat in held.seats.values()} == {"confirmed"}
    assert configs.of(["st-1"])["st-1"].confirmed is not None
    rollouts.act(number, Act.UNDO, "lin.mei", "y", False)
    line.live(20, 8)
    assert all(seat.settled for seat in rollouts.one(number)[0].seats.values())
    assert {station.cloud.reports[-1].phase.value for station in line.stations.values()} == {"confirmed"}
