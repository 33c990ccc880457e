"""Every query of every panel, variable, annotation and alert rule on a real InfluxDB 1, filled by 200 stations over a week: rows of the shape
that its panel expects, within 1 s. How the week is thinned says tests/week.py.
"""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.frame import ZONE
from dashboards.words import Language
from tests import week
from tests.grafana import Anything, Values, curves, interpolate, table
from tests.series_servers import influxd

ROOT = Path(__file__).resolve().parents[2]
BOARDS = sorted((ROOT / "dashboards/json").glob("*/*.json"))
LINES_AT_ONCE = 20_000
LONGEST_S = 1.0
TRIES = 2
"""The quicker one counts: other work on this computer is not the query's."""
SPAN_S = {"now-6h": 6 * 3600, "now-24h": 86_400, "now-7d": 7 * 86_400, "14d": 14 * 86_400}
ALL = {"city": Anything(".*"), "district": Anything(".*"), "zone": ZONE, "console": "http://127.0.0.1:8000"}

pytestmark = [pytest.mark.slow, pytest.mark.server]


class Store:
    """An InfluxDB with the week in it; `now_ms` is the week's end."""

    def __init__(self, url: str) -> None:
        self._url, self.now_ms, self.lines, self.slowest = url, 0, 0, (0.0, "")

    def fill(self) -> None:
        now_s = int(time.time())
        self._post("query", b"", q='CREATE DATABASE "smart-station"')
        waiting: list[str] = []
        for line in week.week(now_s):
            waiting.append(line)
            if len(waiting) == LINES_AT_ONCE:
                self._write(waiting)
                waiting = []
        self._write(waiting)
        self.now_ms = now_s * 1000

    def _write(self, waiting: list[str]) -> None:
        self.lines += len(waiting)
        self._post("write", "\n".join(waiting).encode(), precision="ns")

    def _post(self, what: str, body: bytes, **asked: str) -> bytes:
        query = urllib.parse.urlencode({"db": "smart-station", "epoch": "ms", **asked})
        with urllib.request.urlopen(urllib.request.Request(f"{self._url}/{what}?{query}", body, method="POST"), timeout=60) as answer:
            return bytes(answer.read())

    def ask(self, text: str, variables: Values, span_s: int) -> dict[str, Any]:
        """The answer to one query of a dashboard, as Grafana would put it.

        Raises:
            AssertionError: the store refuses it, or takes longer than it may.
        """
        asked = interpolate(text, variables, self.now_ms - span_s * 1000, self.now_ms)
        took_s, result = min((self._timed(asked) for _ in range(TRIES)), key=lambda one: one[0])
        self.slowest = max(self.slowest, (took_s, asked[:200]))
        assert "error" not in result, f"{result.get('error')}: {asked[:2000]}"
        assert took_s < LONGEST_S, f"{took_s:.2f} s: {asked[:2000]}"
        return result

    def _timed(self, asked: str) -> tuple[float, dict[str, Any]]:
        begun = time.perf_counter()
        (result,) = json.loads(self._form(urllib.parse.urlencode({"q": asked}).encode()))["results"]
        return time.perf_counter() - begun, dict(result)

    def _form(self, body: bytes) -> bytes:
        url = f"{self._url}/query?" + urllib.parse.urlencode({"db": "smart-station", "epoch": "ms"})
        request = urllib.request.Request(url, body, {"Content-Type": "application/x-www-form-urlencoded"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    def values(self, text: str, variables: Values) -> list[str]:
        """What a variable can be."""
        return [row[1] for series in self.ask(text, variables, 60).get("series", []) for row in series["values"]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with influxd(tmp_path_factory.mktemp("influx")) as server:
        filled = Store(server.url)
        begun = time.monotonic()
        filled.fill()
        print(f"\n{filled.lines:,} lines in {time.monotonic() - begun:.0f} s")
        yield filled
        print(f"\nslowest query: {filled.slowest[0]:.2f} s: {filled.slowest[1]}")


def load(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))


def chosen(store: Store, board: dict[str, Any], picks: dict[str, str]) -> Values:
    """Values of the variables of a dashboard: what is picked, else All, chained as on the screen."""
    values: dict[str, Any] = {**ALL, **picks}
    for one in board["templating"]["list"]:
        if one["name"] == "station" and "station" not in picks:
            found = store.values(one["query"], values)
            values["station"] = found if one["includeAll"] else found[0]
    return values


CHOICES: dict[str, dict[str, str]] = {
    "all": {},
    "district": {"city": "lanting", "district": "old-mill"},
    "station": {"city": "lanting", "district": "riverside", "station": "st-5"},
}


@pytest.mark.parametrize("path", [path for path in BOARDS if path.parent.name == Language.EN], ids=lambda path: path.stem)
def test_every_panel_gets_rows_of_its_shape(path: Path, store: Store) -> None:
    board = load(path)
    values = chosen(store, board, {} if board["uid"] != "en-station" else {"station": "st-5"})
    for panel in board["panels"]:
        span_s = SPAN_S[panel.get("timeFrom") or board["time"]["from"]]
        shaped(panel, [store.ask(target["query"], values, span_s) for target in panel["targets"]])


def shaped(panel: dict[str, Any], results: list[dict[str, Any]]) -> None:
    """Fails unless the answers are what this kind of panel can draw."""
    where = f"panel {panel['id']} {panel['title']}"
    if panel["type"] in ("table", "geomap"):
        for result in results:
            columns, rows = table(result)
            assert rows, f"{where}: no row"
            assert wanted(panel) <= set(columns), f"{where}: {columns}"
            assert len(columns) == len(set(columns)), f"{where}: {columns}"
        return
    for result in results:
        found = curves(result)
        assert found, f"{where}: no curve"
        lengths = {len(values) for _, values in found}
        known = [value for _, values in found for value in values if value is not None]
        assert known, f"{where}: only gaps"
        assert all(isinstance(value, str if panel["fieldConfig"]["defaults"]["unit"] == "string" else int | float) for value in known), where
        if panel["type"] in ("stat", "bargauge"):
            assert lengths == {1}, f"{where}: {lengths} values in place of one"
        else:
            assert max(lengths) > 1 and max(lengths) < 2000, f"{where}: {lengths} values of a curve"
        assert panel["type"] != "stat" or len(found) == 1, f"{where}: {len(found)} numbers in place of one"


def wanted(panel: dict[str, Any]) -> set[str]:
    """Columns that a table shows, or that the map needs."""
    if panel["type"] == "geomap":
        return {"latitude", "longitude", "name", "station"}
    names = {one["matcher"]["options"] for one in panel["fieldConfig"]["overrides"]}
    return {name.removesuffix(" (count)") for name in names}


@pytest.mark.parametrize("choice", CHOICES)
def test_no_choice_of_place_makes_a_query_fail_or_slow(choice: str, store: Store) -> None:
    for path in (path for path in BOARDS if path.parent.name == Language.EN):
        board = load(path)
        values = chosen(store, board, CHOICES[choice])
        for panel in board["panels"]:
            for target in panel["targets"]:
                store.ask(target["query"], values, 7 * 86_400)


def test_places_are_chained(store: Store) -> None:
    board = load(ROOT / "dashboards/json/en/door.json")
    asked = {one["name"]: one["query"] for one in board["templating"]["list"] if one["type"] == "query"}
    assert store.values(asked["city"], ALL) == ["lanting"]
    assert len(store.values(asked["district"], ALL)) == 4
    assert len(store.values(asked["station"], ALL)) == week.STATIONS
    assert len(store.values(asked["station"], {**ALL, "district": "hill-gate"})) == week.STATIONS / 4
    assert store.values(asked["district"], {**ALL, "city": "elsewhere"}) == []


def test_both_languages_ask_the_same() -> None:
    for path in BOARDS:
        other = load(path.parents[1] / Language(path.parent.name).other / path.name)
        assert [one["targets"] for one in load(path)["panels"]] == [one["targets"] for one in other["panels"]]


def test_marks_have_a_time_and_words(store: Store) -> None:
    for path in BOARDS:
        board = load(path)
        for one in board["annotations"]["list"]:
            columns, rows = table(store.ask(one["target"]["query"], {**ALL, "station": ["st-5", "st-6"]}, 7 * 86_400))
            assert rows and {"Time", one["target"]["textColumn"], *one["target"]["tagsColumn"].split(",")} <= set(columns), one["name"]


RULES = [rule for group in yaml.safe_load((ROOT / "dashboards/provisioning/alerting/rules.yaml").read_text("utf-8"))["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["uid"])
def test_every_rule_gets_numbers(rule: dict[str, Any], store: Store) -> None:
    for one in (one for one in rule["data"] if one["model"].get("query")):
        result = store.ask(one["model"]["query"], {}, one["relativeTimeRange"]["from"])
        found = curves(result)
        assert found and all(isinstance(values[-1], int | float) for _, values in found)
        labels = {name for series in result["series"] for name in series.get("tags", {})}
        said = {name for text in rule["annotations"].values() for name in ("district", "station", "reason", "worker") if f".Labels.{name} " in text}
        assert said <= labels, f"its words speak of {said - labels}"


def test_rules_find_those_that_are_ill_and_no_others(store: Store) -> None:
    assert tagged(store, "alarm-standing", "station") == {f"st-{n}" for n in week.ALARMED}
    assert tagged(store, "fridge-warm", "station") == {f"st-{n}" for n in week.WARM}


def tagged(store: Store, name: str, tag: str) -> set[str]:
    """Values of a tag in the answer to a rule's first query."""
    one = next(rule for rule in RULES if rule["uid"] == name)["data"][0]
    return {series["tags"][tag] for series in store.ask(one["model"]["query"], {}, one["relativeTimeRange"]["from"])["series"]}


STANDS = {"alarm-standing", "fridge-warm", "refusals-jump", "facts-missing"}
"""What the week ends with: an alarm at three stations, two warm fridges, a day's refusals in ten minutes, a fact declared gone half an hour ago."""


def test_rules_fire_for_what_happened_and_for_nothing_else(store: Store) -> None:
    assert {rule["uid"] for rule in RULES if fires(rule, store)} == STANDS


def fires(rule: dict[str, Any], store: Store) -> bool:
    """Whether its condition holds for any of its series, computed as Grafana's expressions do: the newest value of each, joined by labels."""
    newest: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for one in (one for one in rule["data"] if one["model"].get("query")):
        series = store.ask(one["model"]["query"], {}, one["relativeTimeRange"]["from"])["series"]
        newest[one["refId"].lower()] = {tuple(sorted(each.get("tags", {}).items())): each["values"][-1][-1] for each in series}
    condition = rule["data"][-1]["model"]["expression"].replace("&&", " and ")
    for labels in newest["a"]:
        text = condition
        for name, values in newest.items():
            text = text.replace(f"${{newest_{name}}}", repr(float(values[labels])))
        assert set(text) <= set("0123456789.+-*/<>=! ande"), text
        if eval(text):
            return True
    return False
