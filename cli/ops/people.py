"""`kiosk people revoke|receipts|refresh`: taking every right of a person away, and which stations have taken note."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from cli.ops import client, contexts, talk
from cli.ops.client import Client, quoted
from cli.ops.exits import Exit, ended
from cli.ops.tables import cell, grid
from cli.ops.told import count
from cli.ops.watch import Pause

WAIT_S = 60.0
"""Every station that is online has the new roster by then."""
EVERY_S = 1.0


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk people`."""
    made = argparse.ArgumentParser(prog="kiosk people", description="rights of visitors, at all stations")
    verbs = made.add_subparsers(dest="verb", required=True, metavar="VERB")
    revoke = verbs.add_parser("revoke", help="take every right of somebody away, and wait until all stations that are online know")
    revoke.add_argument("person", metavar="PERSON", help="the pseudonym")
    revoke.add_argument("--yes", action="store_true", help="do not ask; needed where stdin is no terminal")
    receipts = verbs.add_parser("receipts", help="who has confirmed the newest roster, and who has not")
    receipts.add_argument("-o", "--output", choices=("text", "json"), default="text", help="default %(default)s")
    verbs.add_parser("refresh", help="tell every station again")
    for verb in verbs.choices.values():
        contexts.add(verb)
    return made


def main(argv: list[str]) -> int:
    """0; of revoke and refresh 1 when a station that is online has not confirmed within a minute."""
    asked = parser().parse_args(argv)
    return ended("people", lambda: _receipts(asked) if asked.verb == "receipts" else _told(asked))


def _told(asked: argparse.Namespace) -> Exit:
    server = client.of(asked)
    if asked.verb == "revoke":
        if not talk.agreed(f"take every right of {asked.person} away, at all stations?", asked.yes):
            talk.say("nothing was changed")
            return Exit.FAILED
        server.call("DELETE", f"/people/{quoted(asked.person)}")
        talk.say(f"{asked.person}: no rights any more; waiting for the stations")
    else:
        server.post("/roster/refresh")
    return waited(server)


def waited(server: Client, pause: Pause = time.sleep) -> Exit:
    """Until all that are online have confirmed; then says who has not."""
    for _ in range(round(WAIT_S / EVERY_S)):
        found = server.get("/roster/receipts")
        if not _online(found):
            break
        pause(EVERY_S)
    print(in_words(found))
    return Exit.FAILED if _online(found) else Exit.OK


def _receipts(asked: argparse.Namespace) -> Exit:
    found = client.of(asked).get("/roster/receipts")
    print(json.dumps(found, ensure_ascii=False, indent=1) if asked.output == "json" else in_words(found))
    return Exit.OK


def _online(found: dict[str, Any]) -> list[str]:
    return [one["station"] for one in found["waiting"] if one["offline_since"] is None]


def in_words(found: dict[str, Any]) -> str:
    """Who has it, and who has not and why."""
    head = f"roster {found['version']}: {count(len(found['confirmed']))} confirmed it, {len(found['waiting'])} not yet"
    if not found["waiting"]:
        return head
    keys = ("station", "district", "version", "offline_since", "refused")
    return f"{head}\n{grid([key.upper().replace('_', ' ') for key in keys], [[cell(one[key]) for key in keys] for one in found['waiting']])}"
