"""`kiosk context`: the clouds that this user knows, and which one is meant when nothing is said."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict, replace

from cli.ops import contexts, talk
from cli.ops.contexts import Context, Contexts
from cli.ops.exits import Exit, OpsFailed, ended
from cli.ops.tables import Column, Form, written

COLUMNS = (
    Column("IN USE", "in_use"), Column("CONTEXT", "context"), Column("SERVER", "server"), Column("USER", "user"), Column("ROLE", "role"),
    Column("UNTIL", "expires_at"), Column("FOLDER", "folder", wide=True), Column("KEY", "key", wide=True),
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk context`."""
    made = argparse.ArgumentParser(prog="kiosk context", description="clouds that this computer knows; ./kiosk login makes one")
    verbs = made.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="all of them, never a token")
    show = verbs.add_parser("show", help="the one that a command would use now")
    for verb in (listing, show):
        verb.add_argument("-o", "--output", type=Form, choices=list(Form), default=Form.TABLE, metavar="FORM", help="table, wide, json, yaml, name")
        contexts.add(verb)
    verbs.add_parser("use", help="take this one from now on").add_argument("name")
    verbs.add_parser("forget", help="take it out of the file, with its token").add_argument("name")
    return made


def main(argv: list[str]) -> int:
    """0, 2 for a context that is not there."""
    asked = parser().parse_args(argv)
    return ended("context", lambda: {"list": _list, "show": _show, "use": _use, "forget": _forget}[asked.verb](asked))


def _list(asked: argparse.Namespace) -> Exit:
    print(written([_row(name, asked) for name in sorted(contexts.known_ones())], COLUMNS, asked.output, "context"))
    return Exit.OK


def _show(asked: argparse.Namespace) -> Exit:
    used, name = contexts.chosen(asked), contexts.name(asked)
    token = "environment" if os.environ.get(contexts.TOKEN) else "context" if used.token else ""
    row = {"in_use": "yes", "context": name, **_shown(used), "token_from": token}
    print(written([row], (*COLUMNS, Column("TOKEN FROM", "token_from")), asked.output, "context"))
    return Exit.OK


def _use(asked: argparse.Namespace) -> Exit:
    _with(asked.name)
    contexts.use(asked.name)
    talk.say(f"context {asked.name} is in use")
    return Exit.OK


def _forget(asked: argparse.Namespace) -> Exit:
    _with(asked.name)
    contexts.forget(asked.name)
    talk.say(f"context {asked.name} is forgotten; its token ends by itself within half an hour (./kiosk login --out ends one at once)")
    return Exit.OK


def _with(name: str) -> Contexts:
    known = contexts.load()
    if name not in known.contexts and not (name == contexts.DEMO and contexts.demo()):
        there = ", ".join(sorted(known.contexts)) or "none yet"
        raise OpsFailed(Exit.MISUSED, f"context {name[:60]}: there is no such context ({there}); ./kiosk login --context {name[:40]} makes it")
    return known


def _row(name: str, asked: argparse.Namespace) -> dict[str, object]:
    one = contexts.known_ones()[name]
    return {"in_use": "*" if name == contexts.name(asked) else "", "context": name, **_shown(one if one.token else replace(one, expires_at=""))}


def _shown(one: Context) -> dict[str, str]:
    """All of it but the token."""
    return {key: value for key, value in asdict(one).items() if key != "token"}
