"""Selectors of the command line over rows of the cloud: a key that no row has is a slip of the pen, and is told."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from cli import selectors
from cli.ops.exits import Exit, OpsFailed

Row = TypeVar("Row", bound=Mapping[str, Any])


@dataclass(frozen=True)
class Selector:
    """As it was typed, and as it is understood."""

    text: str
    parsed: selectors.Selector

    def __str__(self) -> str:
        return self.text


def selector(text: str) -> Selector:
    """For argparse."""
    try:
        return Selector(text, selectors.parse(text))
    except selectors.SelectorRefused as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def chosen(rows: Sequence[Row], by: Selector | None) -> list[Row]:
    """Those that fit, in their order.

    Raises:
        OpsFailed: it asks for something that none of them has.
    """
    if by is None:
        return list(rows)
    known = {key for row in rows for key in row}
    strange = sorted(by.parsed.keys() - known) if rows else []
    if strange:
        simple = sorted(key for key in known if not any(isinstance(row.get(key), dict | list) for row in rows))
        raise OpsFailed(Exit.MISUSED, f"-l {by.text}: nothing is known about {', '.join(strange)}; one of {', '.join(simple)}")
    return [row for row in rows if by.parsed.matches(row)]
