"""Welfare: who is inside and does not move is asked; without an answer operators are told. Off where no movement sensor is fitted."""

from __future__ import annotations

import pytest

from contract.config import ConfigRefused
from contract.facts import FaultCleared, FaultCode, FaultRaised, WelfareAsked
from edge.domain.messages import MoreTimeAsked
from edge.domain.screen import Announce
from tests.scenarios.people import AN, leaves
from twin.station import TwinStation, layout

pytestmark = pytest.mark.slow  # seconds in all

WELFARE: dict[str, object] = {"detectors": {"motion_pin": 13, "welfare": {"after_s": 120, "answer_s": 60}}, "sockets": []}


@pytest.fixture
def bench(build) -> TwinStation:
    """Asks after 2 min, calls after one more."""
    bench: TwinStation = build(**WELFARE)
    return bench


def moves(bench: TwinStation, seconds: float = 1.0) -> None:
    bench.faults.plant("movement")
    bench.after(seconds)
    bench.faults.clear("movement")
    bench.after(0.1)


def check_who_lies_still_is_asked_and_then_told(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.after(110)
    assert bench.screen.announce is None
    bench.after(11)
    assert bench.screen.announce is Announce.WELFARE
    assert bench.cloud.of(FaultRaised) == []
    bench.after(61)
    assert [fact.fault for fact in bench.cloud.of(FaultRaised)] == [FaultCode.WELFARE]
    assert bench.screen.announce is Announce.WELFARE


def test_who_lies_still_is_asked_and_then_told(bench: TwinStation) -> None:
    check_who_lies_still_is_asked_and_then_told(bench)
    assert len(bench.cloud.of(WelfareAsked)) == 1
    moves(bench)
    assert [fact.fault for fact in bench.cloud.of(FaultCleared)] == [FaultCode.WELFARE]
    assert bench.screen.announce is None


@pytest.mark.parametrize("answer", ["touch", "movement", "leaving"])
def test_an_answer_ends_the_question(bench: TwinStation, answer: str) -> None:
    bench.let_in(AN)
    bench.after(130)
    assert bench.screen.announce is Announce.WELFARE
    if answer == "touch":
        bench.post(MoreTimeAsked())
    elif answer == "movement":
        moves(bench)
    else:
        assert leaves(bench)
    bench.after(100)
    assert bench.screen.announce is None
    assert bench.cloud.of(FaultRaised) == []


def test_movement_that_goes_on_is_never_asked(bench: TwinStation) -> None:
    bench.let_in(AN)
    moves(bench, 250)
    bench.after(110)
    assert bench.cloud.of(WelfareAsked) == []


def test_an_empty_room_is_never_asked(bench: TwinStation) -> None:
    bench.after(250)
    bench.let_in(AN)
    assert leaves(bench)
    bench.after(250)
    assert bench.cloud.of(WelfareAsked) == []


def test_without_a_sensor_there_is_no_such_alarm(build) -> None:
    bench: TwinStation = build(sockets=[])
    bench.let_in(AN)
    bench.after(300)
    assert bench.cloud.of(WelfareAsked) == []
    with pytest.raises(ConfigRefused, match="welfare needs motion_pin"):
        layout(detectors={"welfare": {}})
