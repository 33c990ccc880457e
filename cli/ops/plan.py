"""`kiosk plan`: what would be done, first in numbers, and whole in a file for `kiosk apply`. Changes nothing at the cloud."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.ops import plan_file, planning, talk, told
from cli.ops.exits import Exit, ended


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk plan`."""
    made = argparse.ArgumentParser(prog="kiosk plan", description="what `kiosk apply` would do; exit code 10 when something would change, 0 when nothing")
    made.add_argument("--out", type=Path, metavar="FILE", help="write the whole plan there, as JSON")
    made.add_argument("-v", "--verbose", action="store_true", help="each station with its differences, after the summary")
    add_release(made)
    planning.add(made)
    return made


def add_release(parser: argparse.ArgumentParser) -> None:
    """The name under which it stays known."""
    parser.add_argument("--release", default="", metavar="NAME", help="what this is called in reports; default: the commit and the id of the plan")


def main(argv: list[str]) -> int:
    """0, or 10 when something would change."""
    asked = parser().parse_args(argv)
    return ended("plan", lambda: _plan(asked))


def _plan(asked: argparse.Namespace) -> Exit:
    made = planning.planned(asked)
    print(told.summary(made))
    if asked.verbose and made.items:
        print(f"\n{told.each(made.items)}")
    if asked.out:
        plan_file.save(made, asked.out)
        talk.say(f"written to {asked.out}; next: ./kiosk apply {asked.out} --wave 1,25%,100% --reason TEXT" if made.items else f"written to {asked.out}")
    return Exit.CHANGES if made.items else Exit.OK
