"""Who may do what: one table of every endpoint. The gate in cloud/api/auth.py refuses what is not in it; docs/roles.md is made of it.

A new endpoint is a line here: "METHOD /path/with/{names}" and what it needs. What depends on the body of a request is in ORDERS, and the
route asks for it by `demand`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cloud.domain.callers import Caller, Role
from cloud.errors import AccessRefused

PREFIX = "/api/v1"


@dataclass(frozen=True)
class Need:
    """`least` None: everybody, without a token. `step_up`: a person who gave the password again. `own`: a station of the caller's districts.
    `human`: a person who logged in, not a program with its token. `dry`: with `?dry_run=true` nothing is done, so the role is enough."""

    least: Role | None
    step_up: bool = False
    own: bool = False
    human: bool = False
    dry: bool = False

    def met_by(self, caller: Caller) -> bool:
        """Whether the role is enough."""
        return self.least is None or caller.role.includes(self.least)

    @property
    def person(self) -> bool:
        """A program has no password to give again."""
        return self.human or self.step_up


NOBODY, READ, MYSELF = Need(None), Need(Role.VIEWER), Need(Role.VIEWER, human=True)
DOCUMENTS = Need(Role.OPERATOR)
"""What stands in a configuration (the address of a camera may hold a password). To others `/config` tells versions, phases and reasons only."""
PEOPLE, OPS, OPS_AGAIN = Need(Role.OPERATOR), Need(Role.OPS), Need(Role.OPS, step_up=True, dry=True)

TABLE: dict[str, Need] = {
    "GET /": NOBODY,
    "POST /login": NOBODY, "GET /me": READ,
    "POST /logout": MYSELF, "POST /renew": MYSELF, "POST /step-up": MYSELF, "PUT /me/password": MYSELF,
    "POST /phone/session": NOBODY, "DELETE /phone/session": NOBODY, "GET /phone/ticket": NOBODY,

    "GET /stations": READ, "GET /stations/{station}": READ, "GET /facts": READ, "GET /refused": READ, "GET /samples": READ,
    "GET /health": READ, "GET /stream": READ, "GET /console": READ, "GET /quota/bound": READ,
    "GET /alerts": READ, "POST /alerts": Need(Role.OPERATOR), "POST /alerts/{fingerprint}/acknowledge": Need(Role.OPERATOR, human=True),

    "GET /people": PEOPLE, "PUT /people/{person}": PEOPLE, "DELETE /people/{person}": PEOPLE, "GET /people/{person}/quota": PEOPLE,
    "GET /people/{person}/face": PEOPLE, "POST /people/{person}/face/withdraw": PEOPLE, "POST /people/{person}/face/allow": PEOPLE,
    "DELETE /people/{person}/phone-sessions": PEOPLE,
    "GET /roster/receipts": PEOPLE, "POST /roster/refresh": PEOPLE,

    "POST /stations/{station}/orders": Need(Role.OPERATOR, own=True), "GET /stations/{station}/orders": PEOPLE, "GET /orders/{id}": PEOPLE,

    "GET /config": READ, "GET /config/{station}": READ,
    "GET /trust": READ, "PUT /trust/roots": OPS, "POST /trust/keys/{scope}": OPS, "PUT /trust/delegations": OPS,
    "GET /rollouts": READ, "GET /rollouts/{id}": READ, "GET /rollouts/{id}/stations": READ,
    "POST /rollouts": OPS, "PUT /rollouts/{id}/documents": OPS,
    "POST /rollouts/{id}/start": OPS_AGAIN, "POST /rollouts/{id}/resume": OPS_AGAIN, "POST /rollouts/{id}/undo": OPS_AGAIN,
    "POST /rollouts/{id}/retry": OPS_AGAIN, "POST /rollouts/{id}/pause": OPS, "POST /rollouts/{id}/abort": OPS,
    "POST /rollouts/{id}/stations/{station}/cancel": OPS,

    "GET /users": Need(Role.ADMIN), "PUT /users/{name}": Need(Role.ADMIN, step_up=True), "DELETE /users/{name}": Need(Role.ADMIN, step_up=True),
    "GET /audit": OPS, "GET /audit/verify": OPS,
}  # fmt: skip

ORDERS: dict[str, Need] = {
    "unlock": Need(Role.OPERATOR, step_up=True, own=True), "maintenance": Need(Role.OPERATOR, step_up=True, own=True),
    "identify": Need(Role.OPERATOR, own=True), "refresh_roster": Need(Role.OPERATOR, own=True), "restart": Need(Role.OPS, own=True),
}  # fmt: skip
"""By the order in the body of `POST /stations/{station}/orders`."""


def need(method: str, path: str, template: str) -> Need | None:
    """What a request needs; `path` as it came, `template` as the route has it, with or without the prefix. None: not in the table."""
    wanted = _nameless(template)
    for known, pattern, found in _compiled():
        said, _, line = known.partition(" ")
        full = line if line == "/" else PREFIX + line
        if said == method and pattern.fullmatch(path) and _nameless(full).endswith(wanted):
            return found
    return None


def demand(caller: Caller, needed: Need, district: str | None = None) -> None:
    """`district`: of the station that is acted on; None for none. Raises: AccessRefused."""
    if needed.least is None:
        return
    if not needed.met_by(caller):
        raise AccessRefused(403, "role_too_low", f"this is for {needed.least.value} and above; {caller.name} is {caller.role.value}", "ask an admin")
    if needed.person and not caller.human:
        raise AccessRefused(403, "human_needed", "a person does this, not a program with its token", "log in by name and password")
    if needed.own and not caller.may_touch(district or ""):
        raise AccessRefused(403, "not_your_district", f"the station is not in a district of {caller.name}", "ask an admin for the district")
    if needed.step_up and not caller.stepped_up:
        raise AccessRefused(401, "step_up_needed", "this asks for the password again", f"POST {PREFIX}/step-up; it then holds for 5 minutes")


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str], Need], ...]:
    """Lines with fewer names first: `/x/start` before `/x/{name}`."""
    lines = sorted(TABLE, key=lambda line: line.count("{"))
    return tuple((line, _pattern(line.partition(" ")[2]), TABLE[line]) for line in lines)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("/" if path == "/" else PREFIX + re.sub(r"\{[^}]*\}", "[^/]+", path))


def _nameless(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)
