"""A finger's way through notice, consent, age, images, "my data" and "forget my face", in both languages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from contract.consent import EnrolProblem
from edge.domain.face_messages import ConsentAnswered, EnrolStopAsked, ForgetAsked
from edge.domain.own_view import FaceStep
from edge.domain.sight import FaceHint
from tests.browser.conftest import Kiosk
from tests.browser.screens import KEPT, OWN, owned
from tests.browser.test_layout import MEASURE
from tests.browser.test_touch import posted, tap

pytestmark = pytest.mark.browser
SIZES = ((800, 480), (800, 1280))
YES, NO = "#own .choices button:nth-child(1)", "#own .choices button:nth-child(2)"


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def page(chromium: Any, kiosk: Kiosk, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page on which somebody stands in the room."""
    width, height = request.param
    page = chromium.new_page(viewport={"width": width, "height": height}, has_touch=True)
    page.clock.install()
    page.goto(kiosk.web.url)
    kiosk.show(owned(OWN), page)
    settle(page)
    yield page
    page.close()


def settle(page: Any) -> None:
    """Let the guard time and a tick pass."""
    page.clock.run_for(700)


def press(page: Any, selector: str) -> None:
    tap(page, selector)
    settle(page)


def title(page: Any) -> str:
    text: str = page.locator("#own .title").inner_text()
    return text


def well(page: Any) -> list[str]:
    """Faults of the layout, apart from the notice, which is long and scrolls."""
    return [fault for fault in page.evaluate(MEASURE) if "reading" not in fault]


def answers_have_one_size(page: Any) -> bool:
    yes, no = page.locator(YES).bounding_box(), page.locator(NO).bounding_box()
    return abs(yes["width"] - no["width"]) <= 1 and abs(yes["height"] - no["height"]) <= 1


def test_a_visitor_reads_agrees_and_is_enrolled(kiosk: Kiosk, page: Any) -> None:
    press(page, "#own-open")
    assert page.locator("#own .reading").inner_text().count("\n") > 10, "the notice in full"
    assert "{" not in page.locator("#own").inner_text()
    assert answers_have_one_size(page)
    press(page, YES)
    assert title(page) == "Are you 16 or older?"
    assert answers_have_one_size(page)
    assert kiosk.posted == [], "nothing is said before both answers"
    press(page, YES)
    assert posted(page, kiosk, 1) == [ConsentAnswered(True, True, OWN.notice, "en")]
    kiosk.show(replace(owned(replace(OWN, step=FaceStep.CAPTURE, good=2, wanted=5)), hint=FaceHint.CLOSER), page)
    settle(page)
    assert title(page) == "Come a little closer"
    assert page.locator("#own .count").inner_text() == "2 of 5 good pictures"
    assert page.locator("#own canvas").is_visible(), "people see whom the camera sees"
    kiosk.show(owned(replace(KEPT, step=FaceStep.DONE)), page)
    settle(page)
    assert title(page) == "Done"
    assert well(page) == []
    press(page, NO)
    assert "2026-11-21" in page.locator("#own").inner_text()
    press(page, NO)
    assert not page.locator("#own").is_visible()
    assert page.locator("#own-open").inner_text() == "My data"


def test_a_no_is_said_once_and_closes(kiosk: Kiosk, page: Any) -> None:
    press(page, "#own-open")
    press(page, NO)
    assert posted(page, kiosk, 1) == [ConsentAnswered(False, True, OWN.notice, "en")]
    assert not page.locator("#own").is_visible()


def test_who_is_too_young_is_told(kiosk: Kiosk, page: Any) -> None:
    for selector in ("#own-open", YES, NO):
        press(page, selector)
    assert posted(page, kiosk, 1) == [ConsentAnswered(True, False, OWN.notice, "en")]
    kiosk.show(owned(replace(OWN, ask=False, step=FaceStep.FAILED, problem=EnrolProblem.UNDER_AGE)), page)
    settle(page)
    assert title(page) == "Nothing was kept"
    assert not page.locator(YES).is_visible(), "no second try"


def test_capture_can_be_stopped(kiosk: Kiosk, page: Any) -> None:
    for selector in ("#own-open", YES, YES):
        press(page, selector)
    kiosk.show(owned(replace(OWN, step=FaceStep.CAPTURE)), page)
    settle(page)
    press(page, NO)
    assert posted(page, kiosk, 2)[-1] == EnrolStopAsked()


def test_my_data_and_forgetting_in_chinese(kiosk: Kiosk, page: Any) -> None:
    press(page, "#language")
    kiosk.show(owned(replace(KEPT, shared=(("st-2", "2026-11-25"),), came=("st-9", "2026-11-20"))), page)
    settle(page)
    press(page, "#own-open")
    shown = page.locator("#own").inner_text()
    assert all(word in shown for word in ("我的数据", "没有照片", "2026-11-28", KEPT.agreed_notice))
    assert all(word in shown for word in ("st-2", "2026-11-25", "st-9", "2026-11-20"))
    assert well(page) == []
    press(page, YES)
    assert title(page) == "现在删除您的人脸吗？"
    assert "其他驿站的副本" in page.locator("#own").inner_text()
    assert answers_have_one_size(page)
    press(page, YES)
    assert posted(page, kiosk, 1) == [ForgetAsked()]
    kiosk.show(owned(replace(OWN, ask=False, step=FaceStep.FORGOTTEN, standing="withdrawn", said_on="2026-11-21", receipt="c0ffee" * 5)), page)
    settle(page)
    assert "c0ffee" * 5 in page.locator("#own").inner_text()
    assert well(page) == []


@pytest.mark.parametrize("problem", EnrolProblem)
def test_each_problem_is_told_in_words_that_fit(kiosk: Kiosk, page: Any, problem: EnrolProblem) -> None:
    for selector in ("#own-open", YES, YES):
        press(page, selector)
    kiosk.show(owned(replace(OWN, step=FaceStep.FAILED, problem=problem)), page)
    settle(page)
    assert page.locator("#own .reading").inner_text().strip()
    assert well(page) == []


def test_the_next_visitor_finds_the_page_closed(kiosk: Kiosk, page: Any) -> None:
    press(page, "#own-open")
    kiosk.show(replace(owned(KEPT), visit="00000000-2"), page)
    settle(page)
    assert not page.locator("#own").is_visible()
