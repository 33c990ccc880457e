"""Rollouts, configurations and orders at the console: what runs moves by itself, acts say first what would happen, and everybody sees what the role allows.

One cloud, one town and one browser for all of it; each test has stations of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from cloud.api.roles import ORDERS, TABLE
from cloud.domain import orders
from cloud.domain.callers import Role
from cloud.domain.judging import Counts, judge
from cloud.domain.rollout import Options
from cloud.domain.rollout_acts import FROM, Act
from cloud.domain.uploads import Upload
from contract.orders import OrderKind
from tests.cloud_parts import NOON_MS, bench
from tests.cloud_people import PASSWORD, accounts, enter
from tests.cloud_trusting import trusting
from tests.integration.test_cloud_console import served
from tests.rollout_parts import DISTRICTS, GRADES, Door, DoorTown, content, document, upload

pytestmark = pytest.mark.browser
BEFORE, AFTER = {"door": {"unlock_s": 5.0}}, {"door": {"unlock_s": 7.0}, "access": {"most_inside": 4}}
SHUT: dict[str, Any] = {"access": {"hours": [{"days": [7], "from_hour": 3, "to_hour": 4}]}}
MOVING, ACTING, SEEN, BROKEN = ["st-1", "st-2", "st-3"], ["st-4", "st-5", "st-6"], ["st-7", "st-8"], ["st-9", "st-10"]
BAD, AWAY, PLANNED = [f"st-{n}" for n in range(11, 19)], "st-19", "st-20"
PEOPLE = {Role.VIEWER: "vera", Role.OPERATOR: "ann", Role.OPS: "lin.mei"}
SOON = 20_000
"""ms: a page that is open asks every 3 s, and the computer may be busy."""
releases = count(2)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> DoorTown:
    """All but the last two have a pushed configuration; digests of passwords cost nothing."""
    doors = {f"st-{n}": Door(f"st-{n}", DISTRICTS[n % 4], n, visits_per_min=0) for n in range(1, 21)}
    found = DoorTown(bench(tmp_path_factory.mktemp("town")), doors)
    found.bench.cloud.parts = replace(found.bench.cloud.parts, accounts=accounts(found.bench), rollouts=found.bench.cloud.rollouts.rollouts)
    found.begin()
    trusting(found.bench)
    begin(found, "first of all", ("100%",), [upload(f"st-{n}", 2, GRADES[n % 3], "r-1", **BEFORE) for n in range(1, 19)])
    found.run(130)
    for role, name in PEOPLE.items():
        enter(found.bench, name, role)
    return found


@pytest.fixture(scope="module")
def url(town: DoorTown) -> Iterator[str]:
    with served(town.bench) as found:
        yield found


@pytest.fixture
def opened(chromium: Any, url: str, town: DoorTown) -> Iterator[Callable[..., Any]]:
    """Opens a page of the console, as somebody or nobody, 1400x1000. An error of a page is an error of the test."""
    contexts, errors = list[Any](), list[str]()

    def open_at(where: str, role: Role | None = None, locale: str = "en-GB") -> Any:
        contexts.append(chromium.new_context(viewport={"width": 1400, "height": 1000}, locale=locale))
        page = contexts[-1].new_page()
        page.clock.set_fixed_time(town.bench.clock.ms / 1000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
        if role:
            token = accounts(town.bench).log_in(PEOPLE[role], PASSWORD, "10.0.0.1").token
            page.add_init_script(f"sessionStorage.setItem('token', '{token}')")
        page.goto(url + where)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert errors == []


def begin(town: DoorTown, name: str, waves: tuple[str, ...], uploads: list[Upload], start: bool = True, judged: bool = False) -> str:
    rollouts = town.bench.cloud.rollouts.rollouts
    made = rollouts.draft("lin.mei", name, "wheelchairs need longer", f"r-{next(releases)}", Options(waves, soak_s=5, station_timeout_s=200, judge=judged))
    rollouts.put(made.id, uploads, "lin.mei")
    if start:
        rollouts.act(made.id, Act.START, "lin.mei", "as planned", False)
        town.run(1)
    return made.id


def second(*names: str, **after: Any) -> list[Upload]:
    """To who has a configuration already; its undo is that."""
    return [
        Upload(name, GRADES[n % 3], document(name, 3, content(name, **after), "r-2"), document(name, 4, content(name, **BEFORE), "undo of r-2"))
        for n, name in enumerate(names)
    ]


def seats(town: DoorTown, number: str) -> list[str]:
    """Where each stands, at the cloud."""
    return sorted(seat.state.value for seat in town.bench.cloud.rollouts.rollouts.one(number)[0].seats.values())


def test_a_running_one_moves_by_itself_and_nothing_jumps(opened: Callable[..., Any], town: DoorTown) -> None:
    number = begin(town, "longer unlock", ("1", "100%"), second(*MOVING, **AFTER))
    page = opened(f"#/rollout/{number}", Role.OPS)
    first, other = page.locator(".waves li").first, page.locator(".waves li").last
    expect(first).to_have_text(re.compile(r"Wave 11 station▶running1 (sent|on trial)"))
    expect(other).to_have_text("Wave 2all others·not yet2 not yet")
    status = page.get_by_role("status").filter(has_text="wave")
    expect(status).to_have_text("▶running · wave 1 of 2")
    expect(page.locator(".changes li")).to_have_text(["1 stationaccess.most_inside: absent → 4", "1 stationdoor.unlock_s: 5 → 7"])
    page.get_by_role("button", name="Pause").focus()
    where = "[...document.querySelectorAll('main section')].slice(0, 4).map((one) => one.getBoundingClientRect().top)"
    before = page.evaluate(where)
    town.run(130)
    expect(status).to_have_text("▶running · wave 2 of 2", timeout=SOON)
    expect(first).to_contain_text("✓passed1 confirmed")
    expect(other).to_contain_text(re.compile(r"▶running2 (sent|on trial)"))
    assert page.evaluate("document.activeElement.dataset.act") == "pause"
    assert page.evaluate(where) == before
    rollouts = town.bench.cloud.rollouts.rollouts
    while rollouts.one(number)[0].lines[1].state.value != "soaking":
        town.run(1)
    expect(other).to_have_text(re.compile(r"◑being watched2 confirmedwatched until \d\d:\d\d:\d\d at least"), timeout=SOON)
    town.run(10)
    expect(status).to_have_text("✓done · wave 2 of 2", timeout=SOON)
    expect(page.locator("[data-key=history] li")).to_contain_text(["finished", "wave 2 passed", "everybody of wave 2 has it"])


def test_the_list_and_the_first_page_lead_to_it(opened: Callable[..., Any], town: DoorTown) -> None:
    draft = begin(town, "hot water", ("district=north", "100%"), [upload(PLANNED)], start=False)
    page = opened("#/")
    page.get_by_role("link", name="Rollouts").click()
    row = page.locator("tbody tr").filter(has_text="first of all")
    expect(row).to_have_text(re.compile(r"first of allr1✓done18 confirmedlin\.meiwheelchairs need longer\d+ (s|min) ago"))
    page.set_viewport_size({"width": 390, "height": 844})
    expect(row.locator(".standing")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="hot water").click()
    expect(page.locator(".head")).to_contain_text("draft")
    expect(page.locator(".waves li")).to_have_text(["Wave 1district north·not yet", "Wave 2all others·not yet"])
    expect(page.locator(".changes")).to_contain_text("./kiosk plan shows it before")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.url.endswith(f"#/rollout/{draft}")


def test_an_act_says_first_what_would_happen_and_asks_for_the_password(opened: Callable[..., Any], town: DoorTown) -> None:
    number = begin(town, "longer unlock", ("2", "100%"), second(*ACTING, **AFTER))
    page, ask = opened(f"#/rollout/{number}", Role.OPS), "#ask"
    town.run(3)
    page.get_by_role("button", name="Pause").click()
    dialog = page.get_by_role("dialog", name="Pause this rollout?")
    expect(dialog).to_contain_text("3 stay untouched")
    expect(dialog.get_by_label("Why?")).to_be_focused()
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Take back").click()
    dialog = page.get_by_role("dialog", name="Take everything of this rollout back?")
    page.locator(ask).get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(ask)).to_contain_text("This is not your password: type it again")
    page.locator(ask).get_by_role("button", name="Cancel").click()
    expect(dialog).to_contain_text("Not done: the password was not given")
    dialog.get_by_role("button", name="Look again").click()
    page.locator(ask).get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(dialog).to_contain_text("2 stations go back, 1 stays untouched")
    dialog.get_by_role("button", name="Yes, do it").click()
    expect(dialog).to_contain_text("Say why first, 3 characters at least")
    assert seats(town, number) == ["pending", "trial", "trial"], "a dry run changes nothing"
    assert not [row for row in town.bench.cloud.parts.audit_rows.rows(0, 500) if row.act in ("rollout.undo", "rollout.pause")]
    dialog.get_by_label("Why?").fill("it does no good")
    dialog.get_by_role("button", name="Yes, do it").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".notice")).to_have_text("↩taken back: it does no good (lin.mei)", timeout=SOON)
    assert seats(town, number) == ["back", "back", "pending"]
    expect(page.get_by_role("button", name="Take back")).to_have_count(0)
    expect(page.locator(".seats .standing")).to_have_text(["↩gone back"] * 2)


def test_everybody_sees_what_the_role_allows(opened: Callable[..., Any], town: DoorTown) -> None:
    number = begin(town, "longer unlock", ("100%",), second(*SEEN, **AFTER))
    state = town.bench.cloud.rollouts.rollouts.one(number)[0].state
    for role in (None, *PEOPLE):
        page = opened(f"#/rollout/{number}", role)
        expect(page.locator(".seats li")).to_have_count(2)
        least = {act: TABLE[f"POST /rollouts/{{id}}/{act.value}"].least for act in Act if state in FROM[act]}
        mine = sorted(act.value for act, needed in least.items() if role and needed and role.includes(needed))
        words = "Only operations, admin may do this." if role else "Log in to do something here."
        expect(page.locator(".acts")).to_contain_text("No station has failed." if mine else words)
        assert sorted(page.eval_on_selector_all(".acts [data-act]", "all => all.map((one) => one.dataset.act)")) == mine
        expect(page.get_by_role("button", name="Leave out")).to_have_count(2 if mine else 0)
        knows = role and role.includes(Role.OPERATOR)
        expect(page.locator(".changes")).to_contain_text("door.unlock_s: 5 → 7" if knows else "shown to operators and above")
        page.goto(page.url.split("#")[0] + f"#/station/{SEEN[0]}")
        expect(page.locator(".config dl")).to_be_visible()
        shown = ["identify", "unlock", "maintenance", "restart"]
        may = [order for order in shown if role and ORDERS[order].least and role.includes(ORDERS[order].least or Role.ADMIN)]
        expect(page.locator(".orders button")).to_have_count(len(may))


def test_one_that_was_taken_back_says_why_in_figures(opened: Callable[..., Any], town: DoorTown) -> None:
    for name in BAD:
        town.doors[name].visits_per_min = 30
    number = begin(town, "opening hours", ("1", "100%"), second(*BAD, **SHUT), judged=True)
    town.run(40)
    for name in BAD:
        town.doors[name].visits_per_min = 0
    page = opened(f"#/rollout/{number}")
    expect(page.locator(".head")).to_contain_text("taken back")
    figures = r"doors shut: \d+ of \d+ \(\d+ %\), stations not touched 0 of \d+ \(0 %\)"
    expect(page.locator(".notice.bad")).to_have_text(re.compile(f"wave 1 taken back: .*{figures}"))
    expect(page.locator(".waves li").first).to_contain_text(re.compile(f"service got worse.*{figures}"))
    expect(page.locator(".waves li").last).to_contain_text("7 not yet")
    page.click("#language")
    expect(page.locator(".judged")).to_have_text(re.compile(r"服务变差.*门不开放：\d+ 次中 \d+ 次（\d+ %），未更改的驿站 \d+ 次中 0 次（0 %）"))
    expect(page.locator(".notice.bad")).to_contain_text("第 1 批被撤回")
    page.goto(page.url.split("#")[0] + "#/")
    expect(page.locator(".news li").filter(has_text="opening hours")).to_contain_text("已自动撤回")


def test_a_station_tells_which_configuration_it_has_and_what_became_of_others(opened: Callable[..., Any], town: DoorTown) -> None:
    for name in BROKEN:
        town.doors[name].breaks = True
    number = begin(town, "more light", ("100%",), second(*BROKEN, **AFTER))
    town.run(10)
    page = opened(f"#/station/{BROKEN[0]}", Role.VIEWER)
    config = page.locator(".config")
    expect(config.locator("header")).to_contain_text("went back by itself")
    expect(config.locator(".notice.bad")).to_have_text("!version 3 went back by itself: camera lost during the trial")
    expect(config.locator("dl")).to_contain_text("Newest pushedversion 3 (r-2)")
    expect(config.locator("dl")).to_contain_text("more light · lin.mei: wheelchairs need longer")
    config.get_by_text("Pushed before").click()
    expect(config.locator("li")).to_contain_text(["version 3 (r-2): failed", "version 2 (r-1): confirmed"])
    config.get_by_role("link", name="more light").first.click()
    expect(page.locator(".notice")).to_contain_text("paused by itself: 2 of 2 failed in wave 1; the limit is 1")
    expect(page.get_by_role("button", name="failed 2")).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith(number)


def test_an_unlock_where_nobody_hears_it_is_answered_in_words(opened: Callable[..., Any], town: DoorTown) -> None:
    town.doors[AWAY].online = False
    town.bench.take(town.doors[AWAY].state())
    page = opened(f"#/station/{AWAY}", Role.OPERATOR)
    given = page.locator(".orders")
    given.get_by_label("Why?").fill("somebody rang for help")
    given.get_by_role("button", name="Unlock once").click()
    page.locator("#ask").get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    words = re.compile(r"Unlock once: not delivered, offline since \d\d:\d\d \(less than a minute\)")
    expect(given.locator("li .text")).to_have_text(words)
    expect(given.locator("li .where")).to_have_text("ann: somebody rang for help")
    expect(given.get_by_role("status").filter(has_text="Unlock")).to_have_text(words)
    page.click("#language")
    expect(page.locator(".orders li .text")).to_have_text(re.compile(r"开门一次：未送达，自 \d\d:\d\d 起离线（不到 1 分钟）"))


def test_what_the_cloud_says_is_said_in_chinese(opened: Callable[..., Any], town: DoorTown) -> None:
    """Whatever stood in the rollouts of the tests before, every verdict, and whatever can become of an order."""
    page = opened("#/rollouts", locale="zh-CN")
    told = {words for _, _, words in sentences(town)} | set(verdicts()) | set(outcomes())
    texts = page.evaluate("async (all) => { const { said } = await import('/console/said.js'); return all.map(said); }", sorted(told))
    english = [text for text in texts if re.search(r"[a-z]{3}", re.sub(r"st-\d+|r-[a-z0-9]+", "", text))]
    assert len(texts) > 30 and english == []


def sentences(town: DoorTown) -> Iterator[tuple[str, str, str]]:
    """What the cloud itself has said: (rollout, of what, words)."""
    rollouts = town.bench.cloud.rollouts.rollouts
    for one, _ in rollouts.all():
        held, history = rollouts.one(one.id)
        yield from ((one.id, seat.station, seat.reason) for seat in held.seats.values() if seat.reason)
        for entry in history:
            yield one.id, "result", entry.result if entry.what != "station failed" else ""
            yield one.id, "what", entry.what
            yield one.id, "why", entry.why if entry.who == "cloud" and not entry.what.endswith("begun") else ""


def outcomes() -> Iterator[str]:
    """Of orders, as the cloud says them."""
    asked = orders.asked("0" * 16, "st-1", OrderKind.UNLOCK, None, "ann", "somebody rang", NOON_MS)
    sent = orders.sent(asked, NOON_MS)
    yield from (
        one.words for made in (orders.interrupted, partial(orders.overdue, waited_s=60)) for one in (made(asked, now_ms=NOON_MS), made(sent, now_ms=NOON_MS))
    )
    why = [orders.offline_since(NOON_MS, NOON_MS + seconds * 1000, 480) for seconds in (30, 300, 9_000, 900_000)]
    source = (Path(__file__).parent.parent.parent / "cloud/orders.py").read_text(encoding="utf-8")
    why += [text.replace("{row.state.version}", "0.1.0") for text in re.findall(r"(?:return f?|not_delivered\(one, )\"(the [^\"]+)\"", source)]
    yield from (orders.not_delivered(asked, each, NOON_MS).words for each in why)


def verdicts() -> Iterator[str]:
    """One of each kind, with groups to compare with and without."""
    before, quiet = Counts(entries=90, refused=2, vends=90, station_h=50), Counts(entries=2, station_h=1)
    bad = Counts(entries=90, refused=80, shut=60, vends=90, failed=80, faults=40, restarts=40, station_h=5)
    for wave in (quiet, bad, before, Counts(entries=20, refused=4, station_h=1)):
        for other in (Counts(), before):
            yield judge(wave, other, other).words
