"""Signed configurations as they are kept, what stations say of them, and what the API asks of both. No behaviour.

Times named `_ms` are UTC milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cloud.domain.rollout import Entry, Options, Rollout, Step
from cloud.domain.rollout_acts import Act
from cloud.domain.seats import Paper
from cloud.domain.uploads import Upload
from contract.signing import Signed


@dataclass(frozen=True)
class DocumentRow:
    """A signed configuration of one station in one rollout. `published_ms` None: it never left the cloud."""

    rollout: str
    station: str
    paper: Paper
    version: int
    sha256: str
    release: str
    document: Signed
    published_ms: int | None = None


@dataclass(frozen=True)
class ConfigReportRow:
    """What a station last said on cfg/reported (contract/configuration.py). `flaw` empty: none. `at_ms` is its own clock."""

    station: str
    version: int
    sha256: str
    phase: str
    reason: str
    flaw: str
    in_force_version: int
    in_force_sha256: str
    confirmed_version: int
    confirmed_sha256: str
    root: int
    level: int
    at_ms: int
    received_ms: int


@dataclass(frozen=True)
class ConfigRow:
    """A station's configuration as far as the cloud knows it. `desired`: the newest that was published; `confirmed`: the document of
    what it says is confirmed, None when that never came from here (as provisioned); `report` None: it never said a word."""

    station: str
    district: str
    name: str
    level: int | None
    next_version: int
    desired: DocumentRow | None
    confirmed: DocumentRow | None
    report: ConfigReportRow | None


@dataclass(frozen=True)
class ConfigPast:
    """A document that a station was sent once, and what became of it: the state of its seat."""

    document: DocumentRow
    state: str
    reason: str


class Rollouts(Protocol):
    """Rollouts of signed configurations. `who` is a person's account."""

    def all(self) -> list[tuple[Rollout, dict[str, int]]]:
        """The newest first, without their seats, but how many are in which state."""

    def one(self, number: str) -> tuple[Rollout, list[Entry]]:
        """With its history. Raises: RolloutUnknown."""

    def draft(self, who: str, name: str, reason: str, release: str, options: Options) -> Rollout:
        """Raises: RolloutRefused."""

    def put(self, number: str, uploads: Sequence[Upload], who: str) -> Rollout:
        """Documents into a draft, all or none. Raises: RolloutUnknown, RolloutRefused."""

    def act(self, number: str, what: Act, who: str, why: str, dry_run: bool) -> tuple[Rollout, Step]:
        """As it was, and what became (would become) of it. Raises: RolloutUnknown, RolloutRefused."""

    def cancel(self, number: str, station: str, who: str, why: str, dry_run: bool) -> tuple[Rollout, Step]:
        """One station. Raises: RolloutUnknown, RolloutRefused."""


class Configs(Protocol):
    """What each station has, should have, and would go back to."""

    def page(self, after: str, limit: int) -> list[ConfigRow]:
        """By name."""

    def one(self, station: str) -> ConfigRow | None: ...

    def history(self, station: str) -> list[ConfigPast]:
        """Documents that were published to it, the newest first."""
