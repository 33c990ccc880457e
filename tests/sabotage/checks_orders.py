"""Rules about orders from afar as checks of a station."""

from __future__ import annotations

from contract.orders import OrderCarriedOut
from contract.signing import Flaw
from tests.sabotage.checks import break_disk, ever_on
from tests.signed_orders import challenge, ordered, replies
from twin.station import TwinStation


def check_an_unlock_that_is_not_recorded_never_lets_go(bench: TwinStation) -> None:
    """Not for a millisecond, and it counts for nothing; when the disk works again the next one does."""
    order = ordered(challenge(bench))
    highs = ever_on(bench, bench.config.door.lock_pin)
    disk = break_disk(bench)
    bench.cloud.push_command(order.model_dump_json().encode())
    bench.after(1)
    assert not highs and bench.screen.door == "locked"
    told = replies(bench)[-1]
    assert (told.id, told.done, told.flaw) == (order.id, False, Flaw.NOT_NOW)
    disk.fails = False
    bench.after(6)
    assert not highs and bench.cloud.of(OrderCarriedOut) == []
    bench.cloud.push_command(ordered(challenge(bench)).model_dump_json().encode())
    bench.after(0.1)
    assert highs and len(bench.cloud.of(OrderCarriedOut)) == 1
