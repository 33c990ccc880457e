"""Every fault that can be planted, in the room that has everything: the output is safe, one alarm, words in both languages, and it ends.

The table is tests/scenarios/whole_room.py; a fault without a row fails.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.facts import FaultCleared, FaultCode, FaultRaised, Refusal
from edge.adapters import kiosk_web
from edge.domain import steward_messages as m
from edge.domain.fault_rules import RULES, Clears
from edge.domain.messages import MoreTimeAsked
from edge.domain.screen import Notice
from tests.scenarios.people import AN, enters_by_code
from tests.scenarios.stewards import WU_NUMBER, WU_PIN, acts, cast, maintains
from tests.scenarios.whole_room import ELSEWHERE, ROWS, Row, locked
from twin import faults, first_stock
from twin.grades import whole_room
from twin.station import TwinStation, layout

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
WORDS = Path(kiosk_web.__file__).parent / "static" / "words"
QUICK_S, WHOLE_S = 30, 600
Raised = tuple[FaultCode, str]
Room = Callable[[Row], TwinStation]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """The whole room with An inside, as one row needs it."""
    made: list[TwinStation] = []

    def make(row: Row) -> TwinStation:
        sections = whole_room()
        for name, changed in row.sections.items():
            sections[name] |= changed
        config = layout(**sections)
        stocked = first_stock.enter(config, tmp_path, datetime.now(UTC).date())
        made.append(TwinStation(tmp_path, config))
        first_stock.put(made[-1].world, stocked)
        made[-1].cloud.push_roster(cast())
        made[-1].after(0.1)
        made[-1].let_in(AN)
        made[-1].after(5)
        assert made[-1].screen.visitor and not made[-1].screen.faults, made[-1].screen.faults
        return made[-1]

    yield make
    for bench in made:
        bench.close()


def raised(bench: TwinStation) -> Counter[Raised]:
    return Counter((fact.fault, fact.part) for fact in bench.cloud.of(FaultRaised) if fact.fault is not FaultCode.STOCK_LOW)


def until_raised(bench: TwinStation, row: Row) -> None:
    """Second by second, with somebody who stays at the screen."""
    for _ in range(int(row.within_s)):
        if set(row.raised) <= set(raised(bench)):
            return
        stay(bench, 1)


def stay(bench: TwinStation, seconds: float) -> None:
    """An is at the screen."""
    while seconds > 0:
        bench.post(MoreTimeAsked())
        bench.after(min(60.0, seconds))
        seconds -= 60.0


def release(bench: TwinStation, *mended: Raised) -> None:
    """A steward comes, opens maintenance with the PIN, and says on the spot that it is mended."""
    assert enters_by_code(bench, WU_NUMBER, WU_PIN)
    maintains(bench)
    for fault, part in mended:
        reset = fault is FaultCode.FIRE_RESET_DUE
        acts(bench, m.FireResetAsked() if reset else m.ReleaseAsked(fault, part, "looked at, and mended"), 1.0)


def play(bench: TwinStation, name: str, row: Row, watch_s: float) -> None:
    """From the sound room to the mended one."""
    row.before(bench)
    bench.faults.plant(name, row.target)
    for fault, target in row.also:
        bench.faults.plant(fault, target)
    bench.after(1)
    row.after(bench)
    until_raised(bench, row)
    bench.after(2)
    assert raised(bench) == Counter(row.raised), name
    assert set(row.raised) <= {(view.fault, view.part) for view in bench.screen.faults}, "the screen does not say it"
    unsafe = [number for number, holds in enumerate(row.safe) if not holds(bench)]
    assert not unsafe, f"{name}: not safe: {unsafe}"
    if row.wish:
        bench.post(row.wish)
        bench.after(1)
        assert (bench.screen.notice, bench.screen.reason) == (Notice.NOT_NOW, Refusal.OUT_OF_ORDER)
    stay(bench, watch_s)
    assert raised(bench) == Counter(row.raised), f"{name}: told again within {watch_s} s"
    assert not [number for number, holds in enumerate(row.safe) if not holds(bench)], f"{name}: not safe in the end"
    recover(bench, name, row)


def recover(bench: TwinStation, name: str, row: Row) -> None:
    for fault, target in (*row.also, (name, row.target)):
        bench.faults.clear(fault, target)
    bench.after(row.recovers_s)
    mended = [each for each in (*row.raised, *row.later) if RULES[each[0]].clears is Clears.PERSON]
    if mended:
        release(bench, *mended)
    bench.after(2)
    left = {(view.fault, view.part) for view in bench.screen.faults} & {*row.raised, *row.later}
    assert not left, f"{name}: still there {left}"
    assert raised(bench) == Counter((*row.raised, *row.later))
    assert {(fact.fault, fact.part) for fact in bench.cloud.of(FaultCleared)} >= {*row.raised, *row.later}


@pytest.mark.parametrize("name", ROWS)
def test_a_fault_is_safe_told_once_and_ends(room: Room, name: str) -> None:
    play(room(ROWS[name]), name, ROWS[name], QUICK_S)


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_a_fault_is_not_told_again_for_ten_minutes(room: Room, name: str) -> None:
    play(room(ROWS[name]), name, ROWS[name], WHOLE_S)


def test_every_fault_has_a_row() -> None:
    assert set(ROWS) | set(ELSEWHERE) == set(faults.names()) and not set(ROWS) & set(ELSEWHERE)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_fault_without_a_row_is_planted_elsewhere(name: str) -> None:
    assert f'plant("{name}"' in (ROOT / ELSEWHERE[name]).read_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_and_refusal_of_the_table_has_words(language: str) -> None:
    words = json.loads((WORDS / f"{language}.json").read_text())
    for row in ROWS.values():
        for code, _ in (*row.raised, *row.later):
            assert words[f"fault.{code}"], code
    assert words[f"refusal.{Refusal.OUT_OF_ORDER}.why"] and words[f"refusal.{Refusal.OUT_OF_ORDER}.next"]


def test_the_whole_room_is_well_at_first(room: Room) -> None:
    bench = room(Row(()))
    stay(bench, 60)
    assert not raised(bench) and locked(bench)
