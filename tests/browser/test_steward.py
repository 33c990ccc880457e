"""A steward's finger: maintenance by PIN, each act, counting without a keyboard, and nothing of it for visitors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract.facts import FaultCode, Refusal
from contract.steward import StewardAct
from edge.domain import room_messages as r
from edge.domain import steward_messages as s
from edge.domain.screen import Notice
from tests.browser.conftest import Kiosk
from tests.browser.screens import ASKED, MAINTAINED, STEWARD, STOCK, TAPS, WHOLE, noticed
from tests.browser.test_room import finger_down
from tests.browser.test_touch import nothing_posted, posted, settle, tap

pytestmark = pytest.mark.browser

ACTS = list(StewardAct)


def press(page: Any, *selectors: str) -> None:
    """Each past the guard time of what it changes."""
    for selector in selectors:
        tap(page, selector)
        page.clock.run_for(200)
        settle(page)


def choice(number: int) -> str:
    return f".acts .act:nth-child({number})"


def maintained(page: Any, kiosk: Kiosk, *presses: str) -> None:
    kiosk.show(MAINTAINED, page)
    settle(page)
    press(page, "#maintenance", *presses)


def act(which: StewardAct) -> str:
    return choice(ACTS.index(which) + 1)


def test_a_visitor_sees_nothing_of_maintenance(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(WHOLE, page)
    assert page.is_hidden("#maintenance") and page.is_hidden("#steward")


def test_the_pin_is_asked_for_typed_and_forgotten(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(STEWARD, page)
    settle(page)
    press(page, "#maintenance")
    assert posted(page, kiosk, 1) == [s.MaintenanceAsked()]
    kiosk.show(ASKED, page)
    press(page, *(f"[data-pin-key='{key}']" for key in ("2", "4", "9", "delete", "6", "8")))
    assert page.text_content(".pin-pad .value") == "••••" and "2468" not in page.content()
    press(page, ".pin-pad .main")
    assert posted(page, kiosk, 2)[1] == s.MaintenancePin("2468")
    assert page.text_content(".pin-pad .value") == ""
    kiosk.show(MAINTAINED, page)
    assert page.is_visible(".acts") and page.is_hidden(".pin-pad")


def test_a_question_that_is_over_closes_the_keys(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(ASKED, page)
    settle(page)
    press(page, "#maintenance")
    page.clock.run_for(2_000)
    kiosk.show(STEWARD, page)
    assert page.is_visible("#room") and page.is_hidden("#steward")


def test_the_end_of_maintenance_closes_its_pages(page: Any, kiosk: Kiosk) -> None:
    maintained(page, kiosk, act(StewardAct.CLEANED))
    kiosk.show(noticed(STEWARD, Notice.MAINTENANCE_OVER), page)
    assert page.is_visible("#room") and page.is_hidden("#steward")


def test_it_is_ended_by_hand(page: Any, kiosk: Kiosk) -> None:
    maintained(page, kiosk, "#steward-end")
    assert posted(page, kiosk, 1) == [s.MaintenanceStopped()]
    assert page.is_visible("#room")


SIMPLE: list[tuple[StewardAct, int, s.StewardAsk]] = [
    (StewardAct.CLEANED, 1, s.PartCleaned("room")),
    (StewardAct.OPEN_FRIDGE, 1, s.FridgeServiceAsked()),
    (StewardAct.OPEN_SLOT, 2, s.SlotServiceAsked("2")),
    (StewardAct.TEST_VALVE, 1, s.ValveTestAsked("cold")),
    (StewardAct.FILTER_CHANGED, 1, s.FilterRenewed()),
    (StewardAct.WATER_TESTED, 1, s.WaterJudged(True)),
    (StewardAct.WATER_TESTED, 2, s.WaterJudged(False)),
    (StewardAct.DRIP_EMPTIED, 1, s.DripEmptied()),
    (StewardAct.FIRE_RESET, 1, s.FireResetAsked()),
]


@pytest.mark.parametrize(("which", "number", "meant"), SIMPLE)
def test_an_act_takes_two_deliberate_touches(page: Any, kiosk: Kiosk, which: StewardAct, number: int, meant: s.StewardAsk) -> None:
    maintained(page, kiosk, act(which))
    assert nothing_posted(page, kiosk)
    press(page, choice(number))
    assert posted(page, kiosk, 1) == [meant]


def test_hot_water_is_unlocked_before_its_valve_is_tested(page: Any, kiosk: Kiosk) -> None:
    maintained(page, kiosk, act(StewardAct.TEST_VALVE), choice(2))
    finger_down(page, "#steward > .hold")
    page.clock.run_for(1_600)
    page.mouse.up()
    assert posted(page, kiosk, 1) == [r.HotUnlockAsked("hot")]
    kiosk.show(replace(MAINTAINED, taps=(TAPS[0], replace(TAPS[1], hot=True, unlocked_until=kiosk.now() + 10))), page)
    page.clock.run_for(200)
    settle(page)
    press(page, choice(2))
    assert posted(page, kiosk, 2)[1] == s.ValveTestAsked("hot")


def test_a_fault_is_released_with_a_ready_reason(page: Any, kiosk: Kiosk) -> None:
    maintained(page, kiosk, act(StewardAct.RELEASE_FAULT))
    assert page.text_content(f"{choice(1)} .label").startswith("Cold water: Water leaks here")
    press(page, choice(1), choice(2))
    assert posted(page, kiosk, 1) == [s.ReleaseAsked(FaultCode.LEAK, "cold", "Repaired")]


def test_a_shelf_is_counted_by_steps_and_its_lot_typed(page: Any, kiosk: Kiosk) -> None:
    maintained(page, kiosk, act(StewardAct.RESTOCK), choice(2))
    assert "Before 0, now" in page.text_content(".counting")
    count, days = ".counting .row:nth-child(1)", ".counting .row:nth-child(2)"
    press(page, f"{count} [data-step='10']", f"{count} [data-step='-1']", f"{count} [data-step='-10']", f"{count} [data-step='10']")
    press(page, f"{days} [data-step='30']", f"{days} [data-step='-1']")
    press(page, ".counting .field", *(f"[data-lot-key='{key}']" for key in "-B4"), ".pad .main", ".form .main")
    assert posted(page, kiosk, 1) == [s.ShelfCounted("middle", 10, "T77-B4", "2027-01-22")]
    assert page.is_visible(".acts"), "back to the list"


def test_what_is_counted_stays_while_the_station_tells_news(page: Any, kiosk: Kiosk) -> None:
    maintained(page, kiosk, act(StewardAct.RESTOCK), choice(1))
    press(page, ".counting [data-step='-10']")
    kiosk.show(replace(MAINTAINED, door="open"), page)
    assert page.text_content(".counting .row:nth-child(1) .value") == "2"


def test_what_the_station_answers_is_in_the_strip(page: Any, kiosk: Kiosk) -> None:
    maintained(page, kiosk)
    kiosk.show(noticed(MAINTAINED, Notice.NOT_NOW, Refusal.STILL_SO), page)
    assert "It is still wrong." in page.text_content("#notice")


def test_the_time_that_is_left_counts_down(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(replace(MAINTAINED, steward=replace(STOCK, until=kiosk.now() + 65)), page)
    settle(page)
    press(page, "#maintenance")
    first = int(page.text_content("#steward .left").split()[0])
    page.clock.run_for(5_000)
    assert int(page.text_content("#steward .left").split()[0]) == first - 5


def test_back_leaves_maintenance_on(page: Any, kiosk: Kiosk) -> None:
    maintained(page, kiosk, act(StewardAct.CLEANED), "#steward .back", "#steward .back")
    assert page.is_visible("#room") and nothing_posted(page, kiosk)
    press(page, "#maintenance")
    assert page.is_visible(".acts") and nothing_posted(page, kiosk)
