"""Grafana's webhook at the cloud: kept once each time an alert stands, closed when it is resolved, listed; nothing without a token."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from cloud.app import create_app
from cloud.domain.callers import Role
from tests.cloud_parts import Bench, bench
from tests.cloud_people import logged_in

URL = "http://127.0.0.1:8000"
ALERTING = Path(__file__).parents[2] / "dashboards" / "provisioning" / "alerting"
BEGAN = "2026-11-21T03:00:00Z"


@pytest.fixture
def cloud(tmp_path: Path) -> Bench:
    return bench(tmp_path)


@pytest.fixture
def web(cloud: Bench) -> Iterator[TestClient]:
    with TestClient(create_app(cloud.cloud), base_url=URL) as client:
        client.headers["authorization"] = f"Bearer {cloud.cloud.tokens.first(0)}"
        yield client


def told(status: str = "firing", **changes: Any) -> dict[str, Any]:
    """As Grafana 11 sends it, with more fields than are read."""
    alert = {
        "status": status, "labels": {"alertname": "Stations lost", "district": "north", "severity": "critical", "grafana_folder": "alarms"},
        "annotations": {"summary": "A fifth of north is lost", "todo": "Ask the carrier"}, "startsAt": BEGAN, "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "https://grafana.example.org/alerting/1", "fingerprint": "c6eadffa33fcdf37", "values": {"B": 0.2}, **changes,
    }  # fmt: skip
    return {"receiver": "cloud", "status": status, "alerts": [alert], "version": "1", "title": "[FIRING:1]"}


def listed(web: TestClient, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = web.get(f"/api/v1/alerts{query}").json()["items"]
    return items


def test_somebody_takes_note_of_an_alert_and_it_is_in_the_audit(web: TestClient, cloud: Bench) -> None:
    web.post("/api/v1/alerts", json=told())
    url = "/api/v1/alerts/c6eadffa33fcdf37/acknowledge"
    assert web.post(url).json()["type"] == "human_needed"
    for name in ("ann", "bob"):
        cloud.clock.ms += 1000
        answer = web.post(url, headers=logged_in(cloud, Role.OPERATOR, name=name)).json()
        assert (answer["seen_by"], answer["seen_at"]) == ("ann", "2026-11-21T04:00:01.000Z"), "the first is kept"
    web.post("/api/v1/alerts", json=told())
    assert listed(web)[0]["seen_by"] == "ann", "also when Grafana repeats it"
    noted = [(row.who, row.act, row.target) for row in cloud.cloud.parts.audit_rows.rows(0, 100) if row.act.startswith("alert")]
    assert noted == [("ann", "alert.acknowledge", "north"), ("bob", "alert.acknowledge", "north")]
    web.post("/api/v1/alerts", json=told("resolved", endsAt="2026-11-21T03:30:00Z"))
    assert web.post(url, headers=logged_in(cloud, Role.OPERATOR)).status_code == 404


def test_an_alert_is_raised_repeated_and_resolved(web: TestClient) -> None:
    for _ in range(2):
        assert web.post("/api/v1/alerts", json=told()).json() == {"heard": 1}
    (one,) = listed(web, "?standing=true")
    assert (one["summary"], one["todo"], one["district"], one["since"], one["until"]) == (
        "A fifth of north is lost", "Ask the carrier", "north", "2026-11-21T03:00:00.000Z", None,
    )  # fmt: skip
    web.post("/api/v1/alerts", json=told("resolved", endsAt="2026-11-21T03:30:00Z"))
    assert listed(web, "?standing=true") == []
    assert listed(web)[0]["until"] == "2026-11-21T03:30:00.000Z"


def test_a_new_time_closes_one_whose_end_was_never_told(web: TestClient) -> None:
    web.post("/api/v1/alerts", json=told())
    web.post("/api/v1/alerts", json=told(startsAt="2026-11-21T03:40:00Z"))
    assert [one["since"] for one in listed(web, "?standing=true")] == ["2026-11-21T03:40:00.000Z"]
    assert len(listed(web)) == 2


def test_nothing_is_taken_in_without_a_token_and_no_link_leads_into_scripts(web: TestClient) -> None:
    assert web.post("/api/v1/alerts", json=told(), headers={"authorization": ""}).status_code == 401
    web.post("/api/v1/alerts", json=told(generatorURL="javascript:alert(1)"))
    assert listed(web)[0]["link"] == ""


@pytest.mark.parametrize("changes", [{"status": "maybe"}, {"fingerprint": ""}, {"startsAt": "yesterday"}, {"labels": 7}])
def test_what_is_no_alert_is_refused(web: TestClient, changes: dict[str, Any]) -> None:
    assert web.post("/api/v1/alerts", json=told(**changes)).status_code == 422
    assert listed(web) == []


def test_a_flood_is_refused_whole(web: TestClient) -> None:
    flood = {"alerts": told()["alerts"] * 501}
    assert web.post("/api/v1/alerts", json=flood).status_code in (413, 422)


def test_a_long_text_is_cut(web: TestClient) -> None:
    web.post("/api/v1/alerts", json=told(annotations={"summary": "x" * 5000, "description": "y" * 5000}))
    (one,) = listed(web)
    assert (len(one["summary"]), len(one["todo"])) == (300, 600)


def test_the_console_knows_where_grafana_is(tmp_path: Path) -> None:
    with TestClient(create_app(bench(tmp_path, grafana_url="https://grafana.example.org/").cloud), base_url=URL) as client:
        assert client.get("/api/v1/console").json() == {"grafana_url": "https://grafana.example.org"}


def test_the_most_that_grafana_tells_at_once_is_taken(web: TestClient) -> None:
    """As many alerts as the contact point allows, each with the longest annotations of our rules and a KiB of what Grafana adds."""
    rules = [rule for group in yaml.safe_load((ALERTING / "rules.yaml").read_text())["groups"] for rule in group["rules"]]
    (receiver,) = yaml.safe_load((ALERTING / "contact.yaml").read_text())["contactPoints"][0]["receivers"]
    longest = max((rule["annotations"] for rule in rules), key=lambda one: len(json.dumps(one)))
    alerts = [
        told(annotations=longest, labels={"alertname": "x", "station": f"st-{n}"}, fingerprint=str(n), valueString="v" * 1024)["alerts"][0]
        for n in range(receiver["settings"]["maxAlerts"])
    ]
    assert web.post("/api/v1/alerts", json={"alerts": alerts}).json() == {"heard": len(alerts)}
