"""Everything that was ever recorded, sent 100,000 times more."""

import pytest

from tests.properties.test_orders import check_replays

pytestmark = pytest.mark.long


def test_100_000_replays_over_250_restarts_and_clock_jumps_open_nothing() -> None:
    check_replays(100_000, 250)
