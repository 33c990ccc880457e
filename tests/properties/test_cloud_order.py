"""Facts come live before backlog, twice, in any batches: every table that the cloud makes of them is the same as if they had come in order.

The quick run takes some orders; the slow one ten thousand, of forty stations at a time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from cloud.ingest import Message
from cloud.ports import FactQuery
from contract.envelope import Ack
from tests.cloud_parts import Bench, FakeStation, bench

DERIVED = ("facts", "faces", "quota_shares", "progress", "refused")
WITHOUT = {"facts": ("id",), "refused": ("id",)}
PEOPLE = ("p-an", "p-bo")


def told(draw: st.DrawFn) -> dict[str, Any]:
    """A fact of which something is derived, or one of which nothing is."""
    person = draw(st.sampled_from(PEOPLE))
    return draw(
        st.sampled_from([
            {"kind": "consent_given", "person": person, **CONSENT, "by": "visitor"},
            {"kind": "consent_given", "person": person, **CONSENT, "notice": "0badcafe0002", "by": "operator"},
            {"kind": "consent_refused", "person": person, **CONSENT},
            {"kind": "consent_withdrawn", "person": person},
            {"kind": "face_enrolled", "person": person, **ENROLLED},
            {"kind": "face_forgotten", "person": person, **FORGOTTEN},
            {"kind": "quota_returned", "person": person, "what": "water_ml", "day": "2026-11-21", "lease": draw(st.integers(0, 3)),
             "spent": draw(st.integers(0, 900))},
            {"kind": "door_closed", "open_s": 2.5},
        ])
    )  # fmt: skip


def examples(kind: str) -> dict[str, Any]:
    """What the golden example of a kind says, without its kind and person."""
    from tests.contract.examples import FACTS

    found = next(one for one in FACTS if one.kind == kind).model_dump(mode="json")
    return {name: value for name, value in found.items() if name not in ("kind", "person")}


ENROLLED, FORGOTTEN = examples("face_enrolled"), examples("face_forgotten")
CONSENT = {name: value for name, value in examples("consent_given").items() if name != "by"}


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What one station told, in the order in which it happened."""
    return [told(draw) for _ in range(draw(st.integers(1, 14)))]


def tables(one: Bench) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is derived, without what only counts arrivals."""
    found = {}
    with one.cloud.engine.connect() as connection:
        for name in DERIVED:
            rows = connection.execute(text(f"SELECT * FROM {name}")).mappings()
            found[name] = sorted(tuple((key, value) for key, value in row.items() if key not in WITHOUT.get(name, ())) for row in rows)
    return found


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, Bench]]:
    both = bench(tmp_path_factory.mktemp("in-order")), bench(tmp_path_factory.mktemp("any-order"))
    yield both
    for one in both:
        one.cloud.stop()


def clear(*both: Bench) -> None:
    for one in both:
        one.sent.messages.clear()
        with one.cloud.engine.connect().execution_options(writes=True) as connection, connection.begin():
            for name in (*DERIVED, "stations"):
                connection.execute(text(f"DELETE FROM {name}"))


def check_any_order_gives_the_same(both: tuple[Bench, Bench], town: list[list[dict[str, Any]]], order: random.Random) -> None:
    """Each station's history in order at one cloud; all of them mixed, some messages twice, in batches of any size at the other."""
    in_order, shuffled = both
    clear(*both)
    straight: list[Message] = []
    mixed: list[Message] = []
    for number, history in enumerate(town):
        station = FakeStation(name=f"st-{number}", base=1)
        messages = [station.fact(seq, one, base=1) for seq, one in enumerate(history, 1)]
        straight += messages
        mixed += messages + order.choices(messages, k=order.randint(0, 6))
    in_order.take(*straight)
    order.shuffle(mixed)
    while mixed:
        size = order.randint(1, 5 * len(town))
        shuffled.take(*mixed[:size])
        del mixed[:size]
    assert tables(shuffled) == tables(in_order)
    assert sorted(upto for _, upto in newest_acks(shuffled)) == sorted(len(history) for history in town)


def newest_acks(one: Bench) -> list[tuple[str, int]]:
    """The last acknowledgement that each station heard."""
    newest = {topic: Ack.model_validate_json(payload) for topic, payload, _ in one.sent.messages if topic.endswith("/ack")}
    return [(topic, ack.upto) for topic, ack in newest.items()]


BENCHES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
STATIONS = 40


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=BENCHES)
@given(history=histories(), order=st.randoms(use_true_random=False))
def test_any_order_gives_the_same_tables(clouds: tuple[Bench, Bench], history: list[dict[str, Any]], order: random.Random) -> None:
    check_any_order_gives_the_same(clouds, [history], order)


@pytest.mark.slow
@settings(max_examples=250, suppress_health_check=BENCHES)
@given(town=st.lists(histories(), min_size=STATIONS, max_size=STATIONS), order=st.randoms(use_true_random=False))
def test_ten_thousand_orders_give_the_same_tables(clouds: tuple[Bench, Bench], town: list[list[dict[str, Any]]], order: random.Random) -> None:
    """Forty stations at once, 250 times."""
    check_any_order_gives_the_same(clouds, town, order)


def test_a_newer_ledger_of_a_station_stands_over_an_older_one(clouds: tuple[Bench, Bench]) -> None:
    one, _ = clouds
    clear(one)
    old, new = FakeStation(epoch="0000000f"), FakeStation(epoch="0000000a")
    enrolled = {"kind": "face_enrolled", "person": "p-an", **ENROLLED}
    forgotten = {"kind": "face_forgotten", "person": "p-an", **FORGOTTEN}
    one.take(old.fact(1, enrolled))
    one.clock.ms += 60_000
    one.take(new.fact(2, forgotten, base=1))
    one.take(old.fact(2, enrolled))
    one.take(new.fact(1, {"kind": "consent_withdrawn", "person": "p-an"}))
    (record,) = one.cloud.parts.faces.report("p-an").records
    assert (record.kept, record.consent) == (False, "withdrawn")


def test_facts_of_one_station_have_ids_in_their_order_within_a_batch(clouds: tuple[Bench, Bench]) -> None:
    one, _ = clouds
    clear(one)
    one.take(*(FakeStation().fact(seq) for seq in (5, 2, 4, 1, 3)))
    assert [row.seq for row in one.cloud.parts.ledger.facts(FactQuery(order="oldest"))] == [1, 2, 3, 4, 5]
