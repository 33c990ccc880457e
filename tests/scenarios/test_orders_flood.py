"""Whoever has stolen the command key may order for seven days, but not as often as they like."""

from __future__ import annotations

from contract.orders import OrderCarriedOut, OrderKind
from contract.signing import Flaw
from edge.domain.orders import DONE_MOST
from tests.signed_orders import Made, orders


def test_orders_that_open_nothing_have_a_limit_too_and_leave_the_unlock_its_own(made: Made) -> None:
    bench = made()
    told = []
    for _ in range(DONE_MOST + 5):
        told.append(orders(bench, OrderKind.REFRESH_ROSTER))
        bench.after(1.0)
    assert [one.done for one in told] == [True] * DONE_MOST + [False] * 5
    assert {one.flaw for one in told[DONE_MOST:]} == {Flaw.TOO_MANY} and "30 orders at once" in told[-1].reason
    assert len(bench.cloud.of(OrderCarriedOut)) == DONE_MOST == len(bench.assembly._ledger._db.execute("SELECT * FROM audit").fetchall())
    assert orders(bench).done, "an unlock is counted by itself"
    bench.after(61.0)
    assert orders(bench, OrderKind.REFRESH_ROSTER).done
