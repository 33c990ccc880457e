"""`kiosk bench ingest` in the small: it still runs, its two payloads say the same, and its sinks count what they hold.

The rates that it finds here mean nothing: too few messages, beside other tests.
"""

from __future__ import annotations

import gzip
import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import bench_ingest
from cli.bench_ingest_payloads import SAMPLES, at_ms, envelope, rows
from cli.bench_ingest_rig import now_ms
from cli.bench_ingest_sink import Sink
from cloud.domain.intake import read
from cloud.domain.lines import lines
from cloud.domain.points import of_samples
from contract.envelope import SamplesEnvelope
from contract.series import Tag
from contract.topics import Leaf, topic
from tests.servers import find

START_MS = 1_780_000_000_000
KINDS = [pytest.param(True, id="counting"), pytest.param(False, marks=pytest.mark.server, id="victoria")]


@pytest.fixture(params=KINDS)
def sink(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sink]:
    if not request.param and find("victoria-metrics") is None:
        pytest.skip("needs victoria-metrics: apt install victoria-metrics")
    made = Sink(tmp_path / "sink", small=request.param)
    yield made
    made.stop()


def test_envelope_and_rows_say_the_same() -> None:
    taken = read(topic("st-01", Leaf.TELE), envelope("st-01", 3, START_MS), START_MS)
    assert isinstance(taken, SamplesEnvelope)
    told = {
        (name, dict(point.tags).get(Tag.PART, ""), point.at_ns // 1_000_000, value)
        for table in of_samples(taken) for point in table.points() for name, value in point.fields if name != "clock"
    }  # fmt: skip
    assert told == {(row["field"], row["part"], row["ts"], row["value"]) for row in json.loads(rows("st-01", 3, START_MS))}
    assert len(told) == SAMPLES


def test_no_instant_is_in_two_messages() -> None:
    taken = [read(topic("st-01", Leaf.TELE), envelope("st-01", k, START_MS), at_ms(9, START_MS)) for k in range(5)]
    instants = [at_ns for one in taken if isinstance(one, SamplesEnvelope) for at_ns in of_samples(one)[0].at_ns]
    assert instants == sorted(set(instants)) and len(instants) == 25


def test_sink_counts_samples_and_repeated_ones_once(sink: Sink) -> None:
    taken = read(topic("st-01", Leaf.TELE), envelope("st-01", 0, now_ms() - at_ms(1, 0)), now_ms())
    assert isinstance(taken, SamplesEnvelope)
    body = gzip.compress("\n".join(lines(of_samples(taken))).encode())
    for _ in range(2):
        asked = urllib.request.Request(f"{sink.url}/api/v2/write?precision=ns", body, {"Content-Encoding": "gzip"}, method="POST")
        urllib.request.urlopen(asked, timeout=10).close()
    assert sink.different() == SAMPLES


@pytest.mark.slow
def test_runs_and_loses_nothing(tmp_path: Path) -> None:
    out, usable = tmp_path / "numbers.json", os.sched_getaffinity(0)
    words = ["--messages", "640", "--seconds", "6", "--stall", "1", "--quiet", "1", "--small-sink", "--folder", str(tmp_path), "--json", str(out)]
    assert bench_ingest.main(words) == 0
    found = json.loads(out.read_text())
    asked = "ours_samples_s ours_us_per_sample bridge_samples_s bridge_us_per_sample ratio limit_msgs_s ours_lost bridge_lost"
    assert set(asked.split()) <= found.keys()
    assert found["ours_samples_s"] > 0 and found["bridge_samples_s"] > 0
    assert found["ours_lost"] == found["ours_killed_lost"] == 0
    assert os.sched_getaffinity(0) == usable
