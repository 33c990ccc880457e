"""Judging: clear faults are seen with few visitors, chance and bad weather are not called a fault, and too little is called too little."""

from __future__ import annotations

import random

import pytest

from cloud.domain.judging import Counts, Judgement, binomial, fisher, judge

CALM = Counts(entries=400, refused=8, vends=200, failed=4, faults=2, restarts=1, station_h=70.0)


def wave(**numbers: float) -> Counts:
    return Counts(**{"station_h": 0.5, **numbers})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "what"),
    [
        (wave(entries=6, refused=6), "entries refused: 6 of 6 (100 %)"), (wave(vends=8, failed=6), "vends failed: 6 of 8"),
        (wave(entries=3, refused=3, shut=3), "doors shut: 3 of 3"),
        (wave(faults=5), "faults raised: 5 in 0.5 station hours"), (wave(restarts=6), "restarts: 6 in"),
    ],
)  # fmt: skip
def test_a_clear_fault_is_worse_and_told_in_figures(seen: Counts, what: str) -> None:
    verdict = judge(seen, CALM, CALM)
    assert verdict.judgement is Judgement.WORSE and what in verdict.words
    assert "the same stations in the days before" in verdict.words and "stations not touched" in verdict.words


def test_it_must_be_worse_than_both() -> None:
    rain = Counts(entries=300, refused=150, station_h=70)
    assert judge(wave(entries=20, refused=10), CALM, rain).judgement is Judgement.WELL, "everywhere so today"
    assert judge(wave(entries=20, refused=10), rain, CALM).judgement is Judgement.WELL, "always so there"
    assert judge(wave(entries=20, refused=20), rain, CALM).judgement is Judgement.WORSE


def test_too_few_visits_are_called_so() -> None:
    for seen in (wave(), wave(entries=3), wave(entries=10, refused=1)):
        verdict = judge(seen, CALM, CALM)
        assert verdict.judgement is Judgement.UNSURE and "not enough visits to judge" in verdict.words
        assert verdict.visits == seen.entries + seen.vends


@pytest.mark.parametrize(
    "seen", [wave(entries=3, refused=1), wave(entries=2, refused=2), wave(vends=3, failed=2), wave(entries=40, refused=6), wave(faults=3)]
)
def test_what_looks_worse_and_may_be_chance_is_a_doubt(seen: Counts) -> None:
    verdict = judge(seen, CALM, Counts(entries=400, refused=12, vends=400, failed=4, station_h=100))
    assert verdict.judgement is Judgement.DOUBTFUL and "may still be chance" in verdict.words


def test_a_doubt_needs_both_groups_and_ends_with_more_visits() -> None:
    rain = Counts(entries=300, refused=150, station_h=70)
    assert judge(wave(entries=4, refused=2), CALM, rain).judgement is Judgement.UNSURE
    assert judge(wave(entries=4, refused=2), CALM, CALM).judgement is Judgement.DOUBTFUL
    assert judge(wave(entries=40, refused=2), CALM, CALM).judgement is Judgement.WELL


def test_where_nobody_can_be_compared_with_a_weak_guess_speaks() -> None:
    assert judge(wave(entries=6, refused=6), Counts(), Counts()).judgement is Judgement.WORSE
    assert judge(wave(entries=6, refused=3), Counts(), Counts()).judgement is Judgement.DOUBTFUL
    assert judge(wave(faults=9), Counts(), Counts()).judgement is Judgement.UNSURE


@pytest.mark.slow
def test_a_good_rollout_is_hardly_ever_called_worse() -> None:
    """10,000 waves that are as good as the others, each with a handful of visitors."""
    dice, wrong = random.Random(6), 0
    for _ in range(10_000):
        entries = dice.randrange(5, 30)
        refused = sum(dice.random() < 0.05 for _ in range(entries))
        wrong += judge(wave(entries=entries, refused=refused), Counts(), Counts(entries=200, refused=10)).judgement is Judgement.WORSE
    assert wrong <= 10


def test_the_tests_are_the_textbook_ones() -> None:
    assert fisher(3, 4, 1, 4) == pytest.approx(0.242857, abs=1e-6)  # the lady tasting tea
    assert fisher(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert binomial(8, 10, 0.5) == pytest.approx(0.0546875)
    assert binomial(0, 5, 0.3) == pytest.approx(1.0)
