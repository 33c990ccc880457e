"""What was too warm is not given out, whatever is killed, unplugged or wrongly measured in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.facts import FaultCleared, FaultCode, Refusal
from edge.errors import HardwareRefused
from tests.scenarios.conftest import Build
from tests.scenarios.fridge import SECTIONS, SOON, act, ask, awake, cabinet, raised, refused, stocked, view
from tests.scenarios.people import AN
from twin.clock import TwinClock
from twin.station import TwinStation

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(build: Build) -> TwinStation:
    return stocked(build(**SECTIONS))


def check_warm_food_is_not_given_out(bench: TwinStation) -> None:
    """A minute for the alarm, five in all for the block, in two pieces, and a kill in between."""
    stocked(bench)
    bench.let_in(AN)
    bench.faults.plant("fridge_warm")
    awake(bench, 170)
    bench.faults.clear("fridge_warm")
    bench.after(60)
    bench.kill()
    bench.boot()
    bench.let_in(AN)
    bench.faults.plant("fridge_warm")
    awake(bench, 200)
    assert not ask(bench)
    bench.faults.clear("fridge_warm")
    awake(bench, 60)
    assert not ask(bench), "cold again is not good again"


def test_warm_food_is_not_given_out(build: Build) -> None:
    bench = build(**SOON)
    check_warm_food_is_not_given_out(bench)
    assert raised(bench, FaultCode.FRIDGE_WARM, FaultCode.FRIDGE_BLOCKED) == [
        (FaultCode.FRIDGE_WARM, ""), (FaultCode.FRIDGE_WARM, ""), (FaultCode.FRIDGE_BLOCKED, ""),
    ]  # fmt: skip
    assert (view(bench).blocked, refused(bench)) == (FaultCode.FRIDGE_BLOCKED, Refusal.OUT_OF_ORDER)
    assert act(bench, lambda fridge, now: fridge.release("p-steward", "all thrown away", now))
    bench.after(1)
    assert view(bench).blocked is None and ask(bench)


def test_a_steward_can_not_release_what_is_still_warm(build: Build) -> None:
    bench = stocked(build(**SOON))
    bench.faults.plant("fridge_warm")
    bench.after(310)
    assert not act(bench, lambda fridge, now: fridge.release("p-steward", "it is fine", now))
    assert act(bench, lambda fridge, now: fridge.service("p-steward", now)) and cabinet(bench).open(), "but may open it"


def test_the_times_of_the_product(bench: TwinStation) -> None:
    """15 minutes and 2 hours."""
    bench.faults.plant("fridge_warm")
    bench.after(895)
    assert raised(bench, FaultCode.FRIDGE_WARM) == []
    bench.after(20)
    assert raised(bench, FaultCode.FRIDGE_WARM) == [(FaultCode.FRIDGE_WARM, "")]


def check_a_power_cut_does_not_cool(bench: TwinStation) -> None:
    """Warm after 10 minutes without power: they count."""
    stocked(bench)
    bench.after(30)
    bench.kill()
    bench.faults.plant("fridge_warm")
    bench.after(600)
    bench.boot()
    bench.let_in(AN)
    bench.faults.clear("fridge_warm")
    bench.after(30)
    assert not ask(bench)


def test_a_power_cut_does_not_cool(build: Build) -> None:
    bench = build(**SOON)
    check_a_power_cut_does_not_cool(bench)
    assert raised(bench, FaultCode.FRIDGE_BLOCKED) == [(FaultCode.FRIDGE_BLOCKED, "")]


def test_an_untrusted_clock_after_a_power_cut(build: Build) -> None:
    """Nobody can say how long it was warm: nothing is given out until the time is known, or somebody looked."""
    clock = TwinClock()
    bench = stocked(build(clock=clock, **SOON))
    bench.after(30)
    bench.kill()
    bench.faults.plant("fridge_warm")
    bench.after(20)
    clock.synchronised = False
    bench.boot()
    bench.faults.clear("fridge_warm")
    bench.after(30)
    bench.let_in(AN)
    assert not ask(bench) and view(bench).blocked is FaultCode.FRIDGE_WARM
    clock.synchronised = True
    bench.after(10)
    assert ask(bench)


def check_a_bad_probe_is_never_used(bench: TwinStation) -> None:
    """The upper one jumps by 7 K; the temperature is the lower's alone."""
    stocked(bench)
    bench.faults.plant("probe_jumping", "upper")
    for _ in range(30):
        bench.after(5)
        assert bench.screen.fridge and bench.screen.fridge.celsius is not None
        assert bench.screen.fridge.celsius < 6
    assert raised(bench, FaultCode.PROBE_LOST) == [(FaultCode.PROBE_LOST, "upper")]


def test_a_jumping_probe_is_never_used(build: Build) -> None:
    bench = build(**SECTIONS)
    check_a_bad_probe_is_never_used(bench)
    bench.faults.clear("probe_jumping")
    bench.after(120)
    assert (FaultCode.PROBE_LOST, "upper") in [(fact.fault, fact.part) for fact in bench.cloud.of(FaultCleared)]
    bench.let_in(AN)
    assert ask(bench), "one good probe is enough"


@pytest.mark.parametrize("fault", ["probe_absent", "probe_unmeasured"])
def test_no_probe_at_all(build: Build, fault: str) -> None:
    bench = stocked(build(**SOON))
    bench.let_in(AN)
    bench.faults.plant(fault)
    bench.after(30)
    assert sorted(raised(bench, FaultCode.PROBE_LOST)) == [(FaultCode.PROBE_LOST, "lower"), (FaultCode.PROBE_LOST, "upper")]
    assert view(bench).celsius is None
    awake(bench, 70)
    assert not ask(bench) and view(bench).blocked is FaultCode.PROBE_LOST
    bench.faults.clear(fault)
    bench.after(20)
    assert len(bench.cloud.of(FaultCleared)) >= 2 and ask(bench)


def test_a_stuck_probe_is_found_after_six_hours(bench: TwinStation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here after six minutes."""
    monkeypatch.setattr("edge.domain.fridge_probe.STUCK_S", 360.0)
    bench.faults.plant("probe_stuck", "lower")
    cabinet(bench).compressor_dead, cabinet(bench).celsius = False, 5.0
    bench.after(400)
    assert raised(bench, FaultCode.PROBE_LOST) == [(FaultCode.PROBE_LOST, "lower")]
    bench.faults.clear("probe_stuck")
    bench.after(30)
    assert [fact.part for fact in bench.cloud.of(FaultCleared) if fact.fault is FaultCode.PROBE_LOST] == ["lower"]


def test_a_probe_that_does_not_exist_is_refused_before_any_line_is_driven(tmp_path: Path, build: Build) -> None:
    bench = build(**SECTIONS)
    fit = bench.assembly._fit
    bench.kill()
    (bench.folder / "ledger.db").unlink()
    fit.w1.rename(fit.w1.with_name("elsewhere"))
    with pytest.raises(HardwareRefused, match=r"fridge\.probes\.upper\.id: 28-00000a1b2c3d is not on the 1-wire bus"):
        bench.boot()
    assert not any(bench.pins.room_side.is_output(pin) and bench.pins.room_side._lines[pin].owner for pin in range(28))


def test_a_probe_that_broke_does_not_keep_the_house_shut(bench: TwinStation) -> None:
    """It has worked here before: the agent starts, and the fridge alone says what is wrong."""
    bench.faults.plant("probe_absent")
    bench.after(1)
    bench.kill()
    bench.boot()
    bench.let_in(AN)
    bench.after(70)
    assert len(raised(bench, FaultCode.PROBE_LOST)) == 2 and not ask(bench)


