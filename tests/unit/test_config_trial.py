"""The end of a trial (edge/domain/config_slots.py) at the very moment at which the answer of the cloud is due."""

from __future__ import annotations

from dataclasses import replace

from contract.configuration import ConfigConfirmed, ConfigRolledBack, Phase
from edge.domain.config_held import Held, Kept
from edge.domain.config_records import Newest, Slot
from edge.domain.config_slots import Around, Slots
from twin.station import layout

CONFIRMED, TRIED = Held(1, "a" * 64, layout()), Held(2, "b" * 64, layout(door={"unlock_s": 7}))
ALONE, SILENT = Around(), Around(answered=False)


def on_trial() -> Slots:
    slots = Slots(Kept(CONFIRMED, TRIED, Slot.TRIAL, newest=Newest(2, TRIED.sha256, Phase.TRIAL, tries=1)), TRIED)
    assert not slots.tick(SILENT, 0.0).records
    return slots


def test_an_answer_that_comes_at_the_last_moment_counts() -> None:
    slots = on_trial()
    assert [type(fact) for fact in slots.tick(ALONE, 600.2).facts] == [ConfigConfirmed]


def test_no_answer_until_then_is_not_the_fault_of_the_document() -> None:
    slots = on_trial()
    [fact] = slots.tick(SILENT, 600.2).facts
    assert isinstance(fact, ConfigRolledBack) and "no answer of the cloud" in fact.reason
    slots.recorded()
    assert slots.kept.newest.again


def test_an_answer_does_not_make_a_trial_good_in_which_a_fault_came_and_went() -> None:
    slots, flapping = on_trial(), replace(SILENT, faults=frozenset({"camera_lost"}))
    for at in range(100, 600, 100):
        assert not slots.tick(flapping, float(at)).records
    [fact] = slots.tick(ALONE, 600.2).facts
    assert isinstance(fact, ConfigRolledBack) and fact.reason == "never 120 s without a new fault"
