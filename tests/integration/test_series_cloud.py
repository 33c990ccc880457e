"""A whole cloud on a time-series server: its API answers from there, and the server may die at any time without a point missing."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from cloud.adapters.db.series_book import SqlSeriesBook
from cloud.app import create_app
from cloud.errors import SeriesDown
from cloud.series.rebuild import Wanted, rebuild
from contract.series import SHAPES, Measurement
from tests.cloud_parts import Bench, FakeStation, bench
from tests.contract.examples import FACTS
from tests.integration.postgres import RunningPostgres
from tests.series_servers import Proxy, SeriesServer, influxd, victoria

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeriesServer]:
    with influxd(tmp_path_factory.mktemp("influx")) as one:
        yield one


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeriesServer]:
    with victoria(tmp_path_factory.mktemp("victoria")) as one:
        yield one


def on(server: SeriesServer | Proxy, folder: Path, kind: str = "influxdb", **settings: object) -> Bench:
    one = bench(folder, series=kind, series_url=server.url, series_bucket=folder.name[:60], series_timeout_s=1, **settings)
    one.clock.ms = time.time_ns() // 1_000_000
    return one


def follow(one: Bench, within_s: float = 15) -> None:
    """Until everything is there, however long the server is away."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if not one.cloud.series_side.follow() and one.cloud.series_side.behind() == 0:
                return
        except SeriesDown:
            time.sleep(0.1)
    raise AssertionError(f"{one.cloud.series_side.behind()} facts behind")


def acknowledged(one: Bench, here: FakeStation) -> int:
    """Up to which sample. Not every number is told: where 32 was stored before 31, the next answer is 32."""
    return max((upto for epoch, upto in one.sent.acks() if epoch == here.samples_epoch), default=0)


def stored(one: Bench, here: FakeStation, seq: int, within_s: float = 15) -> None:
    """Sent until it is acknowledged, as a station does: on a busy computer the store may be late the first time."""
    deadline = time.monotonic() + within_s
    while acknowledged(one, here) < seq:
        assert time.monotonic() < deadline, one.cloud.ingest.counters.series_error
        one.take(here.samples(seq))


def points(one: Bench, measurement: str = "fact") -> int:
    now_ms = one.clock.ms
    return sum(len(series.at_ms) for series in one.cloud.series.query(measurement, {}, now_ms - 10**8, now_ms + 10**8, 0))


