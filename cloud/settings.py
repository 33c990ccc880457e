"""What the cloud is told by its environment, `SMART_STATION_CLOUD_…`; checked as a whole before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cloud.errors import SettingsRefused
from contract.errors import explain
from contract.leases import Allowance

PREFIX = "SMART_STATION_CLOUD_"
PAGE = "docs/operations.md"


class Settings(BaseModel):
    """Frozen. `from_environment` reads `SMART_STATION_CLOUD_PORT` into `port`, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(Path("cloud-data"), description="folder of the databases")
    database_url: str = Field("", description="SQLAlchemy URL of the ledger; empty: ledger.sqlite in the data folder")
    broker_host: str = Field("127.0.0.1", min_length=1, max_length=253)
    broker_port: int = Field(1883, ge=1, le=65535)
    broker_user: str = Field("cloud", min_length=1, max_length=64, description="user name and client id")
    broker_password_file: Path | None = Field(None, description="file whose first line is the password")
    broker_ca_file: Path | None = Field(None, description="certificate authority; TLS is used when it is set")
    host: str = Field("127.0.0.1", min_length=1, max_length=253, description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="0 takes any free port")
    allowed_hosts: str = Field("", description="more names, separated by commas, that browsers may use for this server")
    require_token_for_reads: bool | None = Field(None, description="empty: only when not listening on loopback")
    late_s: float = Field(180, ge=5, le=86_400, description="s of silence after which an online station counts as late")
    utc_offset_min: int = Field(480, ge=-840, le=840, description="min east of UTC; 'today' begins at midnight there")
    faces_warn_at: int = Field(80_000, ge=1, description="people with a face; health warns from here on, since 100,000 must be filed")
    series_days: int = Field(35, ge=1, le=3660, description="days that measurements are kept; facts are kept for ever")

    offline_water_ml: int = Field(300, ge=0, le=20_000, description="ml that each station gives a person a day without a lease, where quotas are shared")
    offline_bottles: int = Field(1, ge=0, le=100, description="bottles likewise")
    offline_socket_min: int = Field(30, ge=0, le=1440, description="minutes likewise")

    @model_validator(mode="after")
    def _database_is_named(self) -> Self:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data / 'ledger.sqlite'}")
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("database_url: only sqlite:///FILE and postgresql+psycopg://… are known")
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
        if self.broker_password_file is None:
            return None
        try:
            return self.broker_password_file.read_text("utf-8").splitlines()[0].strip()
        except (OSError, UnicodeDecodeError, IndexError) as error:
            where = f"{PREFIX}BROKER_PASSWORD_FILE: {self.broker_password_file}"
            raise SettingsRefused(f"{where}: {error}; its first line is the password") from None


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


def _upper(line: str) -> str:
    name, colon, rest = line.partition(":")
    return name.upper() + colon + rest
