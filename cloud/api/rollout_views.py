"""What the API of rollouts takes and tells, and how it is made of what is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.parts import utc
from cloud.domain.rollout import Entry, Options, Rollout, RolloutState, Step, WaveLine, WaveState
from cloud.domain.seats import Seat, SeatState, counts
from contract.model import StationId
from contract.signing import Signed

MOST_DOCUMENTS = 500
Words = Annotated[str, Field(min_length=1, max_length=300)]


class Strict(BaseModel):
    """Bodies: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")


class RolloutIn(Strict):
    """A plan. `waves`: numbers and shares are cumulative, see cloud/domain/waves.py."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    reason: Words
    release: Annotated[str, Field(min_length=1, max_length=64, description="commit or plan that the documents come from")]
    waves: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(min_length=1, max_length=20)] = list(Options.waves)
    soak_s: float = Field(Options.soak_s, ge=0, le=604_800, description="s for which service is watched after each wave")
    station_timeout_s: float = Field(Options.station_timeout_s, ge=10, le=86_400, description="s online without an answer, after which a station failed")
    failed_limit_ratio: float = Field(Options.failed_limit_ratio, gt=0, le=1, description="share of a wave that may not fail")
    failed_limit: int = Field(Options.failed_limit, ge=1, le=10_000, description="stations of a wave that may not fail; whichever comes first")
    judge: bool = Field(True, description="whether a wave that serves people worse is taken back")
    visits: int = Field(Options.visits, ge=0, le=100_000, description="entries and vends that a judged wave is to have before it passes")
    patience_s: float = Field(
        Options.patience_s, ge=0, le=604_800,
        description="s after the soak for which it waits for them, and for a doubt to end; then it passes unjudged, or is paused where it looks worse",
    )  # fmt: skip


class DocumentIn(Strict):
    """Both documents of one station: version n, and n + 1, which undoes it."""

    station: StationId
    grade: Annotated[str, Field(max_length=40)] = ""
    document: Signed
    undo: Signed


class DocumentsIn(Strict):
    """All or none of these are taken."""

    items: Annotated[list[DocumentIn], Field(min_length=1, max_length=MOST_DOCUMENTS)]


class ReasonIn(Strict):
    """Why. `dry_run`: only say what would happen."""

    reason: Annotated[str, Field(max_length=300)] = ""
    dry_run: bool = False


class VerdictView(BaseModel):
    """What service says of a wave: well, worse, doubtful (it looks worse, and may be chance), or unsure (not enough visits to judge)."""

    wave: int
    at: str
    verdict: str
    words: str


class WaveView(BaseModel):
    """`stations`: how many. `verdict` null: not judged yet."""

    number: int
    label: str
    stations: int
    counts: dict[str, int]
    state: WaveState
    verdict: VerdictView | None


class EntryView(BaseModel):
    """A line of the history: who did what, why, and what came of it."""

    at: str
    who: str
    what: str
    why: str
    result: str


class OptionsView(BaseModel):
    """As the plan was made."""

    waves: list[str]
    soak_s: float
    station_timeout_s: float
    failed_limit_ratio: float
    failed_limit: int
    judge: bool
    visits: int
    patience_s: float


class RolloutLine(BaseModel):
    """A rollout in a list. `wave`: number of the current one, 0 before the start."""

    id: str
    name: str
    who: str
    reason: str
    release: str
    state: RolloutState
    made_at: str
    wave: int
    stations: int
    counts: dict[str, int]


class RolloutView(RolloutLine):
    """All of it but the stations."""

    options: OptionsView
    waves: list[WaveView]
    history: list[EntryView]
    verdicts: list[VerdictView]


class RolloutPage(BaseModel):
    """Newest first."""

    items: list[RolloutLine]
    as_of: str


class SeatView(BaseModel):
    """One station in it."""

    station: str
    district: str
    grade: str
    wave: int
    version: int
    state: SeatState
    since: str | None
    reason: str


class SeatPage(BaseModel):
    """By name; `next`: `after` of the next page, null on the last."""

    items: list[SeatView]
    total: int
    next: str | None


class Change(BaseModel):
    """A station that gets into another state."""

    station: str
    before: SeatState
    after: SeatState
    sends: str = Field(description="new, undo, or empty: nothing is sent")


class ActView(BaseModel):
    """What was done; with `dry_run` what would be, and nothing was. `counts`: all stations by state, after it."""

    id: str
    state: RolloutState
    dry_run: bool
    counts: dict[str, int]
    changes: list[Change]
    words: str


class PutView(BaseModel):
    """`documents`: stations that have theirs now."""

    id: str
    state: RolloutState
    taken: int
    documents: int


class Made(BaseModel):
    """A new one."""

    id: str
    state: RolloutState


def act_view(before: Rollout, done: Step, dry_run: bool) -> ActView:
    """What changed."""
    after = done.rollout
    pairs = [(before.seats[name], seat) for name, seat in sorted(after.seats.items()) if seat != before.seats[name] and seat.state is not SeatState.PENDING]
    changes = [Change(station=new.station, before=old.state, after=new.state, sends=new.due.value) for old, new in pairs]
    words = "; ".join(filter(None, (f"{one.what}: {one.result}" if one.result else one.what for one in done.entries)))
    return ActView(id=after.id, state=after.state, dry_run=dry_run, counts=counts(list(after.seats.values())), changes=changes, words=words)


def line(one: Rollout, many: dict[str, int]) -> RolloutLine:
    """As a list shows it."""
    return RolloutLine(
        id=one.id, name=one.name, who=one.who, reason=one.reason, release=one.release, state=one.state, made_at=utc(one.made_ms),
        wave=one.wave, stations=sum(many.values()), counts=many,
    )  # fmt: skip


def view(one: Rollout, history: list[Entry]) -> RolloutView:
    """As a page of its own shows it."""
    waves = [wave_view(each, one.of_wave(each.number)) for each in one.lines]
    told = [EntryView(at=utc(entry.at_ms), who=entry.who, what=entry.what, why=entry.why, result=entry.result) for entry in history]
    options = OptionsView(**{**vars(one.options), "waves": list(one.options.waves)})
    head = line(one, counts(list(one.seats.values()))).model_dump()
    return RolloutView(**head, options=options, waves=waves, history=told, verdicts=[wave.verdict for wave in waves if wave.verdict])


def wave_view(one: WaveLine, seats: list[Seat]) -> WaveView:
    """One wave."""
    said = one.verdict and VerdictView(wave=one.number, at=utc(one.verdict_ms), verdict=one.verdict.judgement.value, words=one.verdict.words)
    return WaveView(number=one.number, label=one.label, stations=len(seats), counts=counts(seats), state=one.state, verdict=said)


def seat_view(one: Seat) -> SeatView:
    """One station."""
    return SeatView(
        station=one.station, district=one.district, grade=one.grade, wave=one.wave, version=one.version, state=one.state,
        since=utc(one.since_ms) if one.since_ms else None, reason=one.reason,
    )  # fmt: skip
