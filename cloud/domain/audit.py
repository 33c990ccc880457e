"""The audit of the cloud: entries that are chained by their hashes, so that a changed, missing or inserted one is seen. Pure.

Whoever can write the whole database can also write a whole new chain: what shows that is a hash that was seen before and kept elsewhere.
The log tells each entry's, and `audit verify --seen NUMBER:HASH` compares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

START = "0" * 64
"""What stands before the first entry."""
MOST_WHO, MOST_ACT, MOST_TARGET, MOST_DETAIL = 80, 40, 120, 4000
"""Characters."""


@dataclass(frozen=True)
class AuditRow:
    """One entry; `previous` and `sha256` in hex."""

    number: int
    at_ms: int
    who: str
    act: str
    target: str
    detail: str
    previous: str
    sha256: str


@dataclass(frozen=True)
class Chain:
    """Whether all entries are as they were written. `broken_at`: the first that is not; `words` say how."""

    entries: int
    head: str
    broken_at: int | None = None
    words: str = ""


def entry(before: AuditRow | None, at_ms: int, who: str, act: str, target: str, detail: str) -> AuditRow:
    """The next one, cut to what is kept."""
    number, previous = (before.number + 1, before.sha256) if before else (1, START)
    kept = _kept(who, MOST_WHO), _kept(act, MOST_ACT), _kept(target, MOST_TARGET), _kept(detail, MOST_DETAIL)
    return AuditRow(number, at_ms, *kept, previous, _digest(number, at_ms, kept, previous))


def verified(rows: Iterable[AuditRow], seen: tuple[int, str] | None = None) -> Chain:
    """Of all entries in their order; `seen`: number and hash (or the beginning of it) of one that was noted down before."""
    count, head = 0, START
    for row in rows:
        kept = row.who, row.act, row.target, row.detail
        if row.number != count + 1:
            return Chain(count, head, count + 1, f"entry {count + 1} is missing")
        if row.previous != head or row.sha256 != _digest(row.number, row.at_ms, kept, row.previous):
            return Chain(count, head, row.number, f"entry {row.number} is not what was written")
        if seen and seen[0] == row.number and not row.sha256.startswith(seen[1]):
            return Chain(count, head, row.number, f"entry {row.number} is another than the one that was seen: the chain was written anew")
        count, head = row.number, row.sha256
    if seen and seen[0] > count:
        return Chain(count, head, seen[0], f"entry {seen[0]} was seen and is not there: the end was cut off")
    return Chain(count, head)


def _kept(text: str, most: int) -> str:
    """As databases give it back: no zero bytes, no half characters."""
    return text.replace("\x00", "")[:most].encode("utf-8", "replace").decode()


def _digest(number: int, at_ms: int, kept: tuple[str, str, str, str], previous: str) -> str:
    text = json.dumps([number, at_ms, *kept, previous], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class AuditReading(Protocol):
    """Looking at it."""

    def rows(self, after: int, limit: int, newest: bool = False) -> list[AuditRow]:
        """In their order after a number; with `newest` the last ones, the newest first. Raises: LedgerDown."""

    def verify(self, seen: tuple[int, str] | None = None) -> Chain:
        """Read all of it. Raises: LedgerDown."""
