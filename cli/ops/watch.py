"""Looking again and again: a terminal is drawn anew, a pipe gets a line for each row that is new or not as it was."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cli.ops.exits import Exit, OpsFailed
from cli.ops.tables import Column, Form, written
from cli.ops.talk import say

EVERY_S = 2.0
CLEAR = "\x1b[H\x1b[2J"
Rows = Sequence[Mapping[str, Any]]
Pause = Callable[[float], None]


def rows(look: Callable[[], Rows], columns: Sequence[Column], form: Form, name: str, pause: Pause = time.sleep) -> Exit:
    """Until Ctrl-C."""
    seen: dict[str, Mapping[str, Any]] = {}
    first = True
    while True:
        found = patiently(look, pause)
        if sys.stdout.isatty() and form in (Form.TABLE, Form.WIDE):
            print(CLEAR + written(found, columns, form, name), flush=True)
        else:
            new = [row for row in found if seen.get(str(row[name])) != row]
            _lines(new, columns, form, name, first)
            seen, first = {str(row[name]): row for row in found}, False
        pause(EVERY_S)


def patiently(look: Callable[[], Any], pause: Pause = time.sleep) -> Any:
    """What `look` gives; while nobody answers, told once, it is asked again."""
    told = False
    while True:
        try:
            return look()
        except OpsFailed as failed:
            if failed.exit_code is not Exit.NOT_REACHABLE:
                raise
            if not told:
                say(f"{failed} (trying again every {EVERY_S:g} s)")
            told = True
        pause(EVERY_S)


def _lines(new: Rows, columns: Sequence[Column], form: Form, name: str, first: bool) -> None:
    if not new:
        return
    text = written(new, columns, form, name)
    if form in (Form.TABLE, Form.WIDE) and not first:
        text = text.split("\n", 1)[1]
    print(text, flush=True)