def station(one: Bench, name: str = "st-1") -> FakeStation:
    from datetime import UTC, datetime

    return FakeStation(name, base=30, at=datetime.fromtimestamp(one.clock.ms // 60_000 * 60 - 600, UTC))


@pytest.mark.parametrize("kind", ["influxdb", "victoria"])
def test_samples_and_facts_are_found_through_the_api(kind: str, influx: SeriesServer, metrics: SeriesServer, tmp_path: Path) -> None:
    one = on(influx if kind == "influxdb" else metrics, tmp_path, kind)
    here = station(one, f"api-{kind}")
    one.take(here.state(), here.fact(1), here.samples(30, {"socket_w.1": [60.0, 80.0]}))
    follow(one)
    if kind == "victoria":
        urllib.request.urlopen(f"{metrics.url}/internal/force_flush").read()
    one.clock.ms += 60_000
    with TestClient(create_app(one.cloud), base_url="http://localhost") as client:
        answer = client.get("/api/v1/samples", params={"station": here.name, "since": here.at.isoformat(), "step_s": 60}).json()
        (series,) = answer["series"]
        assert (series["tags"], series["columns"]["socket_w"]) == ({"part": "1", "station": here.name}, [70.0])
        facts = client.get("/api/v1/samples", params={"station": here.name, "measurement": "fact", "since": here.at.isoformat(), "step_s": 0}).json()
        assert facts["series"][0]["columns"]["count"] == [1.0]
        health = client.get("/api/v1/health").json()
        told = health["series"]
        assert (told["kind"], told["behind"], told["error"], told["points_refused"]) == (kind, 0, None, {})
        assert told["words_kept"] == (kind == "influxdb")


def test_a_server_that_dies_holds_back_samples_but_no_fact_and_gets_all_later(tmp_path: Path) -> None:
    with influxd(tmp_path / "influx") as server:
        one = on(server, tmp_path / "cloud")
        here = station(one)
        one.take(here.fact(1))
        stored(one, here, 30)
        follow(one)
        server.kill()
        one.take(*(here.fact(seq) for seq in range(2, 301)), here.samples(31))
        assert one.sent.acks()[-1] == (here.epoch, 300)
        assert acknowledged(one, here) == 30
        with pytest.raises(SeriesDown):
            one.cloud.series_side.follow()
        with TestClient(create_app(one.cloud), base_url="http://localhost") as client:
            health = client.get("/api/v1/health").json()
            assert "series_down" in health["problems"] and health["series"]["behind"] == 299
            assert client.get("/api/v1/samples", params={"station": "st-1"}).status_code == 503
        server.start()
        again = on(server, tmp_path / "cloud")
        follow(again)
        assert points(again) == 300
        stored(again, here, 31)
        again.cloud.stop()


def test_a_server_that_stalls_ten_seconds_loses_nothing(influx: SeriesServer, tmp_path: Path) -> None:
    proxy = Proxy(influx.port)
    one = on(proxy, tmp_path)
    here = station(one)
    one.take(here.fact(1))
    stored(one, here, 30)
    proxy.stall()
    began, waiting, longest_s = time.monotonic(), set(range(31, 51)), 0.0
    while waiting:
        if time.monotonic() - began > 10:
            proxy.flow()
        assert time.monotonic() - began < 60, (waiting, one.cloud.ingest.counters.series_error)
        for seq in sorted(waiting)[:2]:
            before = time.monotonic()
            one.take(here.fact(seq), here.samples(seq))
            longest_s = max(longest_s, time.monotonic() - before)
        waiting = {seq for seq in waiting if seq > acknowledged(one, here)}
        time.sleep(0.05)
    assert longest_s < 5  # the store has 1 s for an answer; a fact waits for that once
    follow(one)
    assert points(one) >= 2
    (outbox,) = (series for series in one.cloud.series.query("sample", {"station": "st-1"}, 0, 2**42, 0) if "part" not in series.tags)
    assert len(outbox.at_ms) >= 21
    one.cloud.stop()
    proxy.close()


def everything(server: SeriesServer, bucket: str) -> dict[str, object]:
    """All that is stored, by measurement."""
    found: dict[str, object] = {}
    for name in (one.value for one in Measurement if one not in (Measurement.PLATFORM, Measurement.PRESENCE, Measurement.FLEET)):
        asked = f"{server.url}/query?db={bucket}&q=SELECT+*+FROM+%22{name}%22+GROUP+BY+*"
        found[name] = json.loads(urllib.request.urlopen(asked).read())["results"]
    return found


def test_a_rebuild_leaves_the_server_as_it_is(influx: SeriesServer, tmp_path: Path) -> None:
    one = on(influx, tmp_path)
    here = station(one)
    one.take(here.state(), *(here.fact(seq, fact.model_dump(mode="json")) for seq, fact in enumerate(FACTS, 1)))
    follow(one)
    one.cloud.series_side.roll()
    before = everything(influx, tmp_path.name[:60])
    assert one.cloud.series.refused == {}
    parts = one.cloud.parts
    for _ in range(2):
        rebuild(parts.ledger, SqlSeriesBook(one.cloud.engine), one.cloud.series, {"st-1": ("demo-city", "north")}, 480 * 60_000, Wanted(), lambda *_: None)
    assert everything(influx, tmp_path.name[:60]) == before
    fields = {name: shape.fields for name, shape in SHAPES.items()}
    ((series,),) = (json.loads(json.dumps(before["water"]))[0]["series"] for _ in range(1))
    assert set(fields[Measurement.WATER]) <= set(series["columns"])
    one.cloud.stop()


def test_the_book_is_the_same_on_postgresql(tmp_path: Path) -> None:
    database = RunningPostgres()
    try:
        both = [bench(tmp_path / "sqlite"), bench(tmp_path / "postgres", database_url=database.url)]
        for one in both:
            for name in ("st-1", "st-2"):
                here = FakeStation(name)
                facts = [here.fact(seq, fact.model_dump(mode="json")) for seq, fact in enumerate(FACTS, 1)]
                one.take(here.state(), *facts, here.fact(900, at="1970-01-01T00:00:00Z"), here.fact(901, at="2040-01-01T00:00:00Z"), facts[0])
            assert one.cloud.series_side.follow() is False
            one.cloud.series_side.roll()
            one.clock.ms += 600_000
            one.cloud.series_side.roll()
        for measurement in ("fact", "note", "hourly", "daily", "fleet", "presence"):
            sqlite, postgres = (one.cloud.series.query(measurement, {}, 0, 2**43, 0) for one in both)
            assert sqlite == postgres and sqlite
        books = [SqlSeriesBook(one.cloud.engine) for one in both]
        hour = 3_600_000
        for ask in (
            lambda book: book.total(both[0].clock.ms // hour * hour, both[0].clock.ms // hour * hour + hour, 2**40),
            lambda book: [book.hold("x", "a", 0, 10), book.hold("x", "b", 5, 15), book.hold("x", "a", 6, 16), book.hold("x", "b", 16, 26)],
            lambda book: book.behind(0),
        ):
            assert ask(books[0]) == ask(books[1])
        assert [books[0].hold("y", "a", 0, 10), books[0].hold("y", "b", 5, 15), books[0].hold("y", "b", 10, 20)] == [True, False, True]
        for one in both:
            one.cloud.stop()
    finally:
        database.close()
