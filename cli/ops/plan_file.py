"""A plan in a file: all that `kiosk apply` needs, and what each station had when it was made, so that it is not applied to anything else."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from cli.ops.exits import Exit, OpsFailed
from contract.errors import explain
from contract.model import Model, StationId
from contract.signing import canonical
from contract.times import At

LARGEST = 256 * 1024 * 1024
PAGE = "docs/cli.md"
REFUSING = frozenset({"level", "root"})


class Base(Model):
    """What the cloud had of a station. The plan holds while all of it stays so."""

    version: int = Field(description="newest document of this station at the cloud, published or not; 0: none")
    next_version: int = Field(description="number that the cloud gives to the next one")
    sha256: str = Field(description="of that document; empty: as provisioned")
    content_sha256: str = Field(description="of the content in canonical form; empty: as provisioned")
    undo_sha256: str = Field(description="likewise, of what is confirmed there")


class FieldChange(Model):
    """One field that changes. `live`: a running station takes it; otherwise its parts are built anew when nobody is inside."""

    field: str
    before: Any = None
    after: Any = None
    live: bool = False
    safer: bool = False


class Item(Model):
    """One station. `undo` is what it goes back to, null: as provisioned; `first`: nothing was ever pushed, so single fields can not be told."""

    station: StationId
    district: str
    grade: str
    base: Base
    content: dict[str, Any]
    content_sha256: str
    undo: dict[str, Any] | None
    first: bool
    restart: bool
    changes: tuple[FieldChange, ...]
    notes: dict[str, str] = Field(description="offline, level, root, failed, unsettled: why it may take longer or refuse, in words")

    @property
    def would_refuse(self) -> bool:
        """It is shown, and left out of what is applied."""
        return bool(REFUSING & self.notes.keys())


class Plan(Model):
    """`id` is drawn from the contents: the same changes on the same bases make the same plan."""

    type: Literal["plan"] = "plan"
    v: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    made_at: At
    server: str
    release: Annotated[str, Field(min_length=1, max_length=64)]
    selector: str
    level: int
    same: int = Field(description="stations that were looked at and stay as they are")
    unknown: tuple[str, ...] = Field((), description="stations of the folder that the cloud never heard of; they are not in the plan")
    items: tuple[Item, ...]


def digest(content: object) -> str:
    """SHA-256 of the canonical form; empty for None."""
    return "" if content is None else hashlib.sha256(canonical(content).encode()).hexdigest()


def plan_id(items: tuple[Item, ...]) -> str:
    """Twelve hexadecimal digits."""
    return digest([[item.station, item.base.model_dump(), item.content_sha256] for item in items])[:12]


def save(plan: Plan, file: Path) -> None:
    """Over what was there."""
    try:
        file.write_text(plan.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OpsFailed(Exit.FAILED, f"--out {file}: {error.strerror}") from None


def load(file: Path) -> Plan:
    """Raises: OpsFailed: not there, not a plan, or changed since it was made."""
    try:
        if file.stat().st_size > LARGEST:
            raise OpsFailed(Exit.MISUSED, f"{file}: {file.stat().st_size} bytes; a plan has at most {LARGEST}")
        plan = Plan.model_validate_json(file.read_bytes())
    except OSError as error:
        raise OpsFailed(Exit.MISUSED, f"{file}: {error.strerror}; ./kiosk plan --out FILE makes one") from None
    except ValidationError as error:
        raise OpsFailed(Exit.MISUSED, f"{file}: is not a plan: {explain(error, PAGE).splitlines()[0]}") from None
    torn = [item.station for item in plan.items if digest(item.content) != item.content_sha256]
    if torn or plan.id != plan_id(plan.items):
        where = f" ({torn[0]})" if torn else ""
        raise OpsFailed(Exit.MISUSED, f"{file}: was changed after it was made{where}; change the folder and plan again: ./kiosk plan --out {file}")
    return plan
