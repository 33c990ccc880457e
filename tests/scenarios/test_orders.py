"""Orders from afar: what they do, when they are refused and by which name, and that no rule of the room gives way to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from contract.facts import DoorLocked, EntryGranted, FaultCode, VisitEnded
from contract.orders import CHALLENGE_S, UNLOCKS_PER_HOUR, ChallengePlease, OrderCarriedOut, OrderKind, OrderRefused, SignedOrder
from contract.roster import Roster
from contract.signing import Flaw, Kind, Signed, sign, sign_text
from contract.steward import MaintenanceStarted
from contract.trust import Scope
from edge.adapters.store import orders as stored
from edge.domain.audit import verify
from edge.domain.messages import GuardChanged
from edge.domain.room_messages import DrinkAsked, LineChanged
from tests.contract import signed_examples as known
from tests.sabotage.checks_orders import check_an_unlock_that_is_not_recorded_never_lets_go
from tests.scenarios.people import AN
from tests.scenarios.stewards import WU, cast, on
from tests.signed_orders import DAY, Made, challenge, delegation, ordered, orders, replies, says, signed_roster, tampered
from twin.clock import TwinClock
from twin.station import TwinStation


def refusals(bench: TwinStation) -> list[Flaw]:
    return [fact.flaw for fact in bench.cloud.of(OrderRefused)]


def db(bench: TwinStation) -> sqlite3.Connection:
    return bench.assembly._ledger._db


# ---- unlock


def test_an_unlock_lets_go_once_and_nobody_has_come_in(made: Made) -> None:
    bench = made()
    told = orders(bench)
    assert (told.done, told.reason, told.flaw) == (True, "unlocked for 5 s", None)
    assert bench.world.lock_released and bench.screen.notice.value == "unlocked"
    bench.world.pull_door(hold_s=1.0)
    bench.after(4.5)
    assert not bench.world.lock_released
    assert bench.world.truth().door.entered == 1 and bench.cloud.states[-1].inside == 0
    bench.walk_out()
    bench.after(6)
    assert [(fact.order, fact.operator) for fact in bench.cloud.of(OrderCarriedOut)] == [(OrderKind.UNLOCK, "lin.mei")]
    assert bench.cloud.of(EntryGranted) == [] and bench.cloud.of(VisitEnded) == []
    assert orders(bench).done
    bench.after(6)
    assert [fact.opened for fact in bench.cloud.of(DoorLocked)] == [True, False]


def test_whoever_was_let_in_at_the_same_time_has_their_visit(made: Made) -> None:
    bench = made()
    bench.show_face(AN)
    assert orders(bench).done
    bench.world.pull_door(hold_s=1.0)
    bench.after(4.5)
    assert bench.cloud.states[-1].inside == 1 and bench.screen.visitor


def test_what_the_room_forbids_stays_forbidden(made: Made) -> None:
    check_what_the_room_forbids_stays_forbidden(made(detectors={"fire_pin": 5}))


def check_what_the_room_forbids_stays_forbidden(bench: TwinStation) -> None:
    """An open door, and a fire alarm."""
    bench.world.pull_door(hold_s=9.0)
    assert orders(bench).done
    bench.world.pull_door(hold_s=2.0)
    bench.after(1.5)
    assert orders(bench).reason == "the door stands open"
    bench.after(6)
    bench.post(LineChanged("fire", True))
    bench.after(3)
    assert bench.screen.faults and FaultCode.FIRE in {fault.fault for fault in bench.screen.faults}
    told = orders(bench)
    assert (told.done, told.flaw) == (False, Flaw.NOT_NOW) and "fire" in told.reason
    assert refusals(bench) == [Flaw.NOT_NOW]


def test_no_restart_that_was_ordered_secures_a_door_that_fire_holds_free(made: Made) -> None:
    bench = made(detectors={"fire_pin": 5})
    boot = bench.assembly.core.boot
    assert orders(bench, OrderKind.RESTART).done
    bench.post(LineChanged("fire", True))
    bench.after(150)
    assert bench.world.lock_released and bench.assembly.core.boot == boot


def test_without_the_guard_nothing_is_unlocked_from_afar(made: Made) -> None:
    check_without_the_guard_nothing_is_unlocked_from_afar(made())


def check_without_the_guard_nothing_is_unlocked_from_afar(bench: TwinStation) -> None:
    """Nobody would secure the strike if the agent died."""
    bench.post(GuardChanged(False))
    bench.after(0.5)
    told = orders(bench)
    assert (told.done, told.flaw) == (False, Flaw.NOT_NOW) and "guard_lost" in told.reason
    assert not bench.world.lock_released


def check_six_an_hour_over_restarts(bench: TwinStation) -> None:
    """Whoever signs them, whatever is restarted in between; an hour of running time later there are more."""
    for number in range(UNLOCKS_PER_HOUR):
        assert orders(bench).done
        bench.after(6)
        if number in (2, 4):
            bench.kill()
            bench.boot()
    bench.clock.set_wall(known.AT + DAY)
    told = orders(bench)
    assert (told.done, told.flaw) == (False, Flaw.TOO_MANY)
    assert not bench.world.lock_released
    bench.kill()
    bench.boot()
    assert orders(bench).flaw is Flaw.TOO_MANY


def test_six_an_hour_over_restarts(made: Made) -> None:
    bench = made()
    check_six_an_hour_over_restarts(bench)
    bench.clock.move(3600)
    bench.after(0.1)
    assert orders(bench).done


# ---- the rest


def test_identify_blinks_and_a_station_without_a_lamp_says_so(made: Made) -> None:
    told = orders(made(), OrderKind.IDENTIFY)
    assert (told.done, told.flaw) == (False, Flaw.NOT_NOW) and "status.light_pin" in told.reason
    bench = made(status={"light_pin": 16})
    assert orders(bench, OrderKind.IDENTIFY).done
    lit = set()
    for _ in range(8):
        lit.add(bench.pins.room_side.level(16))
        bench.after(0.25)
    assert len(lit) == 2
    assert [fact.order for fact in bench.cloud.of(OrderCarriedOut)] == [OrderKind.IDENTIFY]


def test_maintenance_is_granted_to_the_steward_at_the_screen(made: Made) -> None:
    bench = made()
    bench.cloud.push_roster(signed_roster(Roster.model_validate_json(cast())))
    bench.after(0.1)
    assert "no steward" in orders(bench, OrderKind.MAINTENANCE, minutes=20).reason
    bench.let_in(AN)
    assert orders(bench, OrderKind.MAINTENANCE, minutes=20).flaw is Flaw.NOT_NOW
    bench.walk_out()
    bench.let_in(WU)
    assert orders(bench, OrderKind.MAINTENANCE, minutes=20).reason == "maintenance for 20 min"
    assert on(bench)
    assert [(fact.person, fact.longest_s) for fact in bench.cloud.of(MaintenanceStarted)] == [(WU, 1200)]


def test_a_restart_waits_for_a_pour_and_is_in_order(made: Made) -> None:
    bench = made()
    bench.let_in(AN)
    bench.post(DrinkAsked("cold", 600))
    bench.after(0.5)
    boot = bench.cloud.states[-1].boot
    told = orders(bench, OrderKind.RESTART)
    assert told.done and "2 min at most" in told.reason
    assert orders(bench, OrderKind.RESTART).reason == "a restart waits already"
    bench.after(15)
    assert bench.cloud.states[-1].boot == boot
    bench.walk_out()
    bench.after(3)
    assert bench.cloud.states[-1].boot != boot
    assert bench.cloud.kinds().count("station_started") == 2


def test_refresh_says_the_roster_again(made: Made) -> None:
    bench = made()
    said = len(bench.cloud.said)
    assert orders(bench, OrderKind.REFRESH_ROSTER).done
    bench.after(0.1)
    assert [payload for leaf, payload in bench.cloud.said[said:] if leaf.value == "roster/reported"] == [b'{"version":1,"people":2,"refused":null}']


# ---- challenges


def check_a_challenge_is_good_once(bench: TwinStation) -> None:
    """The very same order again, at once, after a restart, and after the clock went back."""
    order = ordered(challenge(bench))
    assert says(bench, order).done
    bench.after(6)
    assert says(bench, order).flaw is Flaw.NO_CHALLENGE
    challenge(bench)
    assert says(bench, order).flaw is Flaw.NO_CHALLENGE
    bench.kill()
    bench.boot()
    challenge(bench)
    assert says(bench, order).flaw is Flaw.NO_CHALLENGE
    bench.clock.set_wall(known.AT)
    bench.after(6)
    assert says(bench, order).flaw is Flaw.NO_CHALLENGE
    assert not bench.world.lock_released
    assert len(bench.cloud.of(OrderCarriedOut)) == 1


def test_a_challenge_is_good_once(made: Made) -> None:
    check_a_challenge_is_good_once(made())


def test_a_challenge_is_good_for_15_s_and_four_are_open(made: Made) -> None:
    bench = made()
    check_a_challenge_is_good_for_15_s_and_four_are_open(bench)
    for _ in range(9):
        last = says(bench, ChallengePlease(id=known.ORDER.id))
    assert last.flaw is Flaw.TOO_MANY


def check_a_challenge_is_good_for_15_s_and_four_are_open(bench: TwinStation) -> None:
    late = challenge(bench)
    bench.after(CHALLENGE_S + 0.1)
    newer = [challenge(bench)]
    assert says(bench, ordered(late)).flaw is Flaw.NO_CHALLENGE
    newer += [challenge(bench) for _ in range(4)]
    assert len({late, *newer}) == 6 and all(len(one) == 41 for one in newer)
    assert says(bench, ordered(newer[0])).flaw is Flaw.NO_CHALLENGE
    assert says(bench, ordered(newer[1])).done


# ---- attacks, by somebody with every right at the broker

CLOUD, OPS, STRANGE = known.CLOUD_KEY, known.OPS_KEY, known.key(99)
Attack = Callable[[str], SignedOrder]
ATTACKS: dict[str, tuple[Flaw, Attack]] = {
    "another station's order": (Flaw.WRONG_TARGET, lambda c: ordered(c, station="st-2")),
    "a challenge that was never given": (Flaw.NO_CHALLENGE, lambda c: ordered(known.ORDER.challenge)),
    "changed reason": (Flaw.SIGNATURE, lambda c: _with_order(ordered(c), tampered(ordered(c).order, lambda o: o.update(reason="none at all")))),
    "changed order": (Flaw.SIGNATURE, lambda c: _with_order(ordered(c, OrderKind.IDENTIFY), tampered(ordered(c).order, lambda o: o.update(operator="x")))),
    "signed as a roster": (Flaw.SIGNATURE, lambda c: ordered(c, kind=Kind.ROSTER)),
    "signed by a stranger": (Flaw.UNKNOWN_KEY, lambda c: ordered(c, by=STRANGE)),
    "signed by the ops key itself": (Flaw.UNKNOWN_KEY, lambda c: ordered(c, by=OPS)),
    "delegated by a stranger": (Flaw.UNKNOWN_KEY, lambda c: ordered(c, given=delegation(by=STRANGE))),
    "delegated by itself": (Flaw.UNKNOWN_KEY, lambda c: ordered(c, given=delegation(by=CLOUD))),
    "changed delegation": (Flaw.SIGNATURE, lambda c: ordered(c, given=tampered(delegation(), lambda d: d.update(districts=["x"])))),
    "delegation that is over": (Flaw.EXPIRED, lambda c: ordered(c, given=delegation(issued=known.AT - 8 * DAY))),
    "delegation of tomorrow": (Flaw.NOT_YET, lambda c: ordered(c, given=delegation(issued=known.AT + DAY))),
    "delegation of 8 days": (Flaw.TOO_LONG_LIFE, lambda c: ordered(c, given=delegation(life=8 * DAY))),
    "delegation for rosters": (Flaw.SCOPE, lambda c: ordered(c, given=delegation((Scope.ROSTER,)))),
    "delegation for elsewhere": (Flaw.SCOPE, lambda c: ordered(c, given=delegation(districts=("far",)))),
    "an order in place of a delegation": (Flaw.SIGNATURE, lambda c: ordered(c, given=sign(Kind.ORDER, known.DELEGATION.model_dump(mode="json"), OPS))),
    "an unknown order": (Flaw.FORM, lambda c: ordered(c, surprise=True)),
    "no reason": (Flaw.FORM, lambda c: ordered(c, reason="")),
    "121 min of maintenance": (Flaw.FORM, lambda c: ordered(c, OrderKind.MAINTENANCE, minutes=121)),
    "minutes of an unlock": (Flaw.CONTENT, lambda c: ordered(c, minutes=5)),
    "under another id": (Flaw.CONTENT, lambda c: ordered(c).model_copy(update={"id": "f" * 16})),
    "not canonical": (Flaw.NOT_CANONICAL, lambda c: _with_order(ordered(c), _spaced(c))),
}


def _with_order(order: SignedOrder, other: Signed) -> SignedOrder:
    return order.model_copy(update={"order": other})


def _spaced(c: str) -> Signed:
    return sign_text(Kind.ORDER, ordered(c).order.payload.replace(",", ", "), CLOUD)


def check_each_attack_is_refused_by_name(bench: TwinStation) -> None:
    for name, (flaw, attack) in ATTACKS.items():
        told = says(bench, attack(challenge(bench)))
        assert (name, told.done, told.flaw) == (name, False, flaw), told.reason
        bench.after(1)
    assert bench.cloud.of(OrderCarriedOut) == [] and not bench.world.lock_released
    assert set(refusals(bench)) == {flaw for flaw, _ in ATTACKS.values()}


def test_each_attack_is_refused_by_name(made: Made) -> None:
    check_each_attack_is_refused_by_name(made())


def test_a_forged_order_does_not_use_up_the_challenge(made: Made) -> None:
    bench = made()
    given = challenge(bench)
    assert says(bench, ordered(given, by=STRANGE)).flaw is Flaw.UNKNOWN_KEY
    assert says(bench, ordered(given)).done


def test_without_a_trusted_clock_or_a_root_nothing_is_taken(made: Made, bench: TwinStation) -> None:
    assert says(made(TwinClock(known.AT, synchronised=False)), ordered("0" * 8 + "-" + "0" * 32)).flaw is Flaw.NO_CHALLENGE
    unsure = made(TwinClock(known.AT, synchronised=False))
    assert orders(unsure).flaw is Flaw.CLOCK_UNSURE
    assert says(bench, ChallengePlease(id=known.ORDER.id)).flaw is Flaw.NO_ROOT
    assert says(bench, known.SIGNED_ORDER).flaw is Flaw.NO_ROOT


def test_a_flood_is_one_fact_a_minute_for_each_flaw(made: Made) -> None:
    bench = made()
    given = challenge(bench)
    for _ in range(200):
        bench.cloud.push_command(known.SIGNED_ORDER.model_dump_json().encode())
    before = len(replies(bench))
    bench.after(0.1)
    assert refusals(bench) == [Flaw.NO_CHALLENGE, Flaw.TOO_MANY]
    assert len(replies(bench)) - before == 40
    bench.after(3)
    assert says(bench, ordered(given)).done
    bench.after(61)
    assert sum(fact.count for fact in bench.cloud.of(OrderRefused)) == 200
    assert len(refusals(bench)) == 4


# ---- the audit chain


def test_the_audit_chain_holds_and_tells_what_was_changed(made: Made) -> None:
    bench = made(status={"light_pin": 16})
    for kind in (OrderKind.UNLOCK, OrderKind.IDENTIFY, OrderKind.UNLOCK):
        assert orders(bench, kind).done
        bench.kill()
        bench.boot()
    chain = stored.audit(db(bench))
    told = [fact.audit for fact in bench.cloud.of(OrderCarriedOut)]
    assert [entry.hash for entry in chain] == told and verify(chain, told[-1]) is None
    assert "courier locked in his bag" in chain[0].body and known.DELEGATION.key in chain[0].body
    changed = [type(one)(one.seq, one.body.replace("lin.mei", "nobody"), one.hash) for one in chain]
    assert verify([chain[0], changed[1], chain[2]]) == "entry 2 was changed, or the one before it"
    assert verify([chain[0], chain[2]]) == "entry 2 is missing; 3 follows"
    assert verify(chain[:2], told[-1]) == f"the chain ends after entry 2, and not with {told[-1][:16]}"
    for act in ("DELETE FROM audit", "UPDATE audit SET body = 'x'"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            db(bench).execute(act)


def test_an_order_that_can_not_be_recorded_was_none(made: Made) -> None:
    bench = made()
    check_an_unlock_that_is_not_recorded_never_lets_go(bench)
    assert replies(bench)[-1].done
    assert verify(stored.audit(db(bench)), bench.cloud.of(OrderCarriedOut)[-1].audit) is None

