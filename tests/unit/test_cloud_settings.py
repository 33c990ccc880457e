"""The environment becomes settings, or a refusal that names each wrong line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud.errors import SettingsRefused
from cloud.settings import PREFIX, from_environment


def test_nothing_said_means_loopback_and_sqlite() -> None:
    settings = from_environment({"PATH": "/bin"})
    assert (settings.loopback, settings.reads_need_token) == (True, False)
    assert settings.database_url == "sqlite:///cloud-data/ledger.sqlite"


def test_listening_to_others_asks_for_a_token_also_for_reading() -> None:
    assert from_environment({PREFIX + "HOST": "0.0.0.0"}).reads_need_token
    assert from_environment({PREFIX + "REQUIRE_TOKEN_FOR_READS": "yes"}).reads_need_token


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "70000"), ("PROT", "1"), ("DATABASE_URL", "mysql://x"), ("LATE_S", "soon")]
)
def test_a_wrong_line_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsRefused, match=f"{PREFIX}({name}|DOCUMENT)"):
        from_environment({PREFIX + name: value})


def test_the_password_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret\n")
    assert from_environment({PREFIX + "BROKER_PASSWORD_FILE": str(file)}).broker_password() == "s3cret"
    with pytest.raises(SettingsRefused, match="BROKER_PASSWORD_FILE"):
        from_environment({PREFIX + "BROKER_PASSWORD_FILE": str(tmp_path / "none")}).broker_password()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SERIES": "influxdb"}, "series_url: influxdb needs"),
        ({"SERIES": "victoria", "SERIES_URL": "db:8428"}, "series_url: victoria needs"),
        ({"SERIES": "influxdb", "SERIES_URL": "http://me:secret@db:8086"}, "series_url: influxdb needs"),
        ({"SERIES": "influxdb", "SERIES_URL": "http://db:8086/influx"}, "series_url: influxdb needs"),
        ({"SERIES_URL": "http://db:8086"}, "embedded has no series_url"),
        ({"SERIES_TOKEN_FILE": "/x"}, "embedded has no series_token_file"),
        ({"SERIES": "graphite"}, "SERIES"),
        ({"SERIES": "influxdb", "SERIES_URL": "http://db:8086", "SERIES_BUCKET": 'a"b'}, "SERIES_BUCKET"),
    ],
)
def test_settings_of_the_series_must_fit_together(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsRefused, match=named):
        from_environment({PREFIX + name: value for name, value in given.items()})


def test_the_series_may_be_on_a_server(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("t0ken\n")
    given = {"SERIES": "influxdb", "SERIES_URL": "http://db:8086/", "SERIES_TOKEN_FILE": str(token)}
    settings = from_environment({PREFIX + name: value for name, value in given.items()})
    assert (settings.series, settings.series_token(), settings.series_org) == ("influxdb", "t0ken", "smart-station")
