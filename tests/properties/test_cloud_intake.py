"""Whatever bytes come: reading them never raises, and a batch with them is stored, answered and shown; true messages, bent in every way."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud.app import create_app
from cloud.domain.intake import Reason, Refused, read
from cloud.ingest import Message
from contract.packing import MOST_BYTES, pack
from contract.topics import Leaf, topic
from tests.cloud_parts import NOON_MS, Bench, FakeStation, bench
from tests.contract.examples import FACTS

STRANGE: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=12), st.just([]), st.just({}),
    st.sampled_from([
        "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "2026-11-21T04:00:00Z", "st-2", "\x00", "\ud800", "x" * 5000,
        1e308, -1e308, 2**53 + 1, -1, 0, "NaN", "trusted", "fact",
    ]),
)  # fmt: skip


def true_messages() -> list[tuple[Leaf, dict[str, Any]]]:
    """One of each fact, samples, a state, a report, an ask."""
    station = FakeStation()
    facts = [json.loads(one.model_dump_json()) for one in FACTS]
    found = [(Leaf.EVT, station.envelope(1, "fact", one)) for one in facts]
    others = station.samples(1), station.state(), station.reported(1)
    return found + [(Leaf.ALARM, found[0][1])] + [
        (leaf, json.loads(one.payload)) for leaf, one in zip((Leaf.TELE, Leaf.STATE, Leaf.ROSTER_REPORTED), others, strict=True)
    ]  # fmt: skip


TRUE = true_messages()


def places(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Each place in a document that can be bent."""
    if at:
        yield at
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inner:
        yield from places(value, (*at, key))


@st.composite
def bent(draw: st.DrawFn) -> tuple[Leaf, bytes]:
    """A true message with up to three values replaced, taken out or added; or with bytes cut, doubled or turned; packed or not."""
    leaf, body = draw(st.sampled_from(TRUE))
    body = json.loads(json.dumps(body))
    for _ in range(draw(st.integers(0, 3))):
        bend(draw, body)
    raw = json.dumps(body).encode()
    if draw(st.booleans()):
        raw = pack(raw)
    for _ in range(draw(st.integers(0, 2))):
        at, more = draw(st.integers(0, len(raw))), draw(st.binary(max_size=4))
        raw = raw[:at] + more + raw[at + draw(st.integers(0, 40)) :]
    return draw(st.sampled_from([leaf, leaf, leaf, *Leaf])), raw


def bend(draw: st.DrawFn, body: Any) -> None:
    *path, last = draw(st.sampled_from(list(places(body))))
    for key in path:
        body = body[key]
    if isinstance(body, dict) and draw(st.integers(0, 4)) == 0:
        del body[last]
    else:
        body[last] = draw(STRANGE)


@given(bent())
def test_reading_a_bent_message_never_raises(message: tuple[Leaf, bytes]) -> None:
    leaf, raw = message
    taken = read(topic("st-1", leaf), raw, NOON_MS)
    assert taken.station in ("st-1", None)
    if isinstance(taken, Refused):
        assert len(taken.detail) <= 300 and taken.detail.isprintable()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = bench(tmp_path_factory.mktemp("intake"))
    yield one
    one.cloud.stop()


SEQ = itertools.count(1)


def check_a_batch_with_bent_messages_takes_in_the_true_one(cloud: Bench, messages: list[tuple[Leaf, bytes]]) -> None:
    """In one batch with what is bent, a true fact is stored, acknowledged, and everything can be shown."""
    station = FakeStation("st-2", epoch=f"{next(SEQ):08x}")
    cloud.take(*(Message(topic("st-1", leaf), raw, False, 0.0) for leaf, raw in messages), station.fact(1))
    assert (station.epoch, 1) in cloud.sent.acks()
    cloud.sent.messages.clear()


@settings(max_examples=40)
@given(st.lists(bent(), max_size=4))
def test_others_are_unaffected_by_bent_messages(cloud: Bench, messages: list[tuple[Leaf, bytes]]) -> None:
    check_a_batch_with_bent_messages_takes_in_the_true_one(cloud, messages)


def test_everything_that_was_taken_in_can_be_shown(cloud: Bench) -> None:
    bends = [
        FakeStation().state(at="9999-12-31T23:59:59-12:00"), FakeStation().state(session=2, at="0001-01-01T00:00:00+12:00"),
        FakeStation().fact(9001, at="9999-12-31T23:59:59-12:00"), FakeStation().fact(9002, at="0001-01-01T00:00:00+12:00"),
    ]  # fmt: skip
    cloud.take(*bends)
    with TestClient(create_app(cloud.cloud), base_url="http://127.0.0.1:8000") as web:
        for path in ("/stations", "/facts", "/refused", "/health"):
            assert web.get("/api/v1" + path).status_code == 200


@pytest.mark.parametrize(
    "payload",
    [gzip.compress(b" " * (MOST_BYTES + 1)), gzip.compress(b"[" * 1000), pack(b"{}")[:-3], pack(b"{}") + b"x", b"\x1f\x8b", pack(pack(b"{}"))],
    ids=["bomb", "nested", "cut", "longer", "head", "twice"],  # gzip writes the time into its head: two workers would collect different names
)
def test_a_small_payload_that_unpacks_to_a_huge_one_or_to_nothing_is_refused(payload: bytes) -> None:
    taken = read(topic("st-1", Leaf.TELE), payload, NOON_MS)
    assert isinstance(taken, Refused) and taken.reason in (Reason.GARBLED, Reason.TOO_LARGE)
