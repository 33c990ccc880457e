"""Rows for people and for programs: table, wide, json, yaml, name. Columns are as wide as what stands in them, Chinese counted double."""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

APART = "  "


class Form(StrEnum):
    """How rows are written."""

    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"
    NAME = "name"


def form(text: str) -> Form:
    """For argparse."""
    if text not in set(Form):
        raise argparse.ArgumentTypeError(f"{text!r}: one of {', '.join(Form)}")
    return Form(text)


@dataclass(frozen=True)
class Column:
    """Heading, key of the row, and whether it stands in the wide table only."""

    head: str
    key: str
    wide: bool = False


def written(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], form: Form, name: str) -> str:
    """The rows as text, without the last line's end. `name`: key of what names a row."""
    match form:
        case Form.JSON:
            return json.dumps(list(rows), ensure_ascii=False, indent=1)
        case Form.YAML:
            return as_yaml(list(rows))
        case Form.NAME:
            return "\n".join(str(row[name]) for row in rows)
    shown = [column for column in columns if form is Form.WIDE or not column.wide]
    cells = [[cell(row.get(column.key)) for column in shown] for row in rows]
    return grid([column.head for column in shown], cells)


def grid(heads: Sequence[str], cells: Iterable[Sequence[str]]) -> str:
    """Columns side by side; no blank at the end of a line."""
    lines = [list(heads), *map(list, cells)]
    widths = [max(width(line[number]) for line in lines) for number in range(len(heads))]
    return "\n".join(APART.join(padded(text, wide) for text, wide in zip(line, widths, strict=True)).rstrip() for line in lines)


def cell(value: object) -> str:
    """Short, on one line, never empty, and without what a terminal would take for a command."""
    if value is None or value == "" or value == [] or value == {}:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return plain(text)


def plain(text: str) -> str:
    """Control characters as spaces: names and reasons come from elsewhere."""
    return "".join(" " if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") else one for one in text)


def width(text: str) -> int:
    """Columns of a terminal."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 0 if unicodedata.combining(one) else 1 for one in text)


def padded(text: str, wide: int) -> str:
    """At least so wide."""
    return text + " " * (wide - width(text))


def as_yaml(content: object) -> str:
    """In the order as given, Chinese as it is."""
    import yaml

    return yaml.dump(content, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True, sort_keys=False).rstrip("\n")
