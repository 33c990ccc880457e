"""How far a rollout is, in words and bars; acts of a person; orders to a station with the words of its answer; tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import station
from cli.ops import contexts, orders, people, rollout, tables, watch, waves
from cli.ops.client import Client
from cli.ops.contexts import Context
from cli.ops.exits import Exit, OpsFailed
from cli.ops.follow import follow
from cli.ops.get import main as get
from cli.ops.looks import LOOKS
from cli.ops.tables import Column, Form
from tests.ops_cloud import OpsCloud, alone

COUNTS = {"pending": 0, "sent": 0, "waiting": 0, "trial": 0, "confirmed": 0, "failed": 0, "back": 0, "cancelled": 0}
WELL = {"wave": 1, "at": "2026-11-21T03:25:00.000Z", "verdict": "well", "words": "refused 0 of 31 (0 %)"}
RUNNING: dict[str, Any] = {
    "id": "r7", "name": "slower doors", "state": "running", "who": "lin.mei", "reason": "slow walkers", "release": "82398db+1f", "verdicts": [WELL],
    "counts": COUNTS | {"confirmed": 1, "trial": 2, "failed": 1, "pending": 12},
    "waves": [
        {"number": 1, "label": "1", "stations": 1, "state": "passed", "counts": COUNTS | {"confirmed": 1}, "verdict": WELL},
        {"number": 2, "label": "25%", "stations": 3, "state": "running", "counts": COUNTS | {"trial": 2, "failed": 1}, "verdict": None},
        {"number": 3, "label": "100%", "stations": 12, "state": "pending", "counts": COUNTS | {"pending": 12}, "verdict": None},
    ],
    "history": [{"at": "2026-11-21T03:20:00.000Z", "who": "lin.mei", "what": "start", "why": "slow walkers", "result": "1 sent"}],
}  # fmt: skip


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpsCloud]:
    alone(monkeypatch, tmp_path)
    with OpsCloud() as made:
        monkeypatch.setenv(contexts.SERVER, made.url)
        monkeypatch.setenv(contexts.TOKEN, "a-token")
        made.rollouts["r7"] = dict(RUNNING)
        yield made


def test_status_shows_waves_failures_and_who_did_what(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert rollout.main(["status", "r7"]) == 0
    shown = capsys.readouterr().out
    assert "wave 1  1     ████████████████████ 1/1   passed   service as before" in shown
    assert "wave 2  25%   xxxxxxx▒▒▒▒▒▒▒▒▒▒▒▒▒ 0/3   running  2 on trial, 1 failed" in shown
    assert "wave 3  100%  ···················· 0/12  not yet" in shown
    assert "st-1  forged" in shown
    assert "wave 1: refused 0 of 31 (0 %)" in shown
    assert "03:20:00  lin.mei  start  slow walkers; 1 sent" in shown
    assert "\x1b" not in shown


def test_status_of_the_newest_for_programs(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert rollout.main(["status", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["failed_stations"][0]["reason"] == "forged"


def test_an_act_needs_a_reason_and_may_be_tried_dry(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as misused:
        rollout.main(["undo", "r7"])
    assert misused.value.code == Exit.MISUSED
    assert rollout.main(["undo", "r7", "--reason", "complaints", "--dry-run"]) == 0
    assert "2         confirmed  back  its undo  st-1 st-2" in capsys.readouterr().out
    assert cloud.rollouts["r7"]["state"] == "running"
    assert rollout.main(["undo", "r7", "--reason", "complaints"]) == 0
    assert ("POST /rollouts/r7/undo", {"reason": "complaints", "dry_run": False}) in cloud.bodies
    assert cloud.rollouts["r7"]["state"] == "undone"


@pytest.mark.parametrize(("state", "code"), [("done", Exit.OK), ("taken_back", Exit.FAILED), ("paused", Exit.FAILED)])
def test_following_ends_with_the_rollout(cloud: OpsCloud, capsys: pytest.CaptureFixture[str], state: str, code: Exit) -> None:
    def pause(_: float) -> None:
        cloud.rollouts["r7"]["state"] = state

    assert follow(Client(Context(cloud.url)), "r7", pause) is code
    lines = capsys.readouterr().out
    assert lines.count("wave 3") == 2  # once when it began, once at the end
    assert waves.STATES[state] in lines


def test_a_script_does_not_wait_for_stations_that_are_away(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.rollouts["r7"] |= {"state": "running", "counts": {"waiting": 2, "cancelled": 1}}
    waited: list[float] = []
    assert follow(Client(Context(cloud.url)), "r7", waited.append) is Exit.FAILED
    told = capsys.readouterr()
    assert len(waited) == 30 and "it is done when one of these has it" in told.out
    assert "nobody has it yet; rollout r7 goes on by itself" in told.err


def test_watching_a_pipe_prints_only_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": "1", "state": "ok"}, {"id": "2", "state": "ok"}]
    looks = 0

    def pause(_: float) -> None:
        nonlocal looks, rows
        looks, rows = looks + 1, [rows[0], {"id": "2", "state": "lost"}]
        if looks == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch.rows(lambda: rows, [Column("ID", "id"), Column("STATE", "state")], Form.TABLE, "id", pause)
    assert capsys.readouterr().out.splitlines() == ["ID  STATE", "1   ok", "2   ok", "2   lost"]


def test_watching_outlives_a_cloud_that_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    tries = iter([OpsFailed(Exit.NOT_REACHABLE, "away"), OpsFailed(Exit.NOT_REACHABLE, "away"), None])

    def look() -> str:
        if failed := next(tries):
            raise failed
        return "here"

    assert watch.patiently(look, lambda _: None) == "here"
    assert capsys.readouterr().err.count("away") == 1


ORDER = {"id": "0123456789abcdef", "station": "st-1", "state": "done", "words": "done: the station says so"}


@pytest.mark.parametrize(
    ("state", "code"), [("done", Exit.OK), ("refused", Exit.REFUSED), ("not_delivered", Exit.NOT_REACHABLE), ("no_answer", Exit.FAILED)]
)  # fmt: skip
def test_an_order_ends_in_words_and_a_code(cloud: OpsCloud, capsys: pytest.CaptureFixture[str], state: str, code: Exit) -> None:
    cloud.order = {**ORDER, "state": state, "words": f"{state}: as it is"}
    asked = station.parser().parse_args(["unlock", "st-1", "--reason", "courier locked in his bag"])
    assert orders._order(asked, lambda _: None) is code
    shown = capsys.readouterr()
    assert shown.out == f"st-1: {state}: as it is\n"
    assert "asking the station" in shown.err


def test_maintenance_has_minutes_and_others_have_none(cloud: OpsCloud) -> None:
    assert station.main(["maintenance", "st-1", "--reason", "filter", "--minutes", "20", "--no-wait"]) == 0
    assert station.main(["refresh", "st-1", "--reason", "new people", "--no-wait"]) == 0
    assert [body for _, body in cloud.bodies] == [
        {"order": "maintenance", "reason": "filter", "minutes": 20}, {"order": "refresh_roster", "reason": "new people"},
    ]  # fmt: skip


def test_what_is_not_there_is_said_in_the_servers_words(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert rollout.main(["pause", "r7/../r8", "--reason", "slip"]) == Exit.REFUSED
    assert "kiosk rollout: Not Found" in capsys.readouterr().err


def test_state_of_a_station_is_one_word(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("st-1", "st-2", "st-3"):
        cloud.put(name, {})
    cloud.stations["st-2"]["faults"] = [{"fault": "no_flow", "part": "cold"}]
    cloud.stations["st-3"]["standing"] = "lost"
    assert get(["stations", "-l", "state!=ok"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["st-2", "faulty"], ["st-3", "lost"]]
    assert "no_flow:cold" in lines[1]
    for what in ("config", "rollouts", "alarms"):
        assert get([what, "-o", "wide"]) == 0
    assert get(["orders"]) == Exit.MISUSED


def test_columns_count_chinese_double_and_keep_control_characters_out() -> None:
    text = tables.written([{"a": "北门", "b": "x"}, {"a": "ab\x1b[31m", "b": None}], [Column("A", "a"), Column("B", "b")], Form.TABLE, "a")
    assert text.splitlines() == ["A        B", "北门     x", "ab [31m  -"]
    assert tables.written([{"a": "北门"}], [], Form.YAML, "a") == "- a: 北门"
    assert all(look.name in {column.key for column in look.columns} | {"alarm"} for look in LOOKS.values())


def test_revoking_says_who_knows_and_who_does_not(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    waiting = {"station": "st-2", "district": "riverside", "version": 8, "told_at": None, "refused": None, "offline_since": "2026-11-21T01:00:00.000Z"}
    cloud.receipts = {"version": 9, "confirmed": ["st-1"], "waiting": [waiting]}
    assert people.main(["revoke", "p-77"]) == Exit.MISUSED
    assert people.main(["revoke", "p-77", "--yes"]) == 0
    assert "DELETE /people/p-77" in cloud.asked
    assert "roster 9: 1 station confirmed it, 1 not yet" in capsys.readouterr().out
    cloud.receipts["waiting"][0]["offline_since"] = None
    assert people.waited(Client(Context(cloud.url)), lambda _: None) is Exit.FAILED
