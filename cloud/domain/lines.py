"""Points as lines of the line protocol of InfluxDB 1 to 3 and of victoria-metrics.

Every number is written as a float: a field that once came as an integer would refuse floats for ever. Control characters become spaces,
since not every server takes a line break in quotes; a backslash in a tag becomes a slash, since at its end none can be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import isfinite

from cloud.domain.points import Columns, Point, Points, Tags, Value
from contract.series import NOTHING, Measurement

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_IN_KEY = re.compile(r"([,= ])")
_IN_WORDS = re.compile(r'(["\\])')


def lines(points: Iterable[Points], words: bool = True) -> list[str]:
    """One line for each point that has a field. `words` False: without fields that are text, for a store of numbers only."""
    found: list[str] = []
    for one in points:
        if isinstance(one, Columns):
            found += _table(one, words)
        else:
            found += _line(one, words)
    return found


def _line(one: Point, words: bool) -> list[str]:
    fields = _fields(one.fields, words)
    return [f"{_head(one.measurement, one.tags)} {fields} {one.at_ns}"] if fields else []


def _table(one: Columns, words: bool) -> Iterable[str]:
    """The hot path: a whole batch through one template; values that are missing or infinite take the slow way."""
    columns = [values for _, values in one.columns]
    if not columns or any(None in values for values in columns) or not all(isfinite(sum(values)) for values in columns):  # type: ignore[arg-type]
        return [text for point in one.points() for text in _line(point, words)]
    template = _template(one.measurement, one.tags, tuple(name for name, _ in one.columns), one.constant, words)
    return map(template.__mod__, zip(*columns, one.at_ns, strict=True))


@lru_cache(maxsize=1 << 15)  # of each part of each station, again with every batch: made anew it costs more than all values
def _template(measurement: Measurement, tags: Tags, names: tuple[str, ...], constant: tuple[tuple[str, Value], ...], words: bool) -> str:
    head, said = _head(measurement, tags), _fields(constant, words)
    fields = [*(_key(name).replace("%", "%%") + "=%r" for name in names), *([said.replace("%", "%%")] if said else [])]
    return f"{head.replace('%', '%%')} {','.join(fields)} %d"


def _head(measurement: Measurement, tags: Tags) -> str:
    return ",".join([measurement.value, *(f"{tag.value}={_key(value)}" for tag, value in tags)])


def _fields(fields: Sequence[tuple[str, Value]], words: bool) -> str:
    texts = [text for name, value in fields if (text := _field(name, value, words))]
    return ",".join(texts)


def _field(name: str, value: Value, words: bool) -> str:
    if isinstance(value, str):
        return f'{_key(name)}="{_quoted(value)}"' if words else ""
    return f"{_key(name)}={float(value)!r}" if isfinite(value) else ""


def _key(text: str) -> str:
    """A tag's value or a name."""
    if text.isalnum():
        return text
    return _IN_KEY.sub(r"\\\1", _CONTROL.sub(" ", text).replace("\\", "/")) or NOTHING


def _quoted(text: str) -> str:
    if text.isalnum():
        return text
    return _IN_WORDS.sub(r"\\\1", _CONTROL.sub(" ", text))
