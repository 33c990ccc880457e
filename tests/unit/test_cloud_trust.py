"""What the cloud believes about keys: roots that never go back, delegations that a station would take, keys of its own that never leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient

from cloud.api.trust import view
from cloud.app import create_app
from cloud.domain.callers import Role
from cloud.errors import SettingsRefused
from cloud.trust import Trust
from contract.signing import Flaw, Kind, Signed, TrustRefused, public_half
from contract.trust import Delegation, Key, OpsKey, Root, Scope
from tests.cloud_parts import NOON, Bench, bench
from tests.cloud_people import logged_in
from tests.contract.signed_examples import OPS_KEY, ROOT, ROOT_KEYS, SIGNED_ROOT, key, signed

URL = "http://127.0.0.1:8000"
SECOND_OPS = key(12)
OTHERS = tuple(Key(key=public_half(key(number))) for number in (7, 8))


def root(version: int = 2, ops: Ed25519PrivateKey = SECOND_OPS, signers: tuple[Ed25519PrivateKey, ...] = ROOT_KEYS[:2], **changes: Any) -> Signed:
    """A root that follows ROOT, with another ops key, signed by these."""
    keys = (OpsKey(key=public_half(ops), name="ops", expires=NOON + timedelta(days=365)),)
    return signed(Kind.ROOT, ROOT.model_copy(update={"version": version, "ops_keys": keys} | changes), *signers)


def given(
    trust: Trust, scope: Scope = Scope.ORDER, *, by: Ed25519PrivateKey = OPS_KEY, days: float = 7, at: datetime = NOON, districts: tuple[str, ...] = (),
    public: str | None = None, scopes: tuple[Scope, ...] | None = None,
) -> Signed:  # fmt: skip
    """A delegation of the cloud's newest key of this scope."""
    public = public or trust.public_key(scope) or trust.make_key(scope)
    one = Delegation(key=public, scope=scopes or (scope,), districts=districts, issued=at, expires=at + timedelta(days=days))
    return signed(Kind.DELEGATION, one, by)


@pytest.fixture
def cloud(tmp_path: Path) -> Bench:
    return bench(tmp_path)


@pytest.fixture
def trust(cloud: Bench) -> Trust:
    found = cloud.cloud.parts.trust
    assert isinstance(found, Trust)
    found.put_roots([SIGNED_ROOT])
    return found


@pytest.fixture
def web(cloud: Bench) -> Iterator[TestClient]:
    with TestClient(create_app(cloud.cloud), base_url=URL) as client:
        client.headers["authorization"] = f"Bearer {cloud.cloud.tokens.first(0)}"
        yield client


def flaw(act: Any) -> Flaw:
    with pytest.raises(TrustRefused) as error:
        act()
    return error.value.flaw


def test_a_chain_is_taken_link_by_link_and_kept_over_a_restart(trust: Trust, tmp_path: Path) -> None:
    assert trust.put_roots([SIGNED_ROOT, root()]).version == 2
    assert trust.put_roots([SIGNED_ROOT, root()]).version == 2
    again = bench(tmp_path).cloud.parts.trust
    assert isinstance(again, Trust)
    assert (again.chain(), again.current()) == ((SIGNED_ROOT, root()), trust.current())


ATTACKS: dict[str, tuple[list[Signed], Flaw]] = {
    "nothing": ([], Flaw.FORM),
    "signed by strangers": ([SIGNED_ROOT, root(signers=(key(7), key(8)))], Flaw.UNKNOWN_KEY),
    "signed by one of two": ([SIGNED_ROOT, root(signers=ROOT_KEYS[:1])], Flaw.TOO_FEW_SIGNATURES),
    "one key signed twice": ([SIGNED_ROOT, root(signers=(ROOT_KEYS[0], ROOT_KEYS[0]))], Flaw.TOO_FEW_SIGNATURES),
    "signed by an ops key": ([SIGNED_ROOT, root(signers=(OPS_KEY, OPS_KEY))], Flaw.UNKNOWN_KEY),
    "a link left out": ([SIGNED_ROOT, root(3)], Flaw.ROLLBACK),
    "not from version 1": ([root()], Flaw.ROLLBACK),
    "the same twice": ([SIGNED_ROOT, SIGNED_ROOT], Flaw.ROLLBACK),
    "over": ([SIGNED_ROOT, root(expires=NOON - timedelta(days=1))], Flaw.EXPIRED),
    "changed on its way": ([SIGNED_ROOT, root().model_copy(update={"payload": root().payload.replace('"threshold":2', '"threshold":1')})], Flaw.SIGNATURE),
    "new keys without the old ones": ([SIGNED_ROOT, root(root_keys=OTHERS, signers=(key(7), key(8)))], Flaw.UNKNOWN_KEY),
}  # fmt: skip


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """With one root; for tests that change nothing."""
    one = bench(tmp_path_factory.mktemp("settled")).cloud.parts.trust
    assert isinstance(one, Trust)
    one.put_roots([SIGNED_ROOT])
    return one


