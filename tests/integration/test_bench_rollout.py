"""`kiosk bench rollout`, small: the real CLI, cloud and broker, and forty stations that try and confirm what they are sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.bench_rollout import measure, parser, table
from contract.config import UpdateConfig

STATIONS, SPEED = 40, 60.0
pytestmark = pytest.mark.slow


def test_every_station_tries_and_confirms_what_was_planned(tmp_path: Path) -> None:
    said: list[str] = []
    told = measure(tmp_path, STATIONS, "2,100%", SPEED, "nats", said.append)
    assert (told["state"], told["confirmed"], told["stations"]) == ("done", STATIONS, STATIONS)
    assert told["built_anew"] == STATIONS / 10, "one of ten was to be built anew for its trial"
    assert told["messages_of"]["heard cfg/desired"] == STATIONS, "a station was sent more than one document"
    assert told["messages_of"]["sent evt"] >= 2 * STATIONS, "a trial and a confirmation is told by each"
    assert told["trial_s"] >= UpdateConfig().trial_s, "a trial was shorter than the configuration says"
    assert [(wave["label"], wave["stations"]) for wave in told["waves"]] == [("2", 2), ("100%", STATIONS - 2)]
    assert all(wave["took_s"] >= UpdateConfig().trial_s / SPEED for wave in told["waves"])
    assert told["plan_s"] > 0 and told["plan_again_s"] > 0 and told["confirmed_s"] > sum(wave["took_s"] for wave in told["waves"])
    assert told["messages"] > 0 and told["peak_rss_mb"] > 0
    assert said[-1] == f"  {STATIONS} confirmed"
    shown = table(told)
    assert f"{STATIONS} stations, {STATIONS} confirmed" in shown and "holds" in shown
    assert "falls short" in table(told | {"falls_short": ["plan_s"]})


def test_without_a_word_it_is_two_thousand_in_four_waves() -> None:
    asked = parser().parse_args([])
    assert (asked.stations, asked.waves) == (2000, "1,5%,25%,100%")
