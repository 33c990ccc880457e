"""`bench`: a station with An and Bo enrolled. `build`: one with sections of its configuration changed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scenarios.people import enrol
from tests.signed_orders import Made, provisioned
from twin.clock import TwinClock
from twin.station import TwinStation, layout

Build = Callable[..., TwinStation]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """`build(clock=..., folder=..., door={...})`: keyword arguments are sections of the configuration."""
    made: list[TwinStation] = []

    def make(clock: TwinClock | None = None, folder: Path = tmp_path, **sections: object) -> TwinStation:
        made.append(TwinStation(folder, layout("st-1", **sections), clock))
        return enrol(made[-1])

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def bench(build: Build) -> TwinStation:
    """A door, a camera, the tap `cold`, the sockets `1` and `2`; An and Bo have a right here."""
    return build()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """`made(clock, door={...})`: a station that believes the root of tests/contract/signed_examples.py, with An and Bo; noon of the day they were signed."""
    benches: list[TwinStation] = []

    def make(clock: TwinClock | None = None, **sections: object) -> TwinStation:
        benches.append(provisioned(tmp_path / f"provisioned-{len(benches)}", clock, **sections))
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()
