"""`kiosk diff`: the folder against what the cloud has, field by field, before -> after. Changes nothing."""

from __future__ import annotations

import argparse
import json

from cli.ops import client, planning, talk, told
from cli.ops.exits import Exit, ended


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk diff`."""
    made = argparse.ArgumentParser(prog="kiosk diff", description="what would change at which station; exit code 10 when something would, 0 when nothing")
    made.add_argument("stations", nargs="*", metavar="STATION", help="only these; default all")
    made.add_argument("-e", "--each", action="store_true", help="station by station, instead of those together that change alike")
    made.add_argument("-o", "--output", choices=("text", "json", "name"), default="text", help="default %(default)s")
    planning.add(made)
    return made


def main(argv: list[str]) -> int:
    """0, or 10 when something differs."""
    asked = parser().parse_args(argv)
    return ended("diff", lambda: _diff(asked))


def _diff(asked: argparse.Namespace) -> Exit:
    found = planning.compared(asked, client.of(asked), asked.stations)
    planning.warn(found)
    if asked.output == "json":
        keys = {"station", "district", "grade", "first", "restart", "changes", "notes"}
        print(json.dumps([item.model_dump(mode="json", include=keys) for item in found.items], ensure_ascii=False, indent=1))
    elif asked.output == "name":
        print("".join(f"{item.station}\n" for item in found.items), end="")
    elif found.items:
        print(told.each(found.items) if asked.each else told.grouped(found.items))
    looked = told.count(found.looked_at)
    talk.say(f"{len(found.items)} of {looked} would change" if found.items else f"nothing differs: {looked} looked at")
    return Exit.CHANGES if found.items else Exit.OK
