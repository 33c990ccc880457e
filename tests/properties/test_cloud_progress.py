"""Duplicates, reordering, delay, loss and batches of any size: each fact once, and no acknowledgement ahead of the ledger."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud.domain.intake import read
from cloud.domain.progress import Progress, answers, commit, newest
from contract.topics import Leaf, topic
from tests.cloud_parts import NOON_MS

BATCH = st.tuples(st.integers(1, 40), st.lists(st.integers(1, 40), min_size=1, max_size=6))


def expected(before: int, base: int, stored: set[int]) -> int:
    upto = max(before, base - 1)
    while upto + 1 in stored:
        upto += 1
    return upto


@given(st.lists(BATCH, min_size=1, max_size=12))
def test_progress_is_what_counting_one_by_one_would_give(batches: list[tuple[int, list[int]]]) -> None:
    check_progress_is_what_counting_would_give(batches)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(st.lists(BATCH, min_size=1, max_size=30))
def test_progress_of_ten_thousand_schedules(batches: list[tuple[int, list[int]]]) -> None:
    check_progress_is_what_counting_would_give(batches)


def check_progress_is_what_counting_would_give(batches: list[tuple[int, list[int]]]) -> None:
    progress, upto, stored, highest = Progress(), 0, set[int](), 0
    for base, seqs in batches:
        base = min(base, *seqs)
        progress = commit(progress, base, seqs)
        stored |= set(seqs)
        highest = max(highest, base)
        upto = expected(upto, base, stored)
        assert progress.upto == upto
        assert all(seq in stored or seq < highest for seq in range(1, progress.upto + 1))
        assert all(progress.has(seq) for seq in stored)
        assert all(low > progress.upto + 1 and low <= high for low, high in progress.ahead)
        told = answers(progress, seqs)
        assert all(len(one) <= 8 and list(one) == sorted(one, reverse=True) for one in [*told, newest(progress)])
        named = {seq for one in told for low, high in one for seq in range(low, high + 1)}
        assert named <= stored, "nothing is named that is not committed"
        assert {seq for seq in seqs if seq > progress.upto} <= named, "whatever came is named"


@given(st.lists(st.integers(1, 30), min_size=1), st.lists(st.integers(1, 30), min_size=1))
def test_the_order_of_arrival_does_not_matter_in_the_end(first: list[int], second: list[int]) -> None:
    one = commit(commit(Progress(), 1, first), 1, second)
    assert one == commit(commit(Progress(), 1, second), 1, first) == commit(Progress(), 1, first + second)


@given(st.lists(st.integers(1, 30)), st.integers(1, 40))
def test_missing_counts_what_was_declared_gone_unseen(seqs: list[int], base: int) -> None:
    gone = commit(commit(Progress(), 1, seqs), base, [])
    assert gone.missing == len(set(range(1, base)) - set(seqs))


def test_islands_that_are_forgotten_are_not_acknowledged() -> None:
    progress = commit(Progress(), 1, range(3, 3000, 2))
    assert (progress.upto, len(progress.ahead)) == (0, 256)
    assert commit(progress, 1, range(1, 3000, 2)).upto == 1


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(st.sampled_from(list(Leaf)), st.binary(max_size=200))
def test_reading_any_bytes_never_raises(leaf: Leaf, raw: bytes) -> None:
    assert read(topic("st-1", leaf), raw, NOON_MS)
    assert read(raw.decode("latin-1"), raw, NOON_MS)
