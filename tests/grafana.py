"""What Grafana does to a query before it sends it, and to an answer before a panel sees it: as far as this project's dashboards need it.

Variables: `${name}` and `${name:regex}`, `:raw`, `:queryparam`; All is `.*` where the variable says so, else every value. The data source
fills in `$timeFilter`, `$__interval` and `${__to}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

Values = Mapping[str, str | Sequence[str]]
_BRACED = re.compile(r"\$\{(\w+)(?::(\w+))?\}")
_SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}/]")
STEPS_MS = (30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000)
"""Widths that Grafana rounds an interval to, from the least that our panels allow."""


class Anything(str):
    """A variable's own value for All: nothing in it is escaped."""


def interpolate(text: str, variables: Values, begin_ms: int, end_ms: int, points: int = 1000) -> str:
    """The query as the store sees it. `points`: values that fit into the panel's width.

    Raises:
        KeyError: a variable that nobody fills in.
    """
    step = next((step for step in STEPS_MS if step >= (end_ms - begin_ms) / points), STEPS_MS[-1])
    text = _BRACED.sub(lambda found: _value(found[1], found[2] or "", {**variables, "__to": str(end_ms), "__from": str(begin_ms)}), text)
    text = text.replace("$timeFilter", f"time >= {begin_ms}ms and time <= {end_ms}ms")
    return text.replace("$__interval", f"{step // 1000}s")


def _value(name: str, form: str, variables: Values) -> str:
    value = variables[name]
    if form == "regex" and not isinstance(value, Anything):
        if isinstance(value, str):
            return _escaped(value)
        return _escaped(value[0]) if len(value) == 1 else f"({'|'.join(map(_escaped, value))})"
    if form == "queryparam":
        return "&".join(f"var-{name}={quote(one)}" for one in ([value] if isinstance(value, str) else value))
    return value if isinstance(value, str) else f"{{{','.join(value)}}}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


def curves(result: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """Of a query whose format is time_series: (column, its values) for each series and column but the time."""
    found = []
    for series in result.get("series", []):
        for n, column in enumerate(series["columns"]):
            if column != "time":
                found.append((column, [row[n] for row in series["values"]]))
    return found


def table(result: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Of a query whose format is table: columns and rows. Columns of the first series count; tags stand behind the time."""
    series = result.get("series", [])
    if not series:
        return [], []
    tags = list(series[0].get("tags", {}))
    columns = ["Time" if series[0]["columns"][0] == "time" else series[0]["columns"][0], *tags, *series[0]["columns"][1:]]
    rows = [[row[0], *(one["tags"][tag] for tag in tags), *row[1:]] for one in series for row in one["values"]]
    return columns, rows
