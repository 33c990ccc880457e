"""Faces: what stations say that they keep of somebody, and taking it back. No image and no template is ever here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from cloud.api.caller import note
from cloud.api.parts import Parts, utc
from cloud.domain.faces import FaceRecord
from cloud.ports import FaceReport
from contract.model import PersonId


class StationFace(BaseModel):
    """One station's word, by its own clock. `receipt` and `reason` are those of the last erasure."""

    station: str
    kept: bool = Field(description="one sealed template, no picture")
    consent: str = Field(description="given, refused, withdrawn, or empty")
    notice: str = Field(description="version of the text that was shown")
    language: str
    taken_by: str = Field(description="visitor: at the screen; operator: on the spot, on paper; elsewhere: on paper, where the template came from")
    said_at: str | None
    enrolled_at: str | None
    images: int = Field(description="good images in the template; none is kept")
    flagged: bool = Field(description="very near to somebody else at this station")
    forgotten_at: str | None
    receipt: str
    reason: str


class FaceView(BaseModel):
    """`pending`: stations that were told to erase and have not given their receipt; one that is offline does when it returns."""

    person: str
    withdrawn_at: str | None = Field(description="since when no station may keep a face of this person; null: they may, with consent")
    pending: list[str]
    stations: list[StationFace]


Name = Annotated[PersonId, Path(description="a pseudonym, never a name")]


def view(report: FaceReport) -> FaceView:
    """As the API shows it."""
    since = None if report.withdrawn_ms is None else utc(report.withdrawn_ms)
    stations = [_station(record) for record in report.records]
    return FaceView(person=report.person, withdrawn_at=since, pending=[one.station for one in report.pending], stations=stations)


def _station(one: FaceRecord) -> StationFace:
    said, enrolled, forgotten = (None if ms is None else utc(ms) for ms in (one.said_ms, one.enrolled_ms, one.forgotten_ms))
    return StationFace(
        station=one.station, kept=one.kept, consent=one.consent, notice=one.notice, language=one.language, taken_by=one.taken_by,
        said_at=said, enrolled_at=enrolled, images=one.used, flagged=one.flagged, forgotten_at=forgotten, receipt=one.receipt,
        reason=one.reason,
    )  # fmt: skip


def routes(parts: Parts) -> APIRouter:
    """`/people/{person}/face`. Always asks for a token: it is about a person."""
    router = APIRouter(tags=["people"])

    @router.get("/people/{person}/face")
    def face(person: Name) -> FaceView:
        """What the stations say that they keep."""
        return view(parts.faces.report(person))

    @router.post("/people/{person}/face/withdraw", status_code=202)
    def withdraw(person: Name, request: Request) -> FaceView:
        """Have it erased everywhere: at once where a station is online, else when it returns. May be repeated."""
        report = parts.faces.withdraw(person)
        note(parts.audit, request, "face.withdraw", person)
        return view(report)

    @router.post("/people/{person}/face/allow")
    def allow(person: Name, request: Request) -> FaceView:
        """Let the person enrol again, at their own wish and with a new consent."""
        report = parts.faces.allow(person)
        note(parts.audit, request, "face.allow", person)
        return view(report)

    return router
