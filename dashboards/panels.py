"""A panel as an operator thinks of it: what it answers, what to do when it is red. render.py makes Grafana's JSON of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dashboards.influxql import Query
from dashboards.words import NO_NEWS, PLAIN, Step, Text, Word


class Look(Enum):
    """How it is drawn."""

    NUMBER = "number"
    CURVES = "curves"
    STACK = "stack"
    COLUMNS = "columns"
    TABLE = "table"
    STATES = "states"
    BARS = "bars"
    MAP = "map"


@dataclass(frozen=True)
class Column:
    """Of a table. `opens`: the value is a station whose dashboard a click opens."""

    name: str
    title: Text
    unit: str = ""
    words: tuple[Word, ...] = ()
    steps: tuple[Step, ...] = ()
    opens: bool = False
    hidden: bool = False
    width: int = 0


@dataclass(frozen=True)
class Panel:
    """`number` is for ever: links and alert rules name it. `unit` is Grafana's. `none` is shown when there is nothing to show.

    `names`: what curves are called, by field. `sort`: column of a table, the largest first. `groups`: count the rows by this column.
    `always`: a span such as 14d that this panel shows whatever the dashboard shows.
    """

    number: int
    look: Look
    title: Text
    answers: Text
    when_red: Text
    queries: tuple[Query, ...]
    unit: str = "short"
    steps: tuple[Step, ...] = PLAIN
    words: tuple[Word, ...] = ()
    none: Text = NO_NEWS
    names: tuple[tuple[str, Text], ...] = ()
    columns: tuple[Column, ...] = ()
    sort: str = ""
    groups: str = ""
    low: float | None = None
    high: float | None = None
    decimals: int | None = None
    width: int = 0
    always: str = ""


@dataclass(frozen=True)
class Row:
    """Panels side by side; those without a width share what is left of 24 columns."""

    height: int
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Board:
    """A dashboard. `places`: it asks for city and district; `stations`: "one" or "many" or "" for none."""

    name: str
    title: Text
    answers: Text
    rows: tuple[Row, ...]
    stations: str = ""
    places: bool = True
    since: str = "now-6h"
    refresh: str = "30s"
    notes: bool = True

    def panels(self) -> list[Panel]:
        return [panel for row in self.rows for panel in row.panels]
