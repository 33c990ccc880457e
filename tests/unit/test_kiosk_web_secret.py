"""What a second PIN called for is nowhere in what the page reads: of a real station, step by step, for a visitor and for a steward."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.facts import DuressCalled
from edge.adapters.kiosk_web.document import as_json
from tests.scenarios.people import enters_by_code
from tests.scenarios.stewards import WATER, WU_SECOND, maintains, on, with_wu
from tests.scenarios.test_door_more import HELP_PIN, with_duress
from twin.station import TwinStation, layout


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[TwinStation]:
    bench = TwinStation(tmp_path, layout(**WATER))  # type: ignore[arg-type]
    yield bench
    bench.close()


def documents(bench: TwinStation, seconds: int = 20) -> str:
    """All that the page would be told in this time."""
    told = []
    for _ in range(seconds * 2):
        bench.after(0.5)
        told.append(as_json(bench.screen, bench.clock.monotonic()))
    return "".join(told)


def test_of_a_visitor(bench: TwinStation) -> None:
    assert enters_by_code(with_duress(bench), pin=HELP_PIN)
    told = documents(bench)
    assert bench.cloud.of(DuressCalled) and f'"visit":"{bench.screen.visit}"' in told
    assert "duress" not in told


def test_of_a_steward_who_called_for_help_in_maintenance(bench: TwinStation) -> None:
    maintains(with_wu(bench), pin=WU_SECOND)
    told = documents(bench)
    assert bench.cloud.of(DuressCalled) and on(bench) and '"acts":["restock"' not in told
    assert '"releasable":[]' in told and "duress" not in told
