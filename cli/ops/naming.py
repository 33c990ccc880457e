"""Names that were typed and are not there: what to say, with the nearest that are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from cli.ops.exits import Exit, OpsFailed


def near(name: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean a or b?`, or what to do where nothing is near."""
    found = difflib.get_close_matches(name, list(known), n=3)
    return f"did you mean {' or '.join(found)}?" if found else otherwise


def all_known(what: str, names: Sequence[str], known: Iterable[str], where: str, otherwise: str) -> None:
    """Raises: OpsFailed: the first that is not there."""
    there = list(known)
    for name in names:
        if name not in there:
            raise OpsFailed(Exit.MISUSED, f"{what} {name}: is not {where}; {near(name, there, otherwise)}")
