"""Faults that only a person may clear outlive the agent; others are looked at anew. Secret ones are not on the screen."""

from __future__ import annotations

from contract.facts import FaultCleared, FaultCode, FaultRaised
from edge.domain.fault_rules import RULES, Clears
from edge.domain.room_messages import ChargeAsked
from tests.scenarios.people import AN
from twin.station import TwinStation


def standing(bench: TwinStation) -> set[FaultCode]:
    """What the screen shows."""
    return {view.fault for view in bench.screen.faults}


def check_an_over_power_stands_after_a_restart(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.world.plug("1", "phone")
    bench.post(ChargeAsked("1"))
    bench.after(1)
    bench.faults.plant("over_current", "1")
    bench.after(4)
    assert FaultCode.OVER_POWER in standing(bench)
    bench.faults.clear("over_current", "1")
    bench.kill()
    bench.after(1)
    bench.boot()
    bench.after(2)
    assert FaultCode.OVER_POWER in standing(bench)
    bench.let_in(AN)
    bench.post(ChargeAsked("1"))
    bench.after(1)
    assert not bench.world.truth().sockets["1"].energised
    assert [fact.fault for fact in bench.cloud.of(FaultRaised) if fact.fault is FaultCode.OVER_POWER] == [FaultCode.OVER_POWER]


def test_an_over_power_stands_after_a_restart(bench: TwinStation) -> None:
    check_an_over_power_stands_after_a_restart(bench)


def test_what_its_condition_clears_is_not_kept(bench: TwinStation) -> None:
    bench.faults.plant("adc_absent_high")
    bench.after(3)
    assert FaultCode.METER_LOST in standing(bench)
    bench.kill()
    bench.faults.clear("adc_absent_high")
    bench.boot()
    bench.after(3)
    assert FaultCode.METER_LOST not in standing(bench)


def test_a_secret_fault_is_told_to_the_cloud_and_not_shown(bench: TwinStation) -> None:
    bench.assembly.station._finish(bench.assembly.core.faults.raise_(FaultCode.DURESS, "", "p-1", bench.clock.monotonic()), bench.clock.monotonic())
    bench.after(61)
    assert FaultCode.DURESS not in standing(bench)
    assert FaultCode.DURESS in {fault.fault for fault in bench.cloud.states[-1].faults}


def test_a_person_releases_only_what_is_theirs_to_release(bench: TwinStation) -> None:
    faults, now = bench.assembly.core.faults, bench.clock.monotonic()
    faults.raise_(FaultCode.LEAK, "cold", "", now)
    faults.raise_(FaultCode.METER_LOST, "1", "", now)
    assert faults.release(FaultCode.METER_LOST, "1", now) is None
    released = faults.release(FaultCode.LEAK, "cold", now)
    assert released is not None and isinstance(released.facts[0], FaultCleared) and released.records
    assert faults.release(FaultCode.LEAK, "cold", now) is None


def test_every_fault_has_a_rule_and_what_a_person_must_clear_is_kept() -> None:
    assert set(RULES) == set(FaultCode)
    assert not {fault for fault, rule in RULES.items() if rule.clears is Clears.PERSON and not rule.kept}
