"""From distances to limits and rates: bounds, trials, tables and the decision that uses them. Made-up people, no pictures."""

from math import comb, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.bench_identify import in_words, report
from cli.face_calibrate import TooLittleData, calibration, table
from cli.face_data import Faces, Half, Sample
from cli.face_rates import plain, rates, shipped
from cli.face_trials import Design, Trial, trials
from contract.config import IdentityConfig
from contract.limits import GalleryLimit, Limits
from edge.domain.identity import Identified, NotSure, Stranger, calibrated, decide, face_alone, limit
from edge.domain.sight import FaceCompared
from edge.faces.engine import manifest
from edge.faces.engine.bounds import incomplete_beta, upper_bound
from edge.faces.shapes import unit

POINTS = (GalleryLimit(gallery=10, limit=0.3), GalleryLimit(gallery=100, limit=0.28), GalleryLimit(gallery=300, limit=0.25))
TABLE = Limits(frames=3, galleries=POINTS, margin=0.06, verify_limit=0.3)
CONFIG = calibrated(IdentityConfig(), TABLE)


def crowd(people: int, pictures: int, spread: float, strangers: int = 0) -> Faces:
    """People as random directions, their pictures around them; one picture of each stranger."""
    random = np.random.default_rng(5)

    def sample(centre: np.ndarray) -> Sample:
        vector = unit(centre + random.normal(size=128) * spread / 128**0.5)
        return Sample(vector, 1.3 * vector)

    centres = [unit(random.normal(size=128)) for _ in range(people + strangers)]
    made = {f"p{number}": [sample(centre) for _ in range(pictures)] for number, centre in enumerate(centres[:people])}
    return Faces(made, {f"s{number}": [sample(centre)] for number, centre in enumerate(centres[people:])})


@given(st.integers(1, 60), st.integers(0, 60))
def test_a_bound_is_the_rate_at_which_so_few_errors_are_rare(total: int, wrong: int):
    wrong = min(wrong, total - 1)
    rate = upper_bound(wrong, total)
    few = sum(comb(total, count) * rate**count * (1 - rate) ** (total - count) for count in range(wrong + 1))
    assert few == pytest.approx(0.05, abs=1e-6)
    assert wrong / total < rate


def test_bounds_of_nothing_and_of_everything():
    assert (upper_bound(0, 0), upper_bound(5, 5)) == (1.0, 1.0)
    assert upper_bound(0, 1000) == pytest.approx(1 - 0.05 ** (1 / 1000))
    assert (incomplete_beta(0, 2, 3), incomplete_beta(1, 2, 3)) == (0.0, 1.0)
    with pytest.raises(ValueError, match="6 errors in 5 trials"):
        upper_bound(6, 5)


@pytest.mark.parametrize(("people", "longest"), [(0, 0.3), (1, 0.3), (10, 0.3), (31.6227766, 0.29), (100, 0.28), (300, 0.25), (999, 0.25)])
def test_the_limit_follows_the_table_and_falls_with_the_logarithm(people: float, longest: float):
    assert limit(CONFIG, people) == pytest.approx(longest)  # type: ignore[arg-type]


def test_without_a_table_the_two_numbers_count():
    guess = IdentityConfig()
    assert limit(guess, 100) == pytest.approx(guess.limit - 2 * guess.limit_per_decade)
    assert face_alone(guess, 10**6)


def seen(best: float, second: float, people: int = 100, frames: int = 3) -> FaceCompared:
    return FaceCompared(1, frames, "p-1", best, second, people, 0.0)


@pytest.mark.parametrize(
    ("compared", "verdict"),
    [
        (seen(0.28, 0.35), Identified("p-1")),
        (seen(0.281, 0.35), NotSure(("p-1",))),
        (seen(0.2, 0.25), NotSure(("p-1",))),
        (seen(0.2, inf), Identified("p-1")),
        (seen(0.2, 0.5, frames=2), NotSure(("p-1",))),
        (seen(0.2, 0.5, people=301), NotSure(("p-1",))),
        (seen(0.5, 0.9), Stranger()),
    ],
)
def test_a_face_alone_decides_only_when_near_clear_and_in_a_gallery_that_was_calibrated(compared: FaceCompared, verdict: object):
    assert decide(compared, CONFIG) == verdict


def test_limits_that_rise_are_refused():
    with pytest.raises(ValueError, match="sizes must grow, limits must not"):
        Limits(frames=3, galleries=POINTS[::-1], margin=0.06, verify_limit=0.3)


