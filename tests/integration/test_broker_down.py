"""The fault of the whole town with a real broker and a real cloud's API, and the disks of simulated stations: killed, given back, and the words for it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import broker as brokers
from cli.broker import RunningBroker
from cli.demo import waiting
from cli.demo.outage import NAME, BrokerDown
from cli.demo.waiting import Stations
from tests.cloud_parts import bench
from tests.integration.test_cloud_console import served
from twin.station import TwinStation, layout


class Town:
    """One station, whose rows reach the cloud when `deliver` says so."""

    def __init__(self, folder: Path, broker: RunningBroker, url: str) -> None:
        self.broker, self.folder = broker, folder / "st-1"
        self.station = TwinStation(self.folder, layout())
        self.station.after(5)
        self.said: list[str] = []
        self.down = BrokerDown(broker, Stations({"st-1": self.folder}, lambda: url), self.said.append)

    def happens(self) -> None:
        """Somebody presses the exit button while nobody hears of it."""
        self.station.cloud.stop()
        for _ in range(3):
            self.station.world.press_exit()
            self.station.after(10)

    def deliver(self) -> None:
        """The stand-in takes what waited and acknowledges it; the station deletes."""
        self.station.cloud.start()
        self.station.after(60)

    def until(self, found: Callable[[], object]) -> None:
        end = time.monotonic() + 15
        while not found():
            assert time.monotonic() < end, self.said
            time.sleep(0.02)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBroker]:
    try:
        made = brokers.start(tmp_path / "broker", ["st-1"])
    except brokers.BrokerError as error:
        pytest.skip(str(error))
    yield made
    made.stop()


@pytest.fixture
def town(tmp_path: Path, broker: RunningBroker) -> Iterator[Town]:
    one = bench(tmp_path / "cloud")
    with served(one) as url:
        made = Town(tmp_path, broker, url)
        yield made
        made.down.stop()
        made.station.close()


def test_it_is_killed_for_its_time_and_comes_back_on_its_port(town: Town) -> None:
    pid, port = town.broker.pid, town.broker.port
    town.down.plant(0.8)
    assert not town.broker.alive and town.down.row().planted == [""]
    assert 0 < town.down.row().left_s[""] <= 0.8
    town.until(lambda: town.broker.alive)
    assert (town.broker.port, town.broker.pid == pid) == (port, False)
    town.until(lambda: not town.down.row().planted)
    assert town.said[0].startswith(f"broker: killed (process {pid})")
    town.until(lambda: town.said[-1].startswith("closed: 0 facts of 0 stations arrived late"))


def test_what_never_reached_the_cloud_is_called_lost(town: Town) -> None:
    """The stand-in takes and acknowledges what the cloud asked never saw: the words must not be those of a success."""
    town.down.plant()
    town.happens()
    held = waiting.read("st-1", town.folder)
    assert held.facts == held.last - held.first + 1 >= 3 and re.match(r"\d{4}-\d\d-\d\dT", held.since)
    town.down.clear()
    assert town.broker.alive
    town.until(lambda: any(words.startswith("draining: ") for words in town.said))
    town.deliver()
    town.until(lambda: town.said[-1] == f"closed: 0 facts of 1 station arrived late, {held.facts} lost, 0 twice")


def test_planting_again_only_moves_the_end(town: Town) -> None:
    town.down.plant(60)
    town.down.plant(0.6)
    town.until(lambda: town.broker.alive)
    assert sum(words.startswith("broker: killed") for words in town.said) == 1


@pytest.mark.parametrize("for_s", [0, -1, 8 * 86_400])
def test_a_time_that_can_not_be_changes_nothing(town: Town, for_s: float) -> None:
    with pytest.raises(ValueError, match="no time for a fault"):
        town.down.plant(for_s)
    assert town.broker.alive and town.down.row().name == NAME and not town.down.row().planted
