"""A start with a configuration that is armed: it is tried only when that it is tried is on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from contract.configuration import Phase
from edge.adapters.store import SqliteLedger
from edge.domain.config_records import Newest, Slot, StoreConfig
from edge.provisioned import begun
from tests.scenarios.configs import REWIRED, bundle, content
from tests.station_parts import FailingLedger
from twin.station import layout


def test_no_trial_begins_that_can_not_be_written_down(tmp_path: Path) -> None:
    """Else a configuration that ends the agent would be tried at each start, for ever."""
    document = bundle(2, content(**REWIRED)).document
    armed = StoreConfig(tried=document.model_dump_json(), slot=Slot.ARMED, newest=Newest(2, document.sha256, Phase.WAITING))
    ledger = FailingLedger(SqliteLedger(tmp_path, "st-1"))
    restored = replace(ledger.load(), config=armed)
    ledger.fails = True
    start = begun(ledger, restored, layout(), "")
    assert (start.in_force.version, start.kept.slot, start.facts) == (0, None, ())
    ledger.fails = False
    start = begun(ledger, restored, layout(), "")
    assert (start.in_force.version, start.kept.slot) == (2, Slot.TRIAL)
    stored = ledger.load().config
    assert stored and stored.slot is Slot.TRIAL, "a start that finds this goes back"
