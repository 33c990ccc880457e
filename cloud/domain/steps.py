"""Values of a series gathered into steps of time: one value for each step and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from cloud.domain.points import Value


class Fold(Enum):
    """What becomes of the numbers in one step; of words it is always the last."""

    MEAN = "mean"
    MAX = "max"
    SUM = "sum"


Row = tuple[int, Mapping[str, Value]]
Folded = tuple[list[int], dict[str, list[Value | None]]]


def gather(rows: Iterable[Row], step_ms: int, fold: Fold = Fold.MEAN) -> Folded:
    """Times (ms, beginnings of steps that have a value) and columns. Rows in order of time; step 0: each by itself."""
    if not step_ms:
        every = list(rows)
        names = sorted({name for _, fields in every for name in fields})
        return [at_ms for at_ms, _ in every], {name: [fields.get(name) for _, fields in every] for name in names}
    steps: dict[int, list[Mapping[str, Value]]] = {}
    for at_ms, fields in rows:
        steps.setdefault(at_ms // step_ms * step_ms, []).append(fields)
    names = sorted({name for group in steps.values() for fields in group for name in fields})
    return list(steps), {name: [_one([f[name] for f in group if name in f], fold) for group in steps.values()] for name in names}


def _one(values: list[Value], fold: Fold) -> Value | None:
    numbers = [value for value in values if isinstance(value, int | float)]
    if numbers and len(values) > 1:
        return sum(numbers) / len(numbers) if fold is Fold.MEAN else max(numbers) if fold is Fold.MAX else sum(numbers)
    return values[-1] if values else None
