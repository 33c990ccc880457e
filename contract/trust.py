"""Who may sign what. A root names root keys and ops keys; an ops key signs configurations, and delegates orders and rosters.

    root   keys 2 of 3 (or as `threshold` says)  -> the next root          kept in a safe; rotated, never on a server
    ops    keys named by the root, with an end   -> config, delegation     on the computers of remote ops
    delegated key, by an ops key, <= 7 days      -> orders (unlock ...)    made by the cloud, and only there
    delegated key, by an ops key, <= 400 days    -> rosters                likewise

Every check takes `now` (UTC, or None while the station's clock is not trusted) and raises TrustRefused with the flaw's name.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, FailFast, Field, ValidationError, model_validator

from contract import signing
from contract.errors import explain
from contract.model import Model, StationId
from contract.signing import Flaw, KeyId, Kind, PublicKey, Signed, TrustRefused, key_id
from contract.times import At

PAGE = "docs/trust.md"
MOST_ROOTS = 16
"""Roots that travel with a document, oldest first: a station that was away for years still finds its way from one to the next."""
ORDER_LIFE = timedelta(days=7)
ROSTER_LIFE = timedelta(days=400)
SKEW = timedelta(minutes=5)
"""How far the clocks of who signs and who checks may be apart."""
LARGEST_ROOT = 16 * 1024
"""Characters. The payload of a root is read before its signatures are checked, since it says whose those must be: so it had better be small."""
LONGEST_LEAP = 100_000
"""A version may be newer by so much. Who steals an ops key could else sign the highest version there is, and no other would ever follow it."""
Version = Annotated[int, Field(ge=1, le=2**53, strict=True)]
Small = Annotated[int, Field(strict=True)]
"""Neither true nor 1.0 nor "1": a signed number is a number."""


class Key(Model):
    """A public key and what people call it."""

    key: PublicKey
    name: Annotated[str, Field(max_length=40)] = ""

    @property
    def id(self) -> KeyId:
        """Its name in signatures."""
        return key_id(self.key)


class OpsKey(Key):
    """May sign configurations and delegations until `expires`."""

    expires: At


class Root(Model):
    """Version n is signed by enough keys of version n - 1 and by enough of its own."""

    type: Literal["root"] = "root"
    version: Version
    expires: At
    threshold: Annotated[Small, Field(ge=1, le=8)] = 2
    root_keys: Annotated[tuple[Key, ...], FailFast(), Field(min_length=1, max_length=8)]
    ops_keys: Annotated[tuple[OpsKey, ...], FailFast(), Field(max_length=8)]

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        ids = [key.id for key in (*self.root_keys, *self.ops_keys)]
        if len(set(ids)) < len(ids):
            raise ValueError("root_keys, ops_keys: a key may stand there once only")
        if self.threshold > len(self.root_keys):
            raise ValueError(f"threshold: {self.threshold} of {len(self.root_keys)} root_keys can never sign")
        return self


class Scope(StrEnum):
    """What a delegated key may sign."""

    ORDER = "order"
    ROSTER = "roster"


class Delegation(Model):
    """An ops key lets this key sign for a while. `districts`: empty for all. A roster key may live longer than one that opens doors."""

    type: Literal["delegation"] = "delegation"
    key: PublicKey
    scope: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=2)]
    districts: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], FailFast(), Field(max_length=64)] = ()
    issued: At
    expires: At


class ConfigDocument(Model):
    """A whole configuration for one station. `config` is what the layers of firmware_config/ say, checked again by the station; null: as it
    was provisioned. `level`: contract level that it needs. `release` names the commit or plan that it came from."""

    type: Literal["config"] = "config"
    station: StationId
    version: Version
    release: Annotated[str, Field(max_length=64)]
    issued: At
    expires: At
    level: Annotated[Small, Field(ge=1, le=10_000)]
    config: dict[str, object] | None


class Bundle(Model):
    """On `cfg/desired`: the document, and the roots by which a station that knows an old one finds the newest."""

    v: Literal[1] = 1
    roots: Annotated[tuple[Signed, ...], FailFast(), Field(max_length=MOST_ROOTS)] = ()
    document: Signed


class SignedRoster(Model):
    """On `roster/desired`, for stations that have a root."""

    kind: Literal["signed_roster"] = "signed_roster"
    roots: Annotated[tuple[Signed, ...], FailFast(), Field(max_length=MOST_ROOTS)] = ()
    delegation: Signed
    roster: Signed


P = TypeVar("P", bound=BaseModel)


def first_root(signed: Signed) -> Root:
    """The root that is put into a station by hand. Its own keys must have signed it.

    Raises:
        TrustRefused.
    """
    root = _parsed(signed, Kind.ROOT, Root)
    _enough(signed, root)
    return root


def newest_root(held: Root, chain: Sequence[Signed]) -> tuple[Root, Signed | None]:
    """The last root to which `chain` leads from `held`, and its signed form when it is another. Roots that are not newer are passed over.

    The end of a root in between is not looked at, as only the newest must not be over; that of the newest is, by whoever uses it.

    Raises:
        TrustRefused: a link of the chain is missing or not signed by enough of both; then nothing of the chain may be used.
    """
    found: Signed | None = None
    for signed in chain:
        if len(signed.payload) > LARGEST_ROOT:
            raise TrustRefused(Flaw.TOO_LARGE, f"root: {len(signed.payload)} characters; at most {LARGEST_ROOT} are read")
        claimed = _parsed(signed, Kind.ROOT, Root)  # only the payload says whose signatures are to be looked at
        if claimed.version <= held.version:
            continue
        if claimed.version != held.version + 1:
            raise TrustRefused(Flaw.ROLLBACK, f"root {claimed.version}: {held.version} is known here, and what lies between is missing; see {PAGE}")
        _enough(signed, held)
        _enough(signed, claimed)
        held, found = claimed, signed
    return held, found


def config(root: Root, signed: Signed, station: str, newest: int, level: int, now: datetime | None) -> ConfigDocument:
    """A configuration that this station may try. `newest`: the highest version that it ever took; the same may come again.

    Raises:
        TrustRefused.
    """
    _root_holds(root, now)
    signed_by = signing.signers(signed, Kind.CONFIG, {key.id: key.key for key in root.ops_keys})
    document = _parsed(signed, Kind.CONFIG, ConfigDocument)
    _ops_keys_hold(root, signed_by, now)
    if document.station != station:
        raise TrustRefused(Flaw.WRONG_TARGET, f"config {document.version}: is for {document.station}, not for {station}")
    if document.version < newest:
        raise TrustRefused(Flaw.ROLLBACK, f"config {document.version}: {newest} was taken here before, and versions never go back; sign it again")
    if document.version > newest + LONGEST_LEAP:
        words = f"{newest} was the last one here, and none may be newer by more than {LONGEST_LEAP}; sign it again"
        raise TrustRefused(Flaw.LEAP, f"config {document.version}: {words}")
    _in_time(f"config {document.version}", document.issued, document.expires, now)
    if document.level > level:
        raise TrustRefused(Flaw.LEVEL, f"config {document.version}: needs level {document.level} of the contract, {level} is here; update the software first")
    return document


def delegation(root: Root, signed: Signed, scope: Scope, district: str, now: datetime | None) -> Delegation:
    """A delegation that holds here and now for this scope.

    Raises:
        TrustRefused: CLOCK_UNSURE for orders while nobody knows what time it is: a key of seven days would live for ever.
    """
    _root_holds(root, now)
    signed_by = signing.signers(signed, Kind.DELEGATION, {key.id: key.key for key in root.ops_keys})
    given = _parsed(signed, Kind.DELEGATION, Delegation)
    _ops_keys_hold(root, signed_by, now)
    if scope not in given.scope:
        raise TrustRefused(Flaw.SCOPE, f"delegation of key {key_id(given.key)}: for {', '.join(given.scope)}, not for {scope.value}")
    if given.districts and district not in given.districts:
        raise TrustRefused(Flaw.SCOPE, f"delegation of key {key_id(given.key)}: not for the district {district!r}")
    longest = ORDER_LIFE if Scope.ORDER in given.scope else ROSTER_LIFE
    if given.expires - given.issued > longest:
        raise TrustRefused(Flaw.TOO_LONG_LIFE, f"delegation of key {key_id(given.key)}: lives longer than {longest.days} days")
    if now is None and scope is Scope.ORDER:
        raise TrustRefused(Flaw.CLOCK_UNSURE, "the station does not know what time it is, so it takes no orders; it will once it has found a time server")
    _in_time(f"delegation of key {key_id(given.key)}", given.issued, given.expires, now)
    return given


def delegated(given: Delegation, signed: Signed, kind: Kind, model: type[P]) -> P:
    """What the delegated key has signed. The delegation must be for this kind, whatever it was looked at for before.

    Raises:
        TrustRefused.
    """
    if kind.value not in given.scope:
        raise TrustRefused(Flaw.SCOPE, f"{kind.value}: key {key_id(given.key)} may sign {', '.join(given.scope)} only")
    signing.signers(signed, kind, {key_id(given.key): given.key})
    return _parsed(signed, kind, model)


def _enough(signed: Signed, root: Root) -> None:
    """As many of this root's keys as its threshold asks for."""
    found = signing.signers(signed, Kind.ROOT, {key.id: key.key for key in root.root_keys})
    if len(found) < root.threshold:
        raise TrustRefused(Flaw.TOO_FEW_SIGNATURES, f"root: {len(found)} of {root.threshold} signatures that root {root.version} asks for; see {PAGE}")


