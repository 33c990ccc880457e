"""InfluxDB, as Debian has it: what is written is found again, what it refuses is counted, and its being away loses nothing."""

from __future__ import annotations

import random
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from cloud.adapters.series_lines import InfluxSeries
from cloud.domain.points import NS_PER_MS, Columns, Point, point
from cloud.domain.steps import Fold
from cloud.errors import SeriesDown
from contract.series import Measurement, Tag
from tests.series_servers import Proxy, SeriesServer, influxd

pytestmark = pytest.mark.server
AT_MS = 1_795_233_600_000
BUCKET = "smart-station"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeriesServer]:
    with influxd(tmp_path_factory.mktemp("influx")) as one:
        yield one


def sink(url: str, bucket: str = BUCKET, token: str | None = None, timeout_s: float = 5) -> InfluxSeries:
    return InfluxSeries(url, token, "smart-station", bucket, timeout_s)


def fact(station: str, seq: int, **fields: float | str) -> Point:
    return point(Measurement.FACT, {Tag.STATION: station, Tag.KIND: "door_closed"}, (AT_MS + seq * 1000) * NS_PER_MS + seq, fields or {"count": 1})


def found(one: InfluxSeries, station: str, step_ms: int = 0, fold: Fold = Fold.MEAN) -> dict[str, list[object]]:
    (series,) = one.query("fact", {"station": station}, AT_MS - 1000, AT_MS + 100_000_000, step_ms, fold)
    return {"at_ms": list(series.at_ms), **series.columns}


