"""victoria-metrics: the same lines, numbers only; what is written again counts once."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.adapters.series_lines import VictoriaSeries
from cloud.domain.points import NS_PER_MS, Columns, point
from cloud.domain.steps import Fold
from cloud.errors import SeriesDown
from contract.series import Measurement, Tag
from tests.series_servers import Proxy, SeriesServer, victoria

pytestmark = pytest.mark.server
NOW_MS = int(time.time()) // 60 * 60_000 - 600_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeriesServer]:
    with victoria(tmp_path_factory.mktemp("victoria")) as one:
        yield one


def sink(url: str) -> VictoriaSeries:
    return VictoriaSeries(url, None, "smart-station", "smart-station", 5)


def watts(station: str, seconds: int) -> Columns:
    times = [(NOW_MS + second * 1000) * NS_PER_MS for second in range(seconds)]
    tags = ((Tag.PART, "1"), (Tag.STATION, station))
    return Columns(Measurement.SAMPLE, tags, times, (("socket_w", [float(n) for n in range(seconds)]),), (("clock", "trusted"),))


def flushed(server: SeriesServer) -> None:
    urllib.request.urlopen(f"{server.url}/internal/force_flush").read()


def test_numbers_come_back_in_steps_and_words_are_not_there(server: SeriesServer) -> None:
    one = sink(server.url)
    hour = point(Measurement.SAMPLE_HOUR, {Tag.STATION: "a", Tag.PART: "1"}, NOW_MS * NS_PER_MS, {"socket_w_mean": 3})
    one.write([watts("a", 120), hour])
    flushed(server)
    for fold, expected in {Fold.MEAN: [29.5, 89.5], Fold.MAX: [59.0, 119.0], Fold.SUM: [1770.0, 5370.0]}.items():
        (series,) = one.query("sample", {"station": "a", "part": "1"}, NOW_MS, NOW_MS + 120_000, 60_000, fold)
        assert (series.tags, series.at_ms) == ({"part": "1", "station": "a"}, [NOW_MS, NOW_MS + 60_000])
        assert series.columns == {"socket_w": expected}
    (series,) = one.query("sample_hour", {"station": "a"}, NOW_MS, NOW_MS + 1, 0)
    assert series.columns == {"socket_w_mean": [3.0]}
    assert one.query("sample", {"station": '"} or {"'}, NOW_MS, NOW_MS + 120_000, 0) == []


def test_what_is_written_again_counts_once(server: SeriesServer) -> None:
    one = sink(server.url)
    for _ in range(3):
        one.write([watts("b", 50)])
        flushed(server)
    (series,) = one.query("sample", {"station": "b"}, NOW_MS, NOW_MS + 60_000, 0)
    assert len(series.at_ms) == 50


def test_the_wire_is_compressed(server: SeriesServer) -> None:
    proxy = Proxy(server.port)
    sink(proxy.url).write([watts("c", 5000)])
    assert b"Content-Encoding: gzip" in proxy.sent and b"/api/v2/write" in proxy.sent
    assert len(proxy.sent) < 5000 * 20
    flushed(server)
    (series,) = sink(server.url).query("sample", {"station": "c"}, NOW_MS, NOW_MS + 600_000, 3_600_000, Fold.SUM)
    assert sum(float(value or 0) for value in series.columns["socket_w"]) == sum(range(600))
    proxy.close()


def test_a_store_that_was_killed_is_waited_for(tmp_path: Path) -> None:
    with victoria(tmp_path) as one_server:
        one = sink(one_server.url)
        one.write([watts("d", 1)])
        flushed(one_server)
        one_server.kill()
        with pytest.raises(SeriesDown):
            one.write([watts("d", 2)])
        one_server.start()
        deadline = time.monotonic() + 15
        while True:
            try:
                one.write([watts("d", 2)])
                break
            except SeriesDown:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        flushed(one_server)
        (series,) = one.query("sample", {"station": "d"}, NOW_MS, NOW_MS + 60_000, 0)
        assert len(series.at_ms) == 2
