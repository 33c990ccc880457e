"""What docker-compose.yml starts, started without containers by the same files: visits at two stations reach ledger and time series."""

from __future__ import annotations

import json
import signal
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contract.series import Measurement
from tests.compose import ROOT
from tests.grafana import Anything, interpolate
from tests.integration.broker_client import Client
from tests.integration.compose_town import Town, town
from tests.servers import find, need

STATIONS = {"st-1", "st-2"}


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize("broker", ["nats", "mosquitto"])
def test_the_first_start_fills_ledger_and_series(tmp_path: Path, broker: str) -> None:
    if broker == "mosquitto":
        need("mosquitto")
    with town(tmp_path, SPEED="30") as made:
        made.run("setup")
        made.start(broker)
        made.start("cloud")
        made.run("people")
        made.start("station-1")
        made.start("station-2")
        made.until("both stations had a visitor", lambda: _visited(made) == STATIONS, 90.0)
        if find("influxd"):
            made.until("presence of both in the series", lambda: _tags(made, Measurement.PRESENCE) == STATIONS, 90.0)
            made.until("the roll-up of the fleet", lambda: bool(_select(made, Measurement.FLEET)), 90.0)
            made.until("the first page has something on all of its tiles", lambda: not _empty(made, "fleet", "stat"), 90.0)
            assert not _empty(made, "platform", "stat") & {"Broker", "Ledger", "Series store"}
            assert not _empty(made, "map", "geomap")
            assert not _empty(made, "door", "stat") & {"Let in"}
            assert not _empty(made, "station", "stat") & {"Link", "Silent for", "Waiting facts"}
        assert _tell(made) == 1
        _as_the_manual_says(made, broker)
        made.run("setup")  # as at the next `docker compose up`
        made.run("people")
        assert made.is_well("cloud")
        codes = made.end()
        assert {name: code for name, code in codes.items() if code} == {}, codes


def _ask(made: Town, path: str, token: str = "") -> Any:
    request = urllib.request.Request(f"{made.cloud}/api/v1/{path}", headers={"Authorization": f"Bearer {token or made.env['CLOUD_TOKEN']}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _as_the_manual_says(made: Town, broker: str) -> None:
    """One more token, the state of the series, and one more station that the running broker lets in."""
    token = made.run("cloud", "cloud", "token", "me").strip()
    assert _ask(made, "facts?limit=1", token)["items"]
    made.run("cloud", "series", "status")
    told = made.run("setup", "containers", "account", "--folder", "/broker", "--store", "/broker-data", "st-17")
    station, password = told.split()
    port = int(made.places["broker:1883"].partition(":")[2])
    assert Client(Door(port, password), station).answer != "Success"
    made.running[broker].send_signal(signal.SIGHUP)
    made.until("the new account works", lambda: Client(Door(port, password), station).answer == "Success", 10.0)


@dataclass
class Door:
    """The broker as one account finds it."""

    port: int
    word: str
    host: str = "127.0.0.1"

    def password(self, user: str) -> str:
        return self.word


def _tell(made: Town) -> int:
    """As Grafana's webhook does, with what Grafana is given; how many alerts the cloud took."""
    grafana = made.services["grafana"].environment
    alert = {"status": "firing", "labels": {"alertname": "x"}, "startsAt": "2026-11-21T10:00:00Z", "fingerprint": "1"}
    headers = {"Authorization": f"Bearer {grafana['CLOUD_TOKEN']}", "Content-Type": "application/json", "Host": "cloud:8000"}
    path = grafana["SMART_STATION_ALERT_WEBHOOK"].removeprefix("http://cloud:8000")
    request = urllib.request.Request(f"{made.cloud}{path}", json.dumps({"alerts": [alert]}).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(json.load(answer)["heard"])


def _visited(made: Town) -> set[str]:
    return {row["station"] for row in _ask(made, "facts?kind=door_opened&limit=200")["items"]}


def _empty(made: Town, board: str, kind: str) -> set[str]:
    """Titles of the panels of this kind whose query, as Grafana sends it for the last hour, brings no value."""
    document = json.loads((ROOT / f"dashboards/json/en/{board}.json").read_text())
    now_ms = time.time_ns() // 1_000_000
    variables = {"city": Anything(".*"), "district": Anything(".*"), "station": "st-1"}
    panels = [panel for panel in document["panels"] if panel["type"] == kind]
    queries = {panel["title"]: interpolate(panel["targets"][0]["query"], variables, now_ms - 3_600_000, now_ms) for panel in panels}
    return {title for title, query in queries.items() if not _answer(made, query)}


def _select(made: Town, measurement: Measurement) -> list[dict[str, Any]]:
    """As Grafana asks, with the database name of its data source."""
    return _answer(made, f'SELECT * FROM "{measurement.value}" WHERE time > now() - 1h GROUP BY *')


def _answer(made: Town, query: str) -> list[dict[str, Any]]:
    words = urllib.parse.urlencode({"db": "smart-station", "q": query})
    with urllib.request.urlopen(f"http://{made.places['series:8086']}/query?{words}", timeout=10) as answer:
        result = json.load(answer)["results"][0]
    assert "error" not in result, f"{query}: {result['error']}"
    found: list[dict[str, Any]] = result.get("series", [])
    return found


def _tags(made: Town, measurement: Measurement) -> set[str]:
    return {one["tags"]["station"] for one in _select(made, measurement)}
