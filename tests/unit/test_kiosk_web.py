"""The HTTP surface of the touch screen: what a press becomes, what is shown, who is turned away."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from contract.facts import FaultCode, Refusal, Stop
from edge.adapters.kiosk_web import streams
from edge.adapters.kiosk_web.app import Surface, make_app
from edge.adapters.kiosk_web.document import as_document, as_json
from edge.adapters.kiosk_web.intents import KINDS, IntentRefused, read
from edge.adapters.kiosk_web.pace import Pace
from edge.domain import messages as m
from edge.domain import room_messages as r
from edge.domain import steward_messages as s
from edge.domain.face_messages import ConsentAnswered, EnrolStopAsked, ForgetAsked
from edge.domain.screen import FaultView, Notice, Screen
from tests.browser.screens import DOOR, GROUPS, MAINTAINED, MESSAGES, ROOM, VIEWS, WHOLE, noticed

JPEG = b"\xff\xd8picture\xff\xd9"


class Bench:
    """A page without a network: posted inputs, a clock that stands still until moved."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.posted: list[m.Input] = []
        self.screen: Screen = DOOR
        self.picture: bytes | None = JPEG
        self.now = 1000.0
        surface = Surface(host, lambda: self.screen, self.posted.append, lambda: self.picture, lambda: self.now, lambda: True)
        self.client = TestClient(make_app(surface), base_url="http://127.0.0.1:8080")

    def press(self, body: object, **headers: str) -> tuple[int, dict[str, object]]:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.client.post("/api/intent", content=content, headers={"content-type": "application/json"} | headers)
        return answer.status_code, answer.json()


@pytest.fixture
def bench() -> Iterator[Bench]:
    yield Bench()


RESTOCK: dict[str, object] = {"kind": "restock", "shelf": "top", "count": 20, "lot": "L26/01", "expires": "2026-12-24"}
RELEASE: dict[str, object] = {"kind": "release_fault", "fault": "leak", "part": "cold", "reason": "已修好"}
PRESSES: list[tuple[dict[str, object], m.Input]] = [
    ({"kind": "code", "number": "1234", "pin": "0042"}, m.CodeTyped("1234", "0042", m.CodeSource.SCREEN)),
    ({"kind": "drink", "tap": "cold", "volume_ml": 300}, r.DrinkAsked("cold", 300)),
    ({"kind": "drink_stop", "tap": "cold"}, r.DrinkStopped("cold")),
    ({"kind": "charge", "socket": "1"}, r.ChargeAsked("1")),
    ({"kind": "charge_stop", "socket": "1"}, r.ChargeStopped("1")),
    ({"kind": "leave"}, m.LeaveAsked()),
    (
        {"kind": "face_consent", "agreed": True, "of_age": True, "notice": "0badcafe0001", "language": "zh"},
        ConsentAnswered(True, True, "0badcafe0001", "zh"),
    ),
    ({"kind": "hot_unlock", "tap": "hot"}, r.HotUnlockAsked("hot")),
    ({"kind": "queue"}, r.QueueAsked()),
    ({"kind": "queue_stop"}, r.QueueGivenUp()),
    ({"kind": "fridge"}, r.FridgeAsked()),
    ({"kind": "bank"}, r.BankAsked()),
    ({"kind": "bank_return"}, r.BankReturnAsked()),
    ({"kind": "amenity", "amenity": "microwave"}, r.AmenityAsked("microwave")),
    ({"kind": "amenity_stop", "amenity": "microwave"}, r.AmenityStopped("microwave")),
    ({"kind": "maintenance"}, s.MaintenanceAsked()),
    ({"kind": "maintenance_pin", "digits": "246810"}, s.MaintenancePin("246810")),
    ({"kind": "maintenance_stop"}, s.MaintenanceStopped()),
    (RESTOCK, s.ShelfCounted("top", 20, "L26/01", "2026-12-24")),
    ({"kind": "cleaned", "part": "room"}, s.PartCleaned("room")),
    ({"kind": "open_fridge"}, s.FridgeServiceAsked()),
    ({"kind": "open_slot", "slot": "3"}, s.SlotServiceAsked("3")),
    ({"kind": "test_valve", "tap": "cold"}, s.ValveTestAsked("cold")),
    ({"kind": "filter_changed"}, s.FilterRenewed()),
    ({"kind": "water_tested", "passed": False}, s.WaterJudged(False)),
    ({"kind": "drip_emptied"}, s.DripEmptied()),
    ({"kind": "fire_reset"}, s.FireResetAsked()),
    (RELEASE, s.ReleaseAsked(FaultCode.LEAK, "cold", "已修好")),
    ({"kind": "face_stop"}, EnrolStopAsked()),
    ({"kind": "face_forget"}, ForgetAsked()),
    ({"kind": "more_time"}, m.MoreTimeAsked()),
]


