"""Talking to a person: on stderr, so that stdout is data only. Where nobody sits at a terminal there is no question and no colour."""

from __future__ import annotations

import getpass
import os
import sys
from enum import Enum

from cli.ops.exits import Exit, OpsFailed


class Colour(Enum):
    """Of words that are there without it too."""

    GOOD = "32"
    BAD = "31"
    WAITING = "33"
    QUIET = "2"


def say(text: str) -> None:
    """A line for a person."""
    print(text, file=sys.stderr, flush=True)


def coloured(text: str, colour: Colour) -> str:
    """As it is, unless stdout is a terminal that shows colours and NO_COLOR is not set."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{colour.value}m{text}\x1b[0m"


def at_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreed(question: str, yes: bool) -> bool:
    """True for `--yes` or when the person at the terminal types y.

    Raises:
        OpsFailed: there is nobody to ask and no --yes.
    """
    if yes:
        return True
    if not at_terminal():
        raise OpsFailed(Exit.MISUSED, f"{question} nobody can be asked, since stdin is not a terminal; say --yes")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "是", "是的")


def password(prompt: str, from_stdin: bool) -> str:
    """The first line of stdin, or what is typed unseen.

    Raises:
        OpsFailed: there is nobody to ask, or nothing was given.
    """
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    elif at_terminal():
        given = getpass.getpass(f"{prompt}: ", sys.stderr)
    else:
        raise OpsFailed(Exit.MISUSED, f"{prompt}: stdin is not a terminal; give it with --password-stdin")
    if not given:
        raise OpsFailed(Exit.MISUSED, f"{prompt}: empty")
    return given
