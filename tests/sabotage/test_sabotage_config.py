"""The rules of pushed configuration, taken out one by one: the same scenario must then fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contract.config import StationConfig
from edge.domain import config_live, config_slots
from edge.domain.config_records import Slot, StoreConfig
from edge.domain.config_start import Start, chosen
from tests.scenarios import test_config_live, test_config_slots
from tests.scenarios.configs import with_ann
from twin.station import TwinStation

Saw = pytest.MonkeyPatch


@pytest.fixture
def station(tmp_path: Path) -> Iterator[TwinStation]:
    bench = with_ann(tmp_path)
    yield bench
    bench.close()


def _tries_on(stored: StoreConfig | None, config: StationConfig, failed: str = "") -> Start:
    """A start that finds a trial goes on with it."""
    if stored and stored.slot is Slot.TRIAL:
        stored = replace(stored, slot=Slot.ARMED)
    return chosen(stored, config, failed)


def without_back_after_a_restart(saw: Saw) -> None:
    saw.setattr("edge.provisioned.chosen", _tries_on)


def without_waiting_for_sessions(saw: Saw) -> None:
    whole = config_live.around
    saw.setattr(config_live, "around", lambda core, now: replace(whole(core, now), busy=False))


def without_a_look_at_faults(saw: Saw) -> None:
    saw.setattr(config_slots, "FAULT_S", 1e9)


def without_asking_the_cloud(saw: Saw) -> None:
    saw.setattr("edge.domain.config_desk.ConfigDesk._answered", lambda self: True)


def without_a_clock(saw: Saw) -> None:
    whole = config_live.around
    saw.setattr(config_live, "around", lambda core, now: replace(whole(core, now), clock_sure=True))


def without_a_second_look(saw: Saw) -> None:
    follow = config_slots.Slots._follow
    saw.setattr(config_slots.Slots, "_follow", lambda slots, around, now: follow(slots, config_slots.Around(), now))


TWINS: dict[Callable[[Saw], None], Callable[[TwinStation], None]] = {
    without_back_after_a_restart: test_config_slots.check_a_restart_during_the_trial_goes_back,
    without_waiting_for_sessions: test_config_slots.check_a_visit_is_never_cut,
    without_a_look_at_faults: test_config_slots.check_a_new_fault_takes_it_back,
    without_asking_the_cloud: test_config_slots.check_without_an_answer_of_the_cloud_it_goes_back,
    without_a_clock: test_config_slots.check_it_waits_for_a_clock,
    without_a_second_look: test_config_slots.check_nobody_is_let_in_by_a_door_that_is_being_built_anew,
}


QUICK, *SLOW = TWINS


@pytest.mark.parametrize("without", [QUICK, *(pytest.param(each, marks=pytest.mark.slow) for each in SLOW)], ids=lambda without: without.__name__)
def test_turns_red(station: TwinStation, monkeypatch: Saw, without: Callable[[Saw], None]) -> None:
    with monkeypatch.context() as saw:
        without(saw)
        with pytest.raises(AssertionError):
            TWINS[without](station)


@pytest.mark.slow
def test_a_machine_that_is_forgotten_keeps_the_old_value(tmp_path: Path, monkeypatch: Saw) -> None:
    with monkeypatch.context() as saw:
        saw.setattr(config_live, "_use_indoors", lambda core, config: None)
        with pytest.raises(AssertionError):
            test_config_live.test_nothing_of_the_old_values_is_left(tmp_path)
