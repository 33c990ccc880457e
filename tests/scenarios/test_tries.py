"""Wrong tries outlive the agent: pulling the plug or killing it buys none, and locks nobody out for long."""

from __future__ import annotations

import pytest

from contract.facts import Refusal
from edge.domain.tries import TRIES_LAST_S
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN_NUMBER, AN_PIN, BO_NUMBER, BO_PIN, enters_by_code
from tests.scenarios.test_codes import WRONG
from tests.scenarios.test_liveness import AN_PHONE, UNSURE, answer, known
from tests.scenarios.test_tickets import restart
from twin.station import TwinStation, person


@pytest.fixture
def bench(build: Build) -> TwinStation:
    """Without sockets: their currents, read twice a second, would only cost time here."""
    return build(sockets=[])


def stored(bench: TwinStation) -> int:
    """Tries on the disk."""
    rows: int = bench.assembly._ledger._db.execute("SELECT count(*) FROM attempt").fetchone()[0]
    return rows


def check_a_restart_gives_no_new_tries(bench: TwinStation) -> None:
    """Two tries, the plug, two tries, the plug, and so on: the sixth finds the door deaf also to the right one."""
    for _ in range(3):
        bench.type_code(AN_NUMBER, WRONG)
        bench.type_code(AN_NUMBER, WRONG)
        restart(bench)
    assert not enters_by_code(bench)
    assert bench.screen.reason is Refusal.TOO_MANY_TRIES


def test_a_restart_gives_no_new_tries(bench: TwinStation) -> None:
    check_a_restart_gives_no_new_tries(bench)
    assert enters_by_code(bench, BO_NUMBER, BO_PIN)


@pytest.mark.slow
def test_tries_of_the_station_outlive_a_restart_too(bench: TwinStation) -> None:
    for number in range(5000, 5020):
        bench.type_code(str(number), AN_PIN)
    restart(bench)
    assert not enters_by_code(bench)
    assert bench.screen.reason is Refusal.TOO_MANY_TRIES


@pytest.mark.slow
def test_a_quarter_of_an_hour_after_the_start_they_are_over(bench: TwinStation) -> None:
    for _ in range(5):
        bench.type_code(AN_NUMBER, WRONG)
    bench.after(800)
    restart(bench)
    bench.after(TRIES_LAST_S - 5)
    assert not enters_by_code(bench), "how long the station was off, nobody knows"
    bench.after(10)
    assert enters_by_code(bench)


@pytest.mark.slow
def test_what_was_over_before_the_restart_does_not_come_back(bench: TwinStation) -> None:
    for _ in range(5):
        bench.type_code(AN_NUMBER, WRONG)
    assert stored(bench) == 5
    bench.after(TRIES_LAST_S + 1)
    assert stored(bench) == 0
    restart(bench)
    assert enters_by_code(bench)


def test_the_right_code_forgives_on_the_disk_too(bench: TwinStation) -> None:
    for _ in range(4):
        bench.type_code(AN_NUMBER, WRONG)
    assert enters_by_code(bench)
    assert stored(bench) == 0
    restart(bench)
    for _ in range(4):
        bench.type_code(AN_NUMBER, WRONG)
    assert enters_by_code(bench)


def test_digits_typed_after_a_face_count_across_a_restart(build: Build) -> None:
    bench = known(build(identity={"face_tries": 20}, sockets=[], taps=[]), person("p-an", AN_NUMBER, AN_PIN, AN_PHONE))
    for _ in range(5):
        bench.stand(UNSURE)
        answer(bench, "0000")
    restart(bench)
    bench.stand(UNSURE)
    answer(bench, AN_PHONE)
    assert not bench.world.lock_released
    assert bench.screen.reason is Refusal.TOO_MANY_TRIES


def test_nothing_that_was_typed_is_on_the_disk(bench: TwinStation) -> None:
    bench.type_code(AN_NUMBER, "86429753")
    assert stored(bench) == 1
    assert not any(b"86429753" in file.read_bytes() for file in bench.folder.iterdir() if file.is_file())
