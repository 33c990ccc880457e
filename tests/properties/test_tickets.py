"""Whatever is done to the text of a ticket, it lets nobody in and nothing falls over; and no ticket lets in twice, whatever the clock does."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.config import AccessConfig
from contract.facts import Refusal
from contract.roster import Person, Roster
from contract.ticket import PREFIX, Ticket, TicketRefused, seal, unseal
from edge.domain.access import Access, Granted, Refused
from edge.domain.clock import WallClock
from edge.domain.messages import WallClockRead
from edge.domain.tickets import KEEP_S, MOST, Tickets
from tests.properties.amount import DEEP, plain
from tests.tickets import KEY, KEYS, ticket

START_S = 1_800_000_000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
MUTATIONS = 200_000 if DEEP else 5_000


def access() -> Access:
    made = Access(AccessConfig())
    made.apply(Roster(version=1, salt="5a" * 16, people=[Person(person="p-1")], ticket_keys=KEYS))
    return made


def at(clock: WallClock, seconds: float, now: float) -> None:
    clock.read(WallClockRead(datetime.fromtimestamp(seconds, UTC), True), now)


def tickets(seconds: float = START_S, now: float = 0.0, used: dict[str, int] | None = None) -> tuple[Tickets, WallClock]:
    clock = WallClock(0)
    at(clock, seconds, now)
    return Tickets("st-1", clock, used or {}), clock


def mutated(text: str, chance: random.Random) -> str:
    """Bits flipped in the letters or in the bytes behind them, cut, lengthened, letters exchanged, pieces of another ticket."""
    kind, place = chance.randrange(7), chance.randrange(len(text))
    if kind == 0:
        return text[:place] + chr(ord(text[place]) ^ 1 << chance.randrange(8)) + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place + chance.randint(1, 8) :]
    if kind == 2:
        return text[:place] + "".join(chance.choices(LETTERS, k=chance.randint(1, 16))) + text[place:]
    if kind == 3:
        place = max(place, len(PREFIX))
        return text[:place] + LETTERS[(LETTERS.index(text[place]) + chance.randint(1, 31)) % 32] + text[place + 1 :]
    if kind == 4:
        other = seal(ticket("p-1", START_S, "st-1" if chance.random() < 0.5 else None), KEY)
        halves = text[:place] + other[place:]
        return text + "A" if halves == other else halves
    if kind == 5:
        return text[:place] + chance.choice("\x00\n =１é\ud800") + text[place:]
    return text[place:] + text[:place] if place else text + "\n"


@pytest.mark.slow
def test_no_mutation_of_a_ticket_lets_anybody_in() -> None:
    """Bit flips, cuts, extensions, exchanged letters, halves of two tickets: thousands, and always the same."""
    chance, door = random.Random(20261121), access()
    judge, _ = tickets()
    text = seal(ticket("p-1", START_S), KEY)
    assert isinstance(judge.judge(unseal(text, KEYS), door, 0.0), Granted)
    answers = {judge.read(broken, KEYS) for broken in (mutated(text, chance) for _ in range(MUTATIONS)) if broken != text}
    assert answers == {Refusal.NOT_READABLE, Refusal.TICKET_KEY, Refusal.TICKET_FORGED}


@pytest.mark.slow
@plain(300)
@given(st.text(max_size=600) | st.from_regex(r"SST1:[A-Z2-7]{90,240}\n?", fullmatch=True) | st.binary(max_size=200).map(lambda raw: PREFIX + raw.hex().upper()))
def test_any_text_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(TicketRefused):
        unseal(text, KEYS)


STEP = st.tuples(
    st.integers(0, 5), st.floats(0, 40) | st.sampled_from([0.0, 600.0, 1300.0]),
    st.sampled_from([0.0] * 6 + [-3600.0, 3600.0, -40.0, 40.0]), st.booleans(),
)  # fmt: skip


@pytest.mark.slow
@plain(200)
@given(st.lists(STEP, max_size=60))
def test_no_ticket_lets_in_twice_whatever_the_clock_does(steps: list[tuple[int, float, float, bool]]) -> None:
    """Sealed by an honest clock, shown again and again; the station's clock jumps, and now and then the agent starts again."""
    door, now, true_s, wrong_s = access(), 0.0, float(START_S), 0.0
    judge, clock = tickets()
    ledger: dict[str, int] = {}
    sealed: list[Ticket] = []
    granted: list[bytes] = []
    for which, waited, jump, restarts in steps:
        now, true_s, wrong_s = now + waited, true_s + waited, wrong_s + jump
        if restarts:
            judge, clock = tickets(true_s + wrong_s, now, ledger)
        at(clock, true_s + wrong_s, now)
        sealed.append(ticket("p-1", int(true_s)))
        shown = sealed[-1 - which % len(sealed)]
        if isinstance(judge.judge(shown, door, now), Granted):
            used = judge.use(shown)
            ledger = {nonce: last for nonce, last in ledger.items() if last > used.last_s - KEEP_S} | {used.nonce: used.last_s}
            judge.recorded()
            granted.append(shown.nonce)
    assert len(set(granted)) == len(granted)


def test_a_full_table_refuses_and_forgets_nobody() -> None:
    judge, _ = tickets()
    door, many = access(), [ticket("p-1", START_S) for _ in range(MOST + 1)]
    for one in many[:MOST]:
        assert isinstance(judge.judge(one, door, 0.0), Granted)
        judge.use(one)
    assert judge.judge(many[MOST], door, 0.0) == Refused(Refusal.TICKETS_FULL)
    assert judge.judge(many[0], door, 0.0) == Refused(Refusal.TICKET_USED)


def test_the_table_empties_by_itself() -> None:
    judge, clock = tickets()
    door = access()
    for minute in range(3 * MOST):
        at(clock, START_S + 60 * minute, 60.0 * minute)
        one = ticket("p-1", START_S + 60 * minute)
        assert isinstance(judge.judge(one, door, 60.0 * minute), Granted)
        judge.use(one)
    assert isinstance(judge.judge(replace(one, nonce=b"another!"), door, 60.0 * minute), Granted)


def test_what_could_not_be_recorded_was_not_used() -> None:
    judge, _ = tickets()
    one, door = ticket("p-1", START_S), access()
    judge.use(one)
    judge.revoke()
    assert isinstance(judge.judge(one, door, 0.0), Granted)
    judge.use(one)
    judge.recorded()
    judge.revoke()
    assert judge.judge(one, door, 0.0) == Refused(Refusal.TICKET_USED)
