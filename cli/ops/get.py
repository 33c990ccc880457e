"""`kiosk get stations|config|rollouts|alarms|orders`: what there is, for people and for programs. Changes nothing."""

from __future__ import annotations

import argparse

from cli.ops import client, contexts, watch
from cli.ops.exits import Exit, ended
from cli.ops.looks import LOOKS, Row
from cli.ops.selecting import chosen, selector
from cli.ops.tables import Form, form, written


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk get`."""
    made = argparse.ArgumentParser(prog="kiosk get", description="what there is; data on stdout, nothing else")
    made.add_argument("what", type=what, choices=list(LOOKS), metavar="WHAT", help=", ".join(LOOKS))
    made.add_argument("names", nargs="*", metavar="NAME", help="only these: stations, or ids of rollouts; default all")
    made.add_argument("-o", "--output", type=form, default=Form.TABLE, metavar="FORM", help="table, wide, json, yaml, name")
    made.add_argument("-l", "--selector", type=selector, metavar="SELECTOR", help="such as district=riverside,state!=ok; keys are those of -o json")
    made.add_argument("-w", "--watch", action="store_true", help="look again every 2 s until Ctrl-C; in a pipe only rows that changed")
    contexts.add(made)
    return made


def main(argv: list[str]) -> int:
    """0; also for an empty table."""
    asked = parser().parse_args(argv)
    return ended("get", lambda: _get(asked))


def what(text: str) -> str:
    """One of them, also in the singular."""
    return f"{text}s" if f"{text}s" in LOOKS else text


def _get(asked: argparse.Namespace) -> Exit:
    look, server = LOOKS[asked.what], client.of(asked)

    def rows() -> list[Row]:
        return chosen(look.rows(server, asked.names), asked.selector)

    if asked.watch:
        return watch.rows(rows, look.columns, asked.output, look.name)
    text = written(rows(), look.columns, asked.output, look.name)
    if text:
        print(text)
    return Exit.OK
