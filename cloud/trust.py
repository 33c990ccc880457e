"""What stations believe: the chain of roots, and the cloud's own keys with their delegations. Roots never go back, and no ops key is here."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud.adapters.db.trust import SqlTrust
from cloud.adapters.delegated_keys import DelegatedKeys
from cloud.domain.delegations import Given, Notice, accept, in_force, notices, read, useless
from cloud.domain.points import EPOCH
from contract import trust
from contract.signing import Flaw, Signed, TrustRefused
from contract.trust import MOST_ROOTS, Root, Scope

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Signer:
    """A key of the cloud, and by what a station will believe it."""

    key: Ed25519PrivateKey
    given: Given


class Trust:
    """See `cloud.ports.Roots` and `cloud.domain.delegations.Trusting`. Safe from several threads. For the one process that tells stations things."""

    def __init__(self, store: SqlTrust, keys: DelegatedKeys, clock_ms: Callable[[], int], changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when stations may have to be told something new."""
        self._store, self._keys, self._clock_ms, self._changed = store, keys, clock_ms, changed
        self._one_at_a_time = threading.RLock()
        self._roots: tuple[tuple[Root, Signed], ...] | None = None
        self._given: tuple[Given, ...] | None = None

    def roots(self) -> tuple[Signed, ...]:
        """The whole chain, from version 1."""
        return tuple(signed for _, signed in self._chain())

    def chain(self) -> tuple[Signed, ...]:
        """The newest of them, oldest first: what travels with a document."""
        return self.roots()[-MOST_ROOTS:]

    def current(self) -> Root | None:
        """The newest one; it may be over."""
        chain = self._chain()
        return chain[-1][0] if chain else None

    def put_roots(self, roots: Sequence[Signed]) -> Root:
        """Take a chain from version 1 that holds link by link and goes on from the one that is here.

        Raises:
            TrustRefused: nothing was changed.
        """
        fresh = checked(roots)
        newest = fresh[-1][0]
        with self._one_at_a_time:
            known = self._chain()
            _goes_on(known, fresh)
            if len(fresh) == len(known):
                return newest
            if newest.expires < self.now():
                raise TrustRefused(Flaw.EXPIRED, f"root {newest.version}: was over on {newest.expires:%Y-%m-%d}; no station would obey it")
            self._store.add_roots([(root.version, signed) for root, signed in fresh[len(known) :]], self._clock_ms())
            self._roots = None
        log.info("root %d is in force", newest.version)
        self._changed()
        return newest

    def make_key(self, scope: Scope) -> str:
        """A new key of the cloud's own; its public half, to be signed by an ops key. Until then the one before goes on."""
        return self._keys.make(scope, {one.read.key for one in self.delegations()})

    def public_key(self, scope: Scope) -> str | None:
        """Of the newest key of this scope; None while none was made."""
        return self._keys.newest(scope)

    def put_delegation(self, signed: Signed) -> Given:
        """Keep it, as long as a station would believe it.

        Raises:
            TrustRefused: nothing was changed.
        """
        with self._one_at_a_time:
            given = accept(self.current(), signed, self._keys.scope_of, self.now())
            self._store.put_delegation(signed, [one.signed.sha256 for one in useless(self.delegations(), given, self._keys.scope_of)], self._clock_ms())
            self._given = None
        self._changed()
        return given

    def delegations(self) -> tuple[Given, ...]:
        """All that are kept, whether they hold today or not."""
        with self._one_at_a_time:
            if self._given is None:
                self._given = tuple(Given(signed, read(signed)) for signed in self._store.delegations())
            return self._given

    def signer(self, scope: Scope, district: str) -> Signer | None:
        """What a station of this district believes now; None: nothing that the cloud has."""
        kept = [one for one in self.delegations() if self._keys.private(one.read.key)]
        given = in_force(self.current(), kept, scope, district, self._keys.newest(scope), self.now())
        key = self._keys.private(given.read.key) if given else None
        return Signer(key, given) if given and key else None

    def signs_for(self, scope: Scope, district: str) -> Given | None:
        """The delegation by which it does."""
        signer = self.signer(scope, district)
        return signer.given if signer else None

    def notices(self) -> list[Notice]:
        """What a person has to do about keys."""
        scopes = [scope for scope in Scope if self._keys.newest(scope)]
        kept = [one for one in self.delegations() if self._keys.private(one.read.key)]
        return notices(self.current(), kept, scopes, self.now())

    def now(self) -> datetime:
        """By the clock of the cloud."""
        return EPOCH + timedelta(milliseconds=self._clock_ms())

    def _chain(self) -> tuple[tuple[Root, Signed], ...]:
        with self._one_at_a_time:
            if self._roots is None:
                stored = self._store.roots()
                self._roots = tuple(checked(stored)) if stored else ()
            return self._roots


def checked(roots: Sequence[Signed]) -> list[tuple[Root, Signed]]:
    """A chain of which each link holds: version 1 signed by its own keys, every next one by enough of both.

    Raises:
        TrustRefused.
    """
    if not roots:
        raise TrustRefused(Flaw.FORM, "roots: the chain is empty; send all of them, from version 1")
    held = trust.first_root(roots[0])
    if held.version != 1:
        raise TrustRefused(Flaw.ROLLBACK, f"roots: the first one has version {held.version}; send the whole chain, from version 1")
    found = [(held, roots[0])]
    for signed in roots[1:]:
        newer, taken = trust.newest_root(held, [signed])
        if taken is None:
            raise TrustRefused(Flaw.ROLLBACK, f"roots: a root that is not newer follows version {held.version}; send each once, the oldest first")
        held = newer
        found.append((held, signed))
    return found


def _goes_on(known: Sequence[tuple[Root, Signed]], fresh: Sequence[tuple[Root, Signed]]) -> None:
    """Raises: TrustRefused, when the chain that is here would get shorter, or another one."""
    for (root, signed), (_, sent) in zip(known, fresh, strict=False):
        if signed.payload != sent.payload:
            raise TrustRefused(Flaw.ROLLBACK, f"roots: another root {root.version} is known here; a chain goes on and is never replaced")
    if len(fresh) < len(known):
        raise TrustRefused(Flaw.ROLLBACK, f"roots: the chain ends at {fresh[-1][0].version}, {known[-1][0].version} is known here; roots never go back")
