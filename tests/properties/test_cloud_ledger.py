"""A whole delivery through the ingest into SQLite: shuffled, repeated, cut into batches, with restarts; then look at the ledger."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud.ports import FactQuery
from tests.cloud_parts import Bench, FakeStation, bench

EPOCHS = itertools.count(1)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = bench(tmp_path_factory.mktemp("ledger"))
    yield one
    one.cloud.stop()


@pytest.mark.slow
@settings(max_examples=25)
@given(st.permutations(range(1, 13)), st.lists(st.integers(1, 12), max_size=8), st.lists(st.integers(1, 6), min_size=1))
def test_each_fact_is_there_once_and_no_acknowledgement_runs_ahead(
    cloud: Bench, order: list[int], again: list[int], cuts: list[int]
) -> None:
    station = FakeStation(epoch=f"{next(EPOCHS):08x}")
    deliveries = iter([station.fact(seq) for seq in order + again])
    stored: set[int] = set()
    for size in itertools.cycle(cuts):
        batch = list(itertools.islice(deliveries, size))
        if not batch:
            break
        cloud.sent.messages.clear()
        before = cloud.cloud.parts.ledger.last_id()
        cloud.take(*batch)
        rows = cloud.cloud.parts.ledger.facts(FactQuery(after=before, order="oldest", limit=1000))
        assert stored.isdisjoint(row.seq for row in rows)
        stored |= {row.seq for row in rows}
        ((epoch, upto),) = cloud.sent.acks()
        assert epoch == station.epoch and set(range(1, upto + 1)) <= stored and upto + 1 not in stored
    assert stored == set(range(1, 13))
    assert cloud.sent.acks() == [(station.epoch, 12)]
