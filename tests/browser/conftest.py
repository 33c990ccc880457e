"""Chromium on the kiosk's page, which shows hand-made screens of a station that only notes what is pressed."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from contract.config import WebConfig
from edge.adapters.kiosk_web import KioskWeb
from edge.domain.messages import Input
from edge.domain.screen import Screen
from tests.browser.screens import DOOR
from tests.servers import need

ARGUMENTS = ("--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync").split()
PATIENCE_MS = 20_000
"""With a page and its server on a busy computer; what must be quick says so itself."""


class Kiosk:
    """The served page and what was posted. `show` numbers each screen, so that a page can be waited for."""

    def __init__(self) -> None:
        self.posted: list[Input] = []
        self.screen = DOOR
        self.picture: bytes | None = None
        self.web = KioskWeb(WebConfig(port=0), lambda: self.screen, self.posted.append, lambda: self.picture, self.now)

    def now(self) -> float:
        """Monotonic s, as the station counts."""
        return time.monotonic()

    def show(self, screen: Screen, *pages: Any) -> None:
        """Returns when all these pages show it."""
        number = self.screen.notice_no + 1
        self.screen = replace(screen, notice_no=number)
        for page in pages:
            page.wait_for_selector(f"body[data-notice='{number}']", state="attached")

    def wait(self, seconds: int, page: Any) -> None:
        """Let time pass on the page while the station keeps telling it that nothing changed."""
        for second in range(seconds):
            page.clock.run_for(1_000)
            if second % 5 == 4:
                self.show(self.screen, page)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    program = need("chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=PATIENCE_MS)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(program), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def kiosk(chromium: Any) -> Iterator[Kiosk]:
    kiosk = Kiosk()
    kiosk.web.start()
    yield kiosk
    kiosk.web.stop()


@pytest.fixture
def page(chromium: Any, kiosk: Kiosk) -> Iterator[Any]:
    """800x480, its clock under the test's hand: it stands still until `page.clock.run_for(ms)`."""
    context = chromium.new_context(viewport={"width": 800, "height": 480}, has_touch=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.clock.install(time=0)
    page.goto(kiosk.web.url)
    page.wait_for_selector("#door")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)  # in seconds, unlike run_for
    yield page
    context.close()
    assert errors == []
