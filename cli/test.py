"""`kiosk test`: `kiosk check`, then every test that can run on this computer.

What is skipped, why, and what would let it run is said at the end (tests/conftest.py); the last line is pytest's own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from cli import check
from cli.places import ROOT

WORKERS = "2"
WAITERS = "4"
# tests/conftest.py marks what is quick: unit, property, scenario and contract tests that are not marked slow; and what is long: slow ones of
# them that only compute, sabotage twins, deep state machines. Those that are alone have limits of real time and need the computer for
# themselves; they leave most of it unused. The others wait for servers, browsers and clocks more than they work.
QUICK = ["-m", "quick", "-n", WORKERS, "tests/unit", "tests/properties", "tests/scenarios", "tests/contract"]
COMPUTED = [f"--ignore=tests/{folder}" for folder in ("properties", "scenarios", "contract", "sabotage")]
"""All of it is quick or long."""
LONG = ["-m", "long", "-n", WORKERS, "--dist", "worksteal"]
TOGETHER = ["-m", "not quick and not long and not alone", "-n", WAITERS, "--dist", "worksteal", *COMPUTED, "--ignore=tests/test_architecture.py"]
"""Without what `kiosk check` has just run."""
ALONE = ["-m", "alone and not quick and not long", *COMPUTED]
# What a build machine is expected to have when nobody says: there, a skip for want of one of these is a failure.
CI_EXPECTS = "mosquitto chromium influxd victoria-metrics postgres"
MEMORY, MEMORY_BYTES = "/dev/shm", 2 << 30


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk test`; whatever it does not know goes to pytest."""
    found = argparse.ArgumentParser(
        prog="kiosk test",
        description="check everything, then run every test that can run here",
        epilog="All other arguments go to pytest, for example: ./kiosk test -k door tests/unit",
    )
    found.add_argument("--fast", action="store_true", help="only unit, property, scenario and contract tests, without the slow ones")
    return found


def main(argv: list[str]) -> int:
    """Exit code of the first part that fails; tests do not run on code that does not pass the checks."""
    asked, rest = parser().parse_known_args(argv)
    if check.main([]):
        print("the checks found something; the tests did not run", file=sys.stderr)
        return 1
    codes = [_pytest(arguments) for arguments in runs(rest, fast=asked.fast)]
    return next((code for code in codes if code), 0)


def runs(rest: list[str], *, fast: bool) -> list[list[str]]:
    """What pytest is told, run by run: what is quick, what only computes, what waits, and what needs real time and the computer for itself."""
    if fast:
        return [[*QUICK, *rest]]
    return [rest] if rest else [QUICK, LONG, TOGETHER, ALONE]


def _pytest(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    with in_memory("quick" in arguments or "long" in arguments) as place:
        return subprocess.run(command, cwd=ROOT, env=environment() | place, check=False).returncode


@contextmanager
def in_memory(wanted: bool) -> Iterator[dict[str, str]]:
    """Where quick and long tests put their files: memory, where the system has it. Thousands of ledgers are synced there, and none is about a disk."""
    if not (wanted and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_BYTES):
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="kiosk-test-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield {"TMPDIR": folder}


def environment() -> dict[str, str]:
    """The caller's variables; on a build machine with the programs that it is expected to have."""
    expected = {"KIOSK_EXPECT": CI_EXPECTS} if os.environ.get("CI") == "true" else {}
    return {**expected, **os.environ}
