"""What is asked after a face: the movements of the challenge, the digits of a phone number, the PIN."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.facts import FaultCode, Refusal
from edge.domain import messages as m
from edge.domain.screen import AskView, ChallengeView, FaultView, Notice, Screen
from edge.domain.sight import FaceHint
from tests.browser.conftest import Kiosk
from tests.browser.screens import DOOR, ROOM, noticed
from tests.browser.test_touch import keys, nothing_posted, posted, settle, tap

pytestmark = pytest.mark.browser

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")
TURNS = {
    "left": ("turn-left", "Turn your head to the left"), "right": ("turn-right", "Turn your head to the right"),
    "nod": ("turn-nod", "Nod: chin up and down"), "front": ("turn-front", "Look straight here"),
}  # fmt: skip
SMALLEST_PX = 60


def challenge(kiosk: Kiosk, turn: str = "left", done: int = 0, left_s: float = 6.0) -> Screen:
    return replace(DOOR, challenge=ChallengeView(turn, f"challenge.{turn}", done, 2, kiosk.now() + left_s))


def asks(kiosk: Kiosk, what: str, left_s: float = 30.0) -> Screen:
    return replace(noticed(DOOR, Notice.REFUSED, Refusal.NOT_SURE), ask=AskView(what, kiosk.now() + left_s))


def targets(page: Any) -> dict[str, tuple[float, float]]:
    """Everything that can be pressed now: name -> width and height in px."""
    found: dict[str, tuple[float, float]] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('button')]"
        ".filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest('[inert]'))"
        ".map((node) => [node.id || node.dataset.key, [node.getBoundingClientRect().width, node.getBoundingClientRect().height]]))"
    )
    return found


def seconds(page: Any) -> int:
    """That are left to type, as the heading says."""
    return int(page.text_content("#code-words").split(": ")[1].split()[0])


# ---- the challenge


@pytest.mark.parametrize("turn", TURNS)
def test_each_movement_is_asked_in_words_and_as_a_picture(page: Any, kiosk: Kiosk, turn: str) -> None:
    kiosk.show(challenge(kiosk, turn), page)
    picture, words = TURNS[turn]
    assert page.is_visible("#challenge")
    assert page.text_content("#challenge-title") == words
    assert page.get_attribute("#challenge use", "href").endswith(f"#{picture}")
    box = page.locator("#challenge .icon").bounding_box()
    assert min(box["width"], box["height"]) >= SMALLEST_PX
    assert page.evaluate("document.querySelector('#challenge use').getBBox().width") > 0, "the picture is there"
    assert page.get_attribute("#challenge-title", "aria-live") == "assertive"


def test_the_step_and_the_seconds_are_told(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(challenge(kiosk, "nod", done=1), page)
    assert page.text_content("#challenge-text").startswith("Step 2 of 2")
    first = int(page.text_content("#challenge-count").split()[0])
    page.clock.run_for(2_000)
    assert first in (5, 6) and int(page.text_content("#challenge-count").split()[0]) == first - 2


def test_everything_in_the_challenge_is_large_enough_for_a_finger(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(challenge(kiosk), page)
    found = targets(page)
    assert "challenge-code" in found and "1" not in found, "what lies under it can not be pressed"
    assert min(min(size) for size in found.values()) >= SMALLEST_PX
    assert page.evaluate(MEASURE) == []


def test_a_code_can_be_typed_instead(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(challenge(kiosk), page)
    settle(page)
    tap(page, "#challenge-code")
    assert page.is_hidden("#challenge")
    settle(page)
    tap(page, *keys("1204"), "#enter", *keys("7459"), "#enter")
    assert posted(page, kiosk, 1) == [m.CodeTyped("1204", "7459")]


def test_the_next_challenge_shows_again(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(challenge(kiosk), page)
    settle(page)
    tap(page, "#challenge-code")
    kiosk.show(DOOR, page)
    kiosk.show(challenge(kiosk, "right"), page)
    assert page.is_visible("#challenge")


# ---- digits


@pytest.mark.parametrize(("what", "label", "digits"), [("phone", "Last 4 digits", "4477"), ("pin", "PIN", "246810")])
def test_digits_are_typed_with_the_keys_on_the_screen(page: Any, kiosk: Kiosk, what: str, label: str, digits: str) -> None:
    kiosk.show(asks(kiosk, what), page)
    settle(page)
    assert page.text_content("#pin .label") == label
    assert page.is_hidden("#number")
    tap(page, *keys("9"), "[data-key=delete]", *keys(digits))
    assert page.text_content("#pin .value") == "•" * len(digits)
    tap(page, "#enter")
    assert posted(page, kiosk, 1) == [m.AnswerTyped(digits)]
    assert page.text_content("#pin .value") == ""


def test_a_fifth_digit_of_a_phone_number_is_not_taken(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(asks(kiosk, "phone"), page)
    settle(page)
    tap(page, *keys("44771"), "#enter")
    assert posted(page, kiosk, 1) == [m.AnswerTyped("4477")]


@pytest.mark.parametrize("what", ["phone", "pin"])
def test_everything_to_type_with_is_large_enough_for_a_finger(page: Any, kiosk: Kiosk, what: str) -> None:
    kiosk.show(asks(kiosk, what), page)
    found = targets(page)
    assert {*"0123456789", "delete", "clear", "enter", "ask-other", "pin"} <= set(found)
    assert min(min(size) for size in found.values()) >= SMALLEST_PX, found
    assert page.evaluate(MEASURE) == []


def test_number_and_pin_can_be_typed_instead(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(asks(kiosk, "phone"), page)
    settle(page)
    tap(page, *keys("44"), "#ask-other")
    assert page.is_visible("#number") and page.text_content("#number .value") == ""
    assert nothing_posted(page, kiosk)
    settle(page)
    tap(page, *keys("1204"), "#enter", *keys("7459"), "#enter")
    assert posted(page, kiosk, 1) == [m.CodeTyped("1204", "7459")]


@pytest.mark.parametrize("what", ["phone", "pin"])
def test_the_last_twenty_seconds_count_down(page: Any, kiosk: Kiosk, what: str) -> None:
    kiosk.show(asks(kiosk, what), page)
    assert ":" not in page.text_content("#code-words")
    kiosk.show(asks(kiosk, what, left_s=20), page)
    first = seconds(page)
    page.clock.run_for(5_000)
    assert first in (19, 20) and seconds(page) == first - 5
    assert page.evaluate(MEASURE) == []


def test_when_the_question_is_over_what_was_typed_is_gone(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(asks(kiosk, "phone"), page)
    settle(page)
    tap(page, *keys("44"))
    kiosk.show(DOOR, page)
    assert page.is_visible("#number") and page.text_content("#pin .value") == ""
    assert page.text_content("#code-words") == "Enter your code"


def test_a_screen_that_slept_wakes_for_the_question(page: Any, kiosk: Kiosk) -> None:
    kiosk.wait(62, page)
    assert page.is_visible("#sleep")
    kiosk.show(asks(kiosk, "phone"), page)
    assert page.is_hidden("#sleep")


# ---- said before


def test_among_too_many_people_the_way_by_face_says_that_digits_are_asked_too(page: Any, kiosk: Kiosk) -> None:
    crowd = replace(DOOR, faults=(FaultView(FaultCode.GALLERY_TOO_LARGE, ""),))
    kiosk.show(crowd, page)
    assert "last 4 digits of your phone number" in page.text_content("#hint")
    assert page.is_visible("#face-on") and page.text_content("#notice").find("enrolled") < 0
    kiosk.show(replace(crowd, hint=FaceHint.CLOSER), page)
    assert page.text_content("#hint") == "Come a little closer"


def test_the_visit_warns_twenty_seconds_before_it_is_forgotten(page: Any, kiosk: Kiosk) -> None:
    kiosk.show(replace(ROOM, forgets_at=kiosk.now() + 20), page)
    assert page.text_content("#dialog-title") == "Are you still there?"
    assert int(page.text_content("#dialog-count").split()[0]) in (19, 20)
    found = targets(page)
    assert set(found) >= {"dialog-yes", "dialog-no"} and min(min(size) for size in found.values()) >= SMALLEST_PX
