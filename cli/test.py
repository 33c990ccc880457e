"""`kiosk test`: `kiosk check`, then every test that can run on this computer.

What is skipped, why, and what would let it run is said at the end (tests/conftest.py); the last line is pytest's own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from cli import check
from cli.places import ROOT

FAST = ("tests/unit", "tests/properties", "tests/scenarios", "tests/contract")
# What a build machine is expected to have when nobody says: there, a skip for want of one of these is a failure.
CI_EXPECTS = "mosquitto chromium"


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk test`; whatever it does not know goes to pytest."""
    found = argparse.ArgumentParser(
        prog="kiosk test",
        description="check everything, then run every test that can run here",
        epilog="All other arguments go to pytest, for example: ./kiosk test -k door tests/unit",
    )
    found.add_argument("--fast", action="store_true", help="only unit, property, scenario and contract tests")
    return found


def main(argv: list[str]) -> int:
    """Exit code of the first part that fails; tests do not run on code that does not pass the checks."""
    asked, rest = parser().parse_known_args(argv)
    if check.main([]):
        print("the checks found something; the tests did not run", file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "pytest", *selection(fast=asked.fast), *rest]
    return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode


def selection(*, fast: bool) -> list[str]:
    """What pytest is told to run, before the caller's own arguments."""
    if not fast:
        return []
    return ["-m", "not slow", *(folder for folder in FAST if (ROOT / folder).is_dir())]


def environment() -> dict[str, str]:
    """The caller's variables; on a build machine with the programs that it is expected to have."""
    expected = {"KIOSK_EXPECT": CI_EXPECTS} if os.environ.get("CI") == "true" else {}
    return {**expected, **os.environ}
