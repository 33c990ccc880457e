"""What is wrong with a dashboard or a set of rules, as sentences. Reads JSON as Grafana would, not the code that wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

from grafana_foundation_sdk.models import units

from contract.series import SHAPES, Measurement
from dashboards.influxql import SOURCE

Json = Mapping[str, Any]
MOST_PANELS = 16
GRID = 24
LETTERS = 9
"""Of a title, by column of a screen 1920 px wide."""
VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)")
GIVEN = {"__to", "__from", "__interval", "timeFilter", "__value", "__url_time_range", "tag_part", "tag_station", "tag_district", "tag_kind"}
GIVEN |= {"tag_reason", "tag_way", "tag_worker", "col"}
"""What Grafana and its data source fill in themselves."""
TIMED = re.compile(r"\$timeFilter|\btime > ")
ALIASES = {"count", "difference"}
UNITS = {value for name, value in vars(units).items() if not name.startswith("_") and isinstance(value, str)} | {"string", "none"}


def dashboard(found: Json, names: Sequence[str]) -> Iterator[str]:
    """Faults of one dashboard; `names`: the uids of all, to which links may lead."""
    panels = found["panels"]
    if len(panels) > MOST_PANELS:
        yield f"{len(panels)} panels: nobody reads more than {MOST_PANELS}"
    if len({one["id"] for one in panels}) < len(panels):
        yield "two panels have one id"
    yield from _overlaps(panels)
    for one in panels:
        yield from (f"panel {one['id']} {one['title']}: {fault}" for fault in _panel(one))
    for text in queries(found):
        yield from query(text)
    known = GIVEN | {one["name"] for one in found["templating"]["list"]}
    unknown = {name for name in _variables(found) if name not in known}
    yield from (f"nobody fills in ${name}" for name in sorted(unknown))
    yield from (f"leads nowhere: {url}" for url in _urls(found) if _uid(url) not in (None, *names))


def _panel(one: Json) -> Iterator[str]:
    defaults = one["fieldConfig"]["defaults"]
    if len(one.get("description", "")) < 20:
        yield "no description"
    if defaults.get("unit") not in UNITS:
        yield f"no such unit: {defaults.get('unit')}"
    if not defaults.get("noValue"):
        yield "does not say what it means when there is nothing"
    if any(target["datasource"]["uid"] != SOURCE.uid for target in one["targets"]) or one["datasource"]["uid"] != SOURCE.uid:
        yield "another data source"
    if one["type"] in ("table", "geomap"):
        yield from (f"a table has one tag to group by: {text}" for text in _texts(one) if _groups(text) > 1)
        yield from ("a table asks for one" for target in one["targets"] if target["resultFormat"] != "table")
    if _breadth(one["title"]) > LETTERS * one["gridPos"]["w"]:
        yield "its title is cut off"
    for mapping in defaults.get("mappings", []):
        yield from ("a colour without a word" for value in mapping["options"].values() if not value.get("text"))


def _breadth(text: str) -> int:
    """In letters; a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _groups(text: str) -> int:
    """Tags of the outermost GROUP BY."""
    last = text.rpartition(")")[2] if text.count("SELECT") > 1 else text
    return len(re.findall(r'"\w+"', last.partition("GROUP BY")[2]))


def _overlaps(panels: Sequence[Json]) -> Iterator[str]:
    taken: dict[tuple[int, int], int] = {}
    for one in panels:
        place = one["gridPos"]
        if place["x"] + place["w"] > GRID:
            yield f"panel {one['id']} stands out on the right"
        for cell in ((x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])):
            if taken.setdefault(cell, one["id"]) != one["id"]:
                yield f"panels {taken[cell]} and {one['id']} overlap"
                break


def query(text: str) -> Iterator[str]:
    """Faults of one query: names that contract/series.py has not, or no time filter in one of its parts."""
    parts = re.findall(r'FROM "(\w+)"', text)
    if not parts or any(name not in set(Measurement) for name in parts):
        yield f"no such measurement: {text}"
        return
    if len(TIMED.findall(text)) < text.count("SELECT") + text.count("SHOW"):
        yield f"looks at all times: {text}"
    shape = SHAPES[Measurement(parts[0])]
    known = {*shape.fields, *shape.tags, *shape.optional, *ALIASES, *parts}
    yield from (f"{parts[0]} has no {name}: {text}" for name in re.findall(r'"(\w+)"', text) if name not in known)
    if re.search(r"/\^\$\{\w+\}", text):
        yield f"a variable in a regular expression must be escaped by :regex: {text}"


def queries(found: Json) -> list[str]:
    """Of panels, variables and annotations."""
    panels = [text for one in found["panels"] for text in _texts(one)]
    variables = [one["query"] for one in found["templating"]["list"] if one["type"] == "query"]
    return [*panels, *variables, *(one["target"]["query"] for one in found["annotations"]["list"])]


def _texts(panel: Json) -> list[str]:
    return [target["query"] for target in panel["targets"]]


def _strings(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, Mapping):
        for value in found.values():
            yield from _strings(value)
    elif isinstance(found, Sequence):
        for value in found:
            yield from _strings(value)


def _variables(found: Json) -> Iterator[str]:
    for text in _strings(found):
        for braced, bare in VARIABLE.findall(text):
            if braced or bare != "__all":
                yield braced or bare


def _urls(found: Any) -> Iterator[str]:
    """Links of the dashboard, of panels and of columns."""
    if isinstance(found, Mapping):
        if isinstance(found.get("url"), str) and found["url"]:
            yield found["url"]
        for value in found.values():
            yield from _urls(value)
    elif isinstance(found, Sequence) and not isinstance(found, str):
        for value in found:
            yield from _urls(value)


def _uid(url: str) -> str | None:
    """Of the dashboard that a link leads to; None when it leads to the console or is a picture."""
    if url.startswith(("${console:raw}/", "data:image/svg+xml,")):
        return None
    return url.removeprefix("/d/").partition("?")[0].partition("/")[0]


def rules(found: Json, panels: Mapping[str, set[int]]) -> Iterator[str]:
    """Faults of a file of alert rules; `panels`: uid of each dashboard -> ids of its panels."""
    every = [rule for group in found["groups"] for rule in group["rules"]]
    if len({rule["uid"] for rule in every}) < len(every):
        yield "two rules have one uid"
    for rule in every:
        yield from (f"{rule['uid']}: {fault}" for fault in _rule(rule, panels))


def _rule(rule: Json, panels: Mapping[str, set[int]]) -> Iterator[str]:
    refs = {one["refId"] for one in rule["data"]}
    if rule["condition"] not in refs:
        yield "its condition is not among its queries"
    if rule["panelId"] not in panels.get(rule["dashboardUid"], set()):
        yield "leads to a panel that is not there"
    if rule["labels"].get("severity") not in ("critical", "warning"):
        yield "no severity"
    yield from (f"does not say {name}" for name in ("summary", "todo", "summary_zh", "todo_zh") if len(rule["annotations"].get(name, "")) < 10)
    for one in rule["data"]:
        if one["datasourceUid"] == SOURCE.uid:
            yield from query(one["model"]["query"])
        else:
            asked = set(re.findall(r"\$\{(\w+)\}", one["model"]["expression"])) or {one["model"]["expression"]}
            yield from (f"asks for {name}, which is not there" for name in asked - refs)
    if any("$" in text for text in rule["annotations"].values()):
        yield "a dollar sign would be taken for a variable of the environment"
