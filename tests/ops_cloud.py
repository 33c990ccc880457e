"""A cloud of the size of a test: the HTTP interface that the commands of remote ops speak to, over a real socket, with what it knows in plain dicts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cli.ops import contexts
from cli.ops.apply import KEY
from contract.signing import Signed, canonical
from tests.contract.signed_examples import SIGNED_ROOT

PASSWORD = "correct horse battery"
CHANGES = [{"station": name, "before": "confirmed", "after": "back", "sends": "undo"} for name in ("st-1", "st-2")]
LAYERS = {
    "defaults.yaml": "door: {unlock_s: 5}\n",
    "grades/basic.yaml": "sockets:\n- {name: '1', relay_pin: 25, adc_channel: 0, amps_per_v: 1.0}\n",
    "cities/lanting/city.yaml": "language: zh\n",
    "cities/lanting/kinds/park.yaml": "{}\n",
    "cities/lanting/districts/riverside.yaml": "{}\n",
    "cities/lanting/districts/old-mill.yaml": "{}\n",
    "cities/lanting/stations/riverside.yaml": "st-1: {grade: basic, kind: park, name: North}\nst-2: {grade: basic, kind: park, name: South}\n",
    "cities/lanting/stations/old-mill.yaml": "st-10: {grade: basic, kind: park, name: Mill}\n",
}


def alone(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """No context, demo, server or token of whoever runs the tests is found."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    for name in (contexts.SERVER, contexts.TOKEN, contexts.CONTEXT, KEY):
        monkeypatch.delenv(name, raising=False)


def tree(folder: Path) -> Path:
    """Layers of three stations in two districts."""
    for name, text in LAYERS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@dataclass
