"""Dashboards, alert rules and provisioning as files: their schema, an own lint, and that the lint can find something."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog import plugins, runtime
from grafana_foundation_sdk.models.dashboard import Dashboard
from jsonschema import Draft202012Validator

from contract.series import STANDINGS, Measurement
from dashboards import frame, lint, pages, words
from dashboards.boards import BOARDS
from dashboards.influxql import SOURCE, Query, of
from dashboards.panels import Look, Panel, Row
from dashboards.words import Language, Text
from tests.grafana import Anything, curves, interpolate, table

ROOT = Path(__file__).resolve().parents[2]
FILES = pages.generated()
SCHEMA = Draft202012Validator(json.loads((ROOT / "tests/dashboard_schema.json").read_text("utf-8")))
FOUND: dict[str, dict[str, Any]] = {path: json.loads(text) for path, text in FILES.items() if path.endswith(".json")}
UIDS = [one["uid"] for one in FOUND.values()]
RULES = yaml.safe_load(FILES["dashboards/provisioning/alerting/rules.yaml"])
PANELS = {one["uid"]: {panel["id"] for panel in one["panels"]} for one in FOUND.values()}
ENVIRONMENT = re.compile(r"\$\{?([A-Z][A-Z_0-9]+)\}?")


def test_what_lies_on_disk_is_what_the_code_writes_and_nothing_else() -> None:
    folders = [ROOT / "dashboards" / name for name in ("json", "provisioning", "optional")]
    lie = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert lie == FILES, "./kiosk check --fix"


@pytest.mark.parametrize("path", FOUND)
def test_dashboard_fits_the_schema(path: str) -> None:
    assert [f"{'/'.join(map(str, fault.path))}: {fault.message}" for fault in SCHEMA.iter_errors(FOUND[path])] == []


@pytest.mark.parametrize("path", FOUND)
def test_dashboard_passes_the_lint(path: str) -> None:
    assert list(lint.dashboard(FOUND[path], UIDS)) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", FOUND)
def test_the_sdk_reads_back_what_it_wrote(path: str) -> None:
    plugins.register_default_plugins()
    runtime.register_dataquery_variant(runtime.DataqueryConfig(identifier="influxdb", from_json_hook=Query.from_json))
    again = json.loads(pages.text(Dashboard.from_json(copy.deepcopy(FOUND[path]))))
    for one in (*again["panels"], *FOUND[path]["panels"]):
        assert one["fieldConfig"]["defaults"]
    assert again["panels"] == FOUND[path]["panels"]
    assert again["templating"] == FOUND[path]["templating"]


def test_rules_pass_the_lint() -> None:
    assert list(lint.rules(RULES, PANELS)) == []


def test_each_board_is_there_in_both_languages_with_the_same_panels() -> None:
    assert len(FOUND) == 2 * len(BOARDS)
    for board in BOARDS:
        assert PANELS[f"zh-{board.name}"] == PANELS[f"en-{board.name}"]
        titles = {language: FOUND[f"dashboards/json/{language.value}/{board.name}.json"]["title"] for language in Language}
        assert titles[Language.ZH] != titles[Language.EN]


def test_every_standing_has_a_word_and_a_sign() -> None:
    assert {word.value for word in words.STANDING} == {str(code) for code in STANDINGS.values()}
    for name, code in STANDINGS.items():
        assert words.STANDING[code].text.en.endswith(name)
    signs = [word.text.en[0] for word in words.STANDING]
    assert len(set(signs)) == len(signs), "two standings differ in colour alone"


def test_the_map_asks_nobody_for_tiles() -> None:
    text = FILES["dashboards/json/en/map.json"]
    assert not re.search(r"https?://(?!127\.0\.0\.1|www\.w3\.org)", text.replace("%3A", ":").replace("%2F", "/"))


def test_one_name_for_what_all_who_are_told_are_called() -> None:
    contacts = [yaml.safe_load(text) for path, text in FILES.items() if path.endswith(("contact.yaml", "dingtalk.yaml", "wecom.yaml", "email.yaml"))]
    names = {point["name"] for one in contacts for point in one["contactPoints"]}
    policies = yaml.safe_load(FILES["dashboards/provisioning/alerting/policies.yaml"])["policies"]
    assert names == {policy["receiver"] for policy in policies} == {route["receiver"] for policy in policies for route in policy["routes"]}
    uids = [receiver["uid"] for one in contacts for point in one["contactPoints"] for receiver in point["receivers"]]
    assert len(contacts) == len(set(uids)) == 4


def test_the_data_source_is_the_one_that_queries_name() -> None:
    (source,) = yaml.safe_load(FILES["dashboards/provisioning/datasources/influxdb.yaml"])["datasources"]
    assert (source["uid"], source["type"]) == (SOURCE.uid, SOURCE.type_val)
    assert "$" in source["secureJsonData"]["httpHeaderValue1"], "a token in a file"


def test_only_contact_points_that_are_always_wanted_are_read_at_the_start() -> None:
    always = {name for path, text in FILES.items() if "/provisioning/" in path for name in ENVIRONMENT.findall(text)}
    assert always == {"SERIES_URL", "SERIES_TOKEN", "SMART_STATION_ALERT_WEBHOOK", "CLOUD_TOKEN"}


def test_readme_names_every_variable_of_the_environment() -> None:
    readme = (ROOT / "dashboards/README.md").read_text("utf-8")
    named = {name for path, text in FILES.items() if path.endswith(".yaml") for name in ENVIRONMENT.findall(text)}
    assert [name for name in named if name not in readme] == []


WRONG_QUERIES = {
    "no time": 'SELECT last("lost") FROM "fleet"',
    "inner part without time": 'SELECT sum("lost") FROM (SELECT last("lost") FROM "fleet") WHERE $timeFilter',
    "measurement": 'SELECT last("lost") FROM "fleets" WHERE $timeFilter',
    "field": 'SELECT last("loost") FROM "fleet" WHERE $timeFilter',
    "variable": 'SELECT last("lost") FROM "fleet" WHERE $timeFilter AND "city" =~ /^${town:regex}$/',
    "not escaped": 'SELECT last("lost") FROM "fleet" WHERE $timeFilter AND "city" =~ /^${city}$/',
}


def _broken(change: str) -> dict[str, Any]:
    """The fleet's dashboard with one thing wrong."""
    one = copy.deepcopy(FOUND["dashboards/json/en/fleet.json"])
    panel = one["panels"][0]
    if change in WRONG_QUERIES:
        panel["targets"][0]["query"] = WRONG_QUERIES[change]
        return one
    match change:
        case "number twice":
            panel["id"] = one["panels"][1]["id"]
        case "overlap":
            panel["gridPos"]["w"] += 1
        case "off the grid":
            one["panels"][6]["gridPos"]["x"] = 22
        case "no description":
            panel["description"] = ""
        case "unit":
            panel["fieldConfig"]["defaults"]["unit"] = "parsec"
        case "nothing said":
            del panel["fieldConfig"]["defaults"]["noValue"]
        case "another source":
            panel["datasource"]["uid"] = "mine"
        case "two tags":
            one["panels"][7]["targets"][0]["query"] = 'SELECT last("alarms") FROM "presence" WHERE $timeFilter GROUP BY "station", "city"'
        case "link":
            one["links"][0]["url"] = "/d/en-nowhere"
        case "colour alone":
            one["panels"][6]["fieldConfig"]["defaults"]["mappings"][0]["options"]["0"]["text"] = ""
        case "title":
            panel["title"] = "Stations that are not heard any more"
        case "too many":
            one["panels"] = [{**panel, "id": n, "gridPos": {**panel["gridPos"], "y": 5 * n}} for n in range(1, 20)]
    return one


BREAKS = (
    "number twice", "overlap", "off the grid", "no description", "unit", "nothing said", "another source", "no time", "inner part without time",
    "measurement", "field", "variable", "not escaped", "two tags", "link", "colour alone", "title", "too many",
)  # fmt: skip


@pytest.mark.parametrize("change", BREAKS)
def test_lint_finds(change: str) -> None:
    assert list(lint.dashboard(_broken(change), UIDS))


@pytest.mark.parametrize("change", ["condition", "panel", "severity", "todo_zh", "expression", "dollar"])
def test_lint_of_rules_finds(change: str) -> None:
    found = copy.deepcopy(RULES)
    rule = found["groups"][0]["rules"][0]
    match change:
        case "condition":
            rule["condition"] = "Z"
        case "panel":
            rule["panelId"] = 99
        case "severity":
            rule["labels"] = {}
        case "todo_zh":
            del rule["annotations"]["todo_zh"]
        case "expression":
            rule["data"][-1]["model"]["expression"] = "${newest_z} > 1"
        case "dollar":
            rule["annotations"]["summary"] = "{{ $labels.district }} is lost"
    assert list(lint.rules(found, PANELS))


def test_a_name_that_the_series_have_not_is_refused_when_written() -> None:
    with pytest.raises(LookupError, match="fleet has no loost"):
        of(Measurement.FLEET, "loost")