def test_nobodys_picture_is_on_both_sides_and_galleries_have_their_size():
    found = trials(crowd(30, 6, 0.2), Design(gallery=20, enrol=3, probe=3))
    known = [trial for trial in found if trial.own is not None]
    assert (len(known), len(found) - len(known)) == (30, 60)
    assert min(trial.own for trial in known if trial.own is not None) > 0.01
    assert trials(crowd(30, 6, 0.2), Design(gallery=31, enrol=3, probe=3)) == []
    assert [trial.own for trial in trials(crowd(30, 4, 0.2), Design(29, 3, 3))] == [None] * 30


def test_a_group_visits_and_is_enrolled_first():
    among = frozenset({"p1", "p2", "s0"})
    found = trials(crowd(30, 4, 0.2, strangers=2), Design(10, 3, 1, among=among))
    assert (sum(trial.own is not None for trial in found), len(found)) == (2, 2 + 8 + 1)


def test_halves_are_disjoint_and_do_not_depend_on_chance():
    names = [f"p{number}" for number in range(400)]
    first = {name for name in names if Half.CALIBRATE.has(name)}
    assert first.isdisjoint(name for name in names if Half.TEST.has(name))
    assert 150 < len(first) < 250
    assert all(Half.ALL.has(name) for name in names)


def test_rates_count_the_wrong_person_as_missed():
    series = [
        Trial(0.2, 0.5, 0.6, True),
        Trial(0.5, 0.2, 0.6, False),
        Trial(0.6, 0.6, 0.7, None),
        Trial(None, 0.2, 0.5, False),
        Trial(None, 0.5, 0.6, None),
    ]
    ours = rates(series, shipped(CONFIG, 100))
    assert (ours.fpir, ours.fnir, ours.wrong_person, ours.mated, ours.non_mated) == (0.5, 2 / 3, 1 / 3, 3, 2)
    assert rates(series, plain) == ours


def test_face_recognition_s_rule_opens_for_the_first_that_is_near():
    found = [trial for trial in trials(crowd(40, 4, 0.2), Design(30, 3, 1)) if trial.own is not None]
    assert all(trial.plain is True for trial in found)
    near = crowd(40, 4, 0.2)
    for samples in near.people.values():
        samples[:] = [Sample(sample.vector, 0.2 * sample.raw) for sample in samples]
    found = [trial for trial in trials(near, Design(30, 3, 1)) if trial.own is not None]
    assert sum(trial.plain is False for trial in found) > 20


@pytest.mark.slow
def test_a_table_from_people_that_are_far_apart_lets_everybody_in_and_hardly_anybody_else():
    faces = crowd(120, 7, 0.25, strangers=200)
    made = table(faces, 3, 0.003, None)
    assert made.galleries[0].limit > 0.3
    assert made.galleries[-1].gallery >= 100
    figures = calibration(faces, (made,), "made up", "a test")
    assert all(rate.fpir <= 0.03 and rate.fnir == 0.0 for rate in figures.checked)
    assert figures.verify_pairs > 10_000
    assert len(figures.targets) >= 9


def test_too_few_people_make_no_table():
    with pytest.raises(TooLittleData, match="11 are needed"):
        table(crowd(12, 7, 0.2), 3, 0.001, None)


@pytest.mark.slow
def test_a_report_has_a_row_for_each_rule_with_counts_and_bounds():
    engine = manifest.read(manifest.find("dlib"))
    found = report(crowd(60, 6, 0.15, strangers=40), engine, {"few": frozenset({"p1", "p2"})}, Half.ALL, 1)
    keys = {
        "n",
        "enrol_images",
        "probe_images",
        "group",
        "rule",
        "fpir",
        "fpir_upper",
        "fnir",
        "fnir_upper",
        "wrong_person",
        "non_mated",
        "mated",
    }
    assert all(set(row) == keys for row in found["results"])
    assert {(row["n"], row["group"], row["rule"]) for row in found["results"]} == {
        (n, group, rule) for n in (20, 50) for group in ("all", "few") for rule in ("shipped", "plain")
    }
    one = next(
        row for row in found["results"] if (row["n"], row["enrol_images"], row["probe_images"], row["rule"]) == (50, 3, 3, "shipped")
    )
    assert (one["fpir"], one["fnir"], one["mated"], one["non_mated"]) == (0.0, 0.0, 60, 120)
    assert one["fpir_upper"] == pytest.approx(1 - 0.05 ** (1 / 120))
    assert in_words(found["results"]).count("\n") == 1 + len(found["results"])


def test_the_shipped_table_meets_what_was_promised_where_it_was_checked():
    figures = manifest.read(manifest.find("dlib")).calibration
    assert figures is not None
    promised = {100: 0.02, 300: 0.04}
    found = {rate.gallery: rate for rate in figures.checked if rate.frames == 3}
    assert all(found[gallery].fpir <= 0.003 and found[gallery].fnir <= fnir for gallery, fnir in promised.items())
