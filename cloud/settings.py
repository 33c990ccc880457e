"""What the cloud is told by its environment, `SMART_STATION_CLOUD_…`; checked as a whole before anything starts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cloud.errors import SettingsRefused
from contract.errors import explain
from contract.leases import Allowance
from contract.topics import SHARDS

PREFIX = "SMART_STATION_CLOUD_"
PAGE = "docs/operations.md"
LAW_DAYS = 190


class Settings(BaseModel):
    """Frozen. `from_environment` reads `SMART_STATION_CLOUD_PORT` into `port`, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(Path("cloud-data"), description="folder of the databases")
    database_url: str = Field("", description="SQLAlchemy URL of the ledger; empty: ledger.sqlite in the data folder")
    broker_host: str = Field("127.0.0.1", min_length=1, max_length=253)
    broker_port: int = Field(1883, ge=1, le=65535)
    broker_user: str = Field("", max_length=64, description="user name and client id; empty: the name of the worker")
    broker_password_file: Path | None = Field(None, description="file whose first line is the password")
    broker_ca_file: Path | None = Field(None, description="certificate authority; TLS is used when it is set")
    host: str = Field("127.0.0.1", min_length=1, max_length=253, description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="0 takes any free port")
    allowed_hosts: str = Field("", description="more names, separated by commas, that browsers may use for this server")
    require_token_for_reads: bool | None = Field(None, description="empty: only when not listening on loopback")
    late_s: float = Field(180, ge=5, le=86_400, description="s of silence after which an online station counts as late")
    utc_offset_min: int = Field(480, ge=-840, le=840, description="min east of UTC; 'today' begins at midnight there")
    faces_warn_at: int = Field(80_000, ge=1, description="people with a face; health warns from here on, since 100,000 must be filed")
    grafana_url: str = Field(
        "", max_length=200, pattern=r"^(https?://[^\s]+)?$", description="address of Grafana as browsers reach it; empty: the console has no links"
    )
    series: Literal["embedded", "influxdb", "victoria"] = Field("embedded", description="where time series go: a file, InfluxDB 1 to 3, victoria-metrics")
    series_url: str = Field("", description="http(s)://host:port of that store; not with embedded")
    series_org: str = Field("smart-station", min_length=1, max_length=64, description="organisation in InfluxDB 2")
    series_bucket: str = Field("smart-station", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="bucket in InfluxDB 2, database in 1")
    series_token_file: Path | None = Field(None, description="file whose first line is the token; user:password for InfluxDB 1")
    series_timeout_s: float = Field(10, ge=0.5, le=120, description="s for an answer of that store")
    worker: str = Field("cloud", pattern=r"^[a-z0-9][a-z0-9-]{0,31}$", description="name of this process; the one called cloud tells stations their roster")
    shards: str = Field("0-63", max_length=200, description="which 64ths of the stations this process takes in, such as 0-31 or 0-15,48; none: it only answers")
    facts_days: int = Field(0, ge=0, le=36_600, description="days that facts are kept, 190 at least; 0: for ever")
    series_days: int = Field(35, ge=1, le=3660, description="days that measurements are kept by embedded; other stores have retention of their own")

    offline_water_ml: int = Field(300, ge=0, le=20_000, description="ml that each station gives a person a day without a lease, where quotas are shared")
    offline_bottles: int = Field(1, ge=0, le=100, description="bottles likewise")
    offline_socket_min: int = Field(30, ge=0, le=1440, description="minutes likewise")

    @model_validator(mode="after")
    def _worker_is_whole(self) -> Self:
        if 0 < self.facts_days < LAW_DAYS:
            raise ValueError(f"facts_days: {self.facts_days} is less than {LAW_DAYS}, which the law asks for; 0 keeps them for ever")
        if not self.broker_user:
            object.__setattr__(self, "broker_user", self.worker)
        owned(self.shards)
        return self

    @property
    def is_main(self) -> bool:
        """Whether this is the process that tells stations their roster and lets people change it; others take in, and answer questions."""
        return self.worker == "cloud"

    @property
    def owned(self) -> frozenset[int]:
        """The shards that this process takes in."""
        return owned(self.shards)

    @model_validator(mode="after")
    def _database_is_named(self) -> Self:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data / 'ledger.sqlite'}")
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("database_url: only sqlite:///FILE and postgresql+psycopg://… are known")
        return self

    @model_validator(mode="after")
    def _series_fit_together(self) -> Self:
        if self.series == "embedded" and (self.series_url or self.series_token_file):
            raise ValueError(f"series: embedded has no {'series_url' if self.series_url else 'series_token_file'}; say series=influxdb or victoria")
        if self.series != "embedded" and not re.fullmatch(r"https?://[^/?#@\s]+/?", self.series_url):
            raise ValueError(f"series_url: {self.series} needs http://host:port, without path, user or password")
        return self

    @property
    def offline_allowance(self) -> Allowance:
        """What each station gives beyond its lease, as the roster tells them."""
        return Allowance(water_ml=self.offline_water_ml, bottles=self.offline_bottles, socket_min=self.offline_socket_min)

    @property
    def loopback(self) -> bool:
        """Whether only this computer can reach the server."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def reads_need_token(self) -> bool:
        """Reading is open on loopback, unless told otherwise; writing never is."""
        return self.require_token_for_reads if self.require_token_for_reads is not None else not self.loopback

    @property
    def host_names(self) -> frozenset[str]:
        """Names that may stand in a request's Host header; any other is a page of somebody else reaching in."""
        more = {name.strip().lower() for name in self.allowed_hosts.split(",") if name.strip()}
        return frozenset({"localhost", "127.0.0.1", "::1", self.host.lower()} | more)

    def broker_password(self) -> str | None:
        """The password, read when it is needed and kept nowhere.

        Raises:
            SettingsRefused: the file is not readable.
        """
        return _first_line(self.broker_password_file, "BROKER_PASSWORD_FILE", "password")

    def series_token(self) -> str | None:
        """The token of the time-series store, likewise.

        Raises:
            SettingsRefused: the file is not readable.
        """
        return _first_line(self.series_token_file, "SERIES_TOKEN_FILE", "token")


def _first_line(path: Path | None, name: str, what: str) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text("utf-8").splitlines()[0].strip()
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise SettingsRefused(f"{PREFIX}{name}: {path}: {error}; its first line is the {what}") from None


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings; an empty value counts as not set.

    Raises:
        SettingsRefused: an unknown name with our prefix, or a value out of bounds, each on a line of its own.
    """
    given = {key.removeprefix(PREFIX).lower(): value for key, value in environment.items() if key.startswith(PREFIX)}
    try:
        return Settings.model_validate({key: value for key, value in given.items() if value != ""})
    except ValidationError as error:
        lines = explain(error, PAGE).splitlines()
        raise SettingsRefused("\n".join(PREFIX + _upper(line) for line in lines)) from None


def owned(text: str) -> frozenset[int]:
    """The shards that such a text names: `0-31`, `0-15,48`, `none`.

    Raises:
        ValueError: it names none of 0 to 63, or is written otherwise.
    """
    if text in ("", "none"):
        return frozenset()
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"([0-9]{1,2})(?:-([0-9]{1,2}))?", part.strip())
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not low <= high < SHARDS:
            raise ValueError(f"shards: {part!r} is no shard or range of shards from 0 to {SHARDS - 1}; such as 0-31 or 0-15,48")
        found |= set(range(low, high + 1))
    return frozenset(found)


def _upper(line: str) -> str:
    name, colon, rest = line.partition(":")
    return name.upper() + colon + rest
