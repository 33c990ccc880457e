"""What a station keeps of one person's face, step by step from its facts. Pure.

The cloud believes a station's own word: kept until it says erased, with the receipt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from contract.consent import ConsentGiven, ConsentRefused, ConsentWithdrawn, FaceEnrolled, FaceForgotten
from contract.facts import Fact

FaceFact = ConsentGiven | ConsentRefused | ConsentWithdrawn | FaceEnrolled | FaceForgotten


@dataclass(frozen=True)
class FaceRecord:
    """`consent` is "given", "refused", "withdrawn" or ''; times in ms UTC by the station's clock, None for never."""

    station: str
    person: str
    epoch: str = ""
    seq: int = 0
    kept: bool = False
    consent: str = ""
    notice: str = ""
    language: str = ""
    taken_by: str = ""
    used: int = 0
    flagged: bool = False
    said_ms: int | None = None
    enrolled_ms: int | None = None
    forgotten_ms: int | None = None
    receipt: str = ""
    reason: str = ""


def about_a_face(fact: Fact) -> FaceFact | None:
    """The fact, if it is one of those that change a record."""
    return fact if isinstance(fact, FaceFact) else None


def after(record: FaceRecord, fact: FaceFact, epoch: str, seq: int, at_ms: int) -> FaceRecord:
    """The record as this fact leaves it; one that came late within its epoch changes nothing."""
    if epoch == record.epoch and seq <= record.seq:
        return record
    record = replace(record, epoch=epoch, seq=seq)
    match fact:
        case ConsentGiven():
            by = fact.by.value
            return replace(record, consent="given", notice=fact.notice, language=fact.language, taken_by=by, said_ms=at_ms)
        case ConsentRefused():
            return replace(record, consent="refused", notice=fact.notice, language=fact.language, taken_by="", said_ms=at_ms)
        case ConsentWithdrawn():
            return replace(record, consent="withdrawn", said_ms=at_ms)
        case FaceEnrolled():
            again = replace(record, forgotten_ms=None, receipt="", reason="")
            return replace(again, kept=True, used=fact.used, flagged=fact.flagged, enrolled_ms=at_ms)
        case FaceForgotten():
            receipt, reason = fact.receipt, fact.reason.value
            return replace(record, kept=False, used=0, flagged=False, forgotten_ms=at_ms, receipt=receipt, reason=reason)
