"""A finger in a room that has everything: tiles, the lock of hot water, fridge, queue, power banks, amenities, announcements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract.facts import FaultCode
from edge.domain import messages as m
from edge.domain import room_messages as r
from edge.domain.screen import Announce, FaultView, PartState, Screen
from tests.browser.conftest import Kiosk
from tests.browser.screens import BORROWED, DOOR, FRIDGES, FULL, GROUPS, HELD, POURING, ROOM, TAPS, WAITS, WHOLE
from tests.browser.test_touch import nothing_posted, posted, settle, tap

pytestmark = pytest.mark.browser

HOLD = "[data-tap=hot] .hold"
SAID = "() => { window.said = []; speechSynthesis.speak = (words) => said.push([words.lang, words.text]); speechSynthesis.cancel = () => {}; }"


def opened(page: Any, kiosk: Kiosk, group: str, screen: Screen = WHOLE) -> None:
    """The page of a group, past the guard time."""
    kiosk.show(screen, page)
    settle(page)
    tap(page, f"[data-group={group}]")
    page.clock.run_for(200)
    settle(page)
    assert page.is_visible(f"#{group}")


def finger_down(page: Any, selector: str) -> None:
    box = page.locator(selector).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()


def test_a_tile_opens_its_group_and_back_goes_back(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "power")
    assert page.is_hidden("#home") and page.is_hidden("#water")
    tap(page, "#power .back")
    page.clock.run_for(200)
    assert page.is_visible("#home") and page.is_hidden("#power")
    assert nothing_posted(page, kiosk)


def test_the_second_tap_on_a_tile_presses_nothing_on_the_page_below(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(WHOLE, page)
    settle(page)
    tap(page, "[data-group=water]")
    page.touchscreen.tap(120, 240)
    assert nothing_posted(page, kiosk)


def test_the_next_visitor_begins_at_the_first_page(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "fridge")
    kiosk.show(replace(WHOLE, visit="00000000-2"), page)
    assert page.is_visible("#home")


def test_each_tile_tells_its_state_in_words(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(replace(WHOLE, fridge=FRIDGES["spent"], lending=BORROWED.lending, sockets=HELD.sockets), page)
    told = {tile: page.text_content(f"[data-group={tile}] .state") for tile in ("water", "fridge", "power", "lending")}
    assert told == {"water": "2.6 L left today", "fridge": "Used up today", "power": "Held for you", "lending": "One lent to you"}


def test_little_in_a_room_stands_side_by_side(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(ROOM, page)
    assert page.is_visible("#water") and page.is_visible("#power")
    assert page.is_hidden("#home") and page.is_hidden("#water .back")


def test_hot_water_is_unlocked_by_holding_and_then_chosen(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "water")
    assert page.is_hidden("[data-tap=hot] .portions")
    finger_down(page, HOLD)
    page.clock.run_for(1_490)
    assert nothing_posted(page, kiosk)
    page.clock.run_for(20)
    assert posted(page, kiosk, 1) == [r.HotUnlockAsked("hot")]
    kiosk.show(replace(WHOLE, taps=(TAPS[0], replace(TAPS[1], hot=True, unlocked_until=kiosk.now() + 10))), page)
    page.mouse.up()
    assert len(posted(page, kiosk, 1)) == 1, "the finger that held chooses nothing"
    settle(page)
    assert "10 s" in page.text_content("[data-tap=hot] .state")
    tap(page, "[data-tap=hot] .portion >> nth=0")
    assert posted(page, kiosk, 2)[1] == r.DrinkAsked("hot", 200)
    page.clock.run_for(10_000)
    assert page.is_visible(HOLD) and page.is_hidden("[data-tap=hot] .portions"), "locked again by itself"


def test_letting_go_or_sliding_off_does_not_unlock(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "water")
    tap(page, HOLD)
    page.clock.run_for(2_000)
    finger_down(page, HOLD)
    page.clock.run_for(1_000)
    page.mouse.move(10, 10)
    page.clock.run_for(2_000)
    page.mouse.up()
    assert nothing_posted(page, kiosk)


def test_running_water_takes_the_screen_wherever_one_is(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "lending")
    kiosk.show(replace(WHOLE, taps=POURING.taps), page)
    settle(page)
    assert page.is_hidden("#water .back")
    tap(page, "[data-tap=cold] .pour .stop")
    assert posted(page, kiosk, 1) == [r.DrinkStopped("cold")]


def test_the_fridge_opens_and_asks_to_be_closed(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "fridge")
    assert [page.text_content(f"#fridge .shelf:nth-child({n}) .note") for n in (1, 2, 3)] == [
        "Best before Dec 24, 2026", "Sold out", "Past its date: leave it",
    ]  # fmt: skip
    assert page.text_content("#fridge .cold") == "5 °C inside"
    tap(page, "#fridge .fridge-act button")
    assert posted(page, kiosk, 1) == [r.FridgeAsked()]
    kiosk.show(replace(WHOLE, fridge=FRIDGES["open"]), page)
    assert page.is_hidden("#fridge .fridge-act button")
    assert page.text_content("#fridge .told") == "Then close the door."


def test_an_open_fridge_takes_the_screen_and_is_asked_about_before_leaving(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(replace(WHOLE, fridge=FRIDGES["open"]), page)
    assert page.is_visible("#fridge")
    settle(page)
    tap(page, "#leave")
    assert page.is_visible("#dialog")


@pytest.mark.parametrize(
    ("fridge", "words"),
    [("blocked", "too warm for too long"), ("ajar", "Please close the fridge"), ("empty", "nothing left"), ("spent", "Used up for today")],
)
def test_a_fridge_that_gives_nothing_says_why(page: Any, kiosk: Kiosk, fridge: str, words: str) -> None:
    opened(page, kiosk, "fridge", replace(WHOLE, fridge=FRIDGES[fridge]))
    assert words in page.text_content("#fridge .state")
    assert page.is_hidden("#fridge .fridge-act button")


def test_a_queue_is_joined_and_left(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "power", FULL)
    assert page.text_content("#queue .told") == "2 waiting. At most 1 h 30 min."
    tap(page, "#queue button")
    assert posted(page, kiosk, 1) == [r.QueueAsked()]
    kiosk.show(WAITS, page)
    settle(page)
    assert page.text_content("#queue .told").startswith("You are number 3.")
    tap(page, "#queue button")
    assert posted(page, kiosk, 2)[1] == r.QueueGivenUp()


def test_a_held_socket_is_started_by_who_waited(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "power", HELD)
    assert "Held for you" in page.text_content("[data-socket='4'] .state")
    assert page.is_hidden("#queue")
    tap(page, "[data-socket='4'] button")
    assert posted(page, kiosk, 1) == [r.ChargeAsked("4")]


def test_who_waits_is_called_while_nobody_is_at_the_screen(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(replace(DOOR, waiting=WAITS.waiting), page)
    assert page.text_content("#notice .why").startswith("Visitor B: Socket 2 is yours")


def test_a_power_bank_is_borrowed_and_given_back(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "lending")
    assert page.is_hidden("#lending .side:nth-child(2) button"), "nothing to give back"
    tap(page, "#lending .side:nth-child(1) button")
    assert posted(page, kiosk, 1) == [r.BankAsked()]
    kiosk.show(GROUPS["lending"]["open"], page)
    assert page.text_content("#lending .slot") == "Slot 3"
    kiosk.show(GROUPS["lending"]["late"], page)
    settle(page)
    assert "Overdue by 1 h 20 min" in page.text_content("#lending .side:nth-child(2) .state")
    assert page.is_hidden("#lending .side:nth-child(1) button")
    tap(page, "#lending .side:nth-child(2) button")
    assert posted(page, kiosk, 2)[1] == r.BankReturnAsked()


def test_amenities_start_and_stop_and_say_how_long(page: Any, kiosk: Kiosk) -> None:
    chair = replace(WHOLE.amenities[3], rests_until=kiosk.now() + 90)
    air = replace(WHOLE.amenities[2], until=kiosk.now() + 600)
    opened(page, kiosk, "amenities", replace(WHOLE, amenities=(*WHOLE.amenities[:2], air, chair, WHOLE.amenities[4])))
    assert page.text_content("[data-amenity=air] .state") == "Runs for 10 min more"
    assert page.text_content("[data-amenity=massage] .state") in ("Cooling down: 90 s", "Cooling down: 89 s")
    assert page.is_hidden("[data-amenity=massage] button")
    tap(page, "[data-amenity=microwave] button", "[data-amenity=light] button")
    assert posted(page, kiosk, 2) == [r.AmenityAsked("microwave"), r.AmenityStopped("light")]
    tap(page, "#amenities .pager")
    page.clock.run_for(200)
    assert page.is_visible("[data-amenity=heater]") and page.is_hidden("[data-amenity=air]")


def test_taps_that_wait_for_a_filter_say_so(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "water", GROUPS["water"]["filter"])
    assert "filter is due" in page.text_content("[data-tap=cold] .state")
    assert page.is_hidden("[data-tap=cold] .portions")


def test_water_care_and_the_share_without_the_line_are_shown(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "water")
    assert page.text_content("#water .aside") == "Water tested Nov 2, 2026: passed · Filter: 60 days left"
    kiosk.show(replace(WHOLE, connected=False), page)
    assert page.text_content("#water .aside").endswith("Offline: up to 600 ml here")


# ---- announcements


def test_fire_is_all_there_is_in_both_languages(page: Any, kiosk: Kiosk) -> None:
    page.evaluate(SAID)
    kiosk.show(replace(WHOLE, announce=Announce.FIRE), page)
    lines = page.locator("#fire .title").all_text_contents()
    assert any("火警" in line for line in lines) and any("Leave now" in line for line in lines)
    assert page.evaluate("[...document.querySelectorAll('button')].filter((b) => b.checkVisibility() && !b.closest('[inert]')).length") == 0
    assert [language for language, _ in page.evaluate("said")] == ["zh-CN", "en"]


def test_close_the_door_is_said_again_each_15_s_and_ends_with_its_cause(page: Any, kiosk: Kiosk) -> None:
    page.evaluate(SAID)
    held = replace(WHOLE, announce=Announce.CLOSE_DOOR)
    kiosk.show(held, page)
    assert page.text_content("#announce") == "Please close the door."
    kiosk.wait(14, page)
    assert len(page.evaluate("said")) == 1
    kiosk.wait(2, page)
    assert page.evaluate("said") == [["en", "Please close the door."]] * 2
    kiosk.show(WHOLE, page)
    assert page.is_hidden("#announce")
    page.clock.run_for(10_000)
    assert len(page.evaluate("said")) == 2


def test_what_follows_a_fire_is_said_once_and_a_steward_can_type(page: Any, kiosk: Kiosk) -> None:
    page.evaluate(SAID)
    over = replace(DOOR, face=False, code=False, announce=Announce.FIRE_OVER, faults=(FaultView(FaultCode.FIRE_RESET_DUE, ""),))
    kiosk.show(over, page)
    kiosk.wait(40, page)
    assert len(page.evaluate("said")) == 1
    assert page.is_visible("#keys")
    tap(page, "#language")
    page.clock.run_for(300)
    assert [language for language, _ in page.evaluate("said")] == ["en", "zh-CN"]


def test_i_am_well_is_one_button(page: Any, kiosk: Kiosk) -> None:
    kiosk.wait(62, page)
    assert page.is_visible("#sleep")
    kiosk.show(replace(DOOR, announce=Announce.WELFARE), page)
    assert page.is_hidden("#sleep") and page.is_visible("#welfare")
    settle(page)
    tap(page, "#welfare-yes")
    assert posted(page, kiosk, 1) == [m.MoreTimeAsked()]


def test_all_that_is_out_of_order_has_no_button(page: Any, kiosk: Kiosk) -> None:
    opened(page, kiosk, "power", GROUPS["power"]["broken"])
    assert "can not be switched off" in page.text_content("[data-socket='1'] .state")
    assert page.locator(".socket button:visible").count() == 0
    assert {socket.state for socket in GROUPS["power"]["broken"].sockets} == {PartState.OUT_OF_ORDER}