def restarted(one: InfluxSeries, points: list[Point], within_s: float = 15) -> None:
    """Write until the server takes it."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            return one.write(points)
        except SeriesDown:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_points_are_found_again_by_tag_and_time(server: SeriesServer) -> None:
    one = sink(server.url)
    strange = "it's \"so\", = \\"
    one.write([fact("a", 1), fact("a", 2, count=1, clock=strange), fact("b", 1)])
    assert found(one, "a") == {"at_ms": [AT_MS + 1000, AT_MS + 2000], "count": [1.0, 1.0], "clock": [None, strange]}
    assert one.query("fact", {"station": "' OR 1=1 --"}, 0, AT_MS * 2, 0) == []
    assert one.query("nothing", {}, 0, AT_MS * 2, 60_000) == []


def test_what_is_written_again_is_there_once(server: SeriesServer) -> None:
    one = sink(server.url)
    for _ in range(3):
        one.write([fact("again", seq) for seq in range(100)])
    assert len(found(one, "again")["count"]) == 100


def test_steps_fold_numbers_and_keep_the_last_word(server: SeriesServer) -> None:
    one, station = sink(server.url), ((Tag.PART, "1"), (Tag.STATION, "steps"))
    times = [(AT_MS + second * 1000) * NS_PER_MS for second in range(120)]
    one.write([Columns(Measurement.SAMPLE, station, times, (("socket_w", [float(n) for n in range(120)]),), (("clock", "trusted"),))])
    for fold, expected in {Fold.MEAN: [29.5, 89.5], Fold.MAX: [59.0, 119.0], Fold.SUM: [1770.0, 5370.0]}.items():
        (series,) = one.query("sample", {"station": "steps"}, AT_MS, AT_MS + 240_000, 60_000, fold)
        assert (series.tags, series.at_ms) == ({"part": "1", "station": "steps"}, [AT_MS, AT_MS + 60_000])
        assert series.columns == {"clock": ["trusted", "trusted"], "socket_w": expected}


def test_of_a_partial_write_the_good_lines_are_stored_and_the_others_counted(server: SeriesServer) -> None:
    one = sink(server.url)
    one.write([fact("partial", 1)])
    one.write([fact("partial", 2, count="words"), fact("partial", 3), fact("partial", 4, count="more words")])
    assert found(one, "partial")["count"] == [1.0, 1.0]
    assert one.refused == {"field_type": 2}
    one.write([fact("partial", 5)])  # and it goes on


def test_the_wire_is_compressed_and_one_connection_is_kept(server: SeriesServer) -> None:
    proxy = Proxy(server.port)
    one = sink(proxy.url)
    for _ in range(3):
        one.write([fact("packed", seq) for seq in range(2000)])
    assert proxy.sent.count(b"Content-Encoding: gzip") == 3
    assert len(proxy.sent) < 3 * 2000 * 20
    assert len(found(one, "packed")["count"]) == 2000
    assert proxy.connections == 1
    proxy.close()


def test_a_body_that_is_too_large_is_divided(tmp_path: Path) -> None:
    with influxd(tmp_path, limit=2000) as small:
        one = sink(small.url)
        one.write([fact("large", seq) for seq in range(1000)])
        assert len(found(one, "large")["count"]) == 1000
        one.write([fact("large", 2000, clock=random.Random(1).randbytes(4500).hex())])
        assert one.refused == {"too_large": 1}


def test_a_store_that_was_killed_is_waited_for(tmp_path: Path) -> None:
    with influxd(tmp_path) as one_server:
        one = sink(one_server.url)
        one.write([fact("killed", 1)])
        one_server.kill()
        with pytest.raises(SeriesDown, match="series store"):
            one.write([fact("killed", 2)])
        began = time.monotonic()
        with pytest.raises(SeriesDown, match="next try in"):
            one.write([fact("killed", 2)])
        assert time.monotonic() - began < 0.05  # whoever else calls does not wait
        one_server.start()
        restarted(one, [fact("killed", 2)])
        assert len(found(one, "killed")["count"]) == 2


def test_a_store_that_is_not_there_at_the_start_may_come_later(tmp_path: Path) -> None:
    with influxd(tmp_path) as later:
        later.stop()
        one = sink(later.url)
        with pytest.raises(SeriesDown):
            one.write([fact("later", 1)])
        later.start()
        restarted(one, [fact("later", 1)])
        assert found(one, "later")["count"] == [1.0]


def test_a_stalled_store_costs_one_timeout_and_no_point(server: SeriesServer) -> None:
    proxy = Proxy(server.port)
    one = sink(proxy.url, timeout_s=1)
    one.write([fact("stalled", 1)])
    proxy.stall()
    began = time.monotonic()
    with pytest.raises(SeriesDown, match="ReadTimeout"):
        one.write([fact("stalled", 2)])
    assert time.monotonic() - began < 2.5
    proxy.flow()
    restarted(one, [fact("stalled", 2)])
    assert len(found(one, "stalled")["count"]) == 2
    proxy.close()


def test_a_wrong_token_says_what_to_do(tmp_path: Path) -> None:
    with influxd(tmp_path, auth=True) as closed:
        made = {"q": "CREATE USER me WITH PASSWORD 'right' WITH ALL PRIVILEGES"}
        urllib.request.urlopen(f"{closed.url}/query?{urlencode(made)}", data=b"").read()
        with pytest.raises(SeriesDown, match=r"401.*SERIES_TOKEN_FILE"):
            sink(closed.url, token="me:wrong").write([fact("closed", 1)])
        one = sink(closed.url, token="me:right")
        one.write([fact("closed", 1)])
        assert found(one, "closed")["count"] == [1.0]


def test_a_database_that_was_dropped_is_made_again(server: SeriesServer) -> None:
    one = sink(server.url, bucket="dropped")
    one.write([fact("dropped", 1)])
    asked = urlencode({"q": 'DROP DATABASE "dropped"'})
    urllib.request.urlopen(f"{server.url}/query?{asked}", data=b"").read()
    with pytest.raises(SeriesDown, match="404"):
        one.write([fact("dropped", 1)])
    restarted(one, [fact("dropped", 1)])
    assert found(one, "dropped")["count"] == [1.0]


def test_nothing_is_written_when_there_is_nothing_to_write(server: SeriesServer) -> None:
    sink("http://127.0.0.1:1").write([])
    sink(server.url).forget(AT_MS)
