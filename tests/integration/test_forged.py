"""Thousands of forged, rolled-back, expired, mixed and oversized documents, by an attacker with every right at the broker: all refused, all named."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from contract import trust
from contract.commands import Reply
from contract.config import check
from contract.configuration import LEVEL, ConfigReport, Phase
from contract.orders import ChallengePlease, Order, OrderCarriedOut, OrderRefused, SignedOrder
from contract.roster import Person, Roster, RosterReport
from contract.signing import Flaw, Kind, TrustRefused, decode
from contract.topics import Leaf, topic
from contract.trust import Bundle, Scope, SignedRoster
from edge.adapters.mqtt import understand
from edge.domain.messages import CodeTyped
from tests.integration.forgeries import NO_CHALLENGE, OLD_OPS, Forger, Town
from twin.clock import TwinClock
from twin.station import TwinStation, layout, person

MANY = EACH = 5_000
"""Of the contract alone, and one by one at a station; a real broker and its 5,000 are in test_forged_broker.py."""
KINDS = 44
"""Of attacks; docs/trust.md has how many of each."""
ORDER_S = 0.9
"""Simulated, after each order: a station gives a challenge a second."""
AT = datetime(2026, 11, 21, 3, 20, tzinfo=UTC)
EVIL: dict[str, object] = {"station": "st-1", "name": "Mine", "door": {"unlock_s": 29}}
GOOD = layout().model_dump(mode="json") | {"door": {"unlock_s": 6}}
VISITOR, THIEF = person("p-1", "1001", "246810"), person("p-66", "6666", "666666")
pytestmark = pytest.mark.slow


def judge(town: Town, leaf: Leaf, raw: bytes, version: int, roster: int) -> object:
    """By contract/trust.py alone: what a station does before it looks at anything else. No challenge is open."""
    if leaf is Leaf.CFG_DESIRED:
        bundle = decode(raw, leaf.traffic.limit, "cfg/desired", Bundle.model_validate_json)
        assert isinstance(bundle, Bundle)
        root, _ = trust.newest_root(town.root, bundle.roots)
        return trust.config(root, bundle.document, town.station, version, LEVEL, town.now)
    if leaf is Leaf.CMD:
        order = decode(raw, leaf.traffic.limit, "cmd", SignedOrder.model_validate_json)
        assert isinstance(order, SignedOrder)
        given = trust.delegation(town.root, order.delegation, Scope.ORDER, town.district, town.now)
        inner = trust.delegated(given, order.order, Kind.ORDER, Order)
        if inner.station != town.station:
            raise TrustRefused(Flaw.WRONG_TARGET, inner.station)
        raise TrustRefused(Flaw.NO_CHALLENGE, "none is open")
    signed = decode(raw, leaf.traffic.limit, "roster", SignedRoster.model_validate_json)
    assert isinstance(signed, SignedRoster)
    given = trust.delegation(town.root, signed.delegation, Scope.ROSTER, town.district, town.now)
    found = trust.delegated(given, signed.roster, Kind.ROSTER, Roster)
    if found.version < roster:
        raise TrustRefused(Flaw.ROLLBACK, f"{found.version}")
    return found


def test_the_contract_refuses_each_of_five_thousand_by_name() -> None:
    town = Town("st-1", "north", AT)
    named: Counter[str] = Counter()
    for one in islice(Forger(town, 5, 8, EVIL, Person(person="p-66")), MANY):
        with pytest.raises(TrustRefused) as caught:
            judge(town, one.leaf, one.payload, 5, 8)
        assert caught.value.flaw in one.flaws, (one.name, caught.value.flaw, str(caught.value))
        assert "\n" not in str(caught.value)[:1]
        named[caught.value.flaw.value] += 1
    assert named.total() == MANY
    assert {flaw.value for flaw in (
        Flaw.UNKNOWN_KEY, Flaw.SIGNATURE, Flaw.ROLLBACK, Flaw.EXPIRED, Flaw.WRONG_TARGET, Flaw.KEY_EXPIRED, Flaw.LEVEL, Flaw.FORM, Flaw.SCOPE,
        Flaw.TOO_FEW_SIGNATURES, Flaw.TOO_LARGE, Flaw.NOT_CANONICAL, Flaw.TOO_LONG_LIFE, Flaw.NO_CHALLENGE,
    )} <= named.keys()  # fmt: skip


def test_the_rightful_ones_are_taken() -> None:
    town = Town("st-1", "north", AT)
    assert check(EVIL).door.unlock_s == 29, "what the attacker wants must be wrong by its signature alone"
    assert judge(town, Leaf.CFG_DESIRED, town.config(6, EVIL).model_dump_json().encode(), 5, 8)
    assert judge(town, Leaf.ROSTER_DESIRED, town.roster(9, Person(person="p-66")).model_dump_json().encode(), 5, 8)
    with pytest.raises(TrustRefused, match="none is open"):
        judge(town, Leaf.CMD, town.order("0a1b2c3d-" + "5a" * 16).model_dump_json().encode(), 5, 8)


def test_no_single_byte_of_a_bundle_can_be_changed() -> None:
    """Each byte once, to another each time: what a property draws at random, here without a gap."""
    town = Town("st-1", "north", AT)
    raw = town.config(6, EVIL).model_dump_json().encode()
    for place, byte in enumerate(raw):
        with pytest.raises(TrustRefused):
            judge(town, Leaf.CFG_DESIRED, raw[:place] + bytes([byte ^ (1 + place % 255)]) + raw[place + 1 :], 5, 8)


# ---- a station, its clock moved by the test: each document is counted


def at_a_station(folder: Path) -> tuple[TwinStation, Town]:
    """With a root, a confirmed configuration (version 5) and a signed roster (version 8) with one person."""
    clock = TwinClock()
    town = Town("st-1", "demo-district", clock.wall().at)
    (folder / "root.json").write_text(town.signed_root.model_dump_json())
    bench = TwinStation(folder, clock=clock)
    bench.after(6.0)
    bench.cloud.push_roster(town.roster(8, VISITOR).model_dump_json().encode())
    bench.push(town.config(5, GOOD))
    bench.after(125.0)
    assert bench.cloud.reports[-1].confirmed_version == 5, bench.cloud.reports[-1]
    return bench, town


def hear(bench: TwinStation, leaf: Leaf, payload: bytes) -> list[bytes]:
    """As the link takes it from the broker; what the station said to it at once."""
    before = len(bench.cloud.said)
    bench.post(understand("st-1", topic("st-1", leaf), payload))
    bench.after(0.0)
    wanted = {Leaf.CMD: Leaf.CMD_REPLY, Leaf.CFG_DESIRED: Leaf.CFG_REPORTED, Leaf.ROSTER_DESIRED: Leaf.ROSTER_REPORTED}[leaf]
    return [said for kind, said in bench.cloud.said[before:] if kind is wanted]


def named(leaf: Leaf, said: list[bytes]) -> str:
    """The flaw that the station gives as its reason, and nothing else happened."""
    assert said, "it said nothing"
    if leaf is Leaf.CFG_DESIRED:
        report = ConfigReport.model_validate_json(said[-1])
        assert (report.phase, report.in_force_version, report.confirmed_version, report.root) == (Phase.REFUSED, 5, 5, 1)
        return report.flaw.value if report.flaw else ""
    if leaf is Leaf.CMD:
        reply = Reply.model_validate_json(said[-1])
        assert not reply.done
        return reply.flaw.value if reply.flaw else ""
    roster = RosterReport.model_validate_json(said[-1])
    assert roster.version == 8 and roster.refused
    return roster.refused.partition(":")[0]


def asks(bench: TwinStation) -> str:
    """A challenge, which the attacker may ask for as anybody; one that holds for nothing when the station gives none."""
    please = ChallengePlease(id="a" * 16).model_dump_json().encode()
    reply = Reply.model_validate_json(hear(bench, Leaf.CMD, please)[-1])
    return reply.challenge or NO_CHALLENGE


def opens(bench: TwinStation) -> float:
    """s until the strike lets go after a code was typed."""
    began = bench.clock.monotonic()
    bench.post(CodeTyped("1001", "246810"))
    while not bench.world.lock_released and bench.clock.monotonic() < began + 10.0:
        bench.after(0.05)
    return bench.clock.monotonic() - began


def test_a_station_refuses_each_by_name_and_goes_on_opening(tmp_path: Path) -> None:
    bench, town = at_a_station(tmp_path)
    forger, found, kinds, before = Forger(town, 5, 8, EVIL, THIEF), Counter[str](), Counter[str](), len(bench.cloud.facts)
    forger.challenge = lambda: asks(bench)
    usual = opens(bench)
    bench.after(10.0)
    orders = 0
    for one in islice(forger, EACH):
        flaw = named(one.leaf, hear(bench, one.leaf, one.payload))
        assert flaw in {each.value for each in one.flaws}, (one.name, flaw)
        assert not bench.world.lock_released, one.name
        found[flaw] += 1
        kinds[one.name] += 1
        orders += one.leaf is Leaf.CMD
        bench.after(ORDER_S if one.leaf is Leaf.CMD else 0.0)
    assert found.total() == EACH and len(kinds) == KINDS
    assert {"unknown_key", "signature", "rollback", "expired", "wrong_target", "key_expired", "too_large", "no_challenge", "scope"} <= found.keys()
    assert opens(bench) <= usual + 0.1
    bench.after(70.0)
    core = bench.assembly.core
    assert (core.trusted.version, core.entry.access.roster.version, core.config.door.unlock_s) == (1, 8, 6)  # type: ignore[union-attr]
    refused = sum(fact.count for fact in bench.cloud.of(OrderRefused))
    assert refused >= orders > EACH / 5
    assert not bench.cloud.of(OrderCarriedOut) and len(bench.cloud.facts) - before < 400, "a flood fills the ledger"
    bench.close()


def test_after_all_that_the_rightful_are_obeyed(tmp_path: Path) -> None:
    bench, town = at_a_station(tmp_path)
    for one in islice(Forger(town, 5, 8, EVIL, THIEF), 120):
        hear(bench, one.leaf, one.payload)
    bench.after(10.0)
    order = town.order(asks(bench), 77)
    assert Reply.model_validate_json(hear(bench, Leaf.CMD, order.model_dump_json().encode())[-1]).done
    bench.after(20.0)
    replayed = hear(bench, Leaf.CMD, order.model_dump_json().encode())
    assert named(Leaf.CMD, replayed) == "no_challenge"
    bench.push(town.config(6, {**GOOD, "door": {"unlock_s": 7}}))
    bench.after(130.0)
    assert bench.cloud.reports[-1].confirmed_version == 6
    bench.close()


def test_what_waits_for_the_clock_is_judged_again_when_it_is_known(tmp_path: Path) -> None:
    """A key that is over could else be used at a station that has just started, and has not found a time server."""
    bench, town = at_a_station(tmp_path)
    bench.clock.synchronised = False
    bench.after(10.0)
    hear(bench, Leaf.CFG_DESIRED, town.config(100_005, EVIL, OLD_OPS).model_dump_json().encode())
    bench.after(1.0)
    assert (bench.cloud.reports[-1].phase, bench.cloud.reports[-1].version) == (Phase.WAITING, 100_005)
    hear(bench, Leaf.CFG_DESIRED, town.config(90_005, {**EVIL, "door": {"unlock_s": 900}}, OLD_OPS).model_dump_json().encode())
    assert (bench.cloud.reports[-1].phase, bench.cloud.reports[-1].flaw) == (Phase.REFUSED, Flaw.CONTENT)
    bench.clock.synchronised = True
    bench.after(10.0)
    report = bench.cloud.reports[-1]
    assert (report.phase, report.flaw, report.in_force_version) == (Phase.REFUSED, Flaw.KEY_EXPIRED, 5)
    bench.push(town.config(6, {**GOOD, "door": {"unlock_s": 7}}))
    bench.after(130.0)
    assert bench.cloud.reports[-1].confirmed_version == 6, "a key that is over has used up the versions"
    bench.close()
