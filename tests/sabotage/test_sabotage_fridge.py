"""The rules of the fridge, taken out one by one: the same check must then fail."""

from __future__ import annotations

from typing import Any

import pytest

from contract.facts import FaultCode
from edge.adapters.store import SqliteLedger
from edge.domain.cold import Cold
from edge.domain.fault_rules import BLOCKS
from edge.domain.fridge import Fridge
from edge.domain.fridge_probe import Probe
from edge.domain.fridge_records import StoreCold
from edge.domain.messages import Effects
from edge.domain.stock import Stock
from tests.sabotage.test_sabotage import on_before_the_record
from tests.sabotage.twins import Saw, Twin, name, turns_red
from tests.scenarios import fridge, test_cold, test_fridge
from tests.scenarios.conftest import Build


def warm_food_is_given_out(saw: Saw) -> None:
    for fault in (FaultCode.FRIDGE_BLOCKED, FaultCode.FRIDGE_WARM):
        saw.setitem(BLOCKS, fault, frozenset())


def warmth_lives_in_memory_alone(saw: Saw) -> None:
    written = SqliteLedger._record

    def record(self: SqliteLedger, one: Any) -> None:
        if not isinstance(one, StoreCold):
            written(self, one)

    saw.setattr(SqliteLedger, "_record", record)


def cold_again_is_good_again(saw: Saw) -> None:
    told = Cold._told

    def forgetful(self: Cold, now: float) -> Effects:
        if not self._warm():
            self.warm_s = 0.0
        effects = told(self, now)
        if not self._warm():
            effects.add(self._faults.clear(FaultCode.FRIDGE_BLOCKED, "", now))
        return effects

    saw.setattr(Cold, "_told", forgetful)


def a_power_cut_cools(saw: Saw) -> None:
    saw.setattr(Cold, "_bridge", lambda self, now: setattr(self, "_gap", None))


def any_value_counts(saw: Saw) -> None:
    saw.setattr(Probe, "celsius", property(lambda self: self._celsius if self._read_at > 0 else None))


def lots_never_expire(saw: Saw) -> None:
    saw.setattr(Stock, "_expire", lambda self, one: Effects())


def expiry_is_forgotten(saw: Saw) -> None:
    """And the day of the quota is not known after the restart either."""
    written = SqliteLedger._record

    def record(self: SqliteLedger, one: Any) -> None:
        if not getattr(one, "expired", False):
            written(self, one)

    saw.setattr(SqliteLedger, "_record", record)


def openings_are_not_taken_back(saw: Saw) -> None:
    saw.setattr(Fridge, "revoke", lambda self: Effects())


TWINS = [
    Twin(on_before_the_record, test_fridge.check_what_is_not_recorded_never_lets_go, fridge.SECTIONS),
    Twin(openings_are_not_taken_back, test_fridge.check_what_is_not_recorded_never_lets_go, fridge.SECTIONS),
    Twin(warm_food_is_given_out, test_cold.check_warm_food_is_not_given_out, fridge.SOON),
    Twin(warmth_lives_in_memory_alone, test_cold.check_warm_food_is_not_given_out, fridge.SOON),
    Twin(cold_again_is_good_again, test_cold.check_warm_food_is_not_given_out, fridge.SOON),
    Twin(a_power_cut_cools, test_cold.check_a_power_cut_does_not_cool, fridge.SOON),
    Twin(any_value_counts, test_cold.check_a_bad_probe_is_never_used, fridge.SECTIONS),
    Twin(lots_never_expire, test_fridge.check_an_expired_lot_is_not_offered, fridge.SECTIONS),
    Twin(expiry_is_forgotten, test_fridge.check_an_expired_lot_is_not_offered, fridge.SECTIONS),
]


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_without_its_rule_the_check_turns_red(build: Build, monkeypatch: Saw, twin: Twin) -> None:
    turns_red(build, monkeypatch, twin)
