"""The draft of the impact assessment says what the configuration says; the page names what the code does."""

from pathlib import Path

import pytest

from cli.doctor import main
from cli.privacy import OPEN, assessment
from edge.adapters.kiosk_web.notice import sharing_version, version
from edge.domain.consent import QUIET_DAYS
from tests.test_docs import commands, complaint
from twin.station import layout

ROOT = Path(__file__).resolve().parents[2]


def test_the_draft_takes_its_figures_from_the_configuration() -> None:
    config = layout(identity={"keep_days": 77, "handler": "Street office, 12345", "assurance": "face_plus_code"})
    draft = assessment(config)
    assert all(words in draft for words in ("77 days", "Street office, 12345", "face_plus_code", version(), f"{QUIET_DAYS} days", "st-1"))
    assert "not encrypted" in draft


def test_the_draft_says_whether_templates_are_shared() -> None:
    assert "`identity.template_sharing` is off" in assessment(layout())
    assert sharing_version() in assessment(layout(identity={"template_sharing": True}))


def test_the_page_shows_commands_that_the_program_takes() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert [fault for words in commands(page) if words[0] == "person" and (fault := complaint(words))] == []


def test_what_is_not_known_is_left_open_and_marked() -> None:
    assert "set `identity.handler`" in assessment(layout())
    assert assessment(layout()).count(OPEN) >= 9


def test_doctor_prints_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--privacy", "--config", str(ROOT / "firmware_config" / "example-station.yaml")]) == 0
    assert "impact assessment" in capsys.readouterr().out
    (tmp_path / "bad.yaml").write_text("station: 7")
    assert main(["--privacy", "--config", str(tmp_path / "bad.yaml")]) == 1
    assert main(["--privacy"]) == 2


def test_the_page_names_the_defaults_of_the_code() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert f"(default {layout().identity.keep_days})" in page
    assert f"for {QUIET_DAYS} days" in page
    for name in ("`vault.db`", "`vault.key`", "SMART_STATION_CLOUD_FACES_WARN_AT", "test_privacy_canary.py"):
        assert name in page
