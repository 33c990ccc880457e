"""Signed configurations for scenarios: keys that anybody may know, times that fit the scenarios' clock."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from contract.config import StationConfig
from contract.configuration import LEVEL
from contract.roster import Person
from contract.signing import Kind, canonical, public_half, sign_text
from contract.trust import Bundle, ConfigDocument, Delegation, Scope, SignedRoster
from tests.contract.signed_examples import CLOUD_KEY, OPS_KEY, SIGNED_ROOT, signed
from twin.clock import NOON
from twin.station import TwinStation, layout, person, roster

PATIENT = {"door": {"unlock_s": 8}}
"""A change that a running station takes."""
REWIRED = {"camera": {"source": "none", "width": 800}}
"""One for which parts are built anew."""


def content(**changed: Any) -> dict[str, Any]:
    """The configuration of `layout`, as a document has it."""
    return layout(**changed).model_dump(mode="json")


def bundle(version: int, config: dict[str, Any] | None, station: str = "st-1", level: int = LEVEL, lasts: timedelta = timedelta(days=90),
           issued: datetime = NOON - timedelta(hours=1)) -> Bundle:  # fmt: skip
    """As the operators' computer signs it."""
    document = ConfigDocument(
        station=station, version=version, release=f"r{version}", issued=issued, expires=issued + lasts, level=level, config=config
    )  # fmt: skip
    return Bundle(roots=(SIGNED_ROOT,), document=signed(Kind.CONFIG, document, OPS_KEY))


def people(*of_the_roster: Person) -> bytes:
    """A roster as the cloud signs it, whose key an ops key lets."""
    given = Delegation(key=public_half(CLOUD_KEY), scope=(Scope.ROSTER,), issued=NOON - timedelta(days=1), expires=NOON + timedelta(days=300))
    held = sign_text(Kind.ROSTER, canonical(json.loads(roster(*of_the_roster))), CLOUD_KEY)
    return SignedRoster(roots=(SIGNED_ROOT,), delegation=signed(Kind.DELEGATION, given, OPS_KEY), roster=held).model_dump_json().encode()


def rooted(folder: Path, config: StationConfig | None = None) -> TwinStation:
    """A station that was provisioned with the root."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "root.json").write_text(SIGNED_ROOT.model_dump_json())
    return TwinStation(folder, config)


def with_ann(folder: Path) -> TwinStation:
    """A rooted station that runs, and knows Ann."""
    bench = rooted(folder)
    bench.after(0.3)
    bench.cloud.push_roster(people(person("ann", "1001", "1111")))
    bench.after(0.5)
    return bench
