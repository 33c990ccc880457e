"""Identity, access, clock, faults, intake and sampling: what holds whatever comes in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf, nan

from hypothesis import given
from hypothesis import strategies as st

from contract.config import AccessConfig, IdentityConfig, TelemetryConfig
from contract.envelope import ClockState
from contract.facts import FaultCleared, FaultCode, FaultRaised, InputRefused, Refusal
from contract.roster import Person, Roster
from edge.domain.access import Access, Granted, Refused
from edge.domain.clock import JUMP_S, WallClock
from edge.domain.faults import BLOCKS, CUTS, Faults, Service
from edge.domain.identity import Attention, Identified, NotSure, Stranger, decide, limit
from edge.domain.intake import QUIET_S, Intake
from edge.domain.messages import CodeDigested, CodeSource, CodeTyped, DigestCode, WallClockRead
from edge.domain.sampling import Sampling
from edge.domain.sight import FaceCompared
from edge.domain.tries import TRIES_LAST_S
from tests.properties.amount import plain

IDENTITY = IdentityConfig()
DISTANCE = st.one_of(st.floats(0, 2), st.sampled_from([inf, nan, -1.0, 0.0]))


def seen(frames: int, best: str | None, nearest: float, second: float, gallery: int) -> FaceCompared:
    return FaceCompared(1, frames, best, nearest, second, gallery, 0.0)


@plain(300)
@given(st.integers(0, 9), st.sampled_from(["p-an", None]), DISTANCE, DISTANCE, st.integers(0, 5000))
def test_nobody_is_named_without_frames_nearness_and_margin(
    frames: int, best: str | None, nearest: float, second: float, gallery: int
) -> None:
    verdict = decide(seen(frames, best, nearest, second, gallery), IDENTITY)
    if isinstance(verdict, Identified):
        assert verdict.person == best and frames >= IDENTITY.frames
        assert nearest <= limit(IDENTITY, gallery) and second - nearest >= IDENTITY.margin
    if best is None or not nearest <= limit(IDENTITY, gallery) + IDENTITY.abstain:
        assert isinstance(verdict, Stranger)
    assert isinstance(verdict, Identified | NotSure | Stranger)


@plain(100)
@given(st.floats(0, 0.3), st.floats(0, 2), st.integers(1, 2500))
def test_a_larger_gallery_never_names_whom_a_smaller_one_did_not(nearest: float, second: float, gallery: int) -> None:
    large = decide(seen(3, "p-an", nearest, second, 2 * gallery), IDENTITY)
    small = decide(seen(3, "p-an", nearest, second, gallery), IDENTITY)
    assert not isinstance(large, Identified) or isinstance(small, Identified)


@plain(60)
@given(st.lists(st.tuples(st.integers(1, 3), st.floats(0, 20), st.booleans()), max_size=30))
def test_one_face_is_answered_once_a_pause_and_at_once_when_it_becomes_clear(looks: list[tuple[int, float, bool]]) -> None:
    attention, now, answered = Attention(8), 0.0, list[tuple[int, float, bool]]()
    for track, waited, sure in looks:
        now += waited
        last = answered[-1] if answered else (0, 0.0, True)
        clearer = sure and not last[2]
        wanted = last[0] != track or now >= last[1] + 8 or clearer
        assert attention.wants_answer(track, sure, now) is wanted
        if wanted:
            answered.append((track, now, sure))


PEOPLE = [Person(person=f"p-{n}", number=str(1000 + n), code_digest=f"{n:064x}") for n in range(3)]
TRIES = AccessConfig(tries_per_person=3, tries_per_station=6)
TRY = st.tuples(st.integers(0, 4), st.booleans(), st.sampled_from([0.0, 1.0, 100.0, 400.0, 900.0]))


@plain(120)
@given(st.lists(TRY, max_size=40))
def test_wrong_codes_are_limited_by_person_and_by_station(tries: list[tuple[int, bool, float]]) -> None:
    access, now = Access(TRIES), 0.0
    access.apply(Roster(version=1, salt="5a" * 16, people=PEOPLE))
    wrong: list[tuple[float, int]] = []
    for number, right, waited in tries:
        now += waited
        recent = [(at, who) for at, who in wrong if at > now - TRIES_LAST_S]
        blocked = len(recent) >= TRIES.tries_per_station or sum(who == number for _, who in recent) >= TRIES.tries_per_person
        asked = access.typed(CodeTyped(str(1000 + number), "2468"), now)
        assert isinstance(asked, Refused if blocked else DigestCode)
        if isinstance(asked, Refused):
            assert asked.reason is Refusal.TOO_MANY_TRIES
            continue
        digest = f"{number:064x}" if right else "f" * 64
        answer = access.digested(CodeDigested(asked.number, digest, asked.source, now))
        granted = right and number < len(PEOPLE)
        assert answer == (Granted(PEOPLE[number]) if granted else Refused(Refusal.WRONG_CODE))
        wrong = [entry for entry in wrong if entry[1] != number] if granted else [*wrong, (now, number)]


@plain(150)
@given(st.text(max_size=12), st.text(max_size=12))
def test_only_digits_reach_the_digest(number: str, pin: str) -> None:
    asked = Access(TRIES).typed(CodeTyped(number, pin), 0.0)
    fits = number.isascii() and number.isdigit() and 4 <= len(number) <= 6 and pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8
    assert isinstance(asked, DigestCode) == fits


@plain(150)
@given(st.text(max_size=40) | st.from_regex(r"SSC:[0-9]{3,7}:[0-9]{3,9}\n?", fullmatch=True))
def test_a_card_is_read_exactly_or_not_at_all(text: str) -> None:
    code = Access(TRIES).read_qr(text)
    if code:
        assert text == f"SSC:{code.number}:{code.pin}" and code.source is CodeSource.QR
        assert 4 <= len(code.number) <= 6 and 4 <= len(code.pin) <= 8


def test_someone_without_a_code_is_not_let_in_by_the_digest_of_nobody() -> None:
    access = Access(TRIES)
    access.apply(Roster(version=1, salt="5a" * 16, people=[Person(person="p-9", number="1009")]))
    for number in ("1009", "4444"):
        assert isinstance(access.digested(CodeDigested(number, "0" * 64, CodeSource.SCREEN, 0.0)), Refused)


START = datetime(2026, 3, 2, 15, 59, 50, tzinfo=UTC)
READING = st.tuples(st.floats(0.1, 60), st.floats(-5, 5) | st.sampled_from([0.0, 86400.0, -86400.0, -2e9]), st.booleans())


@plain(100)
@given(st.lists(READING, max_size=25))
def test_a_jump_is_told_and_a_day_needs_trust(readings: list[tuple[float, float, bool]]) -> None:
    clock, now, wall, state = WallClock(480), 1000.0, START, ClockState.UNSURE
    clock.read(WallClockRead(START, False), now)
    for waited, jump, synchronised in readings:
        now, wall = now + waited, wall + timedelta(seconds=waited + jump)
        facts = clock.read(WallClockRead(wall, synchronised), now).facts
        expected = ClockState.TRUSTED if synchronised and wall.year >= 2025 else ClockState.UNSURE
        assert clock.state is expected
        if abs(abs(jump) - JUMP_S) > 1e-3:
            assert bool(facts) == (expected is not state or abs(jump) > JUMP_S)
        assert abs((clock.at(now + 3) - wall).total_seconds() - 3) < 1e-3
        assert (clock.day(now) is not None) == (expected is ClockState.TRUSTED)
        state = expected


def test_the_day_turns_at_local_midnight() -> None:
    clock = WallClock(480)
    clock.read(WallClockRead(START, True), 0.0)
    assert (clock.day(9.0), clock.day(10.0)) == ("2026-03-02", "2026-03-03")


CODES, PARTS = st.sampled_from(list(FaultCode)), st.sampled_from(["", "cold", "1"])


@plain(120)
@given(st.lists(st.tuples(CODES, PARTS, st.booleans()), max_size=40), st.sets(CODES))
def test_a_fault_is_raised_once_and_cleared_once(changes: list[tuple[FaultCode, str, bool]], assumed: set[FaultCode]) -> None:
    faults, told, standing = Faults(), set[tuple[FaultCode, str]](), set[tuple[FaultCode, str]]()
    for code in assumed:
        faults.assume(code)
        standing.add((code, ""))
    for n, (code, part, stands) in enumerate(changes):
        for fact in faults.set(stands, code, part, "x" * 300, float(n)).facts:
            if isinstance(fact, FaultRaised):
                assert stands and (code, part) not in told and len(fact.detail) <= 200
                told.add((code, part))
            else:
                assert isinstance(fact, FaultCleared) and not stands and fact.lasted_s >= 0
                told.remove((code, part))
        (standing.add if stands else standing.discard)((code, part))
        assert set(faults.standing()) == standing and told <= standing
        for service in Service:
            blocking = {c for c, p in standing if service in BLOCKS[c] and p in ("", "cold")}
            assert (faults.blocks(service, "cold") in blocking) if blocking else faults.blocks(service, "cold") is None
            assert faults.cuts(service, "cold") == bool(blocking & CUTS)


def test_every_fault_has_a_line_in_the_table_and_none_holds_a_person() -> None:
    """Whatever is wrong, no fault blocks leaving: leaving is not a service."""
    assert set(BLOCKS) == set(FaultCode) and "exit" not in {service.value for service in Service}


SOURCES = st.sampled_from(["qr", "cmd", "roster"])


@plain(80)
@given(st.lists(st.tuples(SOURCES, st.floats(0, 40), st.integers(1, 30)), max_size=30))
def test_a_flood_is_one_fact_a_minute_and_every_one_is_counted(floods: list[tuple[str, float, int]]) -> None:
    intake, now, told = Intake(), 0.0, list[tuple[float, InputRefused]]()

    def keep(facts: list[object]) -> None:
        told.extend((now, fact) for fact in facts if isinstance(fact, InputRefused))

    for source, waited, count in floods:
        until = now + waited
        while intake.deadline() <= until:
            now = intake.deadline()
            keep(list(intake.tick(now).facts))
        now = until
        for _ in range(count):
            keep(list(intake.refuse(source, "no", now).facts))
    while intake.deadline() < inf:
        now = max(now, intake.deadline())
        keep(list(intake.tick(now).facts))
    assert sum(fact.count for _, fact in told) == sum(count for _, _, count in floods) == intake.total
    for source in ("qr", "cmd", "roster"):
        times = [at for at, fact in told if fact.source == source]
        assert all(later - earlier >= QUIET_S - 1e-6 for earlier, later in pairwise(times))


VALUES = st.dictionaries(st.sampled_from(["socket_w.1", "tap_ml.cold", "inside_people"]), st.none() | st.floats(0, 1e6), max_size=3)


@plain(60)
@given(st.lists(st.tuples(VALUES, st.floats(0, 30)), max_size=40), st.integers(1, 6))
def test_every_sample_is_in_one_batch_with_its_time(rows: list[tuple[dict[str, float | None], float]], size: int) -> None:
    sampling, now, out = Sampling(TelemetryConfig(sample_s=10, batch=size)), 1000.0, list[tuple[float, dict[str, float | None]]]()
    took: list[tuple[float, dict[str, float | None]]] = []
    last = -inf
    for values, waited in rows:
        now += waited
        if not sampling.due(now):
            assert now < last + 10
            continue
        assert now >= last + 10
        last = now
        took.append((now, values))
        batch = sampling.add(values, now)
        if batch:
            assert len(batch.ago_s) == size and batch.ago_s == sorted(batch.ago_s, reverse=True)
            for n, ago in enumerate(batch.ago_s):
                out.append((now - ago, {k: column[n] for k, column in batch.columns.items() if column[n] is not None}))
    assert len(out) == len(took) - len(took) % size
    for (at, row), (when, values) in zip(out, took, strict=False):
        assert abs(at - when) < 0.002 and row == {k: v for k, v in values.items() if v is not None}
