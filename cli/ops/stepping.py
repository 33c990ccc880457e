"""Acts for which the cloud wants the password once more: asked for only when the cloud says so, and then the act is done."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from cli.ops import contexts, talk
from cli.ops.client import Client, Refused
from cli.ops.exits import Exit, OpsFailed

NEEDED = "step_up_needed"


def add(parser: argparse.ArgumentParser) -> None:
    """The flag for programs."""
    parser.add_argument("--password-stdin", action="store_true", help="where the cloud wants the password again, it is the first line of stdin")


def ahead(asked: argparse.Namespace, server: Client) -> None:
    """The password now rather than in the middle, unless it was given a short while ago.

    Raises:
        OpsFailed: nobody is logged in, or there is nobody to ask.
    """
    told = server.get("/me")
    if not told.get("human"):
        raise OpsFailed(Exit.NOT_ALLOWED, f"{told.get('name', 'nobody')}: a rollout is started by a person, not by a program's token; ./kiosk login")
    if not told.get("stepped_up_until"):
        _again(asked, server)


def done(asked: argparse.Namespace, server: Client, act: Callable[[], Any]) -> Any:
    """What `act` gives, with the password given again if that is what was missing.

    Raises:
        OpsFailed: refused, or there is nobody to ask for the password.
    """
    try:
        return act()
    except Refused as refused:
        if refused.problem.get("type") != NEEDED:
            raise
    _again(asked, server)
    return act()


def _again(asked: argparse.Namespace, server: Client) -> None:
    user = contexts.chosen(asked).user
    talk.say("the cloud wants your password again for this")
    try:
        given = talk.password(f"password of {user or 'your account'}", asked.password_stdin)
    except OpsFailed as failed:
        raise OpsFailed(Exit.NOT_ALLOWED, f"the cloud wants the password again for this: {failed}") from None
    server.post("/step-up", {"password": given})
