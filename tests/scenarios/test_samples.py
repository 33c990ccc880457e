"""Measurements arrive in batches; what was not measured is null, never zero; without room the oldest go first."""

import pytest

from contract.samples import Samples
from edge.domain.room_messages import ChargeAsked, DrinkAsked
from tests.scenarios.people import AN
from twin.station import TwinStation


def batches(bench: TwinStation) -> list[Samples]:
    """As the cloud has them."""
    return [envelope.data for envelope in bench.cloud.samples]


def column(bench: TwinStation, name: str) -> list[float | None]:
    """One series, oldest first."""
    return [value for batch in batches(bench) for value in batch.columns[name]]


def test_a_batch_a_minute(bench: TwinStation) -> None:
    bench.after(301)
    assert len(batches(bench)) == 5
    assert batches(bench)[0].ago_s == pytest.approx([50, 40, 30, 20, 10, 0], abs=0.5)
    assert [envelope.seq for envelope in bench.cloud.samples] == [1, 2, 3, 4, 5]


def test_samples_show_what_happened(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.world.plug("1", "phone")
    bench.post(DrinkAsked("cold", 200), ChargeAsked("1"))
    bench.after(120)
    assert column(bench, "socket_w.1")[-1] == pytest.approx(18, abs=2)
    assert column(bench, "tap_ml.cold")[-1] == pytest.approx(210, abs=12)
    assert column(bench, "inside_people")[-1] == 1


def test_a_lost_meter_is_null_and_not_zero(bench: TwinStation) -> None:
    bench.after(60)
    bench.faults.plant("adc_absent_high")
    bench.after(120)
    bench.faults.clear("adc_absent_high")
    bench.after(60)
    seen = column(bench, "socket_w.1")
    assert seen[0] is None, "nothing was measured yet at the very start"
    assert None not in seen[1:6]
    assert seen[8:17] == [None] * 9
    assert seen[-1] is not None


def test_samples_wait_while_the_cloud_is_away(bench: TwinStation) -> None:
    bench.cloud.stop()
    bench.after(601)
    assert batches(bench) == []
    bench.cloud.start()
    bench.after(5)
    assert [envelope.seq for envelope in bench.cloud.samples] == list(range(1, 11))


def test_without_room_the_oldest_samples_go_and_no_fact(build) -> None:
    bench = build(telemetry={"sample_s": 1, "batch": 1, "keep": 100})
    bench.after(10)
    bench.cloud.stop()
    bench.show_face(None, 0.7, 0.8)
    bench.after(300)
    bench.cloud.start()
    bench.after(30)
    seqs = [envelope.seq for envelope in bench.cloud.samples]
    gap = next(index for index, seq in enumerate(seqs) if seq != index + 1)
    assert seqs[gap:] == list(range(seqs[gap], seqs[gap] + len(seqs) - gap)), "one gap, then all"
    assert seqs[-1] - seqs[gap] < 100 + 32
    assert bench.cloud.samples[gap].base == seqs[gap]
    assert [envelope.seq for envelope in bench.cloud.facts] == list(range(1, len(bench.cloud.facts) + 1))


def test_samples_and_facts_are_counted_apart(bench: TwinStation) -> None:
    bench.after(61)
    assert bench.cloud.samples[0].epoch != bench.cloud.facts[0].epoch


def test_a_restart_goes_on_counting(bench: TwinStation) -> None:
    bench.after(61)
    bench.kill()
    bench.boot()
    bench.after(61)
    assert [envelope.seq for envelope in bench.cloud.samples] == [1, 2]