@pytest.mark.parametrize("name", ATTACKS)
def test_a_forged_chain_changes_nothing(settled: Trust, name: str) -> None:
    chain, expected = ATTACKS[name]
    assert flaw(lambda: settled.put_roots(chain)) is expected
    assert settled.chain() == (SIGNED_ROOT,)


def test_roots_never_go_back_nor_elsewhere(trust: Trust) -> None:
    trust.put_roots([SIGNED_ROOT, root()])
    assert flaw(lambda: trust.put_roots([SIGNED_ROOT])) is Flaw.ROLLBACK
    assert flaw(lambda: trust.put_roots([SIGNED_ROOT, root(ops=key(13))])) is Flaw.ROLLBACK
    other = ROOT.model_copy(update={"root_keys": OTHERS})
    assert flaw(lambda: trust.put_roots([signed(Kind.ROOT, other, key(7), key(8)), root(), root(3)])) is Flaw.UNKNOWN_KEY
    assert flaw(lambda: trust.put_roots([signed(Kind.ROOT, other, key(7), key(8))])) is Flaw.ROLLBACK
    assert trust.chain() == (SIGNED_ROOT, root())


def test_a_delegation_lets_the_cloud_sign_where_and_as_long_as_it_says(trust: Trust, cloud: Bench) -> None:
    assert trust.signer(Scope.ORDER, "north") is None
    trust.put_delegation(given(trust, districts=("north",)))
    found = trust.signer(Scope.ORDER, "north")
    assert found is not None and public_half(found.key) == trust.public_key(Scope.ORDER)
    assert trust.signer(Scope.ORDER, "south") is None and trust.signer(Scope.ROSTER, "north") is None
    cloud.clock.ms += 7 * 86_400_000 + 1
    assert trust.signer(Scope.ORDER, "north") is None


DELEGATIONS: dict[str, tuple[dict[str, Any], Flaw]] = {
    "eight days": ({"days": 8}, Flaw.TOO_LONG_LIFE),
    "a roster key of 500 days": ({"scope": Scope.ROSTER, "days": 500}, Flaw.TOO_LONG_LIFE),
    "over": ({"at": NOON - timedelta(days=8)}, Flaw.EXPIRED),
    "of tomorrow": ({"at": NOON + timedelta(days=1)}, Flaw.NOT_YET),
    "signed by a root key": ({"by": ROOT_KEYS[0]}, Flaw.UNKNOWN_KEY),
    "signed by a stranger": ({"by": key(77)}, Flaw.UNKNOWN_KEY),
    "of a key that is elsewhere": ({"public": public_half(key(78))}, Flaw.WRONG_TARGET),
    "of the key for rosters": ({"scope": Scope.ROSTER, "scopes": (Scope.ORDER,)}, Flaw.SCOPE),
    "for more than the key was made for": ({"scopes": (Scope.ORDER, Scope.ROSTER)}, Flaw.SCOPE),
    "of so many districts that no order would fit": ({"districts": tuple("区" * 36 + f"{n:04}" for n in range(64))}, Flaw.TOO_LARGE),
}  # fmt: skip


@pytest.mark.parametrize("name", DELEGATIONS)
def test_a_delegation_that_no_station_would_take_is_refused(settled: Trust, name: str) -> None:
    changes, expected = DELEGATIONS[name]
    assert flaw(lambda: settled.put_delegation(given(settled, **changes))) is expected
    assert settled.delegations() == ()


def test_without_a_root_nothing_is_delegated(cloud: Bench) -> None:
    trust = cloud.cloud.parts.trust
    assert isinstance(trust, Trust)
    assert flaw(lambda: trust.put_delegation(given(trust))) is Flaw.NO_ROOT
    assert trust.signer(Scope.ORDER, "") is None and [one.code for one in trust.notices()] == ["delegation_missing"]


def test_an_ops_key_that_the_next_root_drops_takes_its_delegations_along(trust: Trust) -> None:
    trust.put_delegation(given(trust))
    trust.put_roots([SIGNED_ROOT, root()])
    assert trust.signer(Scope.ORDER, "") is None
    trust.put_delegation(given(trust, by=SECOND_OPS))
    assert trust.signer(Scope.ORDER, "")


def test_what_a_dropped_key_delegated_is_told_to_be_missing(trust: Trust) -> None:
    trust.put_delegation(given(trust))
    assert trust.notices() == []
    trust.put_roots([SIGNED_ROOT, root()])
    assert [one.code for one in trust.notices()] == ["delegation_missing"] and "of root 2" in trust.notices()[0].words


def test_an_ops_key_that_ends_is_told_a_month_before(trust: Trust, cloud: Bench) -> None:
    ends_ms, day_ms = round(ROOT.ops_keys[0].expires.timestamp() * 1000), 86_400_000
    told = {}
    for days in (31, 29, 1, -1, -40):
        cloud.clock.ms = ends_ms - days * day_ms
        told[days] = [one.code for one in trust.notices() if one.code != "root_ends"]
    assert told == {31: [], 29: ["ops_key_ends"], 1: ["ops_key_ends"], -1: ["ops_key_missing"], -40: ["ops_key_missing"]}
    second = OpsKey(key=public_half(SECOND_OPS), name="wei", expires=NOON + timedelta(days=900))
    trust.put_roots([SIGNED_ROOT, signed(Kind.ROOT, ROOT.model_copy(update={"version": 2, "ops_keys": (*ROOT.ops_keys, second)}), *ROOT_KEYS[:2])])
    cloud.clock.ms = ends_ms + day_ms
    assert "ended at" in trust.notices()[0].words and "and what it delegated" in trust.notices()[0].words
    cloud.clock.ms = ends_ms + 40 * day_ms
    assert [one.code for one in trust.notices()] in ([], ["root_ends"]), "somebody else's came in its place"


