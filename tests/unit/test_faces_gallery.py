"""Nearest and second nearest person, and files that are refused."""

import io
import os
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.faces.gallery import EMPTY, Gallery, GalleryRefused, load, save
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


def test_a_saved_gallery_comes_back_and_only_its_owner_may_read_it(tmp_path: Path):
    path = tmp_path / "gallery.npz"
    save(EMPTY, path)
    save(Gallery.of(people(3)), path)
    assert load(path).people == ("p0", "p1", "p2")
    assert np.array_equal(load(path).vectors, Gallery.of(people(3)).vectors)
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["gallery.npz"]


def test_an_emptied_gallery_comes_back_empty(tmp_path: Path):
    save(EMPTY, tmp_path / "gallery.npz")
    assert len(load(tmp_path / "gallery.npz")) == 0


def test_no_file_is_an_empty_gallery(tmp_path: Path):
    assert len(load(tmp_path / "none.npz")) == 0


def packed(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


ONE = np.stack(list(people(1).values()))
BAD = {
    "empty": b"",
    "text": b"not a gallery",
    "no vectors": packed(people=np.array(["a"])),
    "pickle": packed(people=np.array([{"a": 1}], dtype=object), vectors=ONE),
    "numbers as ids": packed(people=np.array([1]), vectors=ONE),
    "wrong width": packed(people=np.array(["a"]), vectors=np.ones((1, 127), np.float32)),
    "wrong count": packed(people=np.array(["a", "b"]), vectors=ONE),
    "doubles": packed(people=np.array(["a"]), vectors=ONE.astype(np.float64)),
    "not finite": packed(people=np.array(["a"]), vectors=np.full((1, 128), np.nan, np.float32)),
    "not unit": packed(people=np.array(["a"]), vectors=ONE * 2),
    "id twice": packed(people=np.array(["a", "a"]), vectors=np.vstack([ONE, ONE])),
    "empty id": packed(people=np.array([""]), vectors=ONE),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_words(name: str, tmp_path: Path):
    (tmp_path / "g.npz").write_bytes(BAD[name])
    with pytest.raises(GalleryRefused, match=r"gallery g\.npz: "):
        load(tmp_path / "g.npz")


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_or_cut_file_is_refused_or_right(tmp_path_factory: pytest.TempPathFactory, at: int, bits: int):
    path = tmp_path_factory.mktemp("g") / "g.npz"
    good = packed(people=np.array(["a", "b"]), vectors=np.stack(list(people(2).values())))
    flipped = bytearray(good)
    flipped[at % len(good)] ^= bits
    for content in (bytes(flipped), good[: at % len(good)]):
        path.write_bytes(content)
        try:
            assert load(path).people == ("a", "b")
        except GalleryRefused:
            continue


def test_templates_of_a_wrong_shape_are_refused():
    with pytest.raises(GalleryRefused):
        Gallery.of({"a": np.ones(127, np.float32)})
