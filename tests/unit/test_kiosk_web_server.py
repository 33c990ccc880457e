"""The page's server as a thread on loopback: it starts, refuses a taken port in words, and stops with streams open."""

import logging
import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from contract.config import WebConfig
from edge.adapters.kiosk_web import KioskWeb, WebError
from edge.domain.messages import CodeTyped, Input
from tests.browser.screens import DOOR

PIN = "73591846"


@pytest.fixture
def posted() -> list[Input]:
    return []


@pytest.fixture
def web(posted: list[Input]) -> Iterator[KioskWeb]:
    web = KioskWeb(WebConfig(port=0), lambda: DOOR, posted.append, lambda: b"jpeg", time.monotonic)
    web.start()
    yield web
    web.stop()


def connect(web: KioskWeb) -> HTTPConnection:
    where = urlsplit(web.url)
    return HTTPConnection(where.hostname or "", where.port or 0, timeout=5)


def test_a_code_is_posted_and_its_pin_is_in_no_log(web: KioskWeb, posted: list[Input], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for body in (f'{{"kind":"code","number":"1234","pin":"{PIN}"}}', f'{{"kind":"code","pin":"{PIN}x"}}'):
        line = connect(web)
        line.request("POST", "/api/intent", body, {"Content-Type": "application/json"})
        assert PIN not in line.getresponse().read().decode()
        line.close()
    assert posted == [CodeTyped("1234", PIN)]
    assert PIN not in caplog.text


def test_it_stops_within_two_seconds_with_streams_open(web: KioskWeb) -> None:
    lines = [connect(web) for _ in range(4)]
    for line, path in zip(lines, ["/api/screen/stream", "/camera.mjpeg"] * 2, strict=True):
        line.request("GET", path)
        assert line.getresponse().read(20)
    began = time.monotonic()
    web.stop()
    assert time.monotonic() - began < 2
    with pytest.raises(OSError):
        connect(web).connect()
    for line in lines:
        line.close()


def test_streams_are_counted_and_a_left_one_makes_room(web: KioskWeb) -> None:
    lines = [connect(web) for _ in range(12)]
    for line in lines:
        line.request("GET", "/api/screen/stream")
        assert line.getresponse().status == 200
    late = connect(web)
    late.request("GET", "/api/screen/stream")
    assert late.getresponse().status == 503
    for line in [*lines, late]:
        line.close()


def test_a_taken_port_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        web = KioskWeb(WebConfig(port=port), lambda: DOOR, lambda _: None, lambda: None, time.monotonic)
        with pytest.raises(WebError, match=rf"cannot listen on 127\.0\.0\.1:{port}.*web\.port"):
            web.start()
        web.stop()


def test_a_foreign_address_is_told_in_words() -> None:
    web = KioskWeb(WebConfig(host="192.0.2.1", port=0), lambda: DOOR, lambda _: None, lambda: None, time.monotonic)
    with pytest.raises(WebError, match=r"cannot listen on 192\.0\.2\.1:0"):
        web.start()
