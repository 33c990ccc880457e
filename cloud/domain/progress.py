"""How far a station's messages of one epoch are committed without a hole: what may be acknowledged.

The acknowledgement is cumulative and a station deletes by it, so it must never run ahead of what is committed or, by
the station's own word (`base`), gone. A message out of order is committed at once but acknowledged only when the hole
is filled.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

MOST_RANGES = 256
"""Islands beyond the first hole that are remembered. One that is forgotten is sent again and recognised by its key."""


TOLD = 8
"""Ranges in one acknowledgement."""


class Lane(StrEnum):
    """Facts and samples come from an outbox each, with an epoch and a count of their own."""

    FACTS = "facts"
    SAMPLES = "samples"


@dataclass(frozen=True)
class Progress:
    """`ahead`: inclusive ranges beyond `upto`, ascending, none touching another or `upto`."""

    upto: int = 0
    ahead: tuple[tuple[int, int], ...] = ()
    missing: int = 0
    """Seqs that the station declared gone before they came here."""

    def has(self, seq: int) -> bool:
        """Whether this seq is committed or declared gone."""
        return seq <= self.upto or any(low <= seq <= high for low, high in self.ahead)


def newest(progress: Progress) -> tuple[tuple[int, int], ...]:
    """The ranges that an acknowledgement can name beside `upto`, newest first; of what it can not name the station sends again."""
    return progress.ahead[: -TOLD - 1 : -1]


def answers(progress: Progress, seqs: Iterable[int]) -> list[tuple[tuple[int, int], ...]]:
    """What acknowledgements of these seqs name beside `upto`, each at most so many ranges: all that hold one of them, so that a station which
    sends what lies scattered, as alarms do, learns of every one. Where none lies ahead, the newest."""
    starts = [low for low, _ in progress.ahead]
    at = {bisect_right(starts, seq) - 1 for seq in seqs if seq > progress.upto}
    named = [progress.ahead[i] for i in sorted(at, reverse=True) if i >= 0]
    return [tuple(named[i : i + TOLD]) for i in range(0, len(named), TOLD)] or [newest(progress)]


def commit(before: Progress, base: int, seqs: Iterable[int]) -> Progress:
    """Progress after these seqs were committed by a station whose oldest one held is `base`.

    An epoch never heard of begins with Progress(upto=base - 1): what lies before is an older ledger's and not missing.
    """
    ranges = _merge(chain(before.ahead, ((seq, seq) for seq in seqs if seq > before.upto)))
    upto = max(before.upto, base - 1)
    covered = sum(min(high, upto) - low + 1 for low, high in ranges if low <= upto)
    missing = before.missing + (upto - before.upto) - covered
    for low, high in ranges:
        if low > upto + 1:
            break
        upto = max(upto, high)
    return Progress(upto, tuple(one for one in ranges if one[0] > upto)[:MOST_RANGES], missing)


def _merge(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged
