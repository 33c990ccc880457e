"""The console of a cloud that was deaf, and of one to which a station delivers what waited: nothing old is shown as live, no line over a gap."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloud.app import wall_ms
from cloud.domain.alerts import AlertRow
from tests.browser.outage_day import Day
from tests.cloud_parts import FakeStation, bench
from tests.integration.test_cloud_console import served

pytestmark = pytest.mark.browser


@pytest.fixture
def day(tmp_path: Path) -> Day:
    """Lived, with the station connected again and its backlog still to come; two others beside it."""
    one = Day(bench(tmp_path, grafana_url="https://grafana.example.org/"), wall_ms())
    one.take(1, FakeStation("st-2").state(name="South gate"), FakeStation("st-3").state("lost", name="West gate"))
    one.lived()
    return one


@pytest.fixture
def page(chromium: Any, day: Day) -> Iterator[Any]:
    """1400x1000, English; an error of the page is an error of the test."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000}, locale="en-GB")
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    with served(day.cloud) as url:
        page.goto(url)
        page.wait_for_selector("tbody tr")
        yield page
        context.close()
    assert errors == []


def open_station(page: Any, station: str = "st-1") -> None:
    page.goto(page.url.split("#")[0] + f"#/station/{station}")
    page.wait_for_selector(".charts")


def paths(page: Any) -> list[str]:
    """Of the lines of measurements, without those of the legend."""
    return [str(d) for d in page.eval_on_selector_all(".charts figure > svg path.line", "all => all.map((one) => one.getAttribute('d'))")]


def test_what_is_still_to_come_is_said(page: Any, day: Day) -> None:
    words = "40 facts and 30 batches of measurements still to come, oldest from "
    assert words in page.text_content("tbody tr:has-text('North gate')")
    page.wait_for_selector("#verdict:has-text('1 station delivers what waited, 40 facts to come')")
    open_station(page)
    assert words in page.text_content(".notice.coming")
    page.click("#language")
    page.wait_for_selector(".notice.coming:has-text('还有 40 条事件和 30 批测量待传，最早的在')")


def test_no_line_and_no_blank_over_a_gap(page: Any) -> None:
    open_station(page)
    assert all(path.count("M") == 2 for path in paths(page)), "each line breaks where nothing was measured"
    said = page.locator(".gaps").all_text_contents()
    assert page.text_content(".feed li.hole") == "↥40 facts that happened here are still to come"
    assert "40 still to come" in said[0] and "no connection, not arrived yet" in said[-1]
    shaded = page.locator("svg.chart .gap")
    assert shaded.count() == 3, "the day, the water, the sockets"


def test_a_gap_closes_when_it_is_filled_and_says_what_came_late(page: Any, day: Day) -> None:
    open_station(page)
    assert page.locator("svg.chart .gap").count() == 3
    day.delivers()
    page.wait_for_function("() => document.querySelectorAll('svg.chart .gap').length === 0")
    page.wait_for_function("() => !document.querySelector('.notice')")
    assert all(path.count("M") == 1 for path in paths(page))
    late = page.locator(".feed.long li:has-text('arrived')")
    assert late.count() == 40 and "happened" in late.first.text_content()


def test_the_timeline_is_in_the_order_of_the_station(page: Any, day: Day) -> None:
    day.delivers()
    open_station(page)
    times = page.eval_on_selector_all(".feed.long li time", "all => all.map((one) => one.dateTime)")
    assert len(times) == 90 and times == sorted(times, reverse=True)
    page.goto(page.url.split("#")[0] + "#/")
    feed = page.eval_on_selector_all(".feed li time", "all => all.map((one) => one.dateTime)")
    assert feed == sorted(feed, reverse=True) and len(feed) == 90


def test_what_a_station_gave_up_is_not_taken_for_a_connection(page: Any, day: Day) -> None:
    gap = {"kind": "gap_recorded", "loss": "dropped", "since": day.at(118), "until": day.at(62), "instants": 56}
    held = [message for _, message in day.facts(range(31, 71), 120, 60)]
    day.take(0, *held, day.station.fact(91, gap, at=day.at(1)), day.state(outbox=0, batches=0, session=2))
    open_station(page)
    page.wait_for_selector("svg.chart .gap.dropped")
    assert page.locator("svg.chart .gap").count() == 1
    assert "given up by the station" in page.text_content(".gaps")


def test_a_deaf_cloud_shows_nothing_as_live(page: Any, day: Day) -> None:
    day.deaf(ago=12)
    page.wait_for_selector("#deaf .notice", timeout=10_000)
    said = page.text_content("#deaf")
    assert "hears no station since" in said and "12 min ago" in said and "nothing below is live" in said
    assert page.locator(".standing", has_text="was online").count() == 2, "and the lost one stays lost"
    assert page.locator(".standing.good").count() == 0
    assert "not live since" in page.text_content(".columns section:last-child h2")
    assert "as of" in page.text_content(".tiles")
    assert page.locator("tbody td.old").count() == 12
    open_station(page)
    assert page.locator(".facts-of.old").count() == 1
    assert "no connection" in page.text_content(".gaps")
    page.click("#language")
    page.wait_for_selector("#deaf .notice:has-text('以下内容均非实时')")
    day.cloud.sent.up = True
    page.wait_for_function("() => !document.querySelector('#deaf .notice')", timeout=10_000)


def test_who_has_not_spoken_since_the_broker_is_back_is_not_called_online(page: Any, day: Day) -> None:
    day.deaf(ago=12)
    page.wait_for_selector("#deaf .notice", timeout=10_000)
    day.hears_again()
    page.wait_for_selector("#verdict:has-text('2 not heard again yet')", timeout=10_000)
    assert page.locator(".standing", has_text="was online").count() == 2
    day.take(-2, day.state(session=3))
    page.wait_for_selector("#verdict:has-text('1 not heard again yet')", timeout=10_000)
    assert page.locator("tbody tr:has-text('North gate') .standing.good").count() == 1


def test_a_station_that_comes_and_goes_is_marked(page: Any, day: Day) -> None:
    south = FakeStation("st-2")
    for session in range(1, 6):
        day.take(0, south.state("lost", session=session, name="South gate"), south.state(session=session + 1, name="South gate"))
    page.wait_for_selector("tbody tr:has-text('South gate') .mark:has-text('comes and goes')")
    open_station(page, "st-2")
    assert "look at its network" in page.text_content(".notice")


def test_a_station_page_leads_to_its_dashboard(page: Any) -> None:
    open_station(page)
    assert page.get_attribute(".head a.out", "href") == "https://grafana.example.org/d/en-station?var-station=st-1"


def test_standing_alerts_are_shown_with_what_to_do(page: Any, day: Day) -> None:
    day.cloud.cloud.parts.alerts.hear([alert(day)])
    page.reload()
    page.wait_for_selector(".alerts li")
    said = page.text_content(".alerts li")
    assert "Fridge too warm" in said and "What to do: Look at its door" in said and "North gate" in said
    page.click("#language")
    page.wait_for_selector(".alerts li:has-text('冰箱过热')")
    narrow(page)


def alert(day: Day) -> AlertRow:
    return AlertRow(
        fingerprint="f1", name="fridge", severity="critical", station="st-1", district="north", summary="Fridge too warm", todo="Look at its door",
        summary_zh="冰箱过热", todo_zh="查看冰箱门", link="", since_ms=day.now_ms - 600_000, until_ms=None, heard_ms=day.now_ms,
    )  # fmt: skip


def narrow(page: Any) -> None:
    """Nothing is wider than a telephone."""
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
