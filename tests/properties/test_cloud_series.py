"""Whatever goes wrong with the time-series store, in the end every fact has its points, each once; and folding and counting add up."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud.adapters.db.series_book import SqlSeriesBook
from cloud.domain.fact_points import of_row
from cloud.domain.points import Points, Tags, one_by_one
from cloud.domain.rollups import use
from cloud.domain.steps import Fold, gather
from cloud.errors import SeriesDown
from cloud.ports import FactQuery
from cloud.series.follower import AGAIN_MS, Follower
from tests.cloud_parts import FakeStation, bench
from tests.contract.examples import FACTS


class Flaky:
    """A store that may fail before or in the middle of a write, or forget what it was given in the last minutes."""

    kind, words_kept = "flaky", True

    def __init__(self) -> None:
        self.refused: dict[str, int] = {}
        self.stored: dict[tuple[str, Tags, int], object] = {}
        self.fails: float | None = None

    def write(self, points: Sequence[Points]) -> None:
        every = list(one_by_one(points))
        good = every if self.fails is None else every[: int(len(every) * self.fails)]
        self.stored.update({(one.measurement.value, one.tags, one.at_ns): one.fields for one in good})
        if self.fails is not None:
            raise SeriesDown("flaky")


ACTS = st.one_of(
    st.tuples(st.just("take"), st.integers(1, 30)),
    st.tuples(st.just("follow"), st.none()),
    st.tuples(st.just("fail"), st.floats(0, 1)),
    st.tuples(st.just("mend"), st.none()),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("wait"), st.integers(1, AGAIN_MS)),
)


@pytest.mark.slow
@settings(max_examples=30)
@given(st.lists(ACTS, max_size=15))
def test_in_the_end_the_store_has_what_the_ledger_has(acts: list[tuple[str, float | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, sink, station, seq = bench(Path(folder)), Flaky(), FakeStation(), 0
        parts, book = one.cloud.parts, SqlSeriesBook(one.cloud.engine)

        def begin() -> Follower:
            return Follower(parts.ledger, book, sink, one.clock)  # type: ignore[arg-type]

        follower = begin()
        for act, much in [*acts, ("mend", None), ("follow", None)]:
            match act:
                case "take":
                    one.take(*(station.fact(seq + n, FACTS[(seq + n) % len(FACTS)].model_dump(mode="json")) for n in range(1, int(much or 1) + 1)))
                    seq += int(much or 1)
                case "fail" | "mend":
                    sink.fails = much
                case "restart":
                    follower = begin()
                case "wait":
                    one.clock.ms += int(much or 0)
                case _:
                    try:
                        while follower():
                            pass
                    except SeriesDown:
                        assert sink.fails is not None
        rows = parts.ledger.facts(FactQuery(order="oldest", limit=10_000))
        assert sink.stored == {(p.measurement.value, p.tags, p.at_ns): p.fields for row in rows for p in of_row(row)}
        assert (len(rows), follower.behind()) == (seq, 0)
        one.cloud.stop()


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(-1e6, 1e6)), min_size=1).map(sorted), st.integers(1, 10**5))
def test_steps_hold_every_value_once(rows: list[tuple[int, float]], step_ms: int) -> None:
    given_rows = [(at, {"w": value}) for at, value in rows]
    at_ms, sums = gather(given_rows, step_ms, Fold.SUM)
    _, most = gather(given_rows, step_ms, Fold.MAX)
    assert at_ms == sorted({at // step_ms * step_ms for at, _ in rows})
    assert abs(sum(float(value or 0) for value in sums["w"]) - sum(value for _, value in rows)) < 1e-3
    assert max(float(value or 0) for value in most["w"]) == max(max(value for _, value in rows), *([0.0] if None in most["w"] else []), -1e9)


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(["st-1", "st-2"]), st.sampled_from(FACTS)), max_size=30), st.integers(0, 30))
def test_two_parts_of_an_hour_add_up_to_the_hour(facts: list[tuple[str, object]], cut: int) -> None:
    def used(some: list[tuple[str, object]]) -> dict[str, dict[str, float]]:
        kinds = [(station, fact.kind) for station, fact in some]  # type: ignore[attr-defined]
        counts = [(station, kind, kinds.count((station, kind))) for station, kind in dict.fromkeys(kinds)]
        details = [(station, fact.kind, fact.model_dump_json()) for station, fact in some  # type: ignore[attr-defined]
                   if fact.kind in ("water_poured", "charge_ended", "bottles_taken", "fault_raised")]  # type: ignore[attr-defined]  # fmt: skip
        return use(counts, details)

    whole, first, rest = used(facts), used(facts[:cut]), used(facts[cut:])
    for station, amounts in whole.items():
        for name, value in amounts.items():
            assert abs(value - first.get(station, {}).get(name, 0) - rest.get(station, {}).get(name, 0)) < 0.01