@pytest.mark.parametrize(("body", "meant"), PRESSES)
def test_a_press_becomes_one_input(bench: Bench, body: dict[str, object], meant: m.Input) -> None:
    assert bench.press(body) == (202, {"taken": True})
    assert bench.posted == [meant]


BAD: list[tuple[object, int, str]] = [
    (b"{", 400, "not JSON"),
    (b"\xff\xfe", 400, "not JSON"),
    (b"[" * 4000, 400, "not JSON"),
    (b"[]", 422, "not an object"),
    ({"kind": "open_sesame"}, 422, "kind: must be one of code, answer"),
    ({}, 422, "kind: must be one of"),
    ({"kind": "code", "number": "1234"}, 422, "pin: Field required"),
    ({"kind": "code", "number": "12a4", "pin": "1234"}, 422, "number:"),
    ({"kind": "code", "number": "1234", "pin": 1234}, 422, "pin:"),
    ({"kind": "drink", "tap": "cold", "volume_ml": 0}, 422, "volume_ml:"),
    ({"kind": "drink", "tap": "cold", "volume_ml": True}, 422, "volume_ml:"),
    ({"kind": "drink", "tap": "cold", "volume_ml": "300"}, 422, "volume_ml:"),
    ({"kind": "drink", "tap": "'; DROP TABLE", "volume_ml": 300}, 422, "tap:"),
    ({"kind": "leave", "now": True}, 422, "does not know"),
    ({"kind": "hot_unlock"}, 422, "tap: Field required"),
    ({"kind": "queue", "socket": "1"}, 422, "does not know"),
    ({"kind": "amenity", "amenity": "Massage Chair"}, 422, "amenity:"),
    ({"kind": "amenity"}, 422, "amenity: Field required"),
    (RESTOCK | {"count": -1}, 422, "count:"),
    (RESTOCK | {"count": 1001}, 422, "count:"),
    (RESTOCK | {"count": "20"}, 422, "count:"),
    (RESTOCK | {"lot": ""}, 422, "lot:"),
    (RESTOCK | {"lot": "L" * 41}, 422, "lot:"),
    (RESTOCK | {"expires": "24.12.2026"}, 422, "expires:"),
    (RELEASE | {"fault": "boredom"}, 422, "fault:"),
    (RELEASE | {"part": "x" * 49}, 422, "part:"),
    (RELEASE | {"reason": "ok"}, 422, "reason:"),
    (RELEASE | {"reason": "one\ntwo"}, 422, "reason:"),
    (RELEASE | {"reason": "x" * 201}, 422, "reason:"),
    ({"kind": "maintenance_pin", "digits": "x7359"}, 422, "digits:"),
    ({"kind": "water_tested", "passed": 1}, 422, "passed:"),
    ({"kind": "open_slot", "slot": ""}, 422, "slot:"),
    ({"kind": "face_consent", "agreed": "yes", "of_age": True, "notice": "0badcafe0001", "language": "zh"}, 422, "agreed:"),
    ({"kind": "face_consent", "agreed": True, "notice": "0badcafe0001", "language": "zh"}, 422, "of_age:"),
    ({"kind": "face_consent", "agreed": True, "of_age": True, "notice": "'; DROP", "language": "zh"}, 422, "notice:"),
]


@pytest.mark.parametrize(("body", "status", "words"), BAD)
def test_a_bad_body_is_told_in_words_and_posts_nothing(bench: Bench, body: object, status: int, words: str) -> None:
    got, answer = bench.press(body)
    assert (got, words in str(answer["error"])) == (status, True), answer
    assert list(answer) == ["error"]
    assert bench.posted == []


@given(st.sampled_from(["number", "pin"]), st.text(max_size=20), st.sampled_from(["code", "drink", "leave", "x"]))
def test_no_error_quotes_a_code(field: str, text: str, kind: str) -> None:
    body = {"kind": kind, "number": "1", "pin": "2"} | {field: f"7359{text}é"}
    with pytest.raises(IntentRefused) as refused:
        read(json.dumps(body).encode())
    assert "7359" not in str(refused.value)


