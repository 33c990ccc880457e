"""Whoever meets these commands for the first time: slips of the pen, logins that are over, keys that end; words that help, and codes for a shell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli import keys, station
from cli.ops import apply, applying, contexts, diff, login, plan, rollout
from cli.ops.contexts import Context
from cli.ops.exits import Exit
from cli.ops.get import main as get
from contract.signing import Kind
from contract.times import iso
from tests.contract.signed_examples import ROOT_KEYS, signed
from tests.ops_cloud import OpsCloud, alone, tree
from tests.unit.test_ops_plan import FRESH, key_file

NOW = datetime.now(UTC)


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpsCloud]:
    """Two stations that have nothing yet, and a person who is logged in."""
    alone(monkeypatch, tmp_path)
    with OpsCloud(roots=[signed(Kind.ROOT, FRESH, *ROOT_KEYS)]) as made:
        for name in ("st-1", "st-2"):
            made.put(name, None)
        layers, key = tree(tmp_path / "layers"), key_file(tmp_path / "ops.pem", 11)
        contexts.put("here", Context(made.url, "a-token", "lin.mei", "ops", iso(NOW + timedelta(minutes=29)), str(layers), str(key)))
        yield made


SLIPS = {
    "get stations st-11": "station st-11: is not known to the cloud; did you mean st-1 or st-2?",
    "get config s1": "station s1: is not known to the cloud; did you mean st-1",
    "get rollouts r9": "rollout r9: is not known to the cloud; ./kiosk get rollouts -o name lists them",
    "get stations -l colour=red": "-l colour=red: nothing is known about colour; one of ",
    "diff st-3": "station st-3: is not in ",
    "apply --wave st-9 --reason x --yes": "--wave st-9: st-9 is not in this plan; did you mean st-2 or st-1?",
    "apply --wave nonsense --reason x --yes": "--wave nonsense: nonsense is not in this plan; waves are such as 1,25%,100%",
    "apply --wave district=north --reason x --yes": "--wave district=north: no station of this plan is there; its districts: riverside",
    "apply --wave 100% --reason x": "nobody can be asked, since stdin is not a terminal; say --yes",
}


@pytest.mark.parametrize("words", SLIPS)
def test_a_slip_of_the_pen_is_told_with_what_is_near(cloud: OpsCloud, capsys: pytest.CaptureFixture[str], words: str) -> None:
    verb, *rest = words.split()
    assert {"get": get, "diff": diff.main, "apply": apply.main}[verb](rest) == Exit.MISUSED
    told = capsys.readouterr()
    assert SLIPS[words] in told.err and told.out == ""
    assert not cloud.rollouts, "nothing was begun"


def test_one_of_many_is_asked_for_in_the_singular_too(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert get(["station", "-o", "name"]) == 0
    assert capsys.readouterr().out == "st-1\nst-2\n"
    with pytest.raises(SystemExit) as misused:
        get(["stations", "-o", "jsn"])
    assert misused.value.code == Exit.MISUSED and "'jsn': one of table, wide, json, yaml, name" in capsys.readouterr().err


def refused(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, line: str, status: int, told: dict[str, Any]) -> None:
    """From now on the cloud's answer to this request."""
    answer = cloud.answer
    monkeypatch.setattr(cloud, "answer", lambda method, path, query, body: (status, told) if f"{method} {path}" == line else answer(method, path, query, body))


UNKNOWN = {"error": "the token is not known here, or is over: log in, or send 'Authorization: Bearer TOKEN' of a program", "where": "/api/v1/stations"}


@pytest.mark.parametrize(("token", "ends", "words"), [
    ("", NOW, "nobody is logged in at "), ("a-token", NOW - timedelta(hours=1), "the login ended at "),
    ("a-token", NOW + timedelta(minutes=29), "does not know this token"),
])  # fmt: skip
def test_who_is_not_logged_in_reads_why(
    cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], token: str, ends: datetime, words: str
) -> None:
    contexts.put("here", Context(cloud.url, token, "lin.mei", "ops", iso(ends)))
    refused(cloud, monkeypatch, "GET /stations", 401, UNKNOWN)
    assert get(["stations"]) == Exit.NOT_ALLOWED
    told = capsys.readouterr()
    assert words in told.err and told.err.rstrip().endswith("; log in with ./kiosk login") and told.out == ""


