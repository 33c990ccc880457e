"""`kiosk config`: the configuration of all stations as it stands in firmware_config. Looks, and changes nothing.

Exit codes: 0 all is well, 1 something is wrong with the files or there is no such station, 2 misused.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from cli.config_tree import KEYS, Station, Tree, TreeRefused, load
from cli.ops import contexts, planning, told
from cli.ops.exits import OpsFailed
from cli.selectors import EXAMPLE, SelectorRefused, parse
from contract.config import StationConfig, judged
from contract.layers import PARTS, Origin
from contract.partial import layer_schema, stations_schema

WRONG, MISUSED = 1, 2
SCHEMAS = {"station": StationConfig.model_json_schema, "layer": layer_schema, "stations": stations_schema}
MODEL = Origin("model", "docs/config.md", 0)
"""Of what no layer says."""


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk config`."""
    made = argparse.ArgumentParser(prog="kiosk config", description="the configuration of all stations, see docs/layers.md")
    acts = made.add_subparsers(dest="act", required=True, metavar="ACT")
    show = acts.add_parser("show", help="what one station is to have")
    show.add_argument("station")
    show.add_argument("--why", action="store_true", help="each value with the layer, file and line that set it")
    show.add_argument("--all", action="store_true", help="with what no layer says and the model gives")
    show.add_argument("-o", "--output", choices=("yaml", "json"), default="yaml")
    acts.add_parser("check", help="everything that is wrong, at once")
    listing = acts.add_parser("list", help="the stations")
    listing.add_argument("-l", "--selector", default="", help=f"such as district=harbour,grade!=basic; {EXAMPLE}")
    listing.add_argument("-o", "--output", choices=("table", "name", "json"), default="table")
    for each in acts.choices.values():
        each.add_argument("--folder", type=Path, metavar="DIR", help="layers; else those of the context in use, else firmware_config/ here")
        contexts.add(each)
    schema = acts.add_parser("schema", help="JSON schema, for editors")
    schema.add_argument("of", choices=sorted(SCHEMAS), nargs="?", default="station")
    return made


def main(argv: list[str]) -> int:
    """Do what is asked and return the exit code."""
    asked = parser().parse_args(argv)
    try:
        if asked.act != "schema":
            asked.folder = planning.folder(asked)
        return {"show": _show, "check": _check, "list": _list, "schema": _schema}[asked.act](asked)
    except OpsFailed as failed:
        return _say(f"kiosk config: {failed}", int(failed.exit_code))
    except TreeRefused as error:
        return _say(str(error), WRONG)
    except SelectorRefused as error:
        return _say(f"--selector: {error}", MISUSED)


def _show(asked: argparse.Namespace) -> int:
    tree = load(asked.folder)
    if tree.station(asked.station) is None:
        return _unknown(tree, asked.station)
    effective = tree.effective(asked.station)
    config, _ = judged(effective.mapping)
    whole = config.model_dump(mode="json") if asked.all and config else effective.mapping
    if asked.why:
        _tell_why(whole, effective.origins, asked.output)
    elif asked.output == "json":
        print(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        print(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=140), end="")
    wrong = [str(problem) for problem in tree.problems_of(asked.station)]
    return _say("\n".join(wrong), WRONG) if wrong else 0


def _tell_why(whole: Mapping[str, Any], origins: Mapping[str, Origin], output: str) -> None:
    rows = [(place, value, origins.get(place, MODEL)) for place, value in flat(whole).items()]
    if output == "json":
        found = {place: {"value": value, "layer": o.layer, "source": o.source, "line": o.line} for place, value, o in rows}
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    told = [(place, json.dumps(value, ensure_ascii=False), o.layer, f"{o.source}:{o.line}" if o.line else o.source) for place, value, o in rows]
    _print_table([("field", "value", "layer", "where"), *told])


def _check(asked: argparse.Namespace) -> int:
    tree = load(asked.folder)
    for problem in tree.problems:
        print(problem)
    count = len(tree.stations())
    return _say(f"{told.count(count)}, {len(tree.problems) or 'nothing'} wrong: {asked.folder}", WRONG if tree.problems else 0)


def _list(asked: argparse.Namespace) -> int:
    found = load(asked.folder).select(parse(asked.selector))
    if asked.output == "json":
        print(json.dumps([station.values for station in found], indent=1, ensure_ascii=False))
    elif asked.output == "name":
        print("".join(f"{station.station}\n" for station in found), end="")
    else:
        _print_table([KEYS, *(_row(station) for station in found)])
        _say(told.count(len(found)), 0)
    return 0


def _schema(asked: argparse.Namespace) -> int:
    print(json.dumps(SCHEMAS[asked.of](), indent=1, ensure_ascii=False))
    return 0


def flat(content: Mapping[str, Any], place: str = "") -> dict[str, Any]:
    """Dotted place -> value, parts by name: as origins are named. An empty section is a value."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        here = f"{place}{key}"
        if here in PARTS and isinstance(value, list) and value:
            for part in value:
                found |= flat({name: inner for name, inner in part.items() if name != "name"}, f"{here}.{part['name']}.")
        elif isinstance(value, Mapping) and value:
            found |= flat(value, f"{here}.")
        else:
            found[here] = value
    return found


def _unknown(tree: Tree, name: str) -> int:
    near = difflib.get_close_matches(name, [station.station for station in tree.stations()], n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return _say(f"no station {name} in {tree.folder}{hint}", WRONG)


def _row(station: Station) -> tuple[str, ...]:
    return tuple(station.values[key] for key in KEYS)


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _say(text: str, code: int) -> int:
    """To stderr, which is for people."""
    print(text, file=sys.stderr)
    return code
