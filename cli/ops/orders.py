"""`kiosk station unlock|restart|identify|maintenance|refresh`: one order to one station, signed by the cloud, and what became of it in words."""

from __future__ import annotations

import argparse
import time
from typing import Any

from cli.ops import client, contexts, stepping, talk
from cli.ops.client import Client, Refused, quoted
from cli.ops.exits import Exit, OpsFailed, ended
from cli.ops.looks import stations
from cli.ops.tables import plain
from cli.ops.watch import Pause

ORDERS = {
    "unlock": ("unlock", "open the door once, for door.unlock_s"),
    "restart": ("restart", "end the agent in order and start it again"),
    "identify": ("identify", "blink, so that somebody on the spot finds it"),
    "maintenance": ("maintenance", "steward mode without a steward's code, for some minutes"),
    "refresh": ("refresh_roster", "have it ask for the newest roster"),
}
WAIT_S = 45.0
"""Longer than the cloud waits for challenge and answer."""
EVERY_S = 0.5
NOT_FOUND = 404
OPEN = ("asking", "sent")
CODES = {"done": Exit.OK, "refused": Exit.REFUSED, "not_delivered": Exit.NOT_REACHABLE, "no_answer": Exit.FAILED}


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The verbs of `kiosk station` that are orders."""
    for verb, (_, words) in ORDERS.items():
        made = verbs.add_parser(verb, help=words, description=f"{words}; waits for the station's word")
        made.add_argument("station", metavar="STATION")
        made.add_argument("--reason", required=True, metavar="TEXT", help="why; 3 characters or more, kept for good in the audit of cloud and station")
        if verb == "maintenance":
            made.add_argument("--minutes", type=int, default=30, metavar="N", help="for how long, 1 to 120; default %(default)s")
        made.add_argument("--no-wait", action="store_true", help="print the id of the order and go")
        contexts.add(made)
        stepping.add(made)


def main(asked: argparse.Namespace) -> int:
    """0 done, 11 refused by the station, 12 not delivered, 1 no answer: it may have been carried out."""
    return ended(f"station {asked.verb}", lambda: _order(asked))


def _order(asked: argparse.Namespace, pause: Pause = time.sleep) -> Exit:
    server = client.of(asked)
    body: dict[str, object] = {"order": ORDERS[asked.verb][0], "reason": asked.reason}
    if asked.verb == "maintenance":
        body["minutes"] = asked.minutes
    try:
        given = stepping.done(asked, server, lambda: server.post(f"/stations/{quoted(asked.station)}/orders", body))
    except Refused as refused:
        if refused.status == NOT_FOUND:
            stations(server, [asked.station])  # says who is meant, perhaps
        raise
    if asked.no_wait:
        print(given["id"])
        return Exit.OK
    told = waited(server, given, pause)
    print(f"{asked.station}: {plain(str(told.get('words') or told['state']))}")
    return CODES.get(str(told["state"]), Exit.FAILED)


def waited(server: Client, order: dict[str, Any], pause: Pause) -> dict[str, Any]:
    """The order when it is decided; each step on the way is told on stderr.

    Raises:
        OpsFailed: the cloud never decided.
    """
    said = ""
    for _ in range(round(WAIT_S / EVERY_S)):
        if order["state"] not in OPEN:
            return order
        words = str(order.get("words") or order["state"])
        if words != said:
            talk.say(words)
        said = words
        pause(EVERY_S)
        order = server.get(f"/orders/{quoted(str(order['id']))}")
    where = f"./kiosk get orders {order.get('station', 'STATION')} shows it"
    raise OpsFailed(Exit.FAILED, f"order {order['id']}: nothing was decided within {WAIT_S:g} s; it may have been carried out. {where}")
