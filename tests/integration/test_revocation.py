"""Taking a right away where stations believe signed rosters only: gone at a station that is there within a minute, and who has not confirmed is named."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.demo.client import call
from contract.signing import Kind, Signed, public_half, sign
from contract.trust import Delegation, Key, OpsKey, Root, Scope
from tests.integration.town import STATION, Town

pytestmark = pytest.mark.slow
PROMISED_S = 60.0
LIVES = {Scope.ORDER: timedelta(days=7), Scope.ROSTER: timedelta(days=400)}


class Keys:
    """Those of a small operator, made for this test."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        safes, self.ops = [Ed25519PrivateKey.generate() for _ in range(3)], Ed25519PrivateKey.generate()
        later = self.now + timedelta(days=300)
        root = Root(
            version=1, expires=later, root_keys=tuple(Key(key=public_half(one)) for one in safes),
            ops_keys=(OpsKey(key=public_half(self.ops), name="ops", expires=later),),
        )  # fmt: skip
        self.root = sign(Kind.ROOT, root.model_dump(mode="json"), *safes[:2])

    def delegation(self, key: str, scope: Scope) -> Signed:
        """Of a key of the cloud."""
        given = Delegation(key=key, scope=(scope,), issued=self.now, expires=self.now + LIVES[scope])
        return sign(Kind.DELEGATION, given.model_dump(mode="json"), self.ops)


class TrustingTown(Town):
    """A town whose station was provisioned with a root, and whose cloud has keys."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        super().__init__(folder)
        self.keys = keys
        pinned = folder / STATION
        pinned.mkdir()
        (pinned / "root.json").write_text(keys.root.model_dump_json())

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The API of the cloud."""
        return call(method, f"{self.url}api/v1{path}", body, self.token)

    def give_keys(self) -> None:
        """Roots, and a delegation for each of the cloud's keys."""
        self.ask("PUT", "/trust/roots", {"roots": [self.keys.root.model_dump(mode="json")]})
        for scope in Scope:
            key = self.ask("POST", f"/trust/keys/{scope.value}", {})["key"]
            self.ask("PUT", "/trust/delegations", {"signed": self.keys.delegation(key, scope).model_dump(mode="json")})

    def stored(self) -> bytes:
        """The roster as the station keeps it."""
        db = sqlite3.connect(f"file:{self.front.folder / 'ledger.db'}?mode=ro", uri=True, timeout=5.0)
        try:
            row = db.execute("SELECT raw FROM roster").fetchone()
            return bytes(row[0]) if row else b""
        finally:
            db.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TrustingTown]:
    one = TrustingTown(tmp_path, Keys())
    with one:
        one.give_keys()
        one.enter_person("p-1", "1001", "2468")
        one.enter_person("p-2", "1002", "1357")
        wait(lambda: receipts(one)["confirmed"] == [STATION])
        yield one


def receipts(town: TrustingTown) -> dict[str, Any]:
    found: dict[str, Any] = town.ask("GET", "/roster/receipts")
    return found


def wait(true: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)


def test_who_is_revoked_is_gone_within_a_minute_and_who_has_not_confirmed_is_named(town: TrustingTown) -> None:
    assert b"signed_roster" in town.stored() and b"p-1" in town.stored()
    began = time.monotonic()
    town.ask("DELETE", "/people/p-1")
    wait(lambda: b"p-1" not in town.stored() and receipts(town)["confirmed"] == [STATION], PROMISED_S)
    print(f"revoked and confirmed {time.monotonic() - began:.2f} s after it was asked")

    order = town.ask("POST", f"/stations/{STATION}/orders", {"order": "refresh_roster", "reason": "to be sure that it is gone"})
    wait(lambda: town.ask("GET", f"/orders/{order['id']}")["state"] not in ("asking", "sent"), 25.0)
    assert town.ask("GET", f"/orders/{order['id']}")["words"].startswith("done: ")
    kinds = [row["kind"] for row in town.ask("GET", f"/facts?station={STATION}&kind=order_carried_out")["items"]]
    assert kinds == ["order_carried_out"]

    town.front.agent.stop()
    town.ask("DELETE", "/people/p-2")
    wait(lambda: [one["offline_since"] is not None for one in receipts(town)["waiting"]] == [True])
    late = town.ask("POST", f"/stations/{STATION}/orders", {"order": "identify", "reason": "is it gone"})
    assert late["state"] == "not_delivered" and "offline since" in late["words"]
    town.front.agent.start()
    wait(lambda: receipts(town)["confirmed"] == [STATION] and b"p-2" not in town.stored(), PROMISED_S)
