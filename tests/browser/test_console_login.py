"""Logging in at the console: by name and password, with a program's token, the password again, and out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from cloud.domain.alerts import AlertRow
from cloud.domain.callers import Role
from tests.cloud_parts import NOON_MS, Bench, FakeStation, bench
from tests.cloud_people import PASSWORD, accounts, enter
from tests.cloud_trusting import trusting
from tests.integration.test_cloud_console import served

pytestmark = pytest.mark.browser
ALERT = AlertRow(
    fingerprint="f1", name="fridge", severity="critical", station="st-1", district="north", summary="Fridge too warm", todo="Look at its door",
    summary_zh="", todo_zh="", link="", since_ms=NOON_MS - 600_000, until_ms=None, heard_ms=NOON_MS,
)  # fmt: skip


@pytest.fixture
def cloud(tmp_path: Path) -> Bench:
    """That asks for a token also for reading; digests cost nothing."""
    one = bench(tmp_path, require_token_for_reads=True)
    one.cloud.parts = replace(one.cloud.parts, accounts=accounts(one))
    one.take(FakeStation("st-1").state(), FakeStation("st-2").state(name="South gate", district="south"))
    enter(one, "ann", Role.OPERATOR, ["north"])
    enter(one, "root", Role.ADMIN)
    return one


@pytest.fixture
def page(chromium: Any, cloud: Bench) -> Iterator[Any]:
    """1400x900, English; an error of the page is an error of the test, and so is what the content security policy refused."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, locale="en-GB")
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    with served(cloud) as url:
        page.goto(url)
        yield page
        context.close()
    assert errors == []


def log_in(page: Any, name: str, password: str) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("#ask").get_by_role("button", name="Log in").click()


def test_somebody_logs_in_is_shown_and_logs_out(page: Any, cloud: Bench) -> None:
    expect(page.locator("#ask")).to_be_visible()
    assert page.locator("tbody tr").count() == 0
    log_in(page, "ann", "wrong")
    expect(page.locator("#ask .wrong")).to_have_text("Name and password do not match: check both and type them again")
    log_in(page, "ann", PASSWORD)
    expect(page.locator("#ask")).to_have_count(0)
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("#me")).to_have_text("ann · operator")
    page.reload()
    expect(page.locator("#me")).to_have_text("ann · operator")
    assert PASSWORD not in page.content() and PASSWORD not in str(page.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])"))
    assert page.context.cookies() == []
    page.click("#me")
    expect(page.locator("#ask")).to_contain_text("north. Logged in until")
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("#ask h2")).to_have_text("Log in")
    expect(page.locator("#me")).to_have_text("Log in")
    assert page.evaluate("sessionStorage.getItem('token')") is None


def test_who_is_taken_out_is_asked_again(page: Any, cloud: Bench) -> None:
    log_in(page, "ann", PASSWORD)
    expect(page.locator("#me")).to_have_text("ann · operator")
    accounts(cloud).remove("ann", "root")
    expect(page.locator("#ask h2")).to_have_text("Log in", timeout=10_000)


def test_a_programs_token_opens_too(page: Any, cloud: Bench) -> None:
    page.get_by_text("With the token of a program instead").click()
    page.get_by_label("Token").fill("nonsense")
    page.locator("#ask").get_by_role("button", name="Log in").click()
    expect(page.locator("#ask .wrong")).to_have_text("This token is not known here")
    page.get_by_label("Token").fill(cloud.cloud.tokens.make("wall", 0, Role.VIEWER))
    page.locator("#ask").get_by_role("button", name="Log in").click()
    expect(page.locator("#me")).to_have_text("token:wall · viewer")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_another_password_is_set_and_the_words_are_chinese_too(page: Any, cloud: Bench) -> None:
    log_in(page, "ann", PASSWORD)
    expect(page.locator("#me")).to_have_text("ann · operator")
    page.click("#language")
    expect(page.locator("#me")).to_have_text("ann · 值班员")
    page.click("#me")
    page.get_by_text("修改密码").click()
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("新密码，至少 12 个字符").fill("另外一个足够长的密码，好记")
    page.get_by_role("button", name="完成").click()
    expect(page.locator("#ask")).to_have_count(0)
    assert accounts(cloud).log_in("ann", "另外一个足够长的密码，好记", "10.0.0.1").token


def test_a_narrow_screen_shows_all_of_it(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#ask")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    log_in(page, "ann", PASSWORD)
    expect(page.locator("#me")).to_have_text("ann · operator")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_order_asks_for_the_password_again_and_only_for_what_needs_it(page: Any, cloud: Bench) -> None:
    trusting(cloud)
    log_in(page, "ann", PASSWORD)
    page.get_by_role("link", name="North gate").click()
    orders = page.locator(".orders")
    expect(orders.get_by_role("button")).to_have_text(["Identify (blink)", "Unlock once", "Maintenance, 30 min"])
    orders.get_by_role("button", name="Identify").click()
    expect(orders.locator(".said")).to_have_text("Say why first, 3 characters at least")
    give(page, cloud, "Identify", "which one is it")
    expect(orders.locator("li")).to_have_count(1)
    give(page, cloud, "Unlock once", "somebody rang for help")
    expect(page.locator("#ask h2")).to_have_text("Your password, please")
    page.get_by_role("button", name="Cancel").click()
    expect(orders.locator(".said")).to_have_text("Not done: the password was not given")
    give(page, cloud, "Unlock once", "somebody rang for help")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(orders.locator("li")).to_have_count(2)
    expect(orders.locator("li").first).to_contain_text("ann: somebody rang for help")
    give(page, cloud, "Unlock once", "and again")
    expect(orders.locator("li")).to_have_count(3)
    noted = [(row.who, row.act, row.target) for row in cloud.cloud.parts.audit_rows.rows(0, 100) if row.act.startswith("order")]
    assert noted == [("ann", "order.identify", "st-1"), ("ann", "order.unlock", "st-1"), ("ann", "order.unlock", "st-1")]
    page.goto(page.url.split("#")[0] + "#/station/st-2")
    expect(page.locator(".orders .said")).to_have_text("This station is in none of your districts")
    expect(page.locator(".orders").get_by_role("button")).to_have_count(0)


def test_somebody_takes_note_of_an_alert(page: Any, cloud: Bench) -> None:
    cloud.cloud.parts.alerts.hear([ALERT])
    log_in(page, "ann", PASSWORD)
    page.get_by_role("button", name="I look after it").click()
    expect(page.locator(".alerts li")).to_contain_text("ann looks after it since")
    assert cloud.cloud.parts.alerts.all(True, 10)[0].seen_by == "ann"


def give(page: Any, cloud: Bench, kind: str, reason: str) -> None:
    cloud.clock.ms += 1_000
    page.locator(".orders input").fill(reason)
    page.locator(".orders").get_by_role("button", name=kind).click()
