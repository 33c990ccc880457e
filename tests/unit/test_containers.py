"""What runs once in a container before the rest: accounts, secrets, token; and health checks that find what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cli.containers import main
from cloud.adapters.db import SqlTokens, open_engine
from cloud.settings import PREFIX

TOKEN = "token-" + "5" * 20


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The cloud's database, named in the environment as compose does."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    for name, value in {f"{PREFIX}DATABASE_URL": url, "CLOUD_TOKEN": TOKEN, "SERIES_TOKEN": "s" * 20}.items():
        monkeypatch.setenv(name, value)
    return open_engine(url)


@pytest.fixture
def volumes(tmp_path: Path) -> Path:
    for name in ("broker", "hand-out/cloud", "hand-out/st-1", "hand-out/st-2"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def setup(volumes: Path, verb: str = "setup", *stations: str) -> int:
    more = ["--hand-out", str(volumes / "hand-out")] if verb == "setup" else []
    return main([verb, "--folder", str(volumes / "broker"), "--store", "/broker-data", *more, *stations])


def test_setup_gives_everybody_their_own_secrets_and_the_broker_all_accounts(volumes: Path, engine: Engine) -> None:
    assert setup(volumes, "setup", "st-1", "st-2") == 0
    accounts = json.loads((volumes / "broker/accounts.json").read_text())
    handed = {name: (volumes / f"hand-out/{name}/broker-password").read_text().strip() for name in ("cloud", "st-1", "st-2")}
    assert handed == {"cloud": accounts["cloud"], **accounts["stations"]}
    text = (volumes / "broker/nats.conf").read_text()
    assert all(word in text for word in handed.values())
    assert 'mqtt { host: "0.0.0.0", port: 1883' in text and 'store_dir: "/broker-data"' in text
    mosquitto = (volumes / "broker/mosquitto.conf").read_text()
    assert "listener 1883 0.0.0.0\n" in mosquitto and "persistence_location /broker-data/\n" in mosquitto
    assert (volumes / "hand-out/cloud/series-token").read_text() == "s" * 20 + "\n"
    assert not [path for path in volumes.rglob("*") if path.parent != volumes and path.is_file() and path.stat().st_mode & 0o077]
    assert SqlTokens(engine).known(TOKEN)
    assert SqlTokens(engine).first(0) is None  # nothing is printed at the cloud's first start


def test_setup_at_each_start_changes_nothing(volumes: Path, engine: Engine) -> None:
    setup(volumes, "setup", "st-1")
    before = (volumes / "broker/accounts.json").read_text(), (volumes / "broker/nats.conf").read_text()
    assert setup(volumes, "setup", "st-1") == 0
    assert ((volumes / "broker/accounts.json").read_text(), (volumes / "broker/nats.conf").read_text()) == before


def test_one_more_station_gets_an_account_that_the_next_start_keeps(volumes: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    setup(volumes, "setup", "st-1")
    assert setup(volumes, "account", "st-17") == 0
    station, password = capsys.readouterr().out.split()
    assert station == "st-17"
    setup(volumes, "setup", "st-1")
    assert password in (volumes / "broker/nats.conf").read_text()
    assert "user st-17" in (volumes / "broker/mosquitto.acl").read_text()
    assert setup(volumes, "account", "cloud") == 1
    assert "cloud's account" in capsys.readouterr().err


def test_setup_without_secrets_says_how_to_get_them(volumes: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("SERIES_TOKEN")
    monkeypatch.setenv("CLOUD_TOKEN", "short")
    assert setup(volumes, "setup", "st-1") == 1
    said = capsys.readouterr().err
    assert "CLOUD_TOKEN, SERIES_TOKEN" in said and "deploy/make-env.sh" in said
    assert not SqlTokens(engine).known("short")


@pytest.mark.parametrize("asked", [["--cloud", "http://127.0.0.1:9/"], ["--control", "/nowhere/control"]])
def test_what_does_not_answer_is_not_alive(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alive", *asked]) == 1
    assert asked[1].rstrip("/") in capsys.readouterr().err
