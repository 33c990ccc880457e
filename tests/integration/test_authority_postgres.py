"""Roots, delegations, orders and receipts on PostgreSQL, where the reply is heard by another process than the one that gave the order."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from cloud.domain.orders import OrderState
from cloud.trust import Trust
from contract.orders import OrderKind
from contract.roster import Entitlement
from contract.signing import Kind
from contract.topics import Leaf
from contract.trust import Delegation, Scope
from tests.cloud_parts import NOON, FakeStation, bench
from tests.contract.signed_examples import OPS_KEY, REPORT, SIGNED_ROOT, signed
from tests.integration.postgres import RunningPostgres

pytestmark = pytest.mark.server


def test_keys_orders_and_receipts(postgres: RunningPostgres, tmp_path: Path) -> None:
    main, worker = bench(tmp_path / "a", database_url=postgres.url), bench(tmp_path / "b", database_url=postgres.url, worker="w-2")
    trust, station, desk = main.cloud.parts.trust, FakeStation(), main.cloud.orders
    assert isinstance(trust, Trust)
    trust.put_roots([SIGNED_ROOT])
    for scope in Scope:
        given = Delegation(key=trust.make_key(scope), scope=(scope,), districts=("north",), issued=NOON, expires=NOON + timedelta(days=7))
        for _ in range(2):
            trust.put_delegation(signed(Kind.DELEGATION, given, OPS_KEY))
    main.cloud.people.put("p-1", number="1001", pin="4711", label="汉", entitlement=Entitlement())
    worker.take(station.state(level=6), station.reported(1))
    for root in (1, 0):
        worker.take(station.message(Leaf.CFG_REPORTED, REPORT.model_copy(update={"root": root}).model_dump(mode="json")))
    assert main.cloud.announcer._send(set(), True) == (set(), False)
    assert b"signed_roster" in main.sent.messages[-1][1]
    one = desk.give("st-1", OrderKind.UNLOCK, "lin.mei", "快递员被锁在里面", None)
    for answer in ({"challenge": "00000b07-" + "5a" * 16}, {"reason": "a\x00b"}):
        worker.take(station.message(Leaf.CMD_REPLY, {"id": one.id, "done": True} | answer))
        desk.look()
    assert [(each.id, each.state) for each in desk.of("st-1", 5)] == [(one.id, OrderState.DONE)]
    assert main.cloud.parts.stations.all()[0].roster_ms == main.clock.ms
    for each in (main, worker):
        each.cloud.stop()
