"""What a message from the broker is: a fact, samples, a state, a report, or refused, and why.

Everything that comes in is hostile. A refusal keeps no content, which may be personal: reason, places, size and digest only.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError

from cloud.domain.plausible import plausible
from cloud.domain.points import millis
from cloud.domain.progress import Lane
from contract import topics
from contract.commands import Reply
from contract.configuration import ConfigReport
from contract.envelope import ClockState, EnvelopeRefused, FactEnvelope, Header, LooseEnvelope, SamplesEnvelope, decode
from contract.leases import QuotaAsk
from contract.packing import PackingRefused, unpack
from contract.roster import RosterReport
from contract.state import State
from contract.topics import Direction, Leaf

LANES = {Leaf.EVT: Lane.FACTS, Leaf.ALARM: Lane.FACTS, Leaf.TELE: Lane.SAMPLES}


class Reason(StrEnum):
    """Why a message was refused; counted by these words."""

    TOPIC = "topic"
    TOO_LARGE = "too_large"
    GARBLED = "garbled"
    NOT_UNDERSTOOD = "not_understood"
    FOREIGN_STATION = "foreign_station"
    FUTURE_DATED = "future_dated"


@dataclass(frozen=True)
class Refused:
    """`header` and `lane` only where the header was sound: then its seq counts as committed, and cannot block the station."""

    reason: Reason
    topic: str
    detail: str
    size: int
    sha256: str
    station: str | None = None
    lane: Lane | None = None
    header: Header | None = None


@dataclass(frozen=True)
class Misdated:
    """A fact whose time can not be: it happened, so it is kept, with its time not believed; and it is on file. Its point stands where it arrived."""

    fact: FactEnvelope
    filed: Refused

    @property
    def station(self) -> str:
        """Who sent it."""
        return self.fact.station


@dataclass(frozen=True)
class Reported:
    """A station's word on its roster."""

    station: str
    report: RosterReport


@dataclass(frozen=True)
class Configured:
    """A station's word on its configuration."""

    station: str
    report: ConfigReport


@dataclass(frozen=True)
class Asked:
    """A station wants a part of somebody's day."""

    station: str
    ask: QuotaAsk


@dataclass(frozen=True)
class Replied:
    """A station's answer to a command."""

    station: str
    reply: Reply


@dataclass(frozen=True)
class Ignored:
    """Well addressed, but nothing here listens to this leaf yet, or a retained message that was cleared."""

    station: str


Taken = FactEnvelope | SamplesEnvelope | State | Reported | Configured | Asked | Replied | Ignored | Misdated | Refused


def read(topic: str, payload: bytes, now_ms: int) -> Taken:
    """Never raises. `now_ms` is the cloud's own time, by which a station's is judged."""
    try:
        station, leaf = topics.parse(topic)
    except topics.TopicRefused as error:
        return _refused(Reason.TOPIC, topic, payload, str(error))
    if leaf.traffic.direction is not Direction.UP:
        return _refused(Reason.TOPIC, topic, payload, f"{leaf.value} is not published by stations", station)
    if len(payload) > leaf.traffic.limit:
        detail = f"{len(payload)} bytes, at most {leaf.traffic.limit}"
        return _refused(Reason.TOO_LARGE, topic, payload, detail, station)
    if leaf in LANES:
        return _dated(topic, payload, _envelope(topic, payload, station, LANES[leaf]), now_ms)
    return _document(topic, payload, station, leaf)


def _envelope(topic: str, payload: bytes, station: str, lane: Lane) -> FactEnvelope | SamplesEnvelope | Refused:
    try:
        envelope = decode(payload, FactEnvelope) if lane is Lane.FACTS else decode(unpack(payload), SamplesEnvelope)
    except PackingRefused as error:
        return _refused(Reason.GARBLED, topic, payload, str(error), station)
    except EnvelopeRefused as error:
        header = error.header
        if header is None:
            return _refused(Reason.GARBLED, topic, payload, _places(str(error)), station)
        if header.station != station:
            return _refused(Reason.FOREIGN_STATION, topic, payload, "the envelope names another station", station)
        detail = f"{_kind(header)}{_places(str(error))}"
        return _refused(Reason.NOT_UNDERSTOOD, topic, payload, detail, station, lane, header)
    if envelope.station != station:
        return _refused(Reason.FOREIGN_STATION, topic, payload, "the envelope names another station", station)
    return envelope


def _dated(topic: str, payload: bytes, taken: FactEnvelope | SamplesEnvelope | Refused, now_ms: int) -> Taken:
    """What has a time that can be is as it was."""
    if isinstance(taken, Refused):
        return taken
    at_ms = millis(taken.at)
    if isinstance(taken, SamplesEnvelope):
        oldest_ms = at_ms - round(max(taken.data.ago_s) * 1000)
        if plausible(oldest_ms, now_ms) and plausible(at_ms, now_ms):
            return taken
        return _refused(Reason.FUTURE_DATED, topic, payload, "samples of a time that can not be", taken.station, Lane.SAMPLES, taken)
    if plausible(at_ms, now_ms):
        return taken
    detail = f"kind {taken.data.kind}; kept, its time is not believed"
    unsure = taken.model_copy(update={"clock": ClockState.UNSURE})
    return Misdated(unsure, _refused(Reason.FUTURE_DATED, topic, payload, detail, taken.station, None, taken))


def _document(topic: str, payload: bytes, station: str, leaf: Leaf) -> State | Reported | Configured | Asked | Replied | Ignored | Refused:
    if not payload:
        return Ignored(station)
    try:
        if leaf is Leaf.ROSTER_REPORTED:
            report = RosterReport.model_validate_json(payload)
            return Reported(station, report.model_copy(update={"refused": report.refused and _clean(report.refused)}))
        if leaf is Leaf.CFG_REPORTED:
            told = ConfigReport.model_validate_json(payload)
            return Configured(station, told.model_copy(update={"reason": _clean(told.reason)}))
        if leaf is Leaf.QUOTA_ASK:
            return Asked(station, QuotaAsk.model_validate_json(payload))
        if leaf is Leaf.CMD_REPLY:
            reply = Reply.model_validate_json(payload)
            return Replied(station, reply.model_copy(update={name: _clean(getattr(reply, name)) for name in ("id", "reason", "receipt", "challenge")}))
        if leaf is not Leaf.STATE:
            return Ignored(station)
        state = State.model_validate_json(payload)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, one["loc"])) or "document" for one in error.errors())
        return _refused(Reason.GARBLED, topic, payload, f"refused at: {places}", station)
    if state.station != station:
        return _refused(Reason.FOREIGN_STATION, topic, payload, "the state names another station", station)
    return state


def _refused(
    reason: Reason, topic: str, payload: bytes, detail: str,
    station: str | None = None, lane: Lane | None = None, header: Header | None = None,
) -> Refused:  # fmt: skip
    digest = hashlib.sha256(payload).hexdigest()
    return Refused(reason, _clean(topic)[:120], _clean(detail)[:300], len(payload), digest, station, lane, header)


def _clean(text: str) -> str:
    """Without what a database or a terminal may stumble over."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:1000])


def _places(text: str) -> str:
    """Where a message was refused, without the values that the full text quotes."""
    return "refused at: " + ", ".join(dict.fromkeys(line.partition(": ")[0][:60] for line in text.splitlines()))


def _kind(header: Header) -> str:
    data = header.data if isinstance(header, LooseEnvelope) else None
    kind = data.get("kind") if isinstance(data, dict) else None
    return f"kind {kind}; " if isinstance(kind, str) and re.fullmatch("[a-z_]{1,40}", kind) else ""
