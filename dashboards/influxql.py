"""Queries as text, made of names that contract/series.py has: a name that it has not is an error here, not an empty panel on the wall.

InfluxQL is the one language that InfluxDB 1, 2 (through a DBRP mapping) and 3 share. Every query has a time filter. `NOW` looks at the three
minutes before the end of the chosen range: roll-ups come each 30 s, so an older value is no longer news, and panels say so.
`${x:regex}` is Grafana's own escaping, the same for each data source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

from contract.series import SHAPES, Measurement, Tag

SOURCE = DataSourceRef(type_val="influxdb", uid="smart-station-influxdb")
NOW = "time > ${__to}ms - 3m AND time <= ${__to}ms"
RANGE = "$timeFilter"
KNOWN = "time > now() - 30d"
"""For lists to choose from: who has not been heard for a month is gone."""
PLACES = '"city" =~ /^${city:regex}$/ AND "district" =~ /^${district:regex}$/'
STATIONS = '"station" =~ /^${station:regex}$/'
BOTH = f"{PLACES} AND {STATIONS}"
EVERY = "GROUP BY time($__interval)"


class Query(Dataquery):
    """What Grafana's InfluxDB data source reads; the SDK has no class for it. `table` asks for one table in place of one curve per column."""

    def __init__(self, query: str, table: bool = False, alias: str = "$col", ref: str = "A") -> None:
        self.query, self.table, self.alias, self.ref = query, table, "" if table else alias, ref

    def to_json(self) -> dict[str, object]:
        found: dict[str, object] = {
            "refId": self.ref, "datasource": SOURCE, "query": self.query, "rawQuery": True, "resultFormat": "table" if self.table else "time_series",
        }  # fmt: skip
        return {**found, "alias": self.alias} if self.alias else found

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(data["query"], data.get("resultFormat") == "table", data.get("alias", ""), data.get("refId", "A"))


def of(measurement: Measurement, name: str) -> str:
    """A field or tag in quotes.

    Raises:
        LookupError: points of this measurement have none of that name.
    """
    shape = SHAPES[measurement]
    if name not in shape.fields and name not in shape.tags and name not in shape.optional:
        raise LookupError(f"{measurement.value} has no {name}; see contract/series.py")
    return f'"{name}"'


def _group(measurement: Measurement, by: Sequence[Tag], every: bool) -> str:
    keys = [*(["time($__interval)"] if every else []), *(of(measurement, tag.value) for tag in by)]
    return f" GROUP BY {', '.join(keys)}" if keys else ""


def _picks(measurement: Measurement, how: str, names: Sequence[str]) -> str:
    return ", ".join(f'{how}({of(measurement, name)}) AS "{name}"' for name in names)


def pick(
    measurement: Measurement, how: str, names: Sequence[str], where: str, by: Sequence[Tag] = (), during: str = RANGE, every: bool = False, fill: str = ""
) -> str:
    """`how` is an aggregate of InfluxQL, applied to each field. With `every` one value per interval; `fill` "null" leaves gaps as gaps."""
    filled = f" fill({fill})" if fill else ""
    conditions = " AND ".join(part for part in (during, where) if part)
    return f'SELECT {_picks(measurement, how, names)} FROM "{measurement.value}" WHERE {conditions}{_group(measurement, by, every)}{filled}'


def total_now(measurement: Measurement, names: Sequence[str], where: str, by: Sequence[Tag], how: str = "sum") -> str:
    """The newest value of each series, then one number of all."""
    inner = pick(measurement, "last", names, where, by, NOW)
    return f"SELECT {_picks(measurement, how, names)} FROM ({inner}) WHERE {NOW}"


def total_over_time(measurement: Measurement, names: Sequence[str], where: str, by: Sequence[Tag], worst: str = "max") -> str:
    """The worst of each series in an interval, summed: an interval without points stays a gap."""
    inner = pick(measurement, worst, names, where, by, RANGE, True, "null")
    return f"SELECT {_picks(measurement, 'sum', names)} FROM ({inner}) WHERE {RANGE} {EVERY} fill(null)"


def rows_now(measurement: Measurement, names: Sequence[str], where: str, by: Tag, having: str = "") -> str:
    """A row for each value of `by`, with the newest of each field; `having` keeps those that fulfil it."""
    inner = pick(measurement, "last", names, where, (by,), NOW)
    if not having:
        return inner
    kept = ", ".join(f'"{name}"' for name in names)
    return f'SELECT {kept} FROM ({inner}) WHERE {NOW} AND ({having}) GROUP BY "{by.value}"'


def count_now(measurement: Measurement, name: str, where: str, by: Tag, having: str) -> str:
    """How many values of `by` fulfil `having` now."""
    inner = pick(measurement, "last", [name], where, (by,), NOW)
    return f'SELECT count("{name}") AS "count" FROM ({inner}) WHERE {NOW} AND ({having})'


def events(measurement: Measurement, names: Sequence[str], where: str, most: int = 200) -> str:
    """Single points, newest first; names may be tags and fields, and at least one is a field."""
    columns = ", ".join(of(measurement, name) for name in names)
    return f'SELECT {columns} FROM "{measurement.value}" WHERE {RANGE} AND {where} ORDER BY time DESC LIMIT {most}'


def values(tag: Tag, where: str = "") -> str:
    """What a variable can be; of stations that are present."""
    condition = f"{KNOWN} AND {where}" if where else KNOWN
    return f'SHOW TAG VALUES FROM "{Measurement.PRESENCE.value}" WITH KEY = "{tag.value}" WHERE {condition}'


def hours(measurement: Measurement, how: str, names: Sequence[str], where: str) -> str:
    """A value for each full hour, of roll-ups: of a whole city only these, since its samples of a day are tens of millions."""
    return pick(measurement, how, names, where) + " GROUP BY time(1h) fill(null)"