@given(st.binary(max_size=300))
def test_no_body_breaks_the_reader(body: bytes) -> None:
    with pytest.raises(IntentRefused):
        read(body)


def test_a_pin_is_not_in_the_text_of_what_is_posted(bench: Bench) -> None:
    bench.press({"kind": "code", "number": "1234", "pin": "7359"})
    assert "7359" not in repr(bench.posted[0])


def test_a_large_body_is_cut_off_while_it_comes(bench: Bench) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(10_000):
            sent += 1024
            yield b" " * 1024

    assert bench.press(b" " * 5000)[0] == 413
    answer = bench.client.post("/api/intent", content=endless(), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert bench.posted == []


def test_a_form_of_another_site_is_refused(bench: Bench) -> None:
    leave = b'{"kind":"leave"}'
    assert bench.press(leave, **{"content-type": "text/plain"})[0] == 415
    assert bench.press(leave, origin="http://evil.example")[0] == 403
    assert bench.press(leave, origin="null")[0] == 403
    assert bench.press(leave, origin="http://127.0.0.1:9999")[0] == 403
    assert bench.press(leave, **{"sec-fetch-site": "same-site"})[0] == 403
    assert bench.posted == []
    assert bench.press(leave, origin="http://127.0.0.1:8080", **{"sec-fetch-site": "same-origin"})[0] == 202


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "10.0.0.7"])
def test_a_foreign_name_for_this_machine_is_refused(bench: Bench, host: str) -> None:
    assert bench.client.get("/api/screen", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "LOCALHOST"])
def test_names_of_this_machine_pass(bench: Bench, host: str) -> None:
    assert bench.client.get("/api/screen", headers={"host": host}).status_code == 200


def test_the_configured_name_passes_and_a_page_on_all_addresses_takes_bare_addresses_only() -> None:
    assert Bench("kiosk.local").client.get("/", headers={"host": "kiosk.local:8080"}).status_code == 200
    everywhere = Bench("0.0.0.0").client
    assert everywhere.get("/", headers={"host": "10.0.0.7:8080"}).status_code == 200
    assert everywhere.get("/", headers={"host": "evil.example"}).status_code == 421


def test_presses_are_limited_to_twenty_a_second(bench: Bench) -> None:
    answers = [bench.press({"kind": "more_time"})[0] for _ in range(25)]
    assert answers == [202] * 20 + [429] * 5
    bench.now += 0.9
    assert bench.press({"kind": "more_time"})[0] == 429
    bench.now += 0.1
    assert bench.press({"kind": "more_time"})[0] == 202


@given(st.lists(st.floats(min_value=0, max_value=5), max_size=200))
def test_pace_never_lets_more_than_its_rate_through(pauses: list[float]) -> None:
    now = 0.0
    pace = Pace(20, lambda: now)
    let_through: list[float] = []
    for pause in pauses:
        now += pause / 100
        if pace.allows():
            let_through.append(now)
    for start in let_through:
        assert sum(1 for at in let_through if start <= at and at - start < 1) <= 20


def test_every_answer_keeps_foreign_code_and_caches_out(bench: Bench) -> None:
    for path in ("/", "/api/screen", "/static/main.js", "/static/nowhere.js", "/camera.mjpeg"):
        headers = bench.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-resource-policy"] == "same-origin"


def test_page_and_its_parts_are_there_and_nothing_else(bench: Bench) -> None:
    assert "text/html" in bench.client.get("/").headers["content-type"]
    assert "javascript" in bench.client.get("/static/main.js").headers["content-type"]
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static//etc/passwd", "/docs", "/openapi.json"):
        answer = bench.client.get(path)
        assert (answer.status_code, "error" in answer.json()) == (404, True), path
    assert bench.client.get("/api/intent").status_code == 405


def test_times_are_told_as_seconds_left() -> None:
    screen = replace(ROOM, forgets_at=1020.0, notice_until=990.0)
    document = as_document(screen, 1000.0)
    assert (document["forgets_s"], document["notice_s"]) == (20.0, 0.0)
    endless = as_document(replace(ROOM, notice_until=inf), 1000.0)
    assert (endless["forgets_s"], endless["notice_s"]) == (None, None)


