"""Fields that are called live are: after a change nothing that a core reaches keeps the old value, nor anything that was worked out of it."""

import copy
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from contract.change import differences
from contract.config import ConfigRefused, StationConfig, check
from edge.domain.core import Core
from twin.grades import whole_room
from twin.station import TwinStation, layout

Place = tuple[str | int, ...]
BY = (1.0234567, 1.1234567, 0.9234567)
"""Factors that give values which nothing else has."""
DISTINCT = 100
"""Whole numbers below stand everywhere."""
PLACED: dict[str, Any] = {"place": {"latitude": 31.2304, "longitude": 121.4737}, "access": {"hours": [{"from_hour": 6, "to_hour": 23}]}}


@pytest.mark.slow
def test_nothing_of_the_old_values_is_left(tmp_path: Path) -> None:
    new = layout(**whole_room(), **PLACED)
    old, sentinels = _distinct(new)
    assert len(sentinels) > 20
    bench = TwinStation(tmp_path, old)
    bench.assembly.core._use(new)
    bench.after(0.5)
    gone = {id(each) for each in _models(old)} - {id(each) for each in _models(bench.assembly.core.config)}
    differing = {id(each): each for each in _changed(old, new)}
    left = [(path, value) for path, value in _reached(bench.assembly.core) if _is_old(value, sentinels) or (id(value) in differing and id(value) in gone)]
    bench.close()
    assert not left, [f"{path}: {str(value)[:60]}" for path, value in left][:20]


def _is_old(value: Any, sentinels: set[float]) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and value in sentinels


def _distinct(new: StationConfig) -> tuple[StationConfig, set[float]]:
    """A configuration that differs from `new` in every live number, by values that stand nowhere else."""
    document, found = new.model_dump(mode="json"), set()
    for place, value in list(_numbers(document)):
        for factor in BY:
            other = type(value)(value * factor)
            changed = copy.deepcopy(document)
            _put(changed, place, other)
            try:
                config = check(changed)
            except ConfigRefused:
                continue
            last = differences(new, config)[-1] if other != value else None
            if last and all(change.live for change in differences(new, config)):
                document = changed
                found |= {float(other)} if isinstance(other, float) or other > DISTINCT else set()
                break
    return check(document), found


def _numbers(document: Any, place: Place = ()) -> Iterator[tuple[Place, float | int]]:
    items = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in items:
        yield from _numbers(value, (*place, key))
    if isinstance(document, float | int) and not isinstance(document, bool):
        yield place, document


def _put(document: Any, place: Place, value: Any) -> None:
    for step in place[:-1]:
        document = document[step]
    document[place[-1]] = value


def _models(value: Any) -> Iterator[BaseModel]:
    """A model and all in it."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from _models(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _models(item)


def _changed(old: StationConfig, new: StationConfig) -> Iterator[BaseModel]:
    """Models of `old` that are not the same in `new`."""
    same = list(_models(new))
    return (each for each in _models(old) if not any(type(each) is type(other) and each == other for other in same))


def _reached(core: Core) -> Iterator[tuple[str, Any]]:
    """Everything but what remembers documents."""
    seen = {id(core.configs)}
    waiting: deque[tuple[str, Any]] = deque([("core", core)])
    while waiting:
        path, value = waiting.popleft()
        if id(value) in seen and not isinstance(value, float | int):
            continue
        seen.add(id(value))
        yield path, value
        waiting.extend((f"{path}.{name}", inner) for name, inner in _inside(value))


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((str(key), inner) for key, inner in value.items())
    elif isinstance(value, list | tuple | set | frozenset | deque):
        yield from ((str(number), inner) for number, inner in enumerate(value))
    elif callable(value) and not isinstance(value, type):
        yield from ((f"{number}()", cell.cell_contents) for number, cell in enumerate(getattr(value, "__closure__", None) or ()))
        yield "self", getattr(value, "__self__", None)
    elif type(value).__module__.partition(".")[0] in ("edge", "contract"):
        names = [*getattr(value, "__dict__", {}), *getattr(type(value), "__slots__", ())]
        yield from ((name, getattr(value, name)) for name in names if hasattr(value, name))
