"""Which samples go when facts and samples need more room than they are given: thinned first, then dropped, in spans of about an hour.

Thinned is the oldest quarter, and only what was never handed to the link: a message that is sent again must say the same. What goes is
told in a fact before it goes. Facts take what they need: they are never given up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contract.gap import GapRecorded, Loss
from edge.domain.outbox import Outbox

SPAN_S = 3600.0


@dataclass(frozen=True)
class Span:
    """Batches low..high, from when to when (UTC), and how many instants of theirs would go."""

    low: int
    high: int
    since: datetime
    until: datetime
    instants: int


@dataclass(frozen=True)
class Going:
    """What is to go, and the fact that must be on disk before."""

    loss: Loss
    low: int
    high: int
    fact: GapRecorded


Look = Callable[[int, int, bool], Span | None]
"""(low, high, thin): about an hour of the oldest batches there, of those that can be thinned where `thin`; None where there are none."""


def what_goes(samples: Outbox, look: Look) -> Going | None:
    """None when there is nothing left that could go."""
    quarter = samples.first + samples.waiting() // 4
    for low, high in samples.unhanded(samples.first):
        if low >= quarter:
            break
        span = look(low, min(high, quarter - 1), True)
        if span:
            return _going(Loss.THINNED, span)
    span = look(samples.first, samples.last, False)
    return _going(Loss.DROPPED, span) if span else None


def _going(loss: Loss, span: Span) -> Going:
    return Going(loss, span.low, span.high, gap(loss, span.since, span.until, span.instants))


def gap(loss: Loss, since: datetime, until: datetime, instants: int) -> GapRecorded:
    """The fact."""
    return GapRecorded(loss=loss, since=since, until=until, instants=instants)