def test_each_kind_of_press_is_tried_here() -> None:
    assert {body["kind"] for body, _ in PRESSES} == set(KINDS) - {"answer"}


def test_times_of_the_room_are_seconds_left_too() -> None:
    taps = (replace(ROOM.taps[0], hot=True, unlocked_until=1007.0),)
    sockets = (replace(ROOM.sockets[0], held=True, held_until=1042.0), replace(ROOM.sockets[1], ends_at=990.0))
    document = as_document(replace(WHOLE, taps=taps, sockets=sockets, amenities=(replace(WHOLE.amenities[2], until=1060.5),)), 1000.0)
    assert document["taps"][0]["unlocked_s"] == 7.0
    assert [(socket["held_s"], socket["ends_s"]) for socket in document["sockets"]] == [(42.0, None), (None, 0.0)]
    assert document["amenities"][0]["left_s"] == 60.5
    assert [name for name in json.dumps(document).split('"') if name.endswith(("until", "ends_at"))] == []


def test_a_secret_fault_is_never_in_the_document() -> None:
    secret, open_ = FaultView(FaultCode.DURESS, ""), FaultView(FaultCode.LEAK, "cold")
    for screen in (*VIEWS.values(), *MESSAGES.values(), *(screen for group in GROUPS.values() for screen in group.values())):
        assert "duress" not in json.dumps(as_document(replace(screen, faults=(secret, open_)), 0))
    assert as_document(replace(ROOM, faults=(secret, open_)), 0)["faults"] == [{"fault": "leak", "part": "cold"}]


def test_the_document_stays_small() -> None:
    """It goes out at each change, five times a second while something runs."""
    assert max(len(as_json(screen, 0)) for screen in (WHOLE, MAINTAINED)) < 6_000


def test_a_reason_is_either_a_refusal_or_a_stop() -> None:
    refused = as_document(noticed(DOOR, Notice.REFUSED, Refusal.NOT_SURE), 0)
    stopped = as_document(noticed(ROOM, Notice.POUR_STOPPED, Stop.NO_FLOW), 0)
    assert (refused["refusal"], refused["stop"]) == ("not_sure", None)
    assert (stopped["refusal"], stopped["stop"]) == (None, "no_flow")


SCREENS = VIEWS | MESSAGES | {f"{group} {name}": screen for group, screens in GROUPS.items() for name, screen in screens.items()} | {"maintained": MAINTAINED}


@pytest.mark.parametrize("name", SCREENS)
def test_each_screen_can_be_told_as_json(bench: Bench, name: str) -> None:
    bench.screen = SCREENS[name]
    assert bench.client.get("/api/screen").json()["station"] == "st-1"


def test_a_reading_that_is_no_number_is_told_as_none(bench: Bench) -> None:
    bench.screen = replace(ROOM, sockets=(replace(ROOM.sockets[0], watts=inf),))
    assert bench.client.get("/api/screen").json()["sockets"][0]["watts"] is None


def heard(screens: list[Screen]) -> list[str]:
    """Names of the events while one screen after another is shown."""
    left = iter(screens)
    now: list[Screen] = []

    def stopping() -> bool:
        now[:] = [shown] if (shown := next(left, None)) else []
        return not now

    async def listen() -> list[str]:
        stream = streams.events("p1", lambda: now[0], lambda: 0.0, stopping, step_s=0)
        return [event.partition("event: ")[2].split("\n")[0] for event in [part async for part in stream]]

    return asyncio.run(listen())


def test_the_stream_tells_changes_and_gives_a_beat_when_quiet() -> None:
    other = replace(DOOR, door="open")
    assert heard([DOOR, DOOR, other, other, DOOR]) == ["hello", "screen", "screen", "screen"]
    assert heard([DOOR] * 60) == ["hello", "screen", "beat", "beat"]


def test_the_preview_ends_when_there_is_no_picture(bench: Bench) -> None:
    frames = iter([JPEG, JPEG, None])

    async def watch() -> bytes:
        return b"".join([part async for part in streams.pictures(lambda: next(frames), lambda: False, step_s=0)])

    stream = asyncio.run(watch())
    assert stream.count(JPEG) == 2
    assert stream.endswith(b"--picture--\r\n")
    bench.picture = None
    assert bench.client.get("/camera.mjpeg").status_code == 503
