"""What InfluxDB 2 is documented to answer, given by a small server: each answer loses nothing, or exactly what can never be stored."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from cloud.adapters.series_lines import InfluxSeries
from cloud.adapters.series_lines.answers import Turn, judge
from cloud.domain.points import Point, point
from cloud.errors import SeriesDown
from contract.series import Measurement, Tag

PARSE = {"code": "invalid", "message": "unable to parse 'fact,station=bad count=1.0 1': missing fields"}
PARTIAL = {"code": "unprocessable entity", "message": "failure writing points to database: partial write: field type conflict: input field dropped=3"}


@dataclass
class Influx2:
    """Takes lines; `answers` come first, one a write: (status, headers, body)."""

    answers: list[tuple[int, dict[str, str], object]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, list[str]], object]] = field(default_factory=list)
    mapped: bool = False
    refuses: str = ""
    url: str = ""

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes, encoding: str) -> tuple[int, dict[str, str], object]:
        self.asked.append((method, path, query, body if encoding == "gzip" else json.loads(body or b"null")))
        if path == "/ping":
            return 204, {"X-Influxdb-Version": "v2.7.1"}, None
        if path == "/api/v2/buckets":
            return 200, {}, {"buckets": [{"id": "0b", "name": query["name"][0]}]}
        if path == "/api/v2/dbrps":
            return (200, {}, {"content": [{"id": "x"}] if self.mapped else []}) if method == "GET" else (201, {}, {})
        if self.answers:
            return self.answers.pop(0)
        lines = gzip.decompress(body).decode().splitlines()
        if self.refuses and any(self.refuses in line for line in lines):
            return 400, {}, PARSE
        self.written += lines
        return 204, {}, None


@pytest.fixture
def server() -> Iterator[Influx2]:
    played = Influx2()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            status, headers, said = played.answer(self.command, parts.path, parse_qs(parts.query), body, self.headers.get("Content-Encoding", ""))
            raw = json.dumps(said).encode() if said is not None else b""
            self.send_response(status)
            for name, value in {**headers, **({} if status == 204 else {"Content-Length": str(len(raw))})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _any

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{listening.server_address[1]}"
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield played
    listening.shutdown()


def sink(server: Influx2) -> InfluxSeries:
    return InfluxSeries(server.url, "t0ken", "org", "bucket", 5)


def facts(count: int, station: str = "st-1") -> list[Point]:
    return [point(Measurement.FACT, {Tag.STATION: station, Tag.KIND: "x"}, n, {"count": 1}) for n in range(count)]


def writes(server: Influx2) -> int:
    return sum(path == "/api/v2/write" for _, path, _, _ in server.asked)


def test_the_name_for_influxql_is_made_once(server: Influx2) -> None:
    one = sink(server)
    one.write(facts(1))
    one.write(facts(1))
    (made,) = (body for method, path, _, body in server.asked if (method, path) == ("POST", "/api/v2/dbrps"))
    assert made == {"org": "org", "bucketID": "0b", "database": "bucket", "retention_policy": "autogen", "default": True}
    (query, *_) = (query for _, path, query, _ in server.asked if path == "/api/v2/write")
    assert query == {"org": ["org"], "bucket": ["bucket"], "precision": ["ns"]}


def test_the_name_that_is_there_is_left_alone(server: Influx2) -> None:
    server.mapped = True
    sink(server).write(facts(1))
    assert not [1 for method, path, _, _ in server.asked if (method, path) == ("POST", "/api/v2/dbrps")]


def test_a_line_that_can_not_be_parsed_is_found_and_the_others_are_stored(server: Influx2) -> None:
    server.refuses = "station=bad"
    one = sink(server)
    one.write([*facts(700), *facts(1, "bad"), *facts(300, "st-2")])
    assert (len(server.written), one.refused) == (1000, {"not_parsed": 1})


def test_a_partial_write_is_counted_and_not_repeated(server: Influx2) -> None:
    server.answers = [(422, {}, PARTIAL)]
    one = sink(server)
    one.write(facts(10))
    assert (writes(server), one.refused) == (1, {"field_type": 3})


@pytest.mark.parametrize(
    ("status", "headers", "words", "pause"),
    [
        (429, {"Retry-After": "7"}, "429", "next try in 7 s"),
        (503, {"Retry-After": "3"}, "503", "next try in 3 s"),
        (500, {}, "500", "next try in"),
        (401, {}, "SERIES_TOKEN_FILE", "next try in"),
        (404, {}, "SERIES_BUCKET", "next try in"),
        (400, {}, "400", "next try in"),
        (302, {"Location": "http://elsewhere.invalid/"}, "302", "next try in"),
    ],
)
def test_what_may_pass_is_left_to_be_sent_again_after_a_pause(server: Influx2, status: int, headers: dict[str, str], words: str, pause: str) -> None:
    one = sink(server)
    one.write(facts(1))
    server.answers = [(status, headers, {"code": "x", "message": "something"})]
    with pytest.raises(SeriesDown, match=words):
        one.write(facts(5))
    before = writes(server)
    with pytest.raises(SeriesDown, match=pause):
        one.write(facts(5))
    assert (writes(server), len(server.written), one.refused) == (before, 1, {})


@pytest.mark.parametrize(
    ("status", "body", "turn", "reason", "lost"),
    [
        (400, '{"error":"partial write: points beyond retention policy dropped=2"}', Turn.PARTIAL, "beyond_retention", 2),
        (400, '{"error":"partial write: unable to parse \'a\': x\\nunable to parse \'b\': y dropped=0"}', Turn.PARTIAL, "not_parsed", 2),
        (400, '{"error":"partial write: max-values-per-tag limit exceeded dropped=9"}', Turn.PARTIAL, "too_many_series", 9),
        (400, '{"error":"partial write of line protocol occurred","data":[{"line_number":2},{"line_number":5}]}', Turn.PARTIAL, "other", 2),
        (413, "", Turn.DIVIDE, "too_large", 0),
        (400, "unable to parse 'a b='", Turn.DIVIDE, "not_parsed", 0),
        (400, "<html>proxy</html>", Turn.DOWN, "other", 0),
        (502, "", Turn.DOWN, "other", 0),
    ],
)
def test_answers_are_understood(status: int, body: str, turn: Turn, reason: str, lost: int) -> None:
    verdict = judge(status, body)
    assert (verdict.turn, verdict.reason, verdict.lost) == (turn, reason, lost)
