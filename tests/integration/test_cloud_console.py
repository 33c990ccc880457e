"""The console in a real browser: what an operator sees of what stations said, live, in both languages."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright

from cloud.app import create_app, wall_ms
from tests.cloud_parts import Bench, FakeStation, bench
from tests.servers import need

pytestmark = pytest.mark.browser
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip


@contextmanager
def served(one: Bench) -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(create_app(one.cloud), log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        one.cloud.parts.hub.close()
        server.should_exit = True
        thread.join(5)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    program = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser.new_page(locale="en-GB")
        browser.close()


def test_an_operator_sees_the_fleet_live(tmp_path: Path, page: Page) -> None:
    one, complaints = bench(tmp_path), list[str]()
    one.clock.ms = wall_ms()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    hostile = "<img src=x onerror=alert(1)>"
    leak = [{"fault": "leak", "part": "cold"}]
    one.take(FakeStation("st-1").state(), FakeStation("st-2").state("lost"), FakeStation("st-3").state(name=hostile, faults=leak))
    one.take(FakeStation("st-1").fact(1))
    with served(one) as url:
        page.goto(url, wait_until="commit")
        expect(page.locator("#verdict")).to_contain_text("1 station lost · 1 with faults")
        expect(page.locator("tbody tr")).to_have_count(3)
        expect(page.locator("tbody")).to_contain_text(hostile)
        expect(page.locator(".feed li")).to_contain_text(["Door closed after 2.5 s"])

        one.take(FakeStation("st-1").fact(2, {"kind": "door_opened", "cause": "forced"}))
        expect(page.locator(".feed li").first).to_contain_text("Door opened (FORCED)")
        page.get_by_role("button", name="Pause").click()
        one.take(FakeStation("st-1").fact(3), FakeStation("st-4").state())
        expect(page.get_by_role("button", name="Resume (1 new)")).to_be_visible()
        expect(page.locator("tbody tr")).to_have_count(4)
        page.get_by_role("searchbox").fill("leak")
        expect(page.locator("tbody tr")).to_have_count(1)

        page.get_by_role("button", name="中文").click()
        expect(page.locator("#verdict")).to_contain_text("1 个驿站失联")
        expect(page.locator("html")).to_have_attribute("lang", "zh")
        page.goto(url + "#/station/st-2")
        expect(page.locator(".notice")).to_contain_text("最近一次消息")
        expect(page.locator("main")).to_contain_text("这段时间没有取水")
    assert complaints == []
