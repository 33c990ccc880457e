"""The rules about amenities and about faults that are kept, taken out one by one: the same check must then fail."""

from __future__ import annotations

from math import inf

import pytest

from edge.domain import amenity
from edge.domain.amenities import Amenities
from edge.domain.amenity import Amenity
from edge.domain.fault_rules import CUTS, FaultCode
from edge.domain.faults import Faults
from tests.sabotage.test_sabotage import on_before_the_record
from tests.sabotage.twins import Saw, Twin, name, nothing, turns_red
from tests.scenarios import test_amenity, test_faults
from tests.scenarios.conftest import Build


def an_empty_room_is_not_seen(saw: Saw) -> None:
    saw.setattr(Amenities, "_off_at", lambda self, found: inf)


def smoke_leaves_power(saw: Saw) -> None:
    saw.setattr("edge.domain.faults.CUTS", CUTS - {FaultCode.SMOKE})


def runs_have_no_end(saw: Saw) -> None:
    saw.setattr(Amenity, "tick", nothing)
    saw.setattr(Amenity, "deadline", lambda self: inf)


def relays_are_believed(saw: Saw) -> None:
    saw.setattr(amenity, "STUCK_S", inf)


def faults_are_forgotten(saw: Saw) -> None:
    saw.setattr(Faults, "restore", nothing)


TWINS = [
    Twin(an_empty_room_is_not_seen, test_amenity.check_an_empty_room_switches_off, test_amenity.FITTED),
    Twin(smoke_leaves_power, test_amenity.check_smoke_takes_the_power, test_amenity.FITTED),
    Twin(runs_have_no_end, test_amenity.check_a_run_ends_by_itself, test_amenity.FITTED),
    Twin(relays_are_believed, test_amenity.check_a_relay_that_sticks_is_told, test_amenity.FITTED),
    Twin(on_before_the_record, test_amenity.check_a_run_that_is_not_recorded_never_was, test_amenity.FITTED),
    Twin(faults_are_forgotten, test_faults.check_an_over_power_stands_after_a_restart),
]


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_without_its_rule_the_check_turns_red(build: Build, monkeypatch: Saw, twin: Twin) -> None:
    turns_red(build, monkeypatch, twin)


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_with_its_rule_the_check_is_green(build: Build, twin: Twin) -> None:
    twin.check(build(**twin.sections))
