"""Rosters at a station that has a root: only what a delegated key has signed comes in force, and each flaw is reported by name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from contract.facts import RosterApplied
from contract.roster import Roster
from contract.signing import Flaw, Kind, Signed, public_half
from contract.trust import OpsKey, Root, Scope
from tests.contract import signed_examples as known
from tests.scenarios.people import enters_by_code, people, two_people
from tests.signed_orders import DAY, Made, delegation, provisioned, reports, signed_roster
from twin.clock import TwinClock
from twin.station import TwinStation, layout, roster

NEXT_OPS = known.key(12)
NEXT_ROOT = Root(
    version=2, expires=known.AT + 3650 * DAY, root_keys=known.ROOT.root_keys, threshold=2,
    ops_keys=(OpsKey(key=public_half(NEXT_OPS), name="next", expires=known.AT + 365 * DAY),),
)  # fmt: skip


def of(version: int) -> Roster:
    return Roster.model_validate_json(two_people(version))


def given(scope: Scope = Scope.ROSTER, life: timedelta = 400 * DAY, **more: Any) -> Signed:
    return delegation((scope,), life=life, **more)


def test_each_roster_that_nobody_signed_who_may_is_refused_by_name(made: Made) -> None:
    bench = made(district="north")
    attacks = {
        Flaw.FORM: two_people(9),
        Flaw.UNKNOWN_KEY: signed_roster(of(9), by=known.key(99)),
        Flaw.SCOPE: signed_roster(of(9), given(Scope.ORDER, 7 * DAY)),
        Flaw.EXPIRED: signed_roster(of(9), given(issued=known.AT - 401 * DAY)),
        Flaw.TOO_LONG_LIFE: signed_roster(of(9), given(life=401 * DAY)),
        Flaw.SIGNATURE: signed_roster(of(9)).replace(b'\\"version\\":9', b'\\"version\\":8'),
        Flaw.ROLLBACK: signed_roster(of(1)).replace(b"!", b""),
    }
    assert reports(bench, signed_roster(of(2))).version == 2
    for flaw, raw in attacks.items():
        told = reports(bench, raw)
        assert told.version == 2 and (told.refused or "").startswith(f"{flaw.value}: "), (flaw, told)
    assert (reports(bench, signed_roster(of(9), given(districts=("south",)))).refused or "").startswith("scope: ")
    assert reports(bench, signed_roster(of(9), given(districts=("north", "south")))).refused is None
    assert reports(bench, b"x" * (1024 * 1024 + 1)).refused == "too_large: roster: 1048577 bytes; at most 1048576 are read"
    assert [fact.version for fact in bench.cloud.of(RosterApplied)] == [1, 2, 9]
    assert enters_by_code(bench)


def test_one_that_is_in_force_outlives_its_delegation_and_a_restart(made: Made) -> None:
    bench = made()
    short = given(life=30 * DAY)
    assert reports(bench, signed_roster(of(2), short)).version == 2
    bench.kill()
    bench.clock.set_wall(known.AT + 40 * DAY)
    bench.boot()
    assert bench.cloud.states[-1].roster == 2
    assert (reports(bench, signed_roster(of(3), short)).refused or "").startswith("expired: ")
    assert enters_by_code(bench)


def test_a_newer_root_comes_along_and_the_old_ops_key_is_over(made: Made) -> None:
    bench = made()
    chain = known.signed(Kind.ROOT, NEXT_ROOT, *known.ROOT_KEYS[1:])
    assert reports(bench, signed_roster(of(2), given(by=NEXT_OPS), roots=(known.SIGNED_ROOT, chain))).version == 2
    assert bench.cloud.kinds()[-2:] == ["root_changed", "roster_applied"]
    bench.kill()
    bench.boot()
    assert (reports(bench, signed_roster(of(3))).refused or "").startswith("unknown_key: ")
    assert reports(bench, signed_roster(of(3), given(by=NEXT_OPS))).version == 3
    alone = known.signed(Kind.ROOT, NEXT_ROOT.model_copy(update={"version": 3}), known.ROOT_KEYS[0])
    assert (reports(bench, signed_roster(of(4), given(by=NEXT_OPS), roots=(alone,))).refused or "").startswith("too_few_signatures: ")


def test_the_first_signed_roster_replaces_what_nobody_had_to_sign(tmp_path: Path) -> None:
    """Somebody at the broker may have pushed one with the highest version there is, before the station had a root."""
    bench = TwinStation(tmp_path, layout(), TwinClock(known.AT))
    assert reports(bench, roster(*people(), version=2**53)).version == 2**53
    bench.close()
    bench = provisioned(tmp_path)
    assert bench.cloud.states[-1].roster == 1
    bench.close()


def test_a_stolen_roster_key_can_not_sign_the_last_version_for_ever(made: Made) -> None:
    bench = made()
    first, stolen, fresh = given(), *(given(issued=known.AT + timedelta(seconds=n)) for n in (1, 2))
    assert reports(bench, signed_roster(of(2), first)).version == 2
    told = reports(bench, signed_roster(of(2**53), first))
    assert told.version == 2 and (told.refused or "").startswith("leap: ")
    assert reports(bench, signed_roster(of(2**53), stolen)).version == 2**53
    assert (reports(bench, signed_roster(of(3), stolen)).refused or "").startswith("leap: ")
    assert reports(bench, signed_roster(of(3), fresh)).version == 3, "the next delegation ends it"
    assert (reports(bench, signed_roster(of(2**53), stolen)).refused or "").startswith("leap: ")
    assert reports(bench, signed_roster(of(4), stolen)).version == 4, "of several that hold the cloud may use any"
    assert (reports(bench, signed_roster(of(3), fresh)).refused or "").startswith("rollback: ")


def test_a_key_that_may_be_over_puts_nobody_in_while_nobody_knows_the_time(made: Made) -> None:
    bench = made()
    old, fresh = given(issued=known.AT - 400 * DAY, life=399 * DAY), given()
    assert reports(bench, signed_roster(of(2), fresh)).version == 2
    bench.clock.synchronised = False
    bench.after(10.0)
    assert (reports(bench, signed_roster(of(3), old)).refused or "").startswith("clock_unsure: ")
    assert reports(bench, signed_roster(of(3), fresh)).version == 3, "people are let in and kept out also without a clock"
    bench.clock.synchronised = True
    bench.after(10.0)
    assert (reports(bench, signed_roster(of(4), old)).refused or "").startswith("expired: ")
