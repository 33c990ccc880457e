"""What the folder firmware_config/ wants, beside what the cloud has: the differences, station by station. Writes nothing anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cli.ops.client import LOG_IN, Client
from cli.ops.exits import Exit, OpsFailed
from cli.ops.looks import stations
from cli.ops.plan_file import Base, FieldChange, Item, digest
from contract.change import differences
from contract.config import ConfigRefused, StationConfig, check
from contract.configuration import LEVEL

FAILED = ("refused", "rolled_back")
UNSETTLED = ("waiting", "trial")
CONFIG_PAGE = 500


@dataclass(frozen=True)
class Wanted:
    """What the folder says of one station: `content`, and `config` as the contract reads it. `labels`: what else a selector may ask for."""

    station: str
    district: str
    grade: str
    city: str
    labels: dict[str, str]
    content: dict[str, Any]
    config: StationConfig


@dataclass(frozen=True)
class Held:
    """What the cloud says of it: rows of /config and /stations."""

    config: Mapping[str, Any]
    station: Mapping[str, Any] | None


def held(client: Client) -> dict[str, Held]:
    """Of every station that the cloud knows."""
    heard = {one["station"]: one for one in stations(client, [])}
    return {name: Held(one, heard.get(name)) for name, one in configs(client).items()}


def configs(client: Client) -> dict[str, dict[str, Any]]:
    """Rows of /config with what stands in them, by station.

    Raises:
        OpsFailed: nobody is logged in, or as somebody to whom the contents are not told.
    """
    found = {one["station"]: one for one in client.pages("/config", limit=CONFIG_PAGE)}
    if not all(one.get("whole", True) for one in found.values()):
        raise OpsFailed(Exit.NOT_ALLOWED, f"what stands in a configuration is for operators and above; {LOG_IN} as one, see docs/roles.md")
    return found


def base(config: Mapping[str, Any]) -> Base:
    """What a plan stands on."""
    return Base(
        version=config.get("version") or 0, next_version=config["next_version"], sha256=config.get("sha256") or "",
        content_sha256=digest(config.get("content")), undo_sha256=digest(config.get("undo")),
    )  # fmt: skip


def differing(wanted: Iterable[Wanted], there: Mapping[str, Held], renew: datetime | None = None) -> list[Item]:
    """An item for each station that would change, in the order of their numbers; with `renew` also where the document ends before that."""
    found = [item for one in wanted if one.station in there and (item := _item(one, there[one.station], renew)) is not None]
    return sorted(found, key=lambda item: in_order(item.station))


def in_order(station: str) -> list[tuple[bool, int, str]]:
    """So that st-10 comes after st-9."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", station) if part]


def ends_before(config: Mapping[str, Any], at: datetime) -> bool:
    """Whether its newest document has an end, and that is before."""
    return bool(config.get("expires")) and datetime.fromisoformat(config["expires"]) < at


def _item(wanted: Wanted, held: Held, renew: datetime | None) -> Item | None:
    """None when there is nothing to do."""
    has = held.config.get("content")
    settled = not failed(held.config) and not (renew and ends_before(held.config, renew))
    if has == wanted.content and settled:
        return None
    changes = _changes(has, wanted.config)
    if not changes and has is not None and settled:
        return None  # said in other words, such as a default written out
    return Item(
        station=wanted.station, district=wanted.district, grade=wanted.grade, base=base(held.config), content=wanted.content,
        content_sha256=digest(wanted.content), undo=held.config.get("undo"), first=has is None,
        restart=has is None or any(not change.live for change in changes), changes=changes, notes=_notes(held),
    )  # fmt: skip


def failed(config: Mapping[str, Any]) -> bool:
    """Whether the newest document did not come to be in force there."""
    return config.get("phase") in FAILED and config.get("in_force_sha256") != config.get("sha256")


def _changes(before: object, after: StationConfig) -> tuple[FieldChange, ...]:
    """Empty also where the cloud has nothing, or something that this release can not read any more."""
    try:
        old = check(before) if before is not None else None
    except ConfigRefused:
        old = None
    if old is None:
        return ()
    found = differences(old, after)
    return tuple(FieldChange(field=one.field, before=one.before, after=one.after, live=one.live, safer=one.safer) for one in found)


def _notes(held: Held) -> dict[str, str]:
    config, station = held.config, held.station
    notes: dict[str, str] = {}
    if station is not None and station["standing"] in ("lost", "stopped", "unknown"):
        notes["offline"] = f"{station['standing']} since {station['since']}"
    if config.get("level") is not None and config["level"] < LEVEL:
        notes["level"] = f"its software has level {config['level']} of the contract, {LEVEL} is needed"
    if config.get("root") == 0 and config.get("reported_at"):
        notes["root"] = "it has no root key, so it takes no pushed configuration"
    if failed(config):
        version = config.get("reported_version") or config.get("version")
        notes["failed"] = f"{config['phase'].replace('_', ' ')} version {version}: {config.get('reason') or 'no reason given'}"
    if config.get("phase") in UNSETTLED:
        notes["unsettled"] = f"version {config.get('version')} is in phase {config['phase']} there"
    return notes
