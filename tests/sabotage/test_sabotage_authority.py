"""The rules of keys and orders at the cloud, taken out one by one: the same check must then fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cloud.domain import orders as machine
from cloud.domain.delegations import Given, read
from cloud.domain.orders import Ordered, OrderState
from cloud.trust import Trust
from contract.roster import Entitlement
from contract.trust import Root
from tests.cloud_parts import Bench, bench
from tests.cloud_trusting import trusting
from tests.contract.signed_examples import SIGNED_ROOT
from tests.properties.test_order_desk import STATION, check_a_course
from tests.unit import test_cloud_rosters, test_cloud_trust

Saw = pytest.MonkeyPatch


def red(check: Callable[[], object]) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception, ValidationError)):
        check()


@pytest.fixture
def cloud(tmp_path: Path) -> Bench:
    one = bench(tmp_path)
    trusting(one)
    one.take(STATION.state(level=6))
    return one


def test_what_has_left_is_called_undelivered_after_a_restart(cloud: Bench, monkeypatch: Saw) -> None:
    events = ["challenge", "restart"]
    check_a_course(cloud, events)
    monkeypatch.setattr(machine, "interrupted", lambda one, now_ms: machine.not_delivered(one, "started again", now_ms))
    red(lambda: check_a_course(cloud, events))


def test_an_order_is_signed_for_every_challenge_that_comes(cloud: Bench, monkeypatch: Saw) -> None:
    events = ["challenge", "challenge"]
    check_a_course(cloud, events)
    monkeypatch.setattr(machine, "challenge", lambda _one, reply: reply.challenge or None)
    red(lambda: check_a_course(cloud, events))


def test_an_order_waits_for_its_challenge_for_ever(cloud: Bench, monkeypatch: Saw) -> None:
    events = ["12 s", "challenge"]
    check_a_course(cloud, events)
    monkeypatch.setattr(machine, "ASKING_S", 1e9)
    red(lambda: check_a_course(cloud, events))


def test_any_kind_word_is_taken_for_done(cloud: Bench, monkeypatch: Saw) -> None:
    def gullible(one: Ordered, reply: Any, now_ms: int) -> Ordered:
        return machine._now(one, OrderState.DONE, "done", now_ms) if reply.done else one

    check_a_course(cloud, ["done"])
    monkeypatch.setattr(machine, "answered", gullible)
    red(lambda: check_a_course(cloud, ["done"]))



@pytest.fixture
def people(tmp_path: Path) -> Bench:
    one = bench(tmp_path / "people")
    one.cloud.people.put("p-1", number="1001", pin="4711", label="A", entitlement=Entitlement())
    return one


@pytest.fixture
def trust(people: Bench) -> Trust:
    found = people.cloud.parts.trust
    assert isinstance(found, Trust)
    found.put_roots([SIGNED_ROOT])
    test_cloud_rosters.delegate(found)
    return found


def test_a_station_that_once_had_a_root_is_told_plainly(people: Bench, trust: Trust, monkeypatch: Saw) -> None:
    monkeypatch.setattr("cloud.adapters.db.ledger.write_rooted", lambda _connection, _batch: None)
    red(lambda: test_cloud_rosters.test_who_once_showed_a_root_is_never_told_plainly_again(people, trust))


def test_roots_may_go_back(trust: Trust, monkeypatch: Saw) -> None:
    monkeypatch.setattr("cloud.trust._goes_on", lambda _known, _fresh: None)
    red(lambda: test_cloud_trust.test_roots_never_go_back_nor_elsewhere(trust))


@pytest.mark.parametrize("name", ["signed by one of two", "a link left out"])
def test_a_chain_is_read_and_not_checked(trust: Trust, monkeypatch: Saw, name: str) -> None:
    def trusting_all(roots: Any) -> Any:
        return [(Root.model_validate_json(signed.payload), signed) for signed in roots]

    monkeypatch.setattr("cloud.trust.checked", trusting_all)
    red(lambda: test_cloud_trust.test_a_forged_chain_changes_nothing(trust, name))


@pytest.mark.parametrize("name", ["eight days", "signed by a stranger"])
def test_a_delegation_is_kept_unread(trust: Trust, monkeypatch: Saw, name: str) -> None:
    monkeypatch.setattr("cloud.trust.accept", lambda _root, signed, _scope_of, _now: Given(signed, read(signed)))
    red(lambda: test_cloud_trust.test_a_delegation_that_no_station_would_take_is_refused(trust, name))
