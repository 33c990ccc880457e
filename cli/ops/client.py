"""The cloud's public interface, as this computer asks it. Follows no redirect, so that a token never goes anywhere else."""

from __future__ import annotations

import argparse
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPMessage
from ipaddress import ip_address
from typing import IO, Any
from urllib.parse import urlsplit

from cli.ops import contexts
from cli.ops.contexts import Context
from cli.ops.exits import Exit, OpsFailed
from cli.ops.tables import plain

PREFIX = "/api/v1"
TIMEOUT_S = 30.0
RENEW_BEFORE = timedelta(minutes=10)
AWAY = (502, 503, 504)
LOG_IN = "log in with ./kiosk login"


class Refused(OpsFailed):
    """The server's answer is no. `status` is that of HTTP, `problem` its own form: error, where, value, hint."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status, self.problem = status, problem
        exit_code = Exit.NOT_ALLOWED if status in (401, 403) else Exit.NOT_REACHABLE if status in AWAY else Exit.REFUSED
        super().__init__(exit_code, _told(status, problem))


class Client:
    """One server, one person."""

    def __init__(self, context: Context, kept_as: str = "") -> None:
        """`kept_as`: name of the context whose token this is; then it is renewed before it ends."""
        self.server = contexts.address(context.server)
        self._token, self._kept_as = context.token, kept_as
        self._expires = self._ends = _time(context.expires_at) if kept_as else None
        handlers: list[urllib.request.BaseHandler] = [_Stay()]
        if loopback(self.server):
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def get(self, path: str, **query: object) -> Any:
        """The answer; `query` without what is None."""
        given = {name: value for name, value in query.items() if value is not None}
        return self.call("GET", f"{path}?{urllib.parse.urlencode(given)}" if given else path)

    def post(self, path: str, body: object = None) -> Any:
        """The answer."""
        return self.call("POST", path, {} if body is None else body)

    def put(self, path: str, body: object) -> Any:
        """The answer."""
        return self.call("PUT", path, body)

    def pages(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """All items, a page after another, however the pages of this path are linked."""
        for _ in range(100_000):
            page = self.get(path, **query)
            yield from page["items"]
            step = {"after": page.get("next"), "cursor": page.get("cursor")}
            onward = {name: value for name, value in step.items() if value is not None}
            if not onward:
                return
            query |= onward

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON; None for an empty one. `path` begins after /api/v1.

        Raises:
            Refused: the server says no.
            OpsFailed: nobody answers.
        """
        self._renew()
        return self._asked(method, path, body)

    def _renew(self) -> None:
        """In the last third of its life; one that is over can not be."""
        now = datetime.now(UTC)
        if self._expires is None or not now < self._expires < now + RENEW_BEFORE:
            return
        self._expires = None
        try:
            told = self._asked("POST", "/renew", {})
        except OpsFailed:
            return  # what is asked for next says why
        before, self._token, self._expires = self._token, str(told["token"]), _time(str(told["expires_at"]))
        self._ends = self._expires
        contexts.renewed(self._kept_as, before, told)

    def _asked(self, method: str, path: str, body: object) -> Any:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(f"{self.server}{PREFIX}{path}", data, headers, method=method)
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                text = answer.read()
            return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            raise Refused(error.code, self._who(path, error.code, _problem(error))) from None
        except ValueError:
            raise OpsFailed(Exit.NOT_REACHABLE, f"{self.server}: does not answer like the cloud of smart stations; look at --server") from None
        except (OSError, HTTPException) as error:
            why = getattr(error, "reason", None) or error
            raise OpsFailed(Exit.NOT_REACHABLE, f"{self.server}: {why}; is the cloud running there? Else: --server URL, ./kiosk context use NAME") from None


    def _who(self, path: str, status: int, problem: dict[str, Any]) -> dict[str, Any]:
        """Of a 401 that a login would mend: in words of this computer, which knows what it sent."""
        if status != 401 or "type" in problem or path == "/login":
            return problem
        over = self._ends is not None and self._ends < datetime.now(UTC)
        ended = f"the login ended at {self._ends:%H:%M} UTC" if self._ends and over else f"{self.server} does not know this token, or no longer"
        return {"error": ended if self._token else f"nobody is logged in at {self.server}", "hint": LOG_IN}


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other that is not the one asked for."""

    def redirect_request(self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str) -> None:
        return None


def of(asked: argparse.Namespace) -> Client:
    """For the flags of this command."""
    context, name = contexts.chosen(asked), contexts.name(asked)
    kept = contexts.load().contexts.get(name, Context()).token
    return Client(context, name if context.token and context.token == kept else "")


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def quoted(step: str) -> str:
    """As one step of a path."""
    return urllib.parse.quote(step, safe="")


def loopback(server: str) -> bool:
    """Whether this address never leaves the computer."""
    host = urlsplit(server).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _problem(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        told = json.loads(error.read(20_000))
        return told if isinstance(told, dict) else {}
    except (ValueError, OSError, HTTPException):
        return {}


def _told(status: int, problem: Mapping[str, Any]) -> str:
    """`where: value: error; what to do`, without addresses of the interface, which nobody types here."""
    error = problem.get("error") or problem.get("detail") or f"the server answered {status}"
    value = f"{problem['value']}: " if problem.get("value") else ""
    where = str(problem.get("where") or "").removeprefix("body.").removeprefix("query.")
    where = "" if where.startswith(PREFIX) else where
    hint = str(problem.get("hint") or "")
    hint = "" if PREFIX in hint else hint
    return plain(f"{where}{': ' if where else ''}{value}{error}{'; ' if hint else ''}{hint}")
