"""Which delegation of the cloud's own keys is in force, and when somebody has to sign the next. Pure.

A delegation is judged as a station will judge it (contract/trust.py), so that the cloud signs nothing that is refused at the door.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from contract import signing, trust
from contract.signing import Flaw, Kind, Signed, TrustRefused, key_id
from contract.trust import Delegation, Root, Scope

SOON = timedelta(days=2)
ROOT_SOON = timedelta(days=30)
"""Of a root and of ops keys: the next root needs people from several places."""
LARGEST = 5 * 1024
"""Bytes of a signed delegation: it travels with every order, which may have 8 KiB."""
WHAT = {Scope.ORDER: "orders", Scope.ROSTER: "rosters"}


@dataclass(frozen=True)
class Given:
    """A delegation as it was signed, and as it reads."""

    signed: Signed
    read: Delegation

    @property
    def scope(self) -> Scope:
        """A delegation that the cloud keeps has one."""
        return self.read.scope[0]


@dataclass(frozen=True)
class Notice:
    """Something that a person has to do about keys: a code for programs, words for people."""

    code: str
    words: str


class Trusting(Protocol):
    """What stations believe, and the cloud's own keys, of which only public halves are told."""

    def roots(self) -> tuple[Signed, ...]:
        """The whole chain, from version 1."""
        ...

    def current(self) -> Root | None: ...

    def put_roots(self, roots: Sequence[Signed]) -> Root:
        """The newest now. Raises: TrustRefused: nothing was changed."""
        ...

    def make_key(self, scope: Scope) -> str:
        """A new key in the cloud; its public half."""
        ...

    def public_key(self, scope: Scope) -> str | None:
        """Of the newest key."""
        ...

    def put_delegation(self, signed: Signed) -> Given:
        """Raises: TrustRefused: nothing was changed."""
        ...

    def delegations(self) -> tuple[Given, ...]: ...

    def signs_for(self, scope: Scope, district: str) -> Given | None:
        """The delegation that a station of this district believes now."""
        ...

    def notices(self) -> list[Notice]:
        """What a person has to do about keys."""
        ...


def accept(root: Root | None, signed: Signed, scope_of: Callable[[str], Scope | None], now: datetime) -> Given:
    """A delegation that may be kept: of one of the cloud's own keys, for what this key was made for, and good today.

    Raises:
        TrustRefused.
    """
    if root is None:
        raise TrustRefused(Flaw.NO_ROOT, "delegation: no root is known here yet; put the chain of roots first (./kiosk keys)")
    size = len(signed.model_dump_json().encode())
    if size > LARGEST:
        raise TrustRefused(Flaw.TOO_LARGE, f"delegation: {size} bytes, at most {LARGEST}, since it travels with every order; name fewer districts")
    signing.signers(signed, Kind.DELEGATION, {key.id: key.key for key in root.ops_keys})
    given = read(signed)
    scope = scope_of(given.key)
    if scope is None:
        raise TrustRefused(Flaw.WRONG_TARGET, f"delegation of key {key_id(given.key)}: the cloud has no such key; POST /trust/keys/{{scope}} makes one here")
    if given.scope != (scope,):
        raise TrustRefused(Flaw.SCOPE, f"delegation of key {key_id(given.key)}: it was made for {scope.value} alone, not for {', '.join(given.scope)}")
    trust.delegation(root, signed, scope, given.districts[0] if given.districts else "", now)
    return Given(signed, given)


def read(signed: Signed) -> Delegation:
    """What stands in it. Raises: TrustRefused."""
    try:
        return Delegation.model_validate(signing.content(signed, Kind.DELEGATION))
    except ValueError as error:
        raise error if isinstance(error, TrustRefused) else TrustRefused(Flaw.FORM, f"delegation: {error}") from None


def in_force(root: Root | None, kept: Sequence[Given], scope: Scope, district: str, newest: str | None, now: datetime) -> Given | None:
    """The one that a station of this district will believe; of several that of the `newest` key, then that which lives longest."""
    if root is None:
        return None
    good = [one for one in kept if _holds(root, one, scope, district, now)]
    return max(good, key=lambda one: (one.read.key == newest, one.read.expires, one.signed.sha256), default=None)


