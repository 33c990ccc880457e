"""Nearest and second nearest person, and files that are refused."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.faces.gallery import EMPTY, Gallery, GalleryRefused
from edge.faces.shapes import Vector, unit


def people(count: int, seed: int = 1) -> dict[str, Vector]:
    drawn = np.random.default_rng(seed).normal(size=(count, 128))
    return {f"p{index}": unit(row) for index, row in enumerate(drawn)}


def test_nobody_is_near_in_an_empty_gallery():
    near = EMPTY.nearest(people(1)["p0"])
    assert (near.best, near.best_distance, near.second_distance) == (None, inf, inf)


def test_one_person_has_no_second():
    near = Gallery.of(people(1)).nearest(people(1)["p0"])
    assert near.best == "p0"
    assert near.best_distance == pytest.approx(0.0, abs=1e-6)
    assert near.second_distance == inf


@given(st.integers(2, 40), st.integers(0, 1000))
def test_search_agrees_with_sorting_all_distances(count: int, seed: int):
    templates = people(count, seed)
    probe = unit(np.random.default_rng(seed + 1).normal(size=128))
    distances = sorted((float(np.linalg.norm(vector - probe)), person) for person, vector in templates.items())
    near = Gallery.of(templates).nearest(probe)
    assert near.best == distances[0][1]
    assert near.best_distance == pytest.approx(distances[0][0], abs=1e-5)
    assert near.second_distance == pytest.approx(distances[1][0], abs=1e-5)


ONE = people(1)["p0"]
BAD = {
    "wrong width": {"a": ONE[:127]},
    "not finite": {"a": np.full(128, np.nan, np.float32)},
    "not unit": {"a": ONE * 2},
    "empty id": {"": ONE},
    "long id": {"a" * 65: ONE},
}


@pytest.mark.parametrize("name", BAD)
def test_bad_templates_are_refused_in_words(name: str):
    with pytest.raises(GalleryRefused, match="gallery: "):
        Gallery.of(BAD[name])


def test_templates_of_a_wrong_shape_are_refused():
    with pytest.raises(GalleryRefused):
        Gallery.of({"a": np.ones(127, np.float32)})
