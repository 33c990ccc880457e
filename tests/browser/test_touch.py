"""What a finger does on the page: codes, the guards against touches that nobody meant, sleep, warning, a lost station."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from contract.facts import Refusal
from edge.domain import messages as m
from edge.domain import room_messages as r
from edge.domain.screen import Notice, PartState
from edge.domain.sight import FaceHint
from tests.browser.conftest import Kiosk
from tests.browser.screens import DOOR, POURING, ROOM, TAPS, noticed

pytestmark = pytest.mark.browser

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")
GUARD_MS = 400
GREY = cv2.imencode(".jpg", np.full((48, 64, 3), 120, np.uint8))[1].tobytes()


def settle(page: Any) -> None:
    """Let the guard time after a change of the screen pass."""
    page.clock.run_for(GUARD_MS + 10)


def tap(page: Any, *selectors: str) -> None:
    """Finger down and up on each, where it is: nothing waits until the page is ready for it."""
    for selector in selectors:
        box = page.locator(selector).bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def keys(digits: str) -> list[str]:
    return [f"[data-key='{digit}']" for digit in digits]


def posted(page: Any, kiosk: Kiosk, count: int) -> list[m.Input]:
    """What the station got, once it is so many; a round trip of the page's own settles the order."""
    for _ in range(50):
        if len(kiosk.posted) >= count:
            break
        page.evaluate("fetch('/api/screen').then((answer) => answer.text())")
    return kiosk.posted


def nothing_posted(page: Any, kiosk: Kiosk) -> bool:
    """True when nothing came, after some round trips of the page."""
    for _ in range(5):
        page.evaluate("fetch('/api/screen').then((answer) => answer.text())")
    return kiosk.posted == []


def test_a_code_is_typed_and_posted(page: Any, kiosk: Kiosk) -> None:
    settle(page)
    tap(page, *keys("1204"), "#enter", *keys("73"), "[data-key=delete]", *keys("459"))
    assert page.text_content("#number .value") == "1204"
    assert page.text_content("#pin .value") == "••••"
    assert "7459" not in page.content()
    assert page.text_content("#enter") == "Open"
    tap(page, "#enter")
    assert posted(page, kiosk, 1) == [m.CodeTyped("1204", "7459")]
    assert page.text_content("#number .value") == page.text_content("#pin .value") == ""


def test_a_pin_is_shown_only_on_request_and_a_keyboard_works_too(page: Any, kiosk: Kiosk) -> None:
    settle(page)
    page.keyboard.type("1204")
    page.keyboard.press("Enter")
    page.keyboard.type("7459")
    tap(page, "#reveal")
    assert page.text_content("#pin .value") == "7459"
    tap(page, "#reveal")
    assert page.text_content("#pin .value") == "••••"
    tap(page, "[data-key=clear]")
    assert page.text_content("#pin .value") == page.text_content("#number .value") == ""


def test_half_a_code_is_forgotten(page: Any, kiosk: Kiosk) -> None:
    settle(page)
    tap(page, *keys("1204"))
    kiosk.wait(29, page)
    assert page.text_content("#number .value") == "1204"
    page.clock.run_for(2_000)
    assert page.text_content("#number .value") == ""


def test_the_first_touch_after_sleep_only_wakes(page: Any, kiosk: Kiosk) -> None:
    kiosk.wait(58, page)
    assert page.is_hidden("#sleep")
    page.clock.run_for(3_000)
    assert page.is_visible("#sleep")
    settle(page)
    assert page.evaluate(MEASURE) == []
    tap(page, "[data-key='5']")
    assert page.is_visible("#sleep") or page.text_content("#number .value") == ""
    page.clock.run_for(GUARD_MS - 10)
    assert page.is_hidden("#sleep")
    tap(page, "[data-key='5']")
    assert page.text_content("#number .value") == ""
    page.clock.run_for(20)
    tap(page, "[data-key='5']")
    assert page.text_content("#number .value") == "5"


def test_a_face_or_a_message_wakes_the_screen(page: Any, kiosk: Kiosk) -> None:
    for awakening in (replace(DOOR, hint=FaceHint.CLOSER), noticed(DOOR, Notice.REFUSED, Refusal.NOT_SURE)):
        kiosk.show(DOOR, page)
        kiosk.wait(62, page)
        assert page.is_visible("#sleep")
        kiosk.show(awakening, page)
        assert page.is_hidden("#sleep")


