"""Who is logged in where: contexts, login, renewal, and tokens that go to their own server and to no other."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.demo import running
from cli.main import COMMANDS
from cli.ops import completion, contexts
from cli.ops.context import main as context
from cli.ops.contexts import Context
from cli.ops.exits import Exit
from cli.ops.get import main as get
from cli.ops.login import main as login
from cli.places import ROOT
from contract.times import iso
from tests.ops_cloud import PASSWORD, OpsCloud, alone
from tests.test_docs import commands, complaint


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpsCloud]:
    alone(monkeypatch, tmp_path)
    with OpsCloud() as made:
        made.put("st-1", {})
        yield made


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def logged_in(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    typed(monkeypatch, PASSWORD + "\n")
    return login(["--server", cloud.url, "--user", "lin.mei", "--password-stdin", *more])


def test_login_keeps_the_token_for_this_user_alone(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert logged_in(cloud, monkeypatch) == 0
    assert stat.S_IMODE(contexts.file().stat().st_mode) == 0o600
    assert capsys.readouterr().out == ""
    assert get(["stations", "-o", "name"]) == 0
    assert capsys.readouterr().out == "st-1\n"
    assert cloud.tokens[-1] == "fresh"


def test_a_file_that_others_may_read_is_closed(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    logged_in(cloud, monkeypatch)
    contexts.file().chmod(0o644)
    contexts.load()
    assert stat.S_IMODE(contexts.file().stat().st_mode) == 0o600
    assert "others could read" in capsys.readouterr().err


def test_wrong_password_is_not_allowed_and_keeps_nothing(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed(monkeypatch, "nonsense\n")
    assert login(["--server", cloud.url, "--user", "lin.mei", "--password-stdin"]) == Exit.NOT_ALLOWED
    assert "do not match" in capsys.readouterr().err
    assert not contexts.file().exists()


def test_no_password_goes_over_plain_http_to_another_computer(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed(monkeypatch, PASSWORD + "\n")
    assert login(["--server", "http://cloud.example.org", "--user", "lin.mei", "--password-stdin"]) == Exit.MISUSED
    assert "--plain-http" in capsys.readouterr().err


def test_nobody_is_asked_where_nobody_sits(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed(monkeypatch, "")
    assert login(["--server", cloud.url]) == Exit.MISUSED
    assert login(["--server", cloud.url, "--user", "lin.mei"]) == Exit.MISUSED
    assert "--password-stdin" in capsys.readouterr().err


def test_a_token_stays_at_home_when_another_server_is_asked(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    logged_in(cloud, monkeypatch)
    with OpsCloud() as other:
        assert get(["stations", "--server", other.url]) == 0
        monkeypatch.setenv(contexts.SERVER, other.url)
        assert get(["stations"]) == 0
        assert set(other.tokens) == {""}
        monkeypatch.setenv(contexts.TOKEN, "of-a-program")
        assert get(["stations"]) == 0
        assert other.tokens[-1] == "of-a-program"


def test_token_is_renewed_before_it_ends(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    logged_in(cloud, monkeypatch)
    known = contexts.load().contexts["default"]
    soon = iso(datetime.now(UTC) + timedelta(minutes=5))
    contexts.put("default", Context(known.server, known.token, known.user, known.role, soon))
    assert get(["stations"]) == 0
    assert cloud.tokens[-1] == "renewed"
    assert contexts.load().contexts["default"].token == "renewed"


def test_contexts_are_listed_without_tokens_and_used_by_name(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    logged_in(cloud, monkeypatch, "--context", "home")
    contexts.put("away", Context("https://away.example.org", "secret-token"))
    assert context(["list", "-o", "json"]) == 0
    shown = capsys.readouterr().out
    assert [row["context"] for row in json.loads(shown)] == ["away", "home"]
    assert "secret-token" not in shown
    assert context(["use", "home"]) == 0
    assert get(["stations"]) == 0
    assert get(["stations", "--context", "nowhere"]) == Exit.MISUSED
    assert context(["forget", "away"]) == 0
    assert list(contexts.load().contexts) == ["home"]


def test_without_a_login_the_demo_that_runs_is_meant(cloud: OpsCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as control:
        control.bind(str(tmp_path / "c"))
        ops = running.RemoteOps(cloud.url, "ops", "of-the-demo", "2026-11-21T04:00:00.000Z", str(tmp_path), str(tmp_path / "ops.pem"))
        running.write(running.Running(os.getpid(), str(tmp_path / "c"), ("st-1",), ops))
        assert get(["stations"]) == 0
        assert cloud.tokens[-1] == "of-the-demo"
        typed(monkeypatch, PASSWORD + "\n")
        assert login(["--user", "lin.mei", "--password-stdin"]) == 0
        assert get(["stations"]) == 0
        assert cloud.tokens[-1] == "fresh"
        assert contexts.load().contexts["demo"].folder == str(tmp_path)
    running.remove(os.getpid())


def test_a_login_elsewhere_is_not_taken_for_the_demo_that_runs(cloud: OpsCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as control:
        control.bind(str(tmp_path / "c"))
        ops = running.RemoteOps("http://127.0.0.1:9", "ops", "of-the-demo", "2026-11-21T04:00:00.000Z", str(tmp_path), str(tmp_path / "ops.pem"))
        running.write(running.Running(os.getpid(), str(tmp_path / "c"), ("st-1",), ops))
        logged_in(cloud, monkeypatch)
        assert get(["stations"]) == 0
        assert cloud.tokens[-1] == "fresh" and list(contexts.load().contexts) == ["default"]
    running.remove(os.getpid())


def test_logging_out_takes_the_token_away(cloud: OpsCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    logged_in(cloud, monkeypatch)
    assert login(["--out"]) == 0
    assert contexts.load().contexts["default"].token == ""
    assert "POST /logout" in cloud.asked


def test_nobody_there_is_said_with_the_address(cloud: OpsCloud, capsys: pytest.CaptureFixture[str]) -> None:
    url = cloud.url
    cloud.__exit__()
    assert get(["stations", "--server", url]) == Exit.NOT_REACHABLE
    assert url in capsys.readouterr().err
    cloud.__enter__()


def test_completion_knows_every_command_and_verb() -> None:
    words = completion.everything([command for command in COMMANDS if command.module.startswith("cli.ops")])
    assert "apply" in words[""]
    assert "undo" in words["rollout"]
    assert "--dry-run" in words["rollout undo"]
    assert "--follow" in completion.bash(words)
    assert "__fish_seen_subcommand_from rollout" in completion.fish(words)


def test_the_page_of_the_command_line_is_true() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert [fault for words in commands(page) if (fault := complaint(words))] == []
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)] == [code.value for code in Exit]