def _holds(root: Root, one: Given, scope: Scope, district: str, now: datetime) -> bool:
    try:
        trust.delegation(root, one.signed, scope, district, now)
    except TrustRefused:
        return False
    return now <= one.read.expires  # the five minutes beyond it are for clocks that differ, not for the cloud


def useless(kept: Sequence[Given], fresh: Given, held: Callable[[str], Scope | None]) -> list[Given]:
    """Those that `fresh` replaces for good: of keys that are gone, and shorter ones for the same districts."""
    return [one for one in kept if one.signed.sha256 != fresh.signed.sha256 and (held(one.read.key) is None or _covers(fresh, one))]


def notices(root: Root | None, kept: Sequence[Given], scopes: Sequence[Scope], now: datetime) -> list[Notice]:
    """What ends soon, has ended, or was never there, of these scopes, for which the cloud has keys."""
    if root is None:
        return [Notice("delegation_missing", "keys were made here, but no root is known: send the chain of roots with ./kiosk keys")] if scopes else []
    found = []
    if now + ROOT_SOON > root.expires:
        found.append(Notice("root_ends", f"root {root.version} {_ends(root.expires, now)}; sign the next one with ./kiosk keys root renew"))
    found += _ops_keys(root, now)
    for scope in scopes:
        mine = [one for one in kept if one.scope is scope and _believed(root, one)]
        if not mine:
            text = f"no delegation for {WHAT[scope]}: no ops key of root {root.version} has signed the key of the cloud"
            found.append(Notice("delegation_missing", f"{text}; ./kiosk keys delegate --scope {scope.value}"))
        ending = [one for one in mine if now + SOON > one.read.expires and not any(_covers(other, one) for other in mine)]
        found += [_ending(one, now) for one in ending]
    return found


def _believed(root: Root, one: Given) -> bool:
    """Whether an ops key of this root has signed it: a root that drops a key drops what it delegated."""
    try:
        signing.signers(one.signed, Kind.DELEGATION, {key.id: key.key for key in root.ops_keys})
    except TrustRefused:
        return False
    return True


def _ops_keys(root: Root, now: datetime) -> list[Notice]:
    """Those that end, from a month before until a month after: somebody else's may have come in its place long ago. Always, when none is left."""
    if not any(now <= key.expires for key in root.ops_keys):
        return [Notice("ops_key_missing", f"no ops key of root {root.version} is good any more, so nothing can be signed; ./kiosk keys ops add")]
    ending = [key for key in root.ops_keys if abs(key.expires - now) < ROOT_SOON]
    named = [(f"ops key {key.id} {key.name}".strip(), _ends(key.expires, now)) for key in ending]
    return [Notice("ops_key_ends", f"{name} {ends}, and what it delegated; ./kiosk keys rotate") for name, ends in named]


def _ending(one: Given, now: datetime) -> Notice:
    where = f" in {', '.join(one.read.districts)}" if one.read.districts else ""
    code = "delegation_ended" if now > one.read.expires else "delegation_ends_soon"
    return Notice(code, f"the delegation for {WHAT[one.scope]}{where} {_ends(one.read.expires, now)}; sign another with ./kiosk keys delegate")


def _ends(at: datetime, now: datetime) -> str:
    left = abs(at - now)
    span = f"{left.days} d" if left >= timedelta(days=2) else f"{left.total_seconds() / 3600:.0f} h"
    return f"ended at {at:%Y-%m-%d %H:%M} UTC ({span} ago)" if now > at else f"ends at {at:%Y-%m-%d %H:%M} UTC (in {span})"


def _covers(longer: Given, one: Given) -> bool:
    """Whether it may do all that the other may, for longer."""
    if longer.signed.sha256 == one.signed.sha256 or longer.read.scope != one.read.scope or longer.read.expires <= one.read.expires:
        return False
    return not longer.read.districts or (bool(one.read.districts) and set(one.read.districts) <= set(longer.read.districts))


