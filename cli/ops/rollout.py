"""`kiosk rollout`: how far a rollout is, and what a person may do with it. Every act has a reason, and --dry-run says what it would do."""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from cli.ops import client, contexts, looks, stepping, talk, waves
from cli.ops.client import Client, quoted
from cli.ops.exits import Exit, OpsFailed, ended
from cli.ops.follow import follow, look
from cli.ops.looks import LOOKS
from cli.ops.tables import Form, as_yaml, form, grid, written
from cli.ops.told import names

ACTS = {
    "pause": "send nothing more until it is resumed",
    "resume": "go on; failed ones that were seen do not stop it again",
    "abort": "stop for good and leave everything as it is",
    "retry": "send it again to those that failed",
    "undo": "take everything of this rollout back, at every station that got it",
}
DRY = "?dry_run=true"
"""In the address: then the cloud does not want the password again."""
SENDS = {"new": "the new one", "undo": "its undo", "": "nothing"}


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk rollout`."""
    made = argparse.ArgumentParser(prog="kiosk rollout", description="rollouts: how far they are, and stopping them")
    verbs = made.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="all of them, the newest first")
    listing.add_argument("-o", "--output", type=form, default=Form.TABLE, metavar="FORM", help="table, wide, json, yaml, name")
    status = verbs.add_parser("status", help="waves, failed stations and why, verdicts, history")
    status.add_argument("id", metavar="ID", nargs="?", help="default: the newest one")
    status.add_argument("-o", "--output", choices=("text", "json", "yaml"), default="text", help="default %(default)s")
    status.add_argument("-w", "--watch", action="store_true", help="stay until it ends or is paused; exit code 1 unless it is done")
    for act, words in ACTS.items():
        _add_act(verbs.add_parser(act, help=words))
    cancel = verbs.add_parser("cancel", help="leave one station out, or take it back there, without touching the others")
    _add_act(cancel)
    cancel.add_argument("station", metavar="STATION")
    for verb in verbs.choices.values():
        contexts.add(verb)
    return made


def _add_act(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("id", metavar="ID")
    verb.add_argument("--reason", required=True, metavar="TEXT", help="why; everybody reads it in the history")
    verb.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    verb.add_argument("-w", "--watch", action="store_true", help="stay and show it afterwards")
    stepping.add(verb)


def main(argv: list[str]) -> int:
    """0; with --watch 1 unless it is done in the end."""
    asked = parser().parse_args(argv)
    return ended("rollout", lambda: {"list": _list, "status": _status}.get(asked.verb, _act)(asked))


def _list(asked: argparse.Namespace) -> Exit:
    shown = LOOKS["rollouts"]
    text = written(shown.rows(client.of(asked), []), shown.columns, asked.output, shown.name)
    if text:
        print(text)
    return Exit.OK


def _status(asked: argparse.Namespace) -> Exit:
    server = client.of(asked)
    rollout = asked.id or _newest(server)
    if asked.watch:
        return follow(server, rollout)
    one, failed, waiting = look(server, rollout)
    whole = {**one, "failed_stations": failed, "waiting_stations": waiting}
    forms = {"json": lambda: json.dumps(whole, ensure_ascii=False, indent=1), "yaml": lambda: as_yaml(whole)}
    print(forms.get(asked.output, lambda: waves.text(one, failed, waiting))())
    return Exit.OK


def _newest(server: Client) -> str:
    found = looks.rollouts(server, [])
    if not found:
        raise OpsFailed(Exit.FAILED, "there is no rollout yet; ./kiosk plan and ./kiosk apply make one")
    return str(next((one for one in found if one.get("wave", 1)), found[0])["id"])  # not a draft that came to nothing


def _act(asked: argparse.Namespace) -> Exit:
    server = client.of(asked)
    path = f"/rollouts/{quoted(asked.id)}"
    where = f"{path}/stations/{quoted(asked.station)}/cancel" if asked.verb == "cancel" else f"{path}/{asked.verb}"
    where += DRY if asked.dry_run else ""
    told = stepping.done(asked, server, lambda: server.post(where, {"reason": asked.reason, "dry_run": asked.dry_run}))
    if asked.dry_run:
        print(would(told))
        talk.say("nothing was changed")
        return Exit.OK
    talk.say(f"rollout {asked.id}: {asked.verb} is done")
    if asked.watch:
        return follow(server, asked.id)
    print(waves.text(*look(server, asked.id)))
    return Exit.OK


def would(told: Mapping[str, Any]) -> str:
    """What would happen: the state that the rollout would be in, and the stations that would change, those together that change alike."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in told["changes"]:
        before, after = (waves.SEATS.get(one[when], one[when]) for when in ("before", "after"))
        groups[before, after, SENDS.get(one["sends"], one["sends"])].append(one["station"])
    rows = [[str(len(stations)), *how, names(stations)] for how, stations in groups.items()]
    state = waves.STATES.get(told["state"], told["state"])
    changes = grid(["STATIONS", "FROM", "TO", "GETS", "WHICH"], rows) if rows else "no station changes"
    return f"rollout {told['id']} would be {state}\n{changes}"
