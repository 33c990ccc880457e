"""A cloud of a test that has keys: roots, and a delegation for orders, signed with keys that anybody may know."""

from __future__ import annotations

from datetime import timedelta

from cloud.trust import Trust
from contract.signing import Kind
from contract.trust import Delegation, Scope
from tests.cloud_parts import NOON, Bench
from tests.contract.signed_examples import OPS_KEY, SIGNED_ROOT, signed


def trusting(one: Bench, districts: tuple[str, ...] = ()) -> Trust:
    """Roots, a key for orders and its delegation."""
    trust = one.cloud.parts.trust
    assert isinstance(trust, Trust)
    trust.put_roots([SIGNED_ROOT])
    key = trust.make_key(Scope.ORDER)
    given = Delegation(key=key, scope=(Scope.ORDER,), districts=districts, issued=NOON, expires=NOON + timedelta(days=7))
    trust.put_delegation(signed(Kind.DELEGATION, given, OPS_KEY))
    return trust