def test_panels_of_a_row_fill_it() -> None:
    plain = Panel(1, Look.NUMBER, Text("", ""), Text("", ""), Text("", ""), ())
    wide = Panel(2, Look.NUMBER, Text("", ""), Text("", ""), Text("", ""), (), width=7)
    assert frame.widths(Row(4, (plain, wide, plain))) == [9, 7, 8]
    assert all(sum(frame.widths(row)) == frame.COLUMNS for board in BOARDS for row in board.rows)


VALUES = {"city": Anything(".*"), "station": ["st-1", "st-2"], "district": "Old Mill (磨坊)/1", "zone": "Asia/Shanghai"}


@pytest.mark.parametrize(("text", "seen"), [
    ("/^${city:regex}$/", "/^.*$/"),
    ("/^${station:regex}$/", "/^(st-1|st-2)$/"),
    ("/^${district:regex}$/", r"/^Old Mill \(磨坊\)\/1$/"),
    ("tz('${zone:raw}')", "tz('Asia/Shanghai')"),
    ("${station:queryparam}", "var-station=st-1&var-station=st-2"),
    ("$timeFilter", "time >= 1000ms and time <= 3601000ms"),
    ("time(${__to}ms - 3m)", "time(3601000ms - 3m)"),
    ("GROUP BY time($__interval)", "GROUP BY time(30s)"),
])  # fmt: skip
def test_a_query_is_filled_in_as_grafana_does(text: str, seen: str) -> None:
    assert interpolate(text, VALUES, 1000, 3_601_000) == seen


def test_an_interval_grows_with_the_time_shown() -> None:
    assert interpolate("$__interval", {}, 0, 7 * 86_400_000) == "900s"
    assert interpolate("$__interval", {}, 0, 7 * 86_400_000, points=100) == "7200s"


def test_a_variable_that_nobody_fills_in_is_an_error() -> None:
    with pytest.raises(KeyError):
        interpolate("${town:regex}", VALUES, 0, 1)


def test_an_answer_becomes_curves_or_one_table() -> None:
    series = [{"name": "x", "tags": {"station": f"st-{n}"}, "columns": ["time", "a", "b"], "values": [[1, n, "w"]]} for n in (1, 2)]
    assert curves({"series": series}) == [("a", [1]), ("b", ["w"]), ("a", [2]), ("b", ["w"])]
    assert table({"series": series}) == (["Time", "station", "a", "b"], [[1, "st-1", 1, "w"], [1, "st-2", 2, "w"]])
    assert table({}) == ([], [])