def test_a_new_key_waits_for_its_delegation_and_the_one_before_goes_on(trust: Trust) -> None:
    trust.put_delegation(given(trust, days=3))
    first = trust.public_key(Scope.ORDER)
    for _ in range(3):
        fresh = trust.make_key(Scope.ORDER)
    found = trust.signer(Scope.ORDER, "")
    assert found is not None and public_half(found.key) == first != fresh
    trust.put_delegation(given(trust, days=2))
    found = trust.signer(Scope.ORDER, "")
    assert found is not None and public_half(found.key) == fresh


def test_somebody_is_told_in_words_before_a_delegation_ends_and_after(trust: Trust, cloud: Bench, web: TestClient) -> None:
    trust.put_delegation(given(trust))
    assert web.get("/api/v1/health").json()["trust"] == []
    cloud.clock.ms += 5 * 86_400_000 + 3_600_000
    soon = web.get("/api/v1/health").json()
    assert soon["warnings"] == ["delegation_ends_soon"] and soon["ok"]
    assert "the delegation for orders ends at 2026-11-28 04:00 UTC (in 47 h)" in soon["trust"][0]["words"]
    cloud.clock.ms += 2 * 86_400_000
    (ended,) = web.get("/api/v1/health").json()["trust"]
    assert ended["code"] == "delegation_ended" and "(1 h ago); sign another with ./kiosk keys delegate" in ended["words"]


def test_private_halves_are_in_one_file_that_nobody_else_may_read(trust: Trust, cloud: Bench, tmp_path: Path) -> None:
    trust.put_delegation(given(trust))
    file = tmp_path / "delegated-keys.json"
    assert file.stat().st_mode & 0o777 == 0o600
    (secret,) = json.loads(file.read_text())["order"]
    assert secret not in view(cloud.cloud.parts).model_dump_json()
    cloud.cloud.stop()
    assert all(secret.encode() not in one.read_bytes() for one in tmp_path.iterdir() if one != file)
    file.chmod(0o644)
    with pytest.raises(SettingsRefused, match="others may read it"):
        bench(tmp_path)


def test_the_api_takes_roots_keys_and_delegations_and_names_the_flaw(web: TestClient, cloud: Bench) -> None:
    assert web.get("/api/v1/trust").json()["root_version"] == 0
    sent = {"roots": [SIGNED_ROOT.model_dump(mode="json")]}
    assert web.put("/api/v1/trust/roots", json=sent).json()["root_version"] == 1
    public = web.post("/api/v1/trust/keys/roster").json()["key"]
    one = Delegation(key=public, scope=(Scope.ROSTER,), issued=NOON, expires=NOON + timedelta(days=400))
    told = web.put("/api/v1/trust/delegations", json={"signed": signed(Kind.DELEGATION, one, OPS_KEY).model_dump(mode="json")}).json()
    assert (told["roster_key"], told["command_key"], told["notices"]) == (public, None, [])
    assert [(each["scope"], each["in_force"]) for each in told["delegations"]] == [("roster", True)]
    refused = web.put("/api/v1/trust/roots", json={"roots": [root(signers=(key(7),)).model_dump(mode="json")]})
    assert (refused.status_code, refused.json()["value"]) == (422, "unknown_key")
    acts = [(row.act, row.target) for row in cloud.cloud.parts.audit_rows.rows(0, 10)]
    assert acts[-3:] == [("trust.roots", "root 1"), ("trust.key", "roster"), ("trust.delegation", f"roster {told['delegations'][0]['key_id']}")]
    huge = SIGNED_ROOT.model_dump(mode="json") | {"payload": "x" * 70_000}
    assert web.put("/api/v1/trust/roots", json={"roots": [huge]}).status_code in (413, 422)
    web.headers |= logged_in(cloud, Role.OPERATOR)
    assert web.put("/api/v1/trust/roots", json={"roots": []}).status_code == 403
    assert web.post("/api/v1/trust/keys/order").status_code == 403
    del web.headers["authorization"]
    assert web.post("/api/v1/trust/keys/order").status_code == 401


def test_the_root_that_is_over_soon_is_told(trust: Trust, cloud: Bench) -> None:
    held = Root.model_validate_json(SIGNED_ROOT.payload)
    trust.make_key(Scope.ROSTER)
    trust.put_delegation(given(trust, Scope.ROSTER, days=400))
    cloud.clock.ms = round(held.expires.timestamp() * 1000) - 86_400_000
    assert "root_ends" in [one.code for one in trust.notices()]