def _root_holds(root: Root, now: datetime | None) -> None:
    if now is not None and now - SKEW > root.expires:
        raise TrustRefused(Flaw.EXPIRED, f"root {root.version}: was over on {root.expires:%Y-%m-%d}; sign a new one with ./kiosk keys root")


def _ops_keys_hold(root: Root, signed_by: Sequence[str], now: datetime | None) -> None:
    """One of those who signed is not over."""
    keys = [key for key in root.ops_keys if key.id in signed_by]
    if now is not None and all(now - SKEW > key.expires for key in keys):
        raise TrustRefused(Flaw.KEY_EXPIRED, f"ops key {keys[0].id} {keys[0].name}: was over on {keys[0].expires:%Y-%m-%d}; sign with a newer one")


def _in_time(what: str, issued: datetime, expires: datetime, now: datetime | None) -> None:
    if now is None:
        return
    if now - SKEW > expires:  # this way round: what is signed for the year 9999 has no five minutes more
        raise TrustRefused(Flaw.EXPIRED, f"{what}: was over on {expires:%Y-%m-%d %H:%M} UTC; sign it again")
    if now + SKEW < issued:
        raise TrustRefused(Flaw.NOT_YET, f"{what}: is from {issued:%Y-%m-%d %H:%M} UTC, which is not yet; look at the clocks")


def _parsed(signed: Signed, kind: Kind, model: type[P]) -> P:
    try:
        return model.model_validate(signing.content(signed, kind))
    except ValidationError as error:
        many = error.error_count() > signing.MOST_COMPLAINTS
        raise TrustRefused(Flaw.FORM, f"{kind.value}: {f'{error.error_count()} things are wrong with it' if many else explain(error, PAGE)}") from None
