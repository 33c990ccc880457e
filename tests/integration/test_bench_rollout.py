"""`kiosk bench rollout`, small: the real CLI, cloud and broker, and forty stations that try and confirm what they are sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.bench_rollout import measure, parser

STATIONS = 40
pytestmark = pytest.mark.slow


def test_every_station_tries_and_confirms_what_was_planned(tmp_path: Path) -> None:
    told = measure(tmp_path, STATIONS, "2,100%", 120.0, "nats")
    assert (told["state"], told["confirmed"], told["stations"]) == ("done", STATIONS, STATIONS)
    assert told["built_anew"] == STATIONS / 10, "one of ten was to be built anew for its trial"
    assert told["messages_of"]["heard cfg/desired"] == STATIONS, "a station was sent more than one document"
    assert told["messages_of"]["sent evt"] >= 2 * STATIONS, "a trial and a confirmation is told by each"
    assert 0 < told["plan_s"] < told["confirmed_s"]
    assert told["messages"] > 0 and told["peak_rss_mb"] > 0


def test_without_a_word_it_is_two_thousand_in_four_waves() -> None:
    asked = parser().parse_args([])
    assert (asked.stations, asked.waves) == (2000, "1,5%,25%,100%")
