"""Merging layers, drawn at random: against a plain second way of doing it, and what must hold of every origin."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.layers import PARTS, Layer, Merged, merge

NAMES = st.sampled_from(["cold", "hot", "warm"])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.sampled_from(["a", "b"]), st.lists(st.integers(0, 3), max_size=2))
FIELDS = st.dictionaries(st.sampled_from(["max_ml", "max_s", "hot"]), VALUES, max_size=3)
FITTED = st.lists(st.tuples(NAMES, FIELDS), max_size=3, unique_by=lambda part: part[0]).map(lambda parts: [{"name": name, **own} for name, own in parts])
ADJUSTED = st.dictionaries(NAMES, st.one_of(st.none(), FIELDS), max_size=3)
SECTION = st.one_of(st.none(), st.dictionaries(st.sampled_from(["port", "unlock_s"]), VALUES, max_size=2))
CONTENT = st.fixed_dictionaries({}, optional={"taps": st.one_of(FITTED, ADJUSTED), "door": SECTION, "web": SECTION, "language": VALUES})
LAYERS = st.lists(CONTENT, min_size=1, max_size=5)


def plainly(below: Any, above: Any, place: str) -> Any:
    """The rules once more, in the plainest way: two documents, the upper one over the lower."""
    if place in PARTS and isinstance(above, list | dict):
        parts = {part["name"]: part for part in below} if isinstance(below, list) else {}
        if isinstance(above, list):
            return list(({} if not above else parts | {part["name"]: {**parts.get(part["name"], {}), **part} for part in above}).values())
        kept = {name: part for name, part in parts.items() if name not in above or above[name] is not None}
        return None if below is None else [part | (above.get(name) or {}) for name, part in kept.items()]
    if not isinstance(above, dict):
        return above
    lower = below if isinstance(below, dict) else {}
    return lower | {key: plainly(lower.get(key), value, key) for key, value in above.items() if not nothing(lower, key, value)}


def nothing(lower: dict[str, Any], key: str, value: Any) -> bool:
    """An adjustment of parts that are not there."""
    return key in PARTS and isinstance(value, dict) and key not in lower


def stacked(contents: list[dict[str, Any]]) -> Merged:
    return merge(*(Layer(f"layer {n}", f"{n}.yaml", content) for n, content in enumerate(contents)))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(LAYERS)
def test_layers_merge_as_the_rules_say(contents: list[dict[str, Any]]) -> None:
    expected: Any = {}
    for content in contents:
        expected = plainly(expected, content, "")
    assert stacked(contents).content == expected


@settings(max_examples=60, deadline=None)
@given(LAYERS, st.integers(0, 4))
def test_it_does_not_matter_where_the_pile_is_cut(contents: list[dict[str, Any]], cut: int) -> None:
    layers = [Layer(f"layer {n}", f"{n}.yaml", content) for n, content in enumerate(contents)]
    below = merge(*layers[:cut])
    before = below.content
    both = merge(*layers[cut:], onto=below)
    assert (both.content, both.origins, both.missed) == (merge(*layers).content, merge(*layers).origins, merge(*layers).missed)
    assert below.content == before


@settings(max_examples=60, deadline=None)
@given(LAYERS)
def test_each_value_comes_from_the_last_layer_that_said_it(contents: list[dict[str, Any]]) -> None:
    merged = stacked(contents)
    for place, origin in merged.origins.items():
        assert said(contents[int(origin.layer.split()[1])], place) == said(merged.content, place)


def said(document: Any, place: str) -> Any:
    """The value at a dotted place; parts by name, however they are written."""
    for step in place.split("."):
        document = next(part for part in document if part["name"] == step) if isinstance(document, list) else document[step]
    return document


@settings(max_examples=60, deadline=None)
@given(CONTENT)
def test_the_same_layer_twice_is_the_layer_once(content: dict[str, Any]) -> None:
    assert stacked([content, content]).content == stacked([content]).content
