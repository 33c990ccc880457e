"""`kiosk login`: a token of half an hour for this computer, kept in the context. The password is kept nowhere."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cli.ops import contexts, signer, talk
from cli.ops.client import Client, loopback
from cli.ops.contexts import Context
from cli.ops.exits import Exit, OpsFailed, ended

SIGNING = ("ops", "admin")
"""Who can do something about keys that end."""


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk login`."""
    made = argparse.ArgumentParser(prog="kiosk login", description="log in at a cloud; the token is kept for this user only, mode 0600")
    contexts.add(made)
    made.add_argument("--user", metavar="NAME", help="name of the account; asked for at a terminal")
    made.add_argument("--password-stdin", action="store_true", help="the first line of stdin is the password; else it is asked for, unseen")
    made.add_argument("--plain-http", action="store_true", help="send the password unsealed to a server that is not this computer")
    made.add_argument("--folder", type=Path, metavar="DIR", help="layers of configuration that belong to this cloud; kept in the context")
    made.add_argument("--key", type=Path, metavar="FILE", help="private ops key that signs for it; kept in the context, as a name")
    made.add_argument("--out", action="store_true", help="log out: the token is good for nothing from then on")
    return made


def main(argv: list[str]) -> int:
    """0, or why nobody is logged in."""
    asked = parser().parse_args(argv)
    return ended("login", lambda: _out(asked) if asked.out else _in(asked))


def _in(asked: argparse.Namespace) -> Exit:
    name = contexts.name(asked)
    before = contexts.known_ones().get(name, Context())
    server = contexts.address(asked.server or os.environ.get(contexts.SERVER) or before.server)
    if server.startswith("http://") and not loopback(server) and not asked.plain_http:
        raise OpsFailed(Exit.MISUSED, f"--server {server}: http carries the password for everybody to read; take https, or say --plain-http")
    user = asked.user or _user(before.user)
    password = talk.password(f"password of {user} at {server}", asked.password_stdin)
    told = Client(Context(server)).post("/login", {"user": user, "password": password})
    role = str(told.get("role", ""))
    same = before if contexts.same(server, before.server) else Context()
    folder, key = (str(given.resolve()) if given else kept for given, kept in ((asked.folder, same.folder), (asked.key, same.key)))
    contexts.put(name, Context(server, str(told["token"]), str(told.get("name", user)), role, str(told.get("expires_at", "")), folder, key))
    districts = ", ".join(told.get("districts") or ()) or "all districts"
    talk.say(f"logged in at {server} as {user}: {role}, {districts}; until {told.get('expires_at', '?')}. Context {name} is in use")
    if role in SIGNING:
        with suppress(OpsFailed):
            signer.notices(Client(contexts.known_ones()[name]).get("/trust"))
    return Exit.OK


def _user(before: str) -> str:
    if not talk.at_terminal():
        raise OpsFailed(Exit.MISUSED, "--user NAME: nobody can be asked, since stdin is not a terminal")
    guess = before or getpass.getuser()
    print(f"user [{guess}]: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() or guess


def _out(asked: argparse.Namespace) -> Exit:
    name, context = contexts.name(asked), contexts.chosen(asked)
    if not context.token:
        raise OpsFailed(Exit.NOT_ALLOWED, f"context {name}: nobody is logged in")
    try:
        Client(context).post("/logout")
    except OpsFailed as failed:
        if failed.exit_code is not Exit.NOT_ALLOWED:
            raise
    if not os.environ.get(contexts.TOKEN):
        known = contexts.load()
        contexts.save(replace(known, contexts=known.contexts | {name: replace(context, token="", expires_at="")}))
    talk.say(f"logged out at {context.server}")
    return Exit.OK
