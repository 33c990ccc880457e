"""`kiosk keys delegate`, `push` and `status`: what of keys the cloud has to do with. It gets public halves and signed documents only."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from cli import keys_show
from cli.key_files import KeyRefused, open_private, public_key
from cli.keys_roots import chain, newest, now_utc, write_public
from cli.ops import client, contexts
from cli.ops.client import Client
from cli.ops.tables import plain
from contract import trust
from contract.signing import Kind, Signed, TrustRefused, key_id, sign
from contract.trust import ORDER_LIFE, ROSTER_LIFE, Delegation, Scope

LIVES = {Scope.ORDER: ORDER_LIFE, Scope.ROSTER: ROSTER_LIFE}


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The arguments of both."""
    delegate = verbs.add_parser("delegate", help="let the cloud sign orders (at most 7 days) or rosters (at most 400)")
    delegate.add_argument("--scope", choices=[scope.value for scope in Scope], required=True)
    delegate.add_argument("--key", type=Path, required=True, metavar="FILE", help="private ops key")
    delegate.add_argument("--folder", type=Path, help="folder of the root, to see at once whether stations will take it")
    delegate.add_argument("--days", type=float, help="how long it holds; default and most: 7 for orders, 400 for rosters")
    delegate.add_argument("--district", action="append", default=[], metavar="NAME", help="only there; may be given several times; default everywhere")
    delegate.add_argument("--public-key", metavar="HEX", help="of the cloud, instead of asking it for a new one; then --out, and no network is used")
    delegate.add_argument("--out", type=Path, metavar="FILE", help="write the delegation there")
    push = verbs.add_parser("push", help="give the chain of roots to the cloud, which hands it to stations along with every document")
    push.add_argument("folder", type=Path, help="folder of the root")
    status = verbs.add_parser("status", help="which keys hold at a cloud, until when, and what is to be done; exit code 1 when something is")
    for verb in (delegate, push, status):
        contexts.add(verb)


def status(asked: argparse.Namespace) -> None:
    """Raises: KeyRefused: something ends soon, is over or is missing."""
    trusted = client.of(asked).get("/trust")
    for line in keys_show.trusted(trusted):
        print(line)
    if notices := trusted["notices"]:
        raise KeyRefused("; ".join(map(plain, notices)))


def signed_delegation(public: str, scope: Scope, districts: list[str], days: float | None, key: Ed25519PrivateKey) -> Signed:
    """Raises: KeyRefused: longer than the scope allows, or a bad name of a district."""
    life = LIVES[scope] if days is None else timedelta(days=days)
    if not timedelta(0) < life <= LIVES[scope]:
        raise KeyRefused(f"--days {days}: a key for {scope.value}s may hold for more than 0 and at most {LIVES[scope].days} days")
    now = now_utc()
    try:
        given = Delegation(key=public, scope=(scope,), districts=tuple(districts), issued=now, expires=now + life)
    except ValidationError as error:
        raise KeyRefused(f"delegation: {error.errors()[0]['msg']}") from None
    return sign(Kind.DELEGATION, given.model_dump(mode="json"), key)


def delegate(asked: argparse.Namespace) -> None:
    """Raises: KeyRefused; nothing was given to the cloud then."""
    scope = Scope(asked.scope)
    if asked.public_key and not asked.out:
        raise KeyRefused("--public-key: give --out FILE too; without a network the delegation goes into a file")
    key = open_private(asked.key, asked.passphrase_file)
    cloud = None if asked.public_key else client.of(asked)
    public = public_key(asked.public_key) if cloud is None else _made_key(cloud, scope)
    signed = signed_delegation(public, scope, asked.district, asked.days, key)
    if asked.folder is not None:
        _check(asked.folder, signed, scope, asked.district)
    if asked.out:
        write_public(asked.out, signed)
    if cloud is not None:
        cloud.put("/trust/delegations", {"signed": signed.model_dump(mode="json")})
    until = Delegation.model_validate_json(signed.payload).expires
    place = f"; it is in {asked.out}" if asked.out else ""
    print(f"key {key_id(public)} of the cloud may sign {scope.value}s until {until:%Y-%m-%d %H:%M} UTC{place}")


def push(asked: argparse.Namespace) -> None:
    """Raises: KeyRefused."""
    roots = chain(asked.folder)
    client.of(asked).put("/trust/roots", {"roots": [one.model_dump(mode="json") for one in roots]})
    print(f"the cloud has roots 1 to {len(roots)}; stations get the new ones with the next document that they hear")


def _check(folder: Path, signed: Signed, scope: Scope, districts: list[str]) -> None:
    root, _ = newest(folder)
    try:
        trust.delegation(root, signed, scope, districts[0] if districts else "", now_utc())
    except TrustRefused as error:
        raise KeyRefused(f"stations with root {root.version} would refuse this: {error}") from None


def _made_key(cloud: Client, scope: Scope) -> str:
    """The public half of a key that the cloud made for itself just now."""
    made = cloud.post(f"/trust/keys/{scope.value}")
    return public_key(str(made.get("key", "")) if isinstance(made, dict) else "")
