"""What these commands give back to a shell, and the one exception that carries it. docs/cli.md says the same to people."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes. 2 and 130 are those of the whole program."""

    OK = 0
    FAILED = 1
    MISUSED = 2
    CHANGES = 10
    REFUSED = 11
    NOT_REACHABLE = 12
    NOT_ALLOWED = 13
    INTERRUPTED = 130


class OpsFailed(Exception):
    """The command ends here. The text says what, where, the value and what to do."""

    def __init__(self, exit_code: Exit, text: str) -> None:
        super().__init__(text)
        self.exit_code = exit_code


def ended(name: str, act: Callable[[], Exit]) -> int:
    """The exit code of `act`; a failure is told on stderr in the name of the command."""
    try:
        return int(act())
    except OpsFailed as failed:
        sys.stdout.flush()
        print(f"kiosk {name}: {failed}", file=sys.stderr)
        return int(failed.exit_code)
