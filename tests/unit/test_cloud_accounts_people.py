"""People at the cloud: logging in, staying in, giving the password again, going out; and that nothing secret shows anywhere."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any, Literal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from cloud.adapters.db.tables import LOGINS, USERS
from cloud.adapters.passwords import Passwords
from cloud.api.live import Subscriber
from cloud.api.stream import follow
from cloud.app import create_app
from cloud.domain.accounts import LOGIN_MS, OVERLAP_MS, STEP_UP_MS, TOKEN_MS, Change, password_flaw
from cloud.domain.callers import Role
from cloud.errors import PasswordWrong, TooManyTries, UserRefused
from tests.cloud_parts import Bench, bench
from tests.cloud_people import PASSWORD, accounts, enter, logged_in

pytestmark = pytest.mark.slow
URL = "http://127.0.0.1:8000"


@pytest.fixture
def cloud(tmp_path: Path) -> Bench:
    """With digests that cost nothing."""
    one = bench(tmp_path)
    one.cloud.parts = replace(one.cloud.parts, accounts=accounts(one))
    return one


@pytest.fixture
def web(cloud: Bench) -> Iterator[TestClient]:
    with TestClient(create_app(cloud.cloud), base_url=URL) as client:
        yield client


def log_in(web: TestClient, name: str = "ann", password: str = PASSWORD) -> Any:
    return web.post("/api/v1/login", json={"user": name, "password": password})


def bearer(answer: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {answer.json()['token']}"}


def acts(one: Bench) -> list[tuple[str, str, str]]:
    return [(row.who, row.act, row.target) for row in one.cloud.parts.audit_rows.rows(0, 1000)]


def test_somebody_logs_in_and_is_known(web: TestClient, cloud: Bench) -> None:
    enter(cloud, "ann", Role.OPERATOR, ["north"])
    answer = log_in(web)
    assert (answer.json()["name"], answer.json()["role"], answer.json()["districts"]) == ("ann", "operator", ["north"])
    me = web.get("/api/v1/me", headers=bearer(answer)).json()
    assert (me["name"], me["human"], me["expires_at"], me["stepped_up_until"]) == ("ann", True, answer.json()["expires_at"], None)
    assert web.get("/api/v1/people", headers=bearer(answer)).status_code == 200
    assert web.get("/api/v1/me").json()["name"] == "anonymous"
    assert acts(cloud) == [("test", "user.add", "ann"), ("ann", "login", "ann")]


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("", ""), ("ANN", PASSWORD), ("'; --", "x"), ("ann", PASSWORD + " ")])
def test_whatever_is_wrong_has_one_answer(web: TestClient, cloud: Bench, name: str, password: str) -> None:
    enter(cloud, "ann", Role.ADMIN)
    answer = log_in(web, name, password)
    assert (answer.status_code, answer.json()["error"]) == (401, "name and password do not match: check both and type them again")


def test_a_token_lasts_half_an_hour_and_is_renewed_for_half_a_day(web: TestClient, cloud: Bench) -> None:
    enter(cloud, "ann", Role.OPERATOR)
    header, begun = bearer(log_in(web)), cloud.clock.ms
    cloud.clock.ms = begun + TOKEN_MS
    assert web.post("/api/v1/renew", headers=header).status_code == 401, "over"
    header, begun = bearer(log_in(web)), cloud.clock.ms
    while cloud.clock.ms < begun + LOGIN_MS - TOKEN_MS:
        cloud.clock.ms += TOKEN_MS - 1
        header = bearer(web.post("/api/v1/renew", headers=header))
    cloud.clock.ms = begun + LOGIN_MS - 1
    assert web.get("/api/v1/people", headers=header).status_code == 200
    cloud.clock.ms += 1
    assert web.get("/api/v1/people", headers=header).status_code == 401, "however often it was renewed"


def test_the_token_before_a_renewal_goes_on_for_a_moment_and_renews_nothing(web: TestClient, cloud: Bench) -> None:
    enter(cloud, "ann", Role.OPERATOR)
    old = bearer(log_in(web))
    new = bearer(web.post("/api/v1/renew", headers=old))
    forked = bearer(web.post("/api/v1/renew", headers=old))
    assert web.get("/api/v1/people", headers=old).status_code == 200
    cloud.clock.ms += OVERLAP_MS
    assert [web.get("/api/v1/people", headers=one).status_code for one in (old, forked, new)] == [401, 401, 200]


def test_the_password_given_again_holds_for_five_minutes(web: TestClient, cloud: Bench) -> None:
    enter(cloud, "root", Role.ADMIN)
    header, body = bearer(log_in(web, "root")), {"role": "viewer", "password": "another long one"}
    refused = web.put("/api/v1/users/bob", json=body, headers=header)
    assert (refused.status_code, refused.json()["type"]) == (401, "step_up_needed")
    assert 'error="insufficient_user_authentication"' in refused.headers["www-authenticate"]
    assert web.post("/api/v1/step-up", json={"password": "wrong"}, headers=header).status_code == 403
    assert "until" in web.post("/api/v1/step-up", json={"password": PASSWORD}, headers=header).json()
    assert web.put("/api/v1/users/bob", json=body, headers=header).status_code == 200
    header = bearer(web.post("/api/v1/renew", headers=header))
    cloud.clock.ms += STEP_UP_MS - 1
    assert web.delete("/api/v1/users/bob", headers=header).status_code == 204
    cloud.clock.ms += 1
    assert web.delete("/api/v1/users/bob", headers=header).json()["type"] == "step_up_needed"


def test_a_program_never_does_what_a_person_must(web: TestClient, cloud: Bench) -> None:
    header = {"authorization": f"Bearer {cloud.cloud.tokens.first(0)}"}
    answer = web.put("/api/v1/users/eve", json={"role": "admin", "password": "a long password"}, headers=header)
    assert (answer.status_code, answer.json()["type"]) == (403, "human_needed")
    assert web.post("/api/v1/step-up", json={"password": "x"}, headers=header).status_code == 403
    assert web.put("/api/v1/people/p-1", json={}, headers=header).status_code == 200
    assert ("token:first", "person.put", "p-1") in acts(cloud)


def test_who_is_taken_out_is_out_at_once_and_another_role_acts_at_once(web: TestClient, cloud: Bench) -> None:
    admin, ann = logged_in(cloud, Role.ADMIN, stepped_up=True), logged_in(cloud, Role.OPERATOR, name="ann")
    assert web.get("/api/v1/people", headers=ann).status_code == 200
    assert web.put("/api/v1/users/ann", json={"role": "viewer"}, headers=admin).status_code == 200
    assert web.get("/api/v1/people", headers=ann).json()["type"] == "role_too_low"
    assert web.put("/api/v1/users/ann", json={"role": "operator"}, headers=admin).status_code == 200
    assert web.get("/api/v1/people", headers=ann).status_code == 200
    assert web.delete("/api/v1/users/ann", headers=admin).status_code == 204
    assert web.get("/api/v1/people", headers=ann).status_code == 401
    enter(cloud, "ann", Role.ADMIN)
    assert web.get("/api/v1/people", headers=ann).status_code == 401, "nor does a later user of that name revive it"


def test_a_new_password_ends_the_other_logins(web: TestClient, cloud: Bench) -> None:
    enter(cloud, "ann", Role.OPERATOR)
    one, two = bearer(log_in(web)), bearer(log_in(web))
    body = {"password": PASSWORD, "new_password": "a different sentence"}
    assert web.put("/api/v1/me/password", json=body | {"password": "wrong"}, headers=one).status_code == 403
    assert web.put("/api/v1/me/password", json=body | {"new_password": "short"}, headers=one).status_code == 422
    assert web.put("/api/v1/me/password", json=body, headers=one).status_code == 204
    assert [web.get("/api/v1/people", headers=header).status_code for header in (one, two)] == [200, 401]
    assert log_in(web).status_code == 401 and log_in(web, password="a different sentence").status_code == 200
    admin = logged_in(cloud, Role.ADMIN, stepped_up=True)
    assert web.put("/api/v1/users/ann", json={"role": "operator", "password": "set by the admin"}, headers=admin).status_code == 200
    assert web.get("/api/v1/people", headers=one).status_code == 401


def test_logging_out_ends_this_login_only(web: TestClient, cloud: Bench) -> None:
    enter(cloud, "ann", Role.OPERATOR)
    one, two = bearer(log_in(web)), bearer(log_in(web))
    assert web.post("/api/v1/logout", headers=one).status_code == 204
    assert [web.get("/api/v1/people", headers=header).status_code for header in (one, two)] == [401, 200]


def test_somebody_has_ten_logins_at_most(cloud: Bench) -> None:
    enter(cloud, "ann", Role.OPERATOR)
    people = accounts(cloud)
    tokens = []
    for _ in range(12):
        cloud.clock.ms += 1
        tokens.append(people.log_in("ann", PASSWORD, "10.0.0.1").token)
    assert [people.session(token) is not None for token in tokens] == [False] * 2 + [True] * 10


def test_the_last_admin_stays(cloud: Bench) -> None:
    enter(cloud, "root", Role.ADMIN)
    people = accounts(cloud)
    with pytest.raises(UserRefused, match="last admin"):
        people.remove("root", "root")
    with pytest.raises(UserRefused, match="last admin"):
        people.put(Change("root", Role.OPS, frozenset(), None, "root"))
    enter(cloud, "second", Role.ADMIN)
    assert people.remove("root", "second")


@pytest.mark.parametrize(("name", "password"), [("ann", "elevenchars"), ("ann", "x" * 129), ("ann", "abababababab"), ("annika", "Annika's password")])
def test_a_weak_password_is_refused_in_words_without_it(name: str, password: str) -> None:
    flaw = password_flaw(name, password)
    assert flaw and password not in flaw
    assert password_flaw("ann", "三十六計走為上計好不好") is not None and password_flaw("ann", "三十六計走為上計，好不好呢") is None


def test_tries_are_slowed_more_and_more_by_name_from_wherever(cloud: Bench) -> None:
    enter(cloud, "ann", Role.OPERATOR)
    people = accounts(cloud)
    began, waited = cloud.clock.ms, []
    for number in range(30):
        try:
            people.log_in("ann", f"guess {number}", f"10.0.{number}.1")
        except PasswordWrong:
            waited.append(0)
        except TooManyTries as error:
            waited.append(error.wait_s)
            cloud.clock.ms += error.wait_s * 1000
    assert waited[:4] == [0] * 4 and [wait for wait in waited if wait][:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert cloud.clock.ms - began > 8 * 60_000, "some twenty guesses took eight minutes"
    with pytest.raises(TooManyTries):
        people.log_in("ann", PASSWORD, "10.1.0.1")
        people.log_in("ann", "wrong", "10.1.0.1")


def test_where_somebody_logged_in_before_a_stranger_does_not_shut_them_out(cloud: Bench) -> None:
    enter(cloud, "ann", Role.OPERATOR)
    people = accounts(cloud)
    people.log_in("ann", PASSWORD, "192.0.2.7")
    for number in range(20):
        with pytest.raises((PasswordWrong, TooManyTries)):
            people.log_in("ann", "guess", f"10.0.{number}.1")
    with pytest.raises(TooManyTries):
        people.log_in("ann", PASSWORD, "198.51.100.1")
    for number in range(20):
        with pytest.raises((PasswordWrong, TooManyTries)):
            people.log_in(f"name{number}", "guess", "192.0.2.7")
    assert people.log_in("ann", PASSWORD, "192.0.2.7").token, "nor does a neighbour behind the same address"


def test_an_address_that_tries_many_names_is_slowed(cloud: Bench) -> None:
    people, held = accounts(cloud), 0
    for number in range(40):
        try:
            people.log_in(f"name{number}", "guess", f"2001:db8::{number:x}")  # one household
        except TooManyTries:
            held += 1
        except PasswordWrong:
            pass
    assert held == 30
    people.settle()
    assert len([act for _, act, _ in acts(cloud) if act == "login.failed"]) == 2, "counted, not flooded"
    assert '"held_back": 30' in cloud.cloud.parts.audit_rows.rows(0, 10)[-1].detail


def test_a_name_that_nobody_has_is_not_in_the_audit(cloud: Bench) -> None:
    """Now and then it is a password in the wrong field."""
    with pytest.raises(PasswordWrong):
        accounts(cloud).log_in("mypassword123", "x", "10.0.0.1")
    assert '"unknown_names": 1' in cloud.cloud.parts.audit_rows.rows(0, 10)[0].detail
    assert "mypassword" not in str(cloud.cloud.parts.audit_rows.rows(0, 10))


def test_nothing_secret_is_in_answers_logs_the_audit_or_the_database(web: TestClient, cloud: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    enter(cloud, "root", Role.ADMIN)
    said, secrets = [], [PASSWORD, "Hunter2-is-mine", "a wrong password", "p4ss"]
    said.append(log_in(web, "root", "a wrong password"))
    opened = log_in(web, "root")
    header = bearer(opened)
    secrets.append(opened.json()["token"])
    said.append(web.post("/api/v1/step-up", json={"password": PASSWORD}, headers=header))
    said.append(web.put("/api/v1/users/bob", json={"role": "viewer", "password": "Hunter2-is-mine"}, headers=header))
    bodies = [{"role": "viewer"} | one for one in ({"password": "p4ss"}, {"passwrod": "p4ss"}, {"password": "p4ss" * 100})]
    for body in (*bodies, "p4ss", ["p4ss"]):
        said.append(web.put("/api/v1/users/bob", json=body, headers=header))
        assert said[-1].status_code == 422
    said.append(web.post("/api/v1/login", json={"user": "root", "password": ["p4ss"]}))
    said += [web.get(f"/api/v1/{path}", headers=header) for path in ("users", "me", "audit", "audit/verify")]
    with cloud.cloud.engine.connect() as connection:
        digests = [row.password for row in connection.execute(select(USERS))]
        kept = str(connection.execute(select(USERS)).all()) + str(connection.execute(select(LOGINS)).all())
    assert all(one.startswith("$argon2id$") for one in digests) and len(said[-2].json()["items"]) > 3
    everywhere = "".join(answer.text for answer in said) + caplog.text
    assert [one for one in (*secrets, *digests, "argon2") if one in everywhere] == []
    assert [one for one in secrets if one in kept] == []


def test_an_unknown_name_takes_as_long_as_a_wrong_password(cloud: Bench) -> None:
    """With digests that take a while; computing time and not the clock's, since others use the computer too; and the same work by its parameters."""
    from argon2 import PasswordHasher, extract_parameters
    from argon2.exceptions import VerifyMismatchError

    worked = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            with pytest.raises(VerifyMismatchError) as whole:  # a digest that can not be read would be refused at once
                super().verify(hash, password)
            worked.append(f"{extract_parameters(str(hash))} {len(hash)}")
            raise whole.value

    passwords = Passwords(Watched(time_cost=1, memory_cost=4096, parallelism=1))
    digest = passwords.digest(PASSWORD)

    def took(known: str | None) -> float:
        begun = time.thread_time()
        assert not passwords.fits(known, "wrong")
        return time.thread_time() - begun

    pairs = [(took(digest), took(None)) for _ in range(21)]
    ratio = median(one for one, _ in pairs) / median(one for _, one in pairs)
    assert 0.5 < ratio < 2
    assert len(worked) == 42 and len(set(worked)) == 1


