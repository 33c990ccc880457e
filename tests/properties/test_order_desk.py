"""Whatever comes in whatever order, an order leaves the cloud signed once at most, in time, and nothing is called undelivered that has left."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud.domain.orders import ASKING_S, OPEN, OrderState
from cloud.orders import OrderDesk
from contract.orders import OrderKind
from contract.topics import Leaf
from tests.cloud_parts import Bench, FakeStation, bench
from tests.cloud_trusting import trusting

pytestmark = pytest.mark.slow
STATION = FakeStation()
EVENTS = (
    "challenge", "challenge", "challenge", "done", "done", "refusal", "carried out", "stranger", "3 s", "12 s", "25 s",
    "broker away", "broker back", "restart", "look",
)  # fmt: skip


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    one = bench(tmp_path_factory.mktemp("desk"))
    trusting(one)
    one.take(STATION.state(level=6))
    return one


class Course:
    """One order and what happens around it."""

    def __init__(self, cloud: Bench) -> None:
        self.cloud, self.now_s, self.seq = cloud, 0.0, 0
        self.cloud.sent.up = True
        self.cloud.sent.messages.clear()
        self.desk = self._desk()
        self.id = self.desk.give("st-1", OrderKind.UNLOCK, "lin.mei", "why not", None).id
        self.told: set[str] = set()
        self.closed = False

    def _desk(self) -> OrderDesk:
        old = self.cloud.cloud.orders
        fresh = OrderDesk(old._book, old._trust, old._stations, old._workers, old._outgoing, replace(old._times, monotonic_s=lambda: self.now_s))
        fresh.close_interrupted()
        return fresh

    def happens(self, event: str) -> None:
        """And the desk looks."""
        if event in ("challenge", "done", "refusal", "stranger"):
            body: dict[str, Any] = {"id": self.id, "done": event != "refusal", "challenge": "00000b07-" + "5a" * 16 if event == "challenge" else ""}
            sender = FakeStation("st-2") if event == "stranger" else STATION
            self.cloud.take(sender.message(Leaf.CMD_REPLY, body))
        elif event == "carried out" and self.signed():
            fact = {"kind": "order_carried_out", "id": self.id, "order": "unlock", "operator": "lin.mei", "reason": "why not"}
            self.cloud.take(FakeStation(epoch=self.id[:8]).fact(1, fact))
        elif event.startswith("broker"):
            self.cloud.sent.up = event == "broker back"
        elif event == "restart":
            self.desk = self._desk()
        elif event.endswith(" s"):
            self.now_s += float(event.split()[0])
        self.told.add(event)
        before = self.signed()
        self.desk.look()
        if self.signed() > before:
            assert event == "challenge" and self.now_s < ASKING_S and "restart" not in self.told

    def signed(self) -> int:
        """How many signed orders left."""
        return sum(json.loads(raw).get("kind") == "order" for _, raw, _ in self.cloud.sent.messages)

    def state(self) -> OrderState:
        found = self.desk.one(self.id)
        assert found is not None
        return found.state


@settings(max_examples=60, deadline=None)
@given(events=st.lists(st.sampled_from(EVENTS), max_size=9))
def test_signed_once_in_time_and_told_truly(cloud: Bench, events: list[str]) -> None:
    check_a_course(cloud, events)


def check_a_course(cloud: Bench, events: list[str]) -> None:
    """One order, and these events around it."""
    course = Course(cloud)
    for event in events:
        before, signed = course.state(), course.signed()
        course.happens(event)
        after = course.state()
        assert course.signed() <= 1 and not any(retain for _, _, retain in cloud.sent.messages)
        assert after is not OrderState.NOT_DELIVERED or course.signed() == 0
        assert after is not OrderState.DONE or (signed and {"done", "carried out"} & course.told)
        assert before in OPEN or after is before or before in (OrderState.NO_ANSWER, OrderState.REFUSED)
    for _ in range(2):
        course.happens("25 s")
    assert course.state() not in OPEN
