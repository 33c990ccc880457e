"""The machines of tests/properties about water, with 25,000 steps and more each, whatever the profile."""

from __future__ import annotations

from hypothesis import settings

from tests.properties.amount import QUIET
from tests.properties.test_taps import TapsMachine
from tests.properties.test_water import TapMachine

MANY = settings(max_examples=520, stateful_step_count=50, deadline=None, suppress_health_check=QUIET, print_blob=True)


class ManyTaps(TapsMachine):
    """All taps behind the master valve."""


class ManyPours(TapMachine):
    """One tap against its meter."""


TestManyTaps, TestManyPours = ManyTaps.TestCase, ManyPours.TestCase
TestManyTaps.settings = TestManyPours.settings = MANY