def test_touches_within_400_ms_of_a_change_do_nothing(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(ROOM, page)
    portion = "[data-tap=cold] .portion"
    box = page.locator(portion).first.bounding_box()
    where = box["x"] + 10, box["y"] + 10
    page.touchscreen.tap(*where)
    page.clock.run_for(GUARD_MS - 1)
    page.touchscreen.tap(*where)
    assert nothing_posted(page, kiosk)
    page.clock.run_for(1)
    page.touchscreen.tap(*where)
    assert posted(page, kiosk, 1) == [r.DrinkAsked("cold", 200)]


def test_a_second_tap_on_a_portion_does_not_stop_the_pour(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(ROOM, page)
    settle(page)
    kiosk.show(POURING, page)
    stop = "[data-tap=cold] .pour .stop"
    tap(page, stop)
    assert nothing_posted(page, kiosk)
    settle(page)
    tap(page, stop)
    assert posted(page, kiosk, 1) == [r.DrinkStopped("cold")]


def test_a_finger_that_went_down_too_early_does_nothing_when_it_comes_up(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(ROOM, page)
    box = page.locator("#leave").bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    settle(page)
    page.mouse.up()
    assert nothing_posted(page, kiosk)


def test_sockets_start_and_stop(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(ROOM, page)
    settle(page)
    tap(page, "[data-socket='2'] button")
    assert posted(page, kiosk, 1) == [r.ChargeAsked("2")]
    kiosk.show(POURING, page)
    settle(page)
    assert page.text_content("[data-socket='1'] .reading") == "62 W · 34:14 · 12 Wh"
    tap(page, "[data-socket='1'] button")
    assert posted(page, kiosk, 2)[1] == r.ChargeStopped("1")


def test_anybody_may_stop_water_that_runs(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(replace(ROOM, taps=(replace(TAPS[0], state=PartState.TAKEN), TAPS[1])), page)
    settle(page)
    tap(page, "[data-tap=cold] .stop.wide")
    assert posted(page, kiosk, 1) == [r.DrinkStopped("cold")]


def test_leaving_asks_only_while_something_runs(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(POURING, page)
    settle(page)
    tap(page, "#leave")
    assert page.is_visible("#dialog")
    settle(page)
    tap(page, "#dialog-yes")
    assert page.is_hidden("#dialog")
    assert nothing_posted(page, kiosk)
    kiosk.show(ROOM, page)
    settle(page)
    tap(page, "#leave")
    assert posted(page, kiosk, 1) == [m.LeaveAsked()]


def test_the_warning_counts_down_and_gives_more_time(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(replace(ROOM, forgets_at=kiosk.now() + 20), page)
    assert page.is_visible("#dialog")
    first = int(page.text_content("#dialog-count").split()[0])
    page.clock.run_for(5_000)
    assert int(page.text_content("#dialog-count").split()[0]) == first - 5 and first in (19, 20)
    assert page.evaluate("document.activeElement.id") == "dialog-yes"
    tap(page, "#dialog-yes")
    assert posted(page, kiosk, 1) == [m.MoreTimeAsked()]
    kiosk.show(ROOM, page)
    assert page.is_hidden("#dialog")


def test_a_message_goes_when_its_time_is_over(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(replace(noticed(DOOR, Notice.REFUSED, Refusal.FULL), notice_until=kiosk.now() + 8), page)
    assert "The station is full." in page.text_content("#notice")
    assert page.get_attribute("#notice", "aria-live") == "assertive"
    page.clock.run_for(8_100)
    assert "green button" in page.text_content("#notice")


def test_the_language_changes_at_once_and_goes_back_after_sleep(page: Any, kiosk: Kiosk) -> None:
    settle(page)
    tap(page, "#language")
    page.clock.run_for(10)
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.text_content("#face-title").strip() == "看摄像头"
    kiosk.wait(61, page)
    assert page.get_attribute("html", "lang") == "en"


def test_a_name_with_markup_is_only_text(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(replace(ROOM, visitor="<img src=x onerror=alert(1)>"), page)
    assert "<img src=x" in page.text_content("#title")
    assert page.locator("#title img").count() == 0


def test_a_lost_station_is_told_and_nothing_can_be_pressed(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(ROOM, page)
    settle(page)
    kiosk.web.stop()
    page.wait_for_function("navigator.onLine")  # a turn of the loop, so that the browser hears of it
    for _ in range(40):
        page.clock.run_for(500)
        if page.is_visible("#stale"):
            break
    assert page.is_visible("#stale")
    assert "not connected to the station" in page.text_content("#stale")
    assert page.evaluate("['room', 'foot'].every((id) => document.getElementById(id).inert)")
    settle(page)
    assert page.evaluate(MEASURE) == []


def test_the_preview_is_live_and_its_end_is_seen(page: Any, kiosk: Kiosk) -> None:
    assert page.is_visible("#no-picture")
    kiosk.picture = GREY
    for _ in range(40):
        page.clock.run_for(500)
        page.evaluate("fetch('/api/screen').then((answer) => answer.text())")
        if page.is_visible("#preview"):
            break
    assert page.is_visible("#preview")
    kiosk.picture = None
    for _ in range(40):
        page.clock.run_for(100)
        page.evaluate("fetch('/api/screen').then((answer) => answer.text())")
        if page.is_hidden("#preview"):
            break
    assert page.is_visible("#no-picture")
