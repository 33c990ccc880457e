"""Elder view, measured in the page: sizes of text and targets, line spacing, contrast, nothing cut off, nothing to scroll."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Kiosk
from tests.browser.screens import DOOR, GROUPS, MAINTAINED, MESSAGES, VIEWS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = ((800, 480), (1024, 600), (600, 1024), (800, 1280))
GUARD_MS = 450
MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def empty(chromium: Any) -> Iterator[dict[str, Any]]:
    """One window for each size and language."""
    sizes = [(width, height, language) for width, height in SIZES for language in ("en", "zh")]
    opened = {f"{width}x{height} {language}": chromium.new_page(viewport={"width": width, "height": height}) for width, height, language in sizes}
    yield opened
    for page in opened.values():
        page.close()


@pytest.fixture
def pages(empty: dict[str, Any], kiosk: Kiosk) -> Iterator[dict[str, Any]]:
    """The station's page, loaded anew in each window."""
    for page in empty.values():
        page.goto(kiosk.web.url, wait_until="commit")
    for page in empty.values():
        page.wait_for_selector("#door")
    chinese = [page for name, page in empty.items() if name.endswith("zh")]
    chinese[-1].wait_for_timeout(GUARD_MS)
    for page in chinese:
        page.click("#language")
    yield empty
    for page in empty.values():
        page.goto("about:blank")


@pytest.mark.parametrize("screens", [VIEWS, MESSAGES], ids=["views", "messages"])
def test_everything_can_be_read_and_pressed(kiosk: Kiosk, pages: dict[str, Any], screens: dict[str, Any]) -> None:
    faults = []
    for name, screen in screens.items():
        kiosk.show(screen, *pages.values())
        for size, page in pages.items():
            faults += [f"{name} at {size}: {fault}" for fault in page.evaluate(MEASURE)]
    assert not faults, "\n" + "\n".join(faults)


def press(pages: dict[str, Any], selector: str) -> None:
    """On each page, after the guard time of the last change."""
    next(iter(pages.values())).wait_for_timeout(GUARD_MS)
    for page in pages.values():
        page.click(selector)


def measured(name: str, pages: dict[str, Any]) -> list[str]:
    return [f"{name} at {size}: {fault}" for size, page in pages.items() for fault in page.evaluate(MEASURE)]


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_of_a_whole_room_has_a_page_that_fits(kiosk: Kiosk, pages: dict[str, Any], group: str) -> None:
    faults = []
    kiosk.show(VIEWS["room_whole"], *pages.values())
    press(pages, f"[data-group={group}]")
    for name, screen in GROUPS[group].items():
        kiosk.show(screen, *pages.values())
        assert all(page.is_visible(f"#{group}") for page in pages.values()), name
        faults += measured(f"{group} {name}", pages)
    assert not faults, "\n" + "\n".join(faults)


ACTS = ["", *(f".acts .act:nth-child({number})" for number in range(1, 11))]
DEEPER = {1: ".acts .act:nth-child(1)", 5: ".acts .act:nth-child(2)", 9: ".acts .act:nth-child(2)"}
"""What is pressed next on the pages of restock, valve and faults."""


def test_each_page_of_maintenance_fits(kiosk: Kiosk, pages: dict[str, Any]) -> None:
    faults = []
    for number, act in enumerate(ACTS):
        kiosk.show(DOOR, *pages.values())
        kiosk.show(MAINTAINED, *pages.values())
        for step in filter(None, ("#maintenance", act, DEEPER.get(number), ".counting .field" if number == 1 else None)):
            press(pages, step)
            faults += measured(f"act {number} after {step}", pages)
    assert not faults, "\n" + "\n".join(faults)


def test_the_measure_can_fail(kiosk: Kiosk, pages: dict[str, Any]) -> None:
    page = pages["800x480 en"]
    assert page.evaluate(MEASURE) == []
    for rule in ("#enter { font-size: 20px !important }", "#status { color: #999 }", ".key { min-height: 0; height: 50px }",
                 "#notice { height: 20px !important }", "#reveal { margin-top: -30px }", "#hint { line-height: 1 }"):  # fmt: skip
        page.evaluate("rule => { const sheet = new CSSStyleSheet(); sheet.replaceSync(rule); document.adoptedStyleSheets = [sheet] }", rule)
        assert page.evaluate(MEASURE), rule


def test_both_ways_in_have_one_size(kiosk: Kiosk, pages: dict[str, Any]) -> None:
    for page in pages.values():
        face, code = (page.locator(way).bounding_box() for way in ("#face-way", "#code-way"))
        assert (face["width"], face["height"]) == pytest.approx((code["width"], code["height"]), abs=1)


def test_a_small_dense_screen_gets_larger_targets(chromium: Any, kiosk: Kiosk) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(kiosk.web.url + "?inch=5")
    page.wait_for_selector("#door")
    px_per_mm = (1280**2 + 800**2) ** 0.5 / (5 * 25.4)
    assert page.locator("[data-key='5']").bounding_box()["height"] >= 9.5 * px_per_mm - 1
    page.close()