def test_a_login_by_a_name_that_nobody_has_costs_the_same_digest(cloud: Bench) -> None:
    from argon2 import PasswordHasher

    worked = []

    class Counted(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            worked.append(password)
            return super().verify(hash, password)

    enter(cloud, "ann", Role.OPERATOR)
    people = accounts(cloud)
    people._passwords = Passwords(Counted(time_cost=1, memory_cost=8, parallelism=1))
    for name in ("ann", "nobody", "No Name"):
        with pytest.raises(PasswordWrong):
            people.log_in(name, name, "10.0.0.1")
    assert worked == ["ann", "nobody", "No Name"]


def test_digests_are_made_with_the_parameters_that_are_written_down() -> None:
    digest = Passwords().digest(PASSWORD)
    assert digest.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not Passwords().is_stale(digest) and Passwords().fits(digest, PASSWORD)


def test_a_digest_of_older_parameters_is_made_anew_at_a_login(cloud: Bench) -> None:
    from argon2 import PasswordHasher

    enter(cloud, "ann", Role.OPERATOR)
    people = accounts(cloud)
    people._passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    people.log_in("ann", PASSWORD, "10.0.0.1")
    with cloud.cloud.engine.connect() as connection:
        assert "t=2" in connection.execute(select(USERS.c.password)).scalar_one()
    assert people.log_in("ann", PASSWORD, "10.0.0.1").token


def test_the_stream_of_who_is_taken_out_ends(tmp_path: Path) -> None:
    one = bench(tmp_path, host="0.0.0.0")
    enter(one, "root", Role.ADMIN)
    token = logged_in(one, Role.VIEWER, name="ann")["authorization"].removeprefix("Bearer ")

    async def run() -> list[str]:
        parts, told = one.cloud.parts, []
        stream = follow(parts, Subscriber(), None, None, lambda: parts.accounts.caller(token) is not None, every_s=0.01)
        for _ in range(4):
            told.append(await anext(stream))
        accounts(one).remove("ann", "root")
        return told + [text async for text in stream]

    assert len(asyncio.run(run())) in (4, 5)
