"""Trust: the chain of roots, the cloud's own keys, and their delegations. Only public halves and signed documents come and go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from cloud.api.caller import caller
from cloud.api.parts import Parts
from cloud.domain.delegations import Given
from contract.signing import Signed, key_id
from contract.times import At
from contract.trust import Scope

MOST_IN_CHAIN = 200


class RootsIn(BaseModel):
    """The whole chain, from version 1."""

    model_config = ConfigDict(extra="forbid")
    roots: Annotated[list[Signed], Field(min_length=1, max_length=MOST_IN_CHAIN)]


class DelegationIn(BaseModel):
    """One, as an ops key signed it."""

    model_config = ConfigDict(extra="forbid")
    signed: Signed


class OpsKeyView(BaseModel):
    """A key of remote ops."""

    id: str
    key: str
    name: str
    expires: At


class DelegationView(BaseModel):
    """`in_force`: the one that signs now, somewhere."""

    scope: Scope
    key: str
    key_id: str
    districts: list[str] = Field(description="empty: all")
    issued: At
    expires: At
    in_force: bool


class TrustView(BaseModel):
    """`command_key` and `roster_key`: public halves of the cloud's newest own keys, null before one was made."""

    root_version: int = Field(description="0: no root is known here; then nothing is signed")
    expires: At | None
    threshold: int = Field(description="of the root keys, 0 without a root")
    roots: list[Signed]
    ops_keys: list[OpsKeyView]
    delegations: list[DelegationView]
    command_key: str | None
    roster_key: str | None
    notices: list[str] = Field(description="what a person has to do about keys")


class KeyView(BaseModel):
    """The public half of a key that the cloud made for itself."""

    scope: Scope
    key: str
    key_id: str


def view(parts: Parts) -> TrustView:
    """As the API shows it."""
    trust = parts.trust
    root = trust.current()
    return TrustView(
        root_version=root.version if root else 0, expires=root.expires if root else None, threshold=root.threshold if root else 0,
        roots=list(trust.roots()),
        ops_keys=[OpsKeyView(id=key.id, key=key.key, name=key.name, expires=key.expires) for key in (root.ops_keys if root else ())],
        delegations=[_delegation(parts, one) for one in trust.delegations()],
        command_key=trust.public_key(Scope.ORDER), roster_key=trust.public_key(Scope.ROSTER),
        notices=[one.words for one in trust.notices()],
    )  # fmt: skip


def _delegation(parts: Parts, one: Given) -> DelegationView:
    given = one.read
    here = [parts.trust.signs_for(one.scope, district) for district in given.districts or ("",)]
    return DelegationView(
        scope=one.scope, key=given.key, key_id=key_id(given.key), districts=list(given.districts), issued=given.issued, expires=given.expires,
        in_force=any(found is not None and found.signed.sha256 == one.signed.sha256 for found in here),
    )  # fmt: skip


def routes(parts: Parts) -> APIRouter:
    """`/trust`. What was refused names its flaw."""
    router = APIRouter(tags=["trust"])

    @router.get("/trust")
    def trust() -> TrustView:
        """What stations believe of the cloud."""
        return view(parts)

    @router.put("/trust/roots")
    def roots(request: Request, body: RootsIn) -> TrustView:
        """Take the chain: it holds link by link, goes on from the one that is here, and never back. Stations get it with what they are sent next."""
        newest = parts.trust.put_roots(body.roots)
        parts.audit.note(caller(request).name, "trust.roots", f"root {newest.version}", body.roots[-1].sha256)
        return view(parts)

    @router.post("/trust/keys/{scope}", status_code=201)
    def make_key(request: Request, scope: Scope) -> KeyView:
        """Make a new key in the cloud. It signs nothing before an ops key has signed its delegation; until then the one before goes on."""
        public = parts.trust.make_key(scope)
        parts.audit.note(caller(request).name, "trust.key", scope.value, key_id(public))
        return KeyView(scope=scope, key=public, key_id=key_id(public))

    @router.put("/trust/delegations")
    def delegations(request: Request, body: DelegationIn) -> TrustView:
        """Let a key of the cloud sign: for what it was made for, as long as an ops key says, 7 days at most for orders, 400 for rosters."""
        given = parts.trust.put_delegation(body.signed)
        until = f"until {given.read.expires:%Y-%m-%d %H:%M} UTC; districts: {', '.join(given.read.districts) or 'all'}"
        parts.audit.note(caller(request).name, "trust.delegation", f"{given.scope.value} {key_id(given.read.key)}", until)
        return view(parts)

    return router
