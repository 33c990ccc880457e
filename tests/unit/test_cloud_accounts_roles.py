"""Every endpoint and every role: the answer is what the table in cloud/api/roles.py says. Made from the application itself, so that nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from cloud.api.auth import Gate
from cloud.api.roles import ORDERS, PREFIX, READ, TABLE, Need, need
from cloud.app import create_app
from cloud.domain.callers import Role
from cloud.domain.rollout import Options
from contract.orders import OrderKind
from tests.cloud_parts import Bench, FakeStation, bench
from tests.cloud_people import logged_in

URL = "http://127.0.0.1:8000"
WHERE = "add a line to TABLE in cloud/api/roles.py, then ./kiosk check --fix"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    one = bench(tmp_path_factory.mktemp("cloud"))
    one.take(FakeStation("north-1").state(district="north"), FakeStation("south-1").state(district="south"))
    one.cloud.parts.hub.close()  # nobody can follow the stream: a test would never get its end
    return one


@pytest.fixture(scope="module")
def app(cloud: Bench) -> FastAPI:
    return create_app(cloud.cloud)


@pytest.fixture(scope="module")
def web(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=URL, raise_server_exceptions=False)


def endpoints(app: FastAPI) -> list[tuple[str, str]]:
    """(method, template) of everything in the OpenAPI document."""
    return [(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods]


def test_every_endpoint_has_a_line_and_every_line_an_endpoint(app: FastAPI) -> None:
    lines = {nameless(f"{method} {path.removeprefix(PREFIX)}") for method, path in endpoints(app)}
    table = {nameless(line) for line in TABLE} - {"GET /"}
    assert lines - table == set(), WHERE
    assert table - lines == set(), "lines in TABLE of cloud/api/roles.py for endpoints that are not there"


def nameless(line: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", line)


def test_every_order_has_a_line() -> None:
    assert set(ORDERS) == {kind.value for kind in OrderKind}, "ORDERS in cloud/api/roles.py"


def test_who_gives_the_password_again_is_a_person() -> None:
    assert all(one.person for one in [*TABLE.values(), *ORDERS.values()] if one.step_up)


def test_nothing_new_goes_to_a_door_without_the_password() -> None:
    """By any way: also a retry sends a configuration, and lets a paused rollout run on."""
    for act in ("start", "resume", "retry", "undo"):
        assert TABLE[f"POST /rollouts/{{id}}/{act}"].step_up, act
    assert ORDERS["unlock"].step_up and ORDERS["maintenance"].step_up


CALLERS: dict[str, tuple[Role | None, bool, bool]] = {
    "nobody": (None, False, False), "first token": (Role.ADMIN, False, False), "viewer's token": (Role.VIEWER, False, False),
    **{role.value: (role, True, False) for role in Role}, **{f"{role.value}, password again": (role, True, True) for role in Role},
}  # fmt: skip


def allowed(needed: Need, role: Role | None, human: bool, again: bool) -> bool:
    """The table in words of this test. Only reading is open on loopback."""
    if needed.least is None:
        return True
    if role is None:
        return needed == READ
    return role.includes(needed.least) and (human or not needed.person) and (again or not needed.step_up)


@pytest.mark.slow
@pytest.mark.parametrize("who", CALLERS)
def test_every_endpoint_lets_in_whom_the_table_names(app: FastAPI, web: TestClient, cloud: Bench, who: str) -> None:
    role, human, again = CALLERS[who]
    header = header_of(cloud, role, human, again)
    for method, template in sorted(endpoints(app), key=lambda one: one[1].endswith("/logout")):  # which ends the login
        path = template.replace("{station}", "north-1").replace("{name}", "somebody").replace("{person}", "p-1").replace("{scope}", "order")
        path = re.sub(r"\{[^}]*\}", "nothing", path)
        needed = need(method, path, template)
        assert needed is not None, f"{method} {template}: {WHERE}"
        answer = web.request(method, path, headers=header, json={} if method in ("PUT", "POST") else None)
        refused = answer.status_code in (401, 403) and needed.least is not None
        assert refused is not allowed(needed, role, human, again), f"{who}: {method} {template}: {answer.status_code} {answer.text}"


def header_of(cloud: Bench, role: Role | None, human: bool, again: bool) -> dict[str, str]:
    if role is None:
        return {}
    if not human:
        return {"authorization": f"Bearer {cloud.cloud.tokens.make('program', 0, role)}"}
    return logged_in(cloud, role, stepped_up=again)


def test_an_operator_acts_in_own_districts_only(web: TestClient, cloud: Bench) -> None:
    mine = [line.split() for line, needed in TABLE.items() if needed.own]
    assert mine
    for method, template in mine:
        for station, districts, kind in [("north-1", ["north"], ""), ("south-1", ["north"], "not_your_district"), ("nowhere", ["north"], "not_your_district"),
                                         ("south-1", [], "")]:  # fmt: skip
            answer = web.request(method, PREFIX + template.replace("{station}", station), json={}, headers=logged_in(cloud, Role.OPERATOR, districts))
            assert answer.json().get("type", "") == kind


def test_a_dry_run_asks_for_no_password_and_does_nothing(web: TestClient, cloud: Bench) -> None:
    dry = [line.partition(" ")[2] for line, needed in TABLE.items() if needed.dry]
    assert dry and all(TABLE[f"POST {path}"].step_up for path in dry)
    made = cloud.cloud.rollouts.rollouts.draft("lin", "n", "y", "r-2", Options(("100%",))).id
    for path in dry:
        url, header = PREFIX + path.replace("{id}", made), logged_in(cloud, Role.OPS)
        for query, code in (("?dry_run=true", (409, 422)), ("", (401,)), ("?dry_run=1", (401,)), ("?dry_run=true&dry_run=false", (401,))):
            assert web.post(url + query, json={"reason": "x"}, headers=header).status_code in code, url + query
        assert web.post(url + "?dry_run=true", headers=logged_in(cloud, Role.OPERATOR)).status_code == 403
    assert cloud.cloud.rollouts.rollouts.one(made)[0].state == "draft"


def test_what_is_in_no_table_is_refused_to_everybody(cloud: Bench) -> None:
    app = create_app(cloud.cloud)
    app.get(f"{PREFIX}/forgotten")(lambda: "secret")
    answer = TestClient(app, base_url=URL).get(f"{PREFIX}/forgotten", headers=logged_in(cloud, Role.ADMIN, stepped_up=True))
    assert (answer.status_code, answer.json()["type"]) == (403, "not_in_table") and "secret" not in answer.text


def test_every_route_of_the_application_passes_the_gate(app: FastAPI) -> None:
    """Also those that the OpenAPI document does not show."""

    def gates(dependant: Any) -> Iterator[Any]:
        for one in dependant.dependencies:
            yield one.call
            yield from gates(one)

    for route in app.routes:
        if hasattr(route, "dependant"):
            assert any(isinstance(call, Gate) for call in gates(route.dependant)), route


@pytest.mark.slow
def test_reading_asks_for_a_token_where_others_can_reach_the_server(tmp_path: Path) -> None:
    one = bench(tmp_path, host="0.0.0.0")
    one.cloud.parts.hub.close()
    app = create_app(one.cloud)
    web, token = TestClient(app, base_url=URL), {"authorization": f"Bearer {one.cloud.tokens.make('wall', 0, Role.VIEWER)}"}
    for line in (line for line, needed in TABLE.items() if needed == READ and "{" not in line):
        path = PREFIX + line.split()[1]
        if "GET " + path in {f"{method} {template}" for method, template in endpoints(app)}:
            assert (web.get(path).status_code, web.get(path, headers=token).status_code in (401, 403)) == (401, False)