class OpsCloud:
    """What it knows; a test changes it as it likes. `asked`: every request, method and path."""

    config: dict[str, dict[str, Any]] = field(default_factory=dict)
    stations: dict[str, dict[str, Any]] = field(default_factory=dict)
    rollouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    order: dict[str, Any] = field(default_factory=dict)
    order_steps: list[dict[str, Any]] = field(default_factory=list)
    roots: list[Signed] = field(default_factory=lambda: [SIGNED_ROOT])
    asked: list[str] = field(default_factory=list)
    bodies: list[tuple[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    receipts: dict[str, Any] = field(default_factory=dict)
    stepped_up: bool = True
    page: int = 2

    def __enter__(self) -> OpsCloud:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def put(self, station: str, content: dict[str, Any] | None, version: int = 1, **changes: Any) -> None:
        """A station that is online and has this configuration confirmed; None: as provisioned."""
        version = 0 if content is None else version
        sha = "" if content is None else f"{version:064x}"
        self.config[station] = {
            "station": station, "district": "riverside", "name": station, "version": version, "sha256": sha, "release": "before", "content": content,
            "phase": "confirmed" if version else "none", "reason": "", "flaw": None, "in_force_version": version, "in_force_sha256": sha,
            "confirmed_version": version, "desired_version": version, "undo": content, "next_version": version + 1, "reported_at": "2026-11-21T03:20:00.000Z",
            "root": 1, "level": 6, **changes,
        }  # fmt: skip
        self.stations[station] = {
            "station": station, "name": station, "city": "lanting", "district": "riverside", "standing": "online", "since": "2026-11-21T03:00:00.000Z",
            "reason": "", "flapping": False, "heard_at": "", "door": "locked", "inside": 0, "waiting_facts": 0, "waiting_batches": 0, "faults": [],
            "version": "0.1.0", "boot": "00000b07", "roster": {"reported": 3, "refused": None},
        }  # fmt: skip

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """One request."""
        self.asked.append(f"{method} {path}")
        self.bodies.append((f"{method} {path}", body))
        for pattern, act in self._table():
            if match := re.fullmatch(pattern, f"{method} {path}"):
                status, told = act(*match.groups(), **({"query": query} if method == "GET" else {"body": body}))
                return status, told
        return 404, {"error": "Not Found", "where": f"/api/v1{path}", "hint": "see /api/v1/openapi.json for what there is"}

    def _table(self) -> list[tuple[str, Any]]:
        return [
            ("POST /login", self._login), ("POST /step-up", self._step_up), ("POST /renew", lambda body: (200, self._token("renewed"))),
            ("POST /logout", lambda body: (204, None)),
            ("GET /me", lambda query: (200, {"name": "lin.mei", "human": True, "stepped_up_until": "2099" if self.stepped_up else None})),
            ("GET /stations", lambda query: (200, self._pages(self.stations, query, "cursor"))),
            ("GET /config", lambda query: (200, self._pages(self.config, query, "next"))),
            ("GET /trust", lambda query: (200, {"root_version": 1, "roots": [one.model_dump(mode="json") for one in self.roots]})),
            ("GET /alerts", lambda query: (200, {"items": [], "as_of": ""})),
            ("POST /rollouts", self._draft), ("PUT /rollouts/(\\w+)/documents", self._take), ("POST /rollouts/(\\w+)/(\\w+)", self._act),
            ("GET /rollouts", lambda query: (200, {"items": list(self.rollouts.values()), "next": None})),
            ("GET /rollouts/(\\w+)", lambda rollout, query: (200, self.rollouts[rollout])),
            ("GET /rollouts/(\\w+)/stations", lambda rollout, query: (200, {"items": [{"station": "st-1", "reason": "forged"}], "next": None})),
            ("DELETE /people/([\\w-]+)", lambda person, body: (204, None)), ("GET /roster/receipts", lambda query: (200, self.receipts)),
            ("POST /stations/([\\w-]+)/orders", self._order),
            ("GET /orders/(\\w+)", lambda order, query: (200, self.order_steps.pop(0) if self.order_steps else self.order)),
        ]  # fmt: skip

    def _pages(self, rows: dict[str, Any], query: dict[str, str], link: str) -> dict[str, Any]:
        """Small pages, so that every test turns some."""
        after = query.get("after", query.get("cursor", ""))
        left = sorted(name for name in rows if name > after)
        more = left[self.page - 1] if len(left) > self.page else None
        return json.loads(canonical({"items": [rows[name] for name in left[: self.page]], link: more}))  # type: ignore[no-any-return]

    def _login(self, body: dict[str, str]) -> tuple[int, Any]:
        if body["password"] != PASSWORD:
            return 403, {"error": "name and password do not match: check both and type them again", "where": "/api/v1/login"}
        return 200, self._token("fresh")

    def _token(self, token: str) -> dict[str, Any]:
        return {"token": token, "expires_at": "2099-11-21T03:50:00.000Z", "ends_at": "", "name": "lin.mei", "role": "ops", "districts": []}

    def _step_up(self, body: dict[str, str]) -> tuple[int, Any]:
        self.stepped_up = body["password"] == PASSWORD
        return (200, {"until": ""}) if self.stepped_up else (403, {"error": "name and password do not match", "where": "/api/v1/step-up"})

    def _draft(self, body: dict[str, Any]) -> tuple[int, Any]:
        self.rollouts["r7"] = {**body, "id": "r7", "state": "draft", "who": "lin.mei", "counts": {}, "history": [], "verdicts": []}
        return 201, {"id": "r7", "state": "draft"}

    def _take(self, rollout: str, body: dict[str, Any]) -> tuple[int, Any]:
        self.documents |= {one["station"]: one for one in body["items"]}
        return 200, {"documents": len(self.documents)}

    def _act(self, rollout: str, act: str, body: dict[str, Any]) -> tuple[int, Any]:
        if act in ("start", "resume", "retry", "undo") and not self.stepped_up:
            where = f"/api/v1/rollouts/{rollout}/{act}"
            return 401, {"error": "this asks for the password again", "where": where, "hint": "POST /api/v1/step-up", "type": "step_up_needed"}
        if body.get("dry_run"):
            return 200, {"id": rollout, "state": "undone", "dry_run": True, "changes": CHANGES, "words": ""}
        self.rollouts[rollout]["state"] = {"start": "running", "pause": "paused", "undo": "undone"}.get(act, act)
        return 200, self.rollouts[rollout]

    def _order(self, station: str, body: dict[str, Any]) -> tuple[int, Any]:
        return 202, {"id": "0123456789abcdef", "station": station, "state": "asking", "words": "asking the station for a challenge"}


def _handler(cloud: OpsCloud) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            cloud.tokens.append((self.headers.get("Authorization") or "").removeprefix("Bearer "))
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            status, told = cloud.answer(self.command, url.path.removeprefix("/api/v1"), query, body)
            text = b"" if told is None else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler
