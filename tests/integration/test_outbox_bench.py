"""`kiosk bench outbox` at its full size: what three days without a cloud leave behind fits, and what it costs on the wire."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.bench_outbox import FACTS, HOURS, measure


@pytest.mark.slow
def test_50_000_facts_and_72_hours_of_the_full_station_fit_without_thinning(tmp_path: Path) -> None:
    found = measure(tmp_path, FACTS, HOURS)
    assert found["batches"] == HOURS * 60
    assert found["backlog_mb"] < found["outbox_mb"] / 2
    assert found["wire_to_rows_ratio"] < 0.2
    assert found["wire_to_columns_ratio"] < 0.7
    assert 50 <= found["samples_a_batch"] <= 200
    assert found["drain_facts_s"] > 200
