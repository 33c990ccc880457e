"""Orders from the cloud's side: asked, signed, answered; and what is said when a station is away, silent, late, or the cloud starts again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cloud.app import create_app
from cloud.domain import orders as machine
from cloud.domain.callers import Role
from cloud.domain.orders import Ordered, OrderState, offline_since
from cloud.errors import OrderImpossible
from cloud.orders import OrderDesk
from contract import trust as rules
from contract.commands import COMMAND, Reply
from contract.orders import Order, OrderCarriedOut, OrderKind, OrderRefused, SignedOrder
from contract.signing import Flaw, Kind
from contract.topics import Leaf, topic
from contract.trust import Scope
from tests.cloud_parts import NOON, NOON_MS, Bench, FakeStation, Sent, bench
from tests.cloud_people import logged_in
from tests.cloud_trusting import trusting
from tests.contract.signed_examples import ROOT

CHALLENGE = "00000b07-" + "5a" * 16
URL = "http://127.0.0.1:8000"
STATION = FakeStation()


@dataclass
class Desk:
    """The desk of a cloud whose clocks are moved by hand; `st-1` is online and knows orders."""

    one: Bench
    desk: OrderDesk
    now_s: list[float] = field(default_factory=lambda: [0.0])

    def give(self, order: OrderKind = OrderKind.UNLOCK, **more: Any) -> Ordered:
        return self.desk.give("st-1", order, "lin.mei", "courier locked in", more.get("minutes"))

    def hear(self, body: dict[str, Any]) -> None:
        self.one.take(STATION.message(Leaf.CMD_REPLY, {"done": True} | body))
        self.desk.look()

    def after(self, seconds: float) -> None:
        self.now_s[0] += seconds
        self.one.clock.ms += round(seconds * 1000)
        self.desk.look()

    def state(self, one: Ordered) -> tuple[OrderState, str]:
        found = self.desk.one(one.id)
        assert found is not None
        return found.state, found.words

    def said(self, kind: str) -> list[dict[str, Any]]:
        sent = [(json.loads(raw), retain) for name, raw, retain in self.one.sent.messages if name == topic("st-1", Leaf.CMD)]
        assert not any(retain for _, retain in sent)
        return [body for body, _ in sent if body["kind"] == kind]


@pytest.fixture
def place(tmp_path: Path) -> Desk:
    one = bench(tmp_path)
    trusting(one)
    one.take(STATION.state(level=6))
    desk = one.cloud.orders
    now_s = [0.0]
    desk._times = replace(desk._times, monotonic_s=lambda: now_s[0])
    return Desk(one, desk, now_s)


def test_an_order_is_asked_signed_and_done(place: Desk) -> None:
    one = place.give(OrderKind.MAINTENANCE, minutes=20)
    assert (one.state, place.said("challenge_please")) == (OrderState.ASKING, [{"kind": "challenge_please", "id": one.id}])
    place.hear({"id": one.id, "challenge": CHALLENGE})
    assert place.state(one)[0] is OrderState.SENT
    (body,) = place.said("order")
    command = COMMAND.validate_python(body)
    assert isinstance(command, SignedOrder) and command.id == one.id
    given = rules.delegation(ROOT, command.delegation, Scope.ORDER, "north", NOON)
    order = rules.delegated(given, command.order, Kind.ORDER, Order)
    assert (order.station, order.challenge, order.operator, order.minutes) == ("st-1", CHALLENGE, "lin.mei", 20)
    place.hear({"id": one.id})
    assert place.state(one) == (OrderState.DONE, "done: the station says so")
    place.hear({"id": one.id, "challenge": CHALLENGE})
    assert len(place.said("order")) == 1


def test_an_order_is_written_down_as_sent_before_it_leaves(place: Desk) -> None:
    """A cloud that ends in between must not say afterwards that it was not delivered."""
    written: list[OrderState] = []
    desk, out = place.desk, place.one.sent

    class Watching(Sent):
        def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
            if json.loads(payload)["kind"] == "order":
                written.append(place.state(one)[0])
            return out.publish(topic, payload, qos, retain)

    one = place.give()
    desk._outgoing = Watching()
    place.hear({"id": one.id, "challenge": CHALLENGE})
    assert written == [OrderState.SENT] and len(place.said("order")) == 1


def test_a_station_that_refuses_says_why(place: Desk) -> None:
    one, other = place.give(), place.give(OrderKind.RESTART)
    place.hear({"id": one.id, "done": False, "reason": "this station has no root key", "flaw": "no_root"})
    assert place.state(one) == (OrderState.REFUSED, "refused by the station: this station has no root key")
    place.hear({"id": other.id, "challenge": CHALLENGE})
    place.hear({"id": other.id, "done": False, "reason": "six this hour", "flaw": "too_many"})
    found = place.desk.one(other.id)
    assert found is not None and (found.state, found.flaw) == (OrderState.REFUSED, Flaw.TOO_MANY)


def test_who_gives_no_challenge_is_not_delivered_and_gets_nothing_later(place: Desk) -> None:
    one = place.give()
    place.after(9.9)
    assert place.state(one)[0] is OrderState.ASKING
    place.after(0.2)
    assert place.state(one) == (OrderState.NOT_DELIVERED, "not delivered: the station gave no challenge within 10 s")
    place.hear({"id": one.id, "challenge": CHALLENGE})
    assert place.said("order") == [] and place.state(one)[0] is OrderState.NOT_DELIVERED


def test_who_does_not_answer_may_have_done_it_until_its_ledger_says_so(place: Desk) -> None:
    one = place.give()
    place.hear({"id": one.id, "challenge": CHALLENGE})
    place.after(20.1)
    state, words = place.state(one)
    assert state is OrderState.NO_ANSWER and "may have been carried out" in words
    fact = {"kind": "order_carried_out", "id": one.id, "order": "unlock", "operator": "lin.mei", "reason": "courier locked in"}
    place.one.take(FakeStation("st-2").fact(1, fact))
    place.desk.look()
    assert place.state(one)[0] is OrderState.NO_ANSWER
    place.one.take(STATION.fact(1, fact))
    place.desk.look()
    assert place.state(one) == (OrderState.DONE, "done: it stands in the station's ledger")


def test_an_offline_station_is_told_at_once_and_nothing_waits_for_it(place: Desk) -> None:
    place.one.take(STATION.state("lost", level=6))
    place.one.clock.ms += 3 * 3_600_000
    one = place.give()
    assert (one.state, one.words) == (OrderState.NOT_DELIVERED, "not delivered: offline since 12:00 (3 h)")
    assert place.one.sent.messages == []


def test_too_old_software_a_lost_broker_and_an_unknown_station_are_said(place: Desk) -> None:
    place.one.take(STATION.state(session=2))
    assert place.give().words == "not delivered: the station's software (0.1.0) is too old to take orders; update it first"
    assert place.desk.give("st-9", OrderKind.IDENTIFY, "lin.mei", "where is it", None).words == "not delivered: the station has never said its state"
    place.one.sent.up = False
    assert place.give().words == "not delivered: the cloud has no connection to the broker"


def test_a_broker_that_is_lost_before_the_signed_order_left(place: Desk) -> None:
    one = place.give()
    place.one.sent.up = False
    place.hear({"id": one.id, "challenge": CHALLENGE})
    assert place.state(one) == (OrderState.NOT_DELIVERED, "not delivered: the cloud has lost its broker")


def test_what_a_restart_finds_open_is_closed_in_words(place: Desk, tmp_path: Path) -> None:
    asking, on_its_way = place.give(OrderKind.IDENTIFY), place.give()
    place.hear({"id": on_its_way.id, "challenge": CHALLENGE})
    again = bench(tmp_path).cloud.orders
    again.close_interrupted()
    states = {one.id: (one.state, one.words) for one in again.of("st-1", 10)}
    assert states[asking.id][1] == "not delivered: the cloud was started again before it was sent; give it again"
    assert states[on_its_way.id][0] is OrderState.NO_ANSWER and "may have been carried out" in states[on_its_way.id][1]


def test_a_forged_challenge_or_another_stations_word_opens_nothing(place: Desk) -> None:
    one = place.give()
    place.one.take(FakeStation("st-2").message(Leaf.CMD_REPLY, {"id": one.id, "done": True, "challenge": CHALLENGE}))
    place.desk.look()
    assert place.state(one)[0] is OrderState.ASKING
    place.hear({"id": one.id})
    assert place.state(one)[0] is OrderState.ASKING
    place.hear({"id": "ffff000011112222", "challenge": CHALLENGE})
    place.hear({"id": one.id, "challenge": "nonsense"})
    assert place.state(one)[0] is OrderState.NOT_DELIVERED and place.said("order") == []


def test_four_may_be_open_and_none_without_a_delegation(place: Desk, tmp_path: Path) -> None:
    for _ in range(4):
        place.give()
    with pytest.raises(OrderImpossible, match="open already"):
        place.give()
    place.one.clock.ms += 8 * 86_400_000
    with pytest.raises(OrderImpossible, match="no delegation for orders for the district 'north'"):
        place.give()


def test_a_worker_that_hears_the_reply_hands_it_over(place: Desk, tmp_path: Path) -> None:
    worker = bench(tmp_path, worker="w-2", shards="0-31")
    one = place.give()
    worker.take(STATION.message(Leaf.CMD_REPLY, {"id": one.id, "done": True, "challenge": CHALLENGE}))
    place.desk.look()
    assert place.state(one)[0] is OrderState.SENT


def test_the_machine_ends_and_facts_count_more_than_replies() -> None:
    one = machine.asked("0" * 16, "st-1", OrderKind.UNLOCK, None, "lin.mei", "why", NOON_MS)
    done, refusal = Reply(id=one.id, done=True), Reply(id=one.id, done=False, reason="no")
    carried = OrderCarriedOut(id=one.id, order=OrderKind.UNLOCK, operator="lin.mei", reason="why")
    refused = OrderRefused(id=one.id, flaw=Flaw.EXPIRED, reason="too old")
    for state in (OrderState.DONE, OrderState.REFUSED, OrderState.NOT_DELIVERED):
        ended = replace(one, state=state)
        assert machine.answered(ended, done, 1) is machine.answered(ended, refusal, 1) is ended
        assert machine.overdue(ended, 1e9, 1) is machine.interrupted(ended, 1) is machine.told(ended, refused, 1) is ended
        assert machine.told(ended, carried, 1).state is OrderState.DONE
    late = replace(one, state=OrderState.NO_ANSWER)
    assert machine.answered(late, done, 1).state is OrderState.DONE and machine.told(late, refused, 1).flaw is Flaw.EXPIRED


@pytest.mark.parametrize(
    ("ago_s", "words"),
    [(20, "11:59 (less than a minute)"), (600, "11:50 (10 min)"), (86_400, "2026-11-20 12:00 (24 h)"), (90 * 86_400, "2026-08-23 12:00 (90 d)")],
)
def test_offline_since(ago_s: int, words: str) -> None:
    assert offline_since(NOON_MS - ago_s * 1000, NOON_MS, 480) == f"offline since {words}"


@pytest.fixture
def web(place: Desk) -> Iterator[TestClient]:
    with TestClient(create_app(place.one.cloud), base_url=URL) as client:
        client.headers["authorization"] = f"Bearer {place.one.cloud.tokens.first(0)}"
        yield client


def test_the_api_wants_a_reason_and_notes_who(web: TestClient, place: Desk) -> None:
    path = "/api/v1/stations/st-1/orders"
    for bad in ({"reason": "  x "}, {"reason": "why\nnot"}, {"reason": "why not", "order": "open"}, {"reason": "why not", "minutes": 3}, {}):
        assert web.post(path, json={"order": "identify"} | bad).status_code == 422
    assert web.post("/api/v1/stations/st-9/orders", json={"order": "identify", "reason": "why not"}).status_code == 404
    answer = web.post(path, json={"order": "identify", "reason": "找不到站点"})
    assert answer.status_code == 202
    one = answer.json()
    assert (one["state"], one["operator"], one["order"], one["at"]) == ("asking", "token-first", "identify", "2026-11-21T04:00:00.000Z")
    assert web.get(f"/api/v1/orders/{one['id']}").json() == one == web.get(path).json()["items"][0]
    row = place.one.cloud.parts.audit_rows.rows(0, 10)[-1]
    assert (row.who, row.act, row.target, row.detail) == ("token:first", "order.identify", "st-1", '{"reason": "找不到站点"}')
    assert web.get("/api/v1/orders/ffffffffffffffff").status_code == 404


def test_a_person_of_the_district_who_gave_the_password_again_opens_a_door(web: TestClient, place: Desk) -> None:
    def asks(**who: Any) -> tuple[int, str]:
        web.headers |= logged_in(place.one, **who) if who else {}
        answer = web.post("/api/v1/stations/st-1/orders", json={"order": "unlock", "reason": "why not"})
        return answer.status_code, answer.json().get("type", "")

    assert asks() == (403, "human_needed")
    assert asks(role=Role.VIEWER) == (403, "role_too_low")
    assert asks(role=Role.OPERATOR, districts=("south",), stepped_up=True) == (403, "not_your_district")
    assert asks(role=Role.OPERATOR, districts=("north",)) == (401, "step_up_needed")
    assert place.desk.of("st-1", 10) == []
    assert asks(role=Role.OPERATOR, districts=("north",), stepped_up=True, name="lin.mei") == (202, "")
    assert [one.operator for one in place.desk.of("st-1", 10)] == ["lin.mei"]