def test_to_log_out_elsewhere_leaves_the_context_in_use(cloud: OpsCloud) -> None:
    contexts.put("wall", Context(cloud.url, "another", "wall", "viewer", iso(NOW + timedelta(minutes=29))))
    contexts.use("here")
    assert login.main(["--out", "--context", "wall"]) == 0
    known = contexts.load()
    assert (known.current, known.contexts["wall"].token, known.contexts["here"].token) == ("here", "", "a-token")


def test_without_the_right_to_read_contents_nothing_is_compared(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    for row in cloud.config.values():
        row |= {"whole": False, "content": None, "undo": None}
    assert plan.main([]) == Exit.NOT_ALLOWED
    assert "for operators and above" in capsys.readouterr().err
    assert get(["config", "-o", "name"]) == 0, "versions and phases are for everybody"


def test_what_could_not_be_started_leaves_no_draft(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    held = {"error": "st-1 is in rollout r3, which is not over; 1 station of this one is held so", "hint": "wait for r3", "where": "st-1", "value": "r3"}
    refused(cloud, monkeypatch, "PUT /rollouts/r7/documents", 409, held)
    assert apply.main(["--wave", "100%", "--reason", "x", "--yes"]) == Exit.REFUSED
    told = capsys.readouterr()
    assert "st-1 is in rollout r3" in told.err and "rollout r7 was given up; no station got anything of it" in told.err
    assert told.out == "" and cloud.rollouts["r7"]["state"] == "abort"


def test_ctrl_c_before_the_start_leaves_no_draft(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(applying, "upload", interrupted)
    with pytest.raises(KeyboardInterrupt):
        apply.main(["--wave", "100%", "--reason", "x", "--yes"])
    assert "rollout r7 was given up" in capsys.readouterr().err and cloud.rollouts["r7"]["state"] == "abort"


def test_a_document_that_ends_soon_is_told_and_renewed(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    for item in plan_of(cloud, capsys):
        cloud.put(item["station"], item["content"], 2, expires=iso(NOW + timedelta(days=12 if item["station"] == "st-1" else 120)))
    assert plan.main([]) == 0
    assert "1 station with a document that ends within 30 days or is over: st-1; --renew 30 signs these anew" in capsys.readouterr().err
    assert diff.main(["--renew", "30"]) == Exit.CHANGES
    told = capsys.readouterr()
    assert told.out == "1 station: st-1\n  = the same fields, sent once more\n" and "--renew" not in told.err


def plan_of(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What the layers say, as a plan has it."""
    assert apply.main(["--wave", "100%", "--reason", "x", "--yes"]) == 0
    capsys.readouterr()
    return [{"station": name, "content": content_of(one)} for name, one in cloud.documents.items()]


def content_of(item: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(item["document"]["payload"])["config"])


NOTICE = "the delegation for orders ends at 2026-11-23 04:00 UTC (in 20 h); sign another with ./kiosk keys delegate"


def test_what_is_to_be_done_about_keys_is_told_before_it_is_too_late(
    cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    delegation = {"scope": "order", "key_id": "0123456789abcdef", "districts": [], "expires": iso(NOW + timedelta(hours=20)), "in_force": True}
    trust = {"root_version": 1, "roots": [one.model_dump(mode="json") for one in cloud.roots], "delegations": [delegation], "notices": [NOTICE]}
    refused(cloud, monkeypatch, "GET /trust", 200, trust)
    assert keys.main(["status"]) == Exit.FAILED
    told = capsys.readouterr()
    assert "0123456789abcdef  orders everywhere until" in told.out and "SOON" in told.out and NOTICE in told.err
    assert apply.main(["--wave", "100%", "--reason", "x", "--yes"]) == 0
    assert f"note: {NOTICE}" in capsys.readouterr().err
    trust |= {"notices": []}
    assert keys.main(["status"]) == 0


def test_an_order_to_nobody_says_who_is_near(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    refused(cloud, monkeypatch, "POST /stations/st1/orders", 404, {"error": "no station 'st1' was ever heard of", "where": "/api/v1/stations/st1/orders"})
    assert station.main(["unlock", "st1", "--reason", "courier"]) == Exit.MISUSED
    assert "did you mean st-1" in capsys.readouterr().err


def test_the_status_that_is_shown_is_of_one_that_ran(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    common = {"name": "x", "who": "lin", "reason": "y", "release": "z", "counts": {}, "waves": [], "history": [], "verdicts": []}
    cloud.rollouts["r9"] = {**common, "id": "r9", "state": "aborted", "wave": 0}
    cloud.rollouts["r8"] = {**common, "id": "r8", "state": "done", "wave": 2}
    assert rollout.main(["status", "-o", "json"]) == 0
    assert '"id": "r8"' in capsys.readouterr().out
