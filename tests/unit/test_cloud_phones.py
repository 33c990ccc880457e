"""Phones: number and PIN make a session, a session makes tickets and nothing else, and nobody learns which numbers there are."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cloud.app import create_app
from cloud.errors import CodeWrong
from contract.roster import Entitlement
from contract.ticket import LIFE_S, TicketKey, unseal
from tests.cloud_parts import NOON_MS, Bench, bench

pytestmark = pytest.mark.slow  # seconds in all

URL = "http://127.0.0.1:8000"
SESSION, TICKET = "/api/v1/phone/session", "/api/v1/phone/ticket"
CODE = {"number": "1001", "pin": "2468"}
QUARTER_MS = 900_000
HOUR_MS = 3_600_000


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Bench]:
    one = bench(tmp_path)
    one.cloud.people.put("p-an", number="1001", pin="2468", label=None, entitlement=Entitlement())
    one.cloud.people.put("p-bo", number="1002", pin=None, label=None, entitlement=Entitlement())
    yield one
    one.cloud.engine.dispose()


@pytest.fixture
def web(cloud: Bench) -> Iterator[TestClient]:
    with TestClient(create_app(cloud.cloud), base_url=URL) as client:
        yield client


def keys(cloud: Bench) -> list[TicketKey]:
    roster = cloud.cloud.people.roster()
    assert roster
    return roster.ticket_keys


def signed_in(web: TestClient) -> TestClient:
    answer = web.post(SESSION, json=CODE)
    assert answer.status_code == 200, answer.text
    return web


def test_a_phone_gets_a_ticket_that_a_station_can_check_with_its_roster(web: TestClient, cloud: Bench) -> None:
    cloud.clock.ms = NOON_MS + 250
    body = signed_in(web).get(TICKET).json()
    read = unseal(body["ticket"], keys(cloud))
    assert (read.person, read.issued_at, read.station) == ("p-an", NOON_MS // 1000, None)
    assert body["seconds_left"] == LIFE_S - 0.25
    assert body["svg"].startswith("<svg") and "script" not in body["svg"]


def test_each_ticket_is_another(web: TestClient, cloud: Bench) -> None:
    signed_in(web)
    texts = [web.get(TICKET).json()["ticket"] for _ in range(5)]
    assert len({unseal(text, keys(cloud)).nonce for text in texts}) == 5


def test_a_ticket_may_be_for_one_station(web: TestClient, cloud: Bench) -> None:
    body = signed_in(web).get(TICKET, params={"station": "st-7"}).json()
    assert unseal(body["ticket"], keys(cloud)).station == "st-7"
    assert web.get(TICKET, params={"station": "St 7"}).status_code == 422


def test_the_cookie_is_out_of_reach(web: TestClient) -> None:
    said = web.post(SESSION, json=CODE).headers["set-cookie"]
    parts = {part.strip().partition("=")[0].lower(): part.strip().partition("=")[2] for part in said.split(";")}
    assert {"httponly", "samesite", "path", "max-age"} <= set(parts)
    assert (parts["samesite"].lower(), parts["path"], parts["max-age"]) == ("strict", "/api/v1/phone", str(12 * 3600))
    assert "secure" not in parts


def test_over_https_the_cookie_stays_on_https(cloud: Bench) -> None:
    with TestClient(create_app(cloud.cloud), base_url=URL.replace("http:", "https:")) as client:
        assert "secure" in client.post(SESSION, json=CODE).headers["set-cookie"].lower()


def test_answers_are_not_kept_by_anybody(web: TestClient) -> None:
    assert signed_in(web).get(TICKET).headers["cache-control"] == "no-store"


def test_without_a_session_there_is_no_ticket(web: TestClient, cloud: Bench) -> None:
    token = cloud.cloud.tokens.first(0)
    for header in ({}, {"cookie": "kiosk_phone=nonsense"}, {"cookie": "kiosk_phone="}, {"authorization": f"Bearer {token}"}):
        answer = web.get(TICKET, headers=header)
        assert (answer.status_code, set(answer.json())) == (401, {"error", "where", "value", "hint"})


def test_a_phone_can_do_nothing_else(web: TestClient) -> None:
    signed_in(web)
    token = web.cookies.get("kiosk_phone")
    for header in ({"cookie": f"kiosk_phone={token}"}, {"authorization": f"Bearer {token}"}):
        assert web.get("/api/v1/people", headers=header).status_code == 401
        assert web.put("/api/v1/people/p-x", json={}, headers=header).status_code == 401
        assert web.delete("/api/v1/people/p-an", headers=header).status_code == 401
        assert web.delete("/api/v1/people/p-an/phone-sessions", headers=header).status_code == 401


def test_signing_out_ends_the_session_on_the_server_too(web: TestClient) -> None:
    signed_in(web)
    token = web.cookies.get("kiosk_phone")
    assert web.delete(SESSION).status_code == 204
    assert web.get(TICKET, headers={"cookie": f"kiosk_phone={token}"}).status_code == 401
    assert web.delete(SESSION).status_code == 204


def test_a_session_ends_by_itself(web: TestClient, cloud: Bench) -> None:
    signed_in(web)
    cloud.clock.ms += 12 * HOUR_MS - 1
    assert web.get(TICKET).status_code == 200
    cloud.clock.ms += 1
    assert web.get(TICKET).status_code == 401


@pytest.mark.parametrize("how", ["removed", "new pin", "operator"])
def test_a_session_is_revoked(web: TestClient, cloud: Bench, how: str) -> None:
    signed_in(web)
    if how == "removed":
        cloud.cloud.people.remove("p-an")
    elif how == "new pin":
        cloud.cloud.people.put("p-an", number="1001", pin="9753", label=None, entitlement=Entitlement())
    else:
        bearer = {"authorization": f"Bearer {cloud.cloud.tokens.first(0)}"}
        assert web.delete("/api/v1/people/p-an/phone-sessions", headers=bearer).status_code == 204
    assert web.get(TICKET).status_code == 401


def test_a_session_outlives_a_restart_and_its_token_is_not_on_disk(web: TestClient, cloud: Bench, tmp_path: Path) -> None:
    pin = "24681357"  # eight digits: four may stand in a random digest by chance
    cloud.cloud.people.put("p-an", number="1001", pin=pin, label=None, entitlement=Entitlement())
    assert web.post(SESSION, json={"number": "1001", "pin": pin}).status_code == 200
    token = web.cookies.get("kiosk_phone")
    assert token
    again = bench(tmp_path)
    assert unseal(again.cloud.parts.phones.ticket(token, None).ticket, keys(cloud)).person == "p-an"
    again.cloud.engine.dispose()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert token.encode() not in kept
    assert pin.encode() not in kept


def test_somebody_has_at_most_five_phones(cloud: Bench) -> None:
    phones = cloud.cloud.parts.phones
    tokens = []
    for number in range(7):
        cloud.clock.ms += 1000 * (number + 1)
        tokens.append(phones.sign_in("1001", "2468", "10.0.0.1"))
    for token in tokens[2:]:
        phones.ticket(token, None)
    assert web_says_signed_out(cloud, tokens[:2])


def web_says_signed_out(cloud: Bench, tokens: list[str]) -> bool:
    with TestClient(create_app(cloud.cloud), base_url=URL) as client:
        return all(client.get(TICKET, headers={"cookie": f"kiosk_phone={token}"}).status_code == 401 for token in tokens)


# ---- who may try, and how often


def answers(web: TestClient, number: str, pin: str = "0000", times: int = 1) -> list[Any]:
    return [web.post(SESSION, json={"number": number, "pin": pin}) for _ in range(times)]


def test_an_unknown_number_looks_like_a_wrong_pin(web: TestClient) -> None:
    """Also a number that has no PIN. Words, headers and the moment when it is too much."""
    rows = []
    for number in ("1001", "1002", "7777"):
        said = answers(web, number, times=6)
        rows.append([(one.status_code, one.json(), sorted(one.headers.items())) for one in said])
    assert rows[0] == rows[1] == rows[2]
    assert [status for status, _, _ in rows[0]] == [401] * 5 + [429]
    assert "set-cookie" not in dict(rows[0][0][2])


def test_a_number_has_five_tries_in_a_quarter_of_an_hour(web: TestClient, cloud: Bench) -> None:
    answers(web, "1001", times=5)
    locked = web.post(SESSION, json=CODE)
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "900")
    cloud.clock.ms += QUARTER_MS - 1
    assert web.post(SESSION, json=CODE).status_code == 429
    cloud.clock.ms += 1
    assert web.post(SESSION, json=CODE).status_code == 200


def test_an_address_has_twenty_tries_in_a_quarter_of_an_hour(web: TestClient, cloud: Bench) -> None:
    for number in range(5000, 5020):
        answers(web, str(number))
    assert web.post(SESSION, json=CODE).status_code == 429
    assert cloud.cloud.parts.phones.sign_in("1001", "2468", "192.0.2.9"), "from elsewhere it works"
    cloud.clock.ms += QUARTER_MS
    assert web.post(SESSION, json=CODE).status_code == 200


def test_a_household_with_many_addresses_is_one(cloud: Bench) -> None:
    phones = cloud.cloud.parts.phones
    for number in range(20):
        with pytest.raises(CodeWrong):
            phones.sign_in(str(5000 + number), "0000", f"2001:db8:1:2::{number:x}")
    with pytest.raises(Exception, match="too many"):
        phones.sign_in("1001", "2468", "2001:db8:1:2:ffff::1")
    assert phones.sign_in("1001", "2468", "2001:db8:1:3::1")


@pytest.mark.slow
def test_the_right_code_costs_no_try_and_forgives_slips(web: TestClient) -> None:
    """Many workers of one company may share one address."""
    for _ in range(6):
        answers(web, "1001", times=3)
        assert web.post(SESSION, json=CODE).status_code == 200
    for _ in range(30):
        assert web.post(SESSION, json=CODE).status_code in (200, 429)


def test_who_knows_one_code_gets_no_more_tries_at_others(web: TestClient) -> None:
    for _ in range(5):
        answers(web, "1002")
        web.post(SESSION, json=CODE)
    assert answers(web, "1002")[0].status_code == 429


@pytest.mark.parametrize("body", [{}, {"number": "1001"}, {"number": "1' OR 1=1", "pin": "2468"}, {"number": "1001", "pin": "2" * 9},
                                  {"number": 1001, "pin": "2468"}, {"number": "１００１", "pin": "2468"}, {"number": "1001", "pin": ["2468"]},
                                  {"number": "1001\n", "pin": "2468"}, {"number": "1001", "pin": "2468", "person": "p-an"}])  # fmt: skip
@pytest.mark.slow
def test_what_is_no_code_is_refused_and_a_pin_is_not_repeated(web: TestClient, body: dict[str, Any]) -> None:
    answer = web.post(SESSION, json=body)
    assert answer.status_code == 422
    assert "2468" not in answer.text and "222222222" not in answer.text
    assert web.post(SESSION, json=CODE).status_code == 200, "and it was no try"


def test_a_form_of_another_site_signs_nobody_in(web: TestClient) -> None:
    """A plain form needs no permission to be sent across sites; JSON does, and nobody gets it."""
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = web.post(SESSION, content=b'{"number":"1001","pin":"2468"}', headers={"content-type": kind})
        assert answer.status_code == 422
    asked = web.options(SESSION, headers={"origin": "https://evil.example", "access-control-request-method": "POST"})
    assert "access-control-allow-origin" not in asked.headers


def test_tickets_cannot_be_collected_by_the_thousand(web: TestClient, cloud: Bench) -> None:
    signed_in(web)
    statuses = [web.get(TICKET).status_code for _ in range(25)]
    assert statuses == [200] * 20 + [429] * 5
    cloud.clock.ms += 60_000
    assert web.get(TICKET).status_code == 200


@pytest.mark.slow
def test_an_unknown_number_takes_as_long_as_a_wrong_pin(cloud: Bench) -> None:
    """Interleaved, so that a busy computer is busy for both; the work is the same by construction, this is the check."""
    took: dict[str, list[float]] = {"1001": [], "1002": [], "7777": []}
    for _ in range(15):
        cloud.clock.ms += QUARTER_MS
        for number, times in took.items():
            began = time.thread_time()
            with pytest.raises(CodeWrong):
                cloud.cloud.parts.phones.sign_in(number, "0000", "10.0.0.1")
            times.append(time.thread_time() - began)
    known, without, unknown = (statistics.median(times) for times in took.values())
    assert min(known, without, unknown) > 0.75 * max(known, without, unknown)


# ---- the keys


def test_the_key_is_made_once_and_nobody_else_may_read_it(cloud: Bench, tmp_path: Path) -> None:
    file = tmp_path / "ticket-keys.json"
    assert file.stat().st_mode & 0o777 == 0o600
    first = keys(cloud)
    again = bench(tmp_path)
    assert keys(again) == first
    assert again.cloud.people.roster() == cloud.cloud.people.roster(), "no new roster for nothing"
    again.cloud.engine.dispose()
    assert len(first) == 1
    assert first[0].public_key not in file.read_text()


def test_nobody_is_told_of_keys_while_nobody_was_entered(tmp_path: Path) -> None:
    one = bench(tmp_path)
    assert one.cloud.people.roster() is None
    one.cloud.engine.dispose()


def test_a_new_key_is_told_at_once_and_seals_a_day_later(cloud: Bench, tmp_path: Path) -> None:
    token = cloud.cloud.parts.phones.sign_in("1001", "2468", "a")
    old, version = keys(cloud)[0], roster_version(cloud)
    cloud.cloud.seals.change(cloud.clock.ms)
    again = bench(tmp_path)
    assert {key.id for key in keys(again)} > {old.id}
    assert roster_version(again) == version + 1
    phones = again.cloud.parts.phones
    assert unseal(phones.ticket(token, None).ticket, keys(again)).key == old.id
    again.clock.ms += 24 * HOUR_MS
    token = phones.sign_in("1001", "2468", "a")
    newest = unseal(phones.ticket(token, None).ticket, keys(again)).key
    assert newest != old.id
    again.cloud.seals.change(again.clock.ms)
    assert old.id not in {key.id for key in again.cloud.seals.public()}
    again.cloud.engine.dispose()


def roster_version(cloud: Bench) -> int:
    roster = cloud.cloud.people.roster()
    assert roster
    return roster.version
