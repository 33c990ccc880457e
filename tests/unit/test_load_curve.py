"""What the curve can tell and what it can not, measured on the loads of the twin: docs/safety.md has the same table."""

from __future__ import annotations

from math import inf
from random import Random

import pytest

from contract.charging import SocketConfig
from edge.domain.load_curve import Guess, LoadCurve
from twin.socket_load import LOADS

CONFIG = SocketConfig(name="1", relay_pin=25, adc_channel=0)
STEP_S, LONGEST_S = 0.5, 28_800.0
RIPPLE_RATIO = 0.015

# load -> (refused after s at the earliest, at the latest); inf: charged for eight hours. The first two of the second half are wrong, and known.
TABLE = {
    "phone": (inf, inf), "power_bank": (inf, inf), "laptop_65": (inf, inf), "ebike_usual": (59, 61), "ebike_pack": (0, 1),
    "ebike_slow": (8_000, 9_000), "laptop_100": (14_000, 20_000), "laptop_140": (59, 120),
}  # fmt: skip


def refused_after(name: str, seed: int) -> float:
    """s until the socket is cut by the cap or the curve, with somebody at work on the computers by chance."""
    random, load, curve, energy_wh, now = Random(seed), LOADS[name](), LoadCurve(), 0.0, 0.0
    while now < LONGEST_S:
        watts = load.watts() * (1 + random.uniform(-RIPPLE_RATIO, RIPPLE_RATIO))
        curve.read(CONFIG, watts, energy_wh, now)
        if watts > CONFIG.cap_w or now >= curve.refused_at(CONFIG):
            return now
        energy_wh += watts * STEP_S / 3600
        load.drain(watts * STEP_S / 3600, STEP_S, random)
        now += STEP_S
    return inf


@pytest.mark.parametrize("name", TABLE)
def test_what_is_refused_and_when(name: str) -> None:
    earliest, latest = TABLE[name]
    assert earliest <= refused_after(name, seed=1) <= latest


def test_a_dip_does_not_begin_it_anew() -> None:
    curve = LoadCurve()
    for second in range(120):
        curve.read(CONFIG, 20.0 if second % 20 < 3 else 150.0, 0.0, float(second))
    assert curve.guess(CONFIG, 119.0) is Guess.EBIKE


def test_what_is_above_for_moments_is_none() -> None:
    curve = LoadCurve()
    for second in range(600):
        curve.read(CONFIG, 150.0 if second % 40 < 30 else 60.0, 0.0, float(second))
    assert curve.guess(CONFIG, 599.0) is Guess.COMPUTER_OR_SLOW_PACK


@pytest.mark.parametrize(("watts", "guess"), [(0.5, Guess.NOTHING), (18.0, Guess.SMALL), (84.0, Guess.COMPUTER_OR_SLOW_PACK)])
def test_guesses(watts: float, guess: Guess) -> None:
    curve = LoadCurve()
    curve.read(CONFIG, watts, 0.0, 0.0)
    assert curve.guess(CONFIG, 1.0) is guess
