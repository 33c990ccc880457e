"""Hundreds of wrong configurations: none is taken, and each refusal names field, value and rule."""

from __future__ import annotations

from typing import Any

import pytest

from contract.config import ConfigRefused, check
from tests.contract.mutations import GOOD, mutations


def test_what_they_are_made_from_is_right() -> None:
    assert check(GOOD).station == "st-1"


def test_three_hundred_wrong_ones_are_refused_by_field_value_and_rule() -> None:
    wrong = mutations(every=3)
    assert len(wrong) > 300
    faults = [f"{each.place}: {fault}" for each in wrong if (fault := told_badly(each.document, each.told))]
    assert faults == []


def told_badly(document: dict[str, Any], told: str) -> str:
    """Why this refusal is not as it should be; empty when it is."""
    try:
        check(document)
    except ConfigRefused as error:
        lines = str(error).splitlines()
        if not any(told in line for line in lines):
            return f"{told!r} is not in {error}"
        return "" if all("; see docs/config.md" in line and len(line) < 600 for line in lines) else f"{error}"
    return "it was taken"


def bomb() -> list[Any]:
    """10^12 texts in a few lists."""
    inner: list[Any] = ["x"] * 10
    for _ in range(11):
        inner = [inner] * 10
    return inner


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize("value", [bomb(), ENDLESS, "x" * 10_000_000, 10**5000, float("nan")], ids=["bomb", "in itself", "long", "huge", "nan"])
@pytest.mark.parametrize("field", ["taps", "door", "name", "expanders", "place", "colour"])
def test_what_never_ends_is_refused_in_few_words(field: str, value: object) -> None:
    with pytest.raises(ConfigRefused) as caught:
        check(GOOD | {field: value})
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize(
    ("section", "value", "words"),
    [
        ("door", {"unlock_s": True}, "door.unlock_s: True: Input should be a number, not true or false"),
        ("door", {"unlock_s": "5"}, "door.unlock_s: 5: Input should be a number, not text"),
        ("door", {"lock_active_high": 1}, "door.lock_active_high: 1: Input should be true or false, not a number"),
        ("door", {"lock_active_high": "no"}, "door.lock_active_high: no: Input should be true or false, not text"),
        ("door", {"lock_pin": "17"}, "door.lock_pin: 17: Input should be a valid integer"),
    ],
)
def test_a_switch_is_no_number(section: str, value: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigRefused, match=words):
        check(GOOD | {section: value})
