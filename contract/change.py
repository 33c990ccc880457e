"""What differs between two configurations of a station, what of it a running station takes without a rebuild, and what makes it safer.

Fields say it themselves: LIVE, LOWER and HIGHER of contract/model.py. A field without a mark needs a rebuild and is never "safer".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contract.config import StationConfig


@dataclass(frozen=True)
class Change:
    """One field that is not as it was. `field` is dotted, parts of the room by name (`taps.cold.max_ml`). Values as in JSON; None also where there is none."""

    field: str
    before: Any
    after: Any
    live: bool = False
    safer: bool = False


def differences(old: StationConfig, new: StationConfig) -> list[Change]:
    """Every field that changed, in the order of the model; empty when both are the same."""
    return [] if old == new else list(_sections(old, new, "", False))


def needs_restart(old: StationConfig, new: StationConfig) -> list[str]:
    """Dotted names of changed fields that a running station can not take; empty: it takes all of it as it runs."""
    return [change.field for change in differences(old, new) if not change.live]


def makes_safer(old: StationConfig, new: StationConfig) -> bool:
    """Whether something changed, and each change moved to the safe side."""
    changes = differences(old, new)
    return bool(changes) and all(change.safer for change in changes)


def _sections(old: BaseModel, new: BaseModel, place: str, live: bool) -> Iterator[Change]:
    """`live`: the section as a whole is."""
    for name, field in type(new).model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield from _field(before, after, f"{place}{name}", field, live)


def _field(before: Any, after: Any, place: str, field: FieldInfo, live: bool) -> Iterator[Change]:
    marks = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    live = live or marks.get("live") is True
    if isinstance(before, BaseModel) and isinstance(after, BaseModel):
        yield from _sections(before, after, f"{place}.", live)
    elif _are_parts(before) and _are_parts(after) and (before or after):
        yield from _parts({part.name: part for part in before}, {part.name: part for part in after}, place, live)
    else:
        yield Change(place, _plain(before), _plain(after), live, _is_safer(before, after, marks.get("safer")))


def _are_parts(value: object) -> bool:
    """A list of things that have names: taps, sockets, shelves. They are told apart by name, not by place."""
    return isinstance(value, tuple) and all(isinstance(item, BaseModel) and "name" in type(item).model_fields for item in value)


def _parts(before: dict[str, BaseModel], after: dict[str, BaseModel], place: str, live: bool) -> Iterator[Change]:
    both = [name for name in after if name in before]
    for name in both:
        yield from _sections(before[name], after[name], f"{place}.{name}.", live)
    for name in [*(name for name in before if name not in after), *(name for name in after if name not in before)]:
        yield Change(f"{place}.{name}", _plain(before.get(name)), _plain(after.get(name)), live)
    if [name for name in before if name in after] != both:
        yield Change(place, list(before), list(after), live)


def _plain(value: Any) -> Any:
    """As in JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _is_safer(before: Any, after: Any, side: object) -> bool:
    if side is None or not isinstance(before, int | float) or not isinstance(after, int | float):
        return False
    return after < before if side == "lower" else after > before
