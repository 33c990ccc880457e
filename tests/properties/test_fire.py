"""No sequence of inputs locks the door while fire holds it free, or stops a leaving. tests/integration/test_fire_sequences.py tries 50,000."""

from __future__ import annotations

import pytest

from tests.fire_runs import run
from tests.properties.amount import DEEP

SEQUENCES = 2000 if DEEP else 100
BLOCKS = 5


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_sequence_locks_in_a_fire_or_stops_an_exit(block: int) -> None:
    for seed in range(block * SEQUENCES, (block + 1) * SEQUENCES):
        run(seed)
