"""The state machines of tests/properties again, each with at least 25,000 steps, whatever the profile."""

from __future__ import annotations

from unittest import TestCase

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine

from tests.properties.amount import QUIET
from tests.properties.test_amenity import AmenityMachine
from tests.properties.test_charger import SocketMachine
from tests.properties.test_door import DoorMachine
from tests.properties.test_fridge import FridgeMachine
from tests.properties.test_leases import LeaseMachine
from tests.properties.test_lending import LendingMachine
from tests.properties.test_outbox import OutboxMachine
from tests.properties.test_quota import QuotaMachine
from tests.properties.test_sockets import SocketsMachine
from tests.properties.test_steward import Maintained
from tests.properties.test_taps import TapsMachine
from tests.properties.test_water import TapMachine

pytestmark = pytest.mark.long
PARTS = 4
"""Of each machine: a single test may take five minutes at most, also on a slow computer."""
MANY = settings(
    max_examples=130, stateful_step_count=50, deadline=None, suppress_health_check=QUIET, print_blob=True, database=None, phases=(Phase.generate,)
)
"""Without making a failing example smaller: that may take longer than a test may last, and then nothing of it is seen at all."""
MACHINES = [
    AmenityMachine, DoorMachine, FridgeMachine, LeaseMachine, LendingMachine, Maintained, OutboxMachine, QuotaMachine, SocketMachine, SocketsMachine,
    TapMachine, TapsMachine,
]  # fmt: skip


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.__name__)
def test_a_machine_keeps_its_rules(machine: type[RuleBasedStateMachine], part: int) -> None:
    """130 x 50 steps, drawn anew in each part."""
    deep = type(f"Deep{part}{machine.__name__}", (machine,), {})
    case: type[TestCase] = deep.TestCase  # type: ignore[attr-defined]
    case.settings = MANY  # type: ignore[attr-defined]
    case("runTest").runTest()  # type: ignore[attr-defined]
