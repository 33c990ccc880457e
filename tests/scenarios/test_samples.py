"""Measurements arrive in batches; what was not measured is null, never zero; without room the oldest go first."""

from itertools import pairwise
from pathlib import Path

import pytest

from contract.gap import GapRecorded, Loss
from contract.packing import MAGIC, unpack
from contract.samples import Samples
from contract.topics import Leaf
from edge.domain.room_messages import ChargeAsked, DrinkAsked
from edge.domain.sight import FaceCompared
from edge.errors import StoreFailed
from edge.ports import Stamp
from tests.scenarios.people import AN
from tests.station_parts import Held
from twin.station import TwinStation, layout


def batches(bench: TwinStation) -> list[Samples]:
    """As the cloud has them."""
    return [envelope.data for envelope in bench.cloud.samples]


def column(bench: TwinStation, name: str) -> list[float | None]:
    """One series, oldest first."""
    return [value for batch in batches(bench) for value in batch.columns[name]]


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_samples_wait_while_the_cloud_is_away(bench: TwinStation) -> None:
    bench.cloud.stop()
    bench.after(601)
    assert batches(bench) == []
    bench.cloud.start()
    bench.after(5)
    assert [envelope.seq for envelope in bench.cloud.samples] == list(range(1, 11))


FAST = {"sample_s": 1, "batch": 20, "outbox_mb": 0.3, "backfill_per_s": 1000}
"""Hours of it fill what it is given."""
HOURS = 4


def away_too_long(folder: Path) -> Held:
    """So long that samples must go; then all arrives. A station without a room: it steps once a second."""
    held = Held(layout(telemetry=FAST, sockets=[]), folder)
    held.connect(True)
    live(held, 45)
    held.connect(False)
    for n in range(HOURS * 4):
        live(held, 900)
        held.hear(FaceCompared(n, 3, None, 0.7, 0.8, 2, held.clock.monotonic()))
        assert held.ledger.used_bytes() + held.samples.used_bytes() < 1.1 * FAST["outbox_mb"] * 1e6
    held.connect(True)
    live(held, 60)
    return held


def live(held: Held, seconds: int) -> None:
    for _ in range(seconds):
        held.clock.move(1.0)
        held.hear()


def check_every_gap_is_told(bench: Held) -> None:
    """Instants that are not there lie within a gap that was told, and those that were told are not there."""
    times = sorted(envelope.at.timestamp() - ago for envelope in bench.cloud.samples for ago in envelope.data.ago_s)
    told = [(gap.since.timestamp(), gap.until.timestamp(), gap.instants) for gap in bench.cloud.of(GapRecorded)]
    missing = round(times[-1] - times[0]) + 1 - len(times)
    assert missing > 1000, "so much did not fit"
    for before, after in pairwise(times):
        if after - before > 1.5:
            assert any(since - 2 <= before + 1 <= until + 2 for since, until, _ in told), "a gap that nobody told of"
    assert sum(instants for _, _, instants in told) == pytest.approx(missing, abs=2 * len(told))


@pytest.mark.slow
def test_without_room_samples_are_thinned_then_dropped_and_no_fact_is(tmp_path: Path) -> None:
    bench = away_too_long(tmp_path)
    check_every_gap_is_told(bench)
    losses = [gap.loss for gap in bench.cloud.of(GapRecorded)]
    assert losses[0] is Loss.THINNED and Loss.DROPPED in losses
    seqs = [envelope.seq for envelope in bench.cloud.facts]
    assert sorted(seqs) == list(range(1, len(seqs) + 1))
    assert [envelope.seq for envelope in bench.cloud.samples[:2]] == [1, 2], "what was sent at once is whole"
    assert bench.core.samples_out.waiting() == 0
    bench.close()


def check_what_the_disk_did_not_take_is_told_once(bench: TwinStation) -> None:
    """When it takes the next."""
    station = bench.assembly.station
    bench.after(61)
    real, station._measured._samples = station._measured._samples, Refusing()  # type: ignore[assignment]
    bench.after(180)
    station._measured._samples = real
    bench.after(61)
    gaps = bench.cloud.of(GapRecorded)
    assert [(gap.loss, gap.instants) for gap in gaps] == [(Loss.NOT_RECORDED, 18)]
    assert (gaps[0].until - gaps[0].since).total_seconds() == pytest.approx(170, abs=2)


@pytest.mark.slow
def test_what_the_disk_did_not_take_is_told_once(bench: TwinStation) -> None:
    check_what_the_disk_did_not_take_is_told_once(bench)


class Refusing:
    """A disk that takes nothing."""

    def add(self, data: str, stamp: Stamp) -> int:
        raise StoreFailed("samples: the disk of this test is full", True)

    def used_bytes(self) -> int:
        return 0


def test_batches_are_compressed_on_the_wire(bench: TwinStation) -> None:
    bench.after(61)
    (packed,) = [content for leaf, content in bench.cloud.said if leaf is Leaf.TELE]
    assert packed.startswith(MAGIC)
    assert len(packed) < len(unpack(packed)) / 2


def test_samples_and_facts_are_counted_apart(bench: TwinStation) -> None:
    bench.after(61)
    assert bench.cloud.samples[0].epoch != bench.cloud.facts[0].epoch


def test_a_restart_goes_on_counting(bench: TwinStation) -> None:
    bench.after(61)
    bench.kill()
    bench.boot()
    bench.after(61)
    assert [envelope.seq for envelope in bench.cloud.samples] == [1, 2]
