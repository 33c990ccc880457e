"""What a station keeps of one person's face, step by step from its facts. Pure.

The cloud believes a station's own word: kept until it says erased, with the receipt. Facts come in any order within a ledger of a
station: each field is as the newest fact that tells it left it, and the four groups of fields each remember the seq of that fact.
A newer ledger of the same station stands over an older one.
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
    said_seq: int = 0
    notice_seq: int = 0
    kept_seq: int = 0
    enrolled_seq: int = 0


def about_a_face(fact: Fact) -> FaceFact | None:
    """The fact, if it is one of those that change a record."""
    return fact if isinstance(fact, FaceFact) else None


def after(record: FaceRecord, fact: FaceFact, epoch: str, seq: int, at_ms: int) -> FaceRecord:
    """The record with this fact of the same ledger, or of a newer one, in any order; repeating it changes nothing."""
    if epoch != record.epoch:
        record = replace(record, epoch=epoch, seq=0, said_seq=0, notice_seq=0, kept_seq=0, enrolled_seq=0)
    record = replace(record, seq=max(seq, record.seq))
    match fact:
        case ConsentGiven():
            return _notice(_said(record, "given", seq, at_ms), fact.notice, fact.language, fact.by.value, seq)
        case ConsentRefused():
            return _notice(_said(record, "refused", seq, at_ms), fact.notice, fact.language, "", seq)
        case ConsentWithdrawn():
            return _said(record, "withdrawn", seq, at_ms)
        case FaceEnrolled():
            if seq > record.enrolled_seq:
                record = replace(record, enrolled_seq=seq, enrolled_ms=at_ms)
            return _kept(record, seq, kept=True, used=fact.used, flagged=fact.flagged)
        case FaceForgotten():
            return _kept(record, seq, forgotten_ms=at_ms, receipt=fact.receipt, reason=fact.reason.value)


def _said(record: FaceRecord, consent: str, seq: int, at_ms: int) -> FaceRecord:
    return replace(record, said_seq=seq, consent=consent, said_ms=at_ms) if seq > record.said_seq else record


def _notice(record: FaceRecord, notice: str, language: str, taken_by: str, seq: int) -> FaceRecord:
    if seq <= record.notice_seq:
        return record
    return replace(record, notice_seq=seq, notice=notice, language=language, taken_by=taken_by)


def _kept(
    record: FaceRecord, seq: int, *, kept: bool = False, used: int = 0, flagged: bool = False,
    forgotten_ms: int | None = None, receipt: str = "", reason: str = "",
) -> FaceRecord:  # fmt: skip
    if seq <= record.kept_seq:
        return record
    return replace(
        record, kept_seq=seq, kept=kept, used=used, flagged=flagged, forgotten_ms=forgotten_ms, receipt=receipt, reason=reason
    )
