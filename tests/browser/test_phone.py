"""The phone page on a small telephone: signing in, a code that a camera can read, the next one in time, and words when there is no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cloud.app import wall_ms
from contract.roster import Entitlement
from contract.ticket import LIFE_S, Ticket, unseal
from tests.cloud_parts import Bench, bench
from tests.integration.test_cloud_console import served

pytestmark = pytest.mark.browser

SMALL = {"width": 360, "height": 640}
FAULTS = """() => {
  const faults = [], seen = (node) => node.checkVisibility();
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`page is ${document.documentElement.scrollWidth} wide`);
  for (const node of document.querySelectorAll("button, input")) {
    const box = node.getBoundingClientRect();
    if (seen(node) && Math.min(box.width, box.height) < 60) faults.push(`target ${node.id}: ${box.width}x${box.height}`);
  }
  for (const node of document.querySelectorAll("p, label, h1, button, input")) {
    const style = getComputedStyle(node);
    if (seen(node) && parseFloat(style.fontSize) < 18) faults.push(`text ${node.id || node.dataset.t}: ${style.fontSize}`);
    if (seen(node) && node.tagName === "P" && parseFloat(style.lineHeight) / parseFloat(style.fontSize) < 1.299) faults.push(`lines of ${node.id}`);
  }
  return faults;
}"""


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Bench]:
    one = bench(tmp_path)
    one.clock.ms = wall_ms()
    one.cloud.people.put("p-an", number="1001", pin="2468", label=None, entitlement=Entitlement())
    yield one


@pytest.fixture
def page(chromium: Any, cloud: Bench) -> Iterator[Any]:
    """360x640, English, its clock under the test's hand; an error of the page is an error of the test."""
    context = chromium.new_context(viewport=SMALL, has_touch=True, locale="en-GB", device_scale_factor=2)
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    page.clock.install()
    with served(cloud) as url:
        page.goto(f"{url}phone")
        page.wait_for_selector("#number:visible")
        yield page
        context.close()
    assert errors == []


def sign_in(page: Any, pin: str = "2468") -> None:
    page.fill("#number", "1001")
    page.fill("#pin", pin)
    page.click("#enter")


def shown(page: Any, cloud: Bench) -> Ticket:
    """What a camera reads from the screen."""
    page.wait_for_selector("#code:visible")
    picture = cv2.imdecode(np.frombuffer(page.locator("#code").screenshot(), np.uint8), cv2.IMREAD_COLOR)
    roster = cloud.cloud.people.roster()
    assert roster
    return unseal(read(picture), roster.ticket_keys)


def read(picture: Any) -> str:
    """The text, as soon as one view has it. OpenCV misses 3 codes in 100 from a picture that stands perfectly straight, which no hand
    that holds a telephone does; of 1,500 codes none was missed in all six views."""
    height, width = picture.shape[:2]
    for degrees, size in ((0, 1.0), (3, 0.6), (-4, 0.5), (7, 0.7), (-9, 0.55), (5, 0.8)):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, size)
        view = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_AREA, borderValue=(255, 255, 255))
        if text := cv2.QRCodeDetector().detectAndDecode(view)[0]:
            return str(text)
    raise AssertionError("no view of the code could be read")


def another_than(page: Any, before: str) -> str:
    """The picture after this one."""
    page.wait_for_function("before => document.getElementById('code').src !== before", arg=before)
    return str(page.get_attribute("#code", "src"))


def picture(page: Any) -> str:
    page.wait_for_selector("#code:visible")
    return str(page.get_attribute("#code", "src"))


def test_a_worker_signs_in_and_shows_a_code_that_a_camera_reads(page: Any, cloud: Bench) -> None:
    assert page.evaluate(FAULTS) == []
    sign_in(page)
    ticket = shown(page, cloud)
    assert (ticket.person, ticket.issued_at) == ("p-an", cloud.clock.ms // 1000)
    assert page.evaluate(FAULTS) == []
    code, count = page.locator("#code").bounding_box(), page.locator("#count").bounding_box()
    assert code["width"] == code["height"] >= 320
    assert count["y"] + count["height"] <= SMALL["height"], "code and countdown need no scrolling"
    assert page.input_value("#pin") == "", "the PIN does not stay in the page"
    assert "kiosk_phone" not in page.evaluate("document.cookie"), "scripts cannot read the session"


def test_a_new_code_comes_when_the_time_is_over(page: Any, cloud: Bench) -> None:
    sign_in(page)
    before = picture(page)
    page.clock.run_for(10_000)
    assert 18 <= int("".join(filter(str.isdigit, page.text_content("#count")))) <= 20
    assert picture(page) == before
    cloud.clock.ms += LIFE_S * 1000
    page.clock.run_for((LIFE_S - 9) * 1000)
    another_than(page, before)
    assert shown(page, cloud).issued_at == cloud.clock.ms // 1000


def test_a_finger_asks_for_another_code(page: Any) -> None:
    sign_in(page)
    before = picture(page)
    page.tap("#again")
    another_than(page, before)


def test_a_page_that_was_put_away_never_shows_a_code_that_is_over(page: Any, cloud: Bench) -> None:
    """The telephone slept: its wall clock went on, the page's timers did not."""
    sign_in(page)
    before = picture(page)
    cloud.clock.ms += 3_600_000
    page.clock.fast_forward(3_600_000)
    another_than(page, before)
    assert shown(page, cloud).issued_at == cloud.clock.ms // 1000


def test_a_wrong_pin_is_told_without_saying_which_is_wrong(page: Any) -> None:
    sign_in(page, "0000")
    page.wait_for_function("() => document.getElementById('said').textContent")
    assert page.text_content("#said") == "Number and PIN do not match. Check both and type them again."
    assert page.is_hidden("#ticket")


def test_too_many_tries_are_told_with_how_long_to_wait(page: Any) -> None:
    for _ in range(6):
        sign_in(page, "0000")
        page.wait_for_function("() => !document.getElementById('enter').disabled && document.getElementById('pin').value === ''")
    assert page.text_content("#said") == "Too many tries: wait 15 min. You can still use your number and PIN at the door."


def test_without_a_network_the_page_sends_to_the_door(page: Any, cloud: Bench) -> None:
    sign_in(page)
    before = picture(page)
    page.context.set_offline(True)
    cloud.clock.ms += LIFE_S * 1000
    page.clock.run_for((LIFE_S + 1) * 1000)
    page.wait_for_function("() => document.getElementById('none').textContent.startsWith('No connection')")
    assert page.is_hidden("#code"), "a code that is over is not shown"
    assert "number and PIN at the door" in page.text_content("#none")
    page.context.set_offline(False)
    page.clock.run_for(6_000)
    another_than(page, before)
    page.wait_for_selector("#code:visible")


def test_signing_out_takes_the_code_away(page: Any) -> None:
    sign_in(page)
    picture(page)
    page.tap("#leave")
    page.wait_for_selector("#number:visible")
    assert page.get_attribute("#code", "src") is None
    page.reload()
    page.wait_for_selector("#number:visible")


def test_it_speaks_chinese(page: Any) -> None:
    page.tap("#language")
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.text_content("#enter") == "显示我的二维码"
    sign_in(page)
    picture(page)
    assert page.text_content("#again") == "换一个"
    assert page.evaluate(FAULTS) == []


def test_the_address_may_name_one_station(page: Any, cloud: Bench) -> None:
    page.goto(page.url + "?station=st-7")
    page.wait_for_selector("#number:visible")
    sign_in(page)
    assert shown(page, cloud).station == "st-7"
