"""Signs a plan on this computer: for each station its document, and the one that takes it back. The key goes nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.key_files import KeyRefused, open_private
from cli.ops import talk
from cli.ops.exits import Exit, OpsFailed
from cli.ops.plan_file import Item
from cli.ops.tables import plain
from contract.signing import Kind, Signed, TrustRefused, key_id, public_half, sign
from contract.trust import ConfigDocument, first_root, newest_root

VALID_DAYS = 180
"""How long a document may stay in force without being signed again; a station whose document is over goes on and says so."""


def key(file: Path, passphrase_file: Path | None) -> Ed25519PrivateKey:
    """Raises: OpsFailed: no such file, readable by others, no key."""
    try:
        return open_private(file, passphrase_file)
    except KeyRefused as error:
        raise OpsFailed(Exit.FAILED, f"--key: {error}") from None


def believed(private: Ed25519PrivateKey, trust: Mapping[str, Any], now: datetime) -> None:
    """What stations would say of this key, by the roots that the cloud has.

    Raises:
        OpsFailed: they would not believe it.
    """
    own = key_id(public_half(private))
    roots = [Signed.model_validate(one) for one in trust.get("roots") or ()]
    if not roots:
        raise OpsFailed(Exit.REFUSED, "the cloud has no root, so no station could check a signature; give it one with ./kiosk keys push FOLDER")
    try:
        root, _ = newest_root(first_root(roots[0]), roots[1:])
    except TrustRefused as error:
        raise OpsFailed(Exit.REFUSED, f"the roots that the cloud has do not hold: {error}") from None
    found = next((one for one in root.ops_keys if one.id == own), None)
    if found is None:
        there = ", ".join(f"{one.id} {one.name}".strip() for one in root.ops_keys) or "none"
        raise OpsFailed(Exit.REFUSED, f"--key: {own} is no ops key of root {root.version} ({there}); every station would refuse what it signs")
    if found.expires < now:
        raise OpsFailed(Exit.REFUSED, f"--key: {own} was over on {found.expires:%Y-%m-%d}; sign with a newer one, see docs/trust.md")


def notices(trust: Mapping[str, Any]) -> None:
    """What a person has to do about keys, on stderr, before it is too late."""
    for words in trust.get("notices") or ():
        talk.say(f"note: {plain(words)}")


def documents(items: tuple[Item, ...], release: str, level: int, private: Ed25519PrivateKey, now: datetime, days: float) -> Iterator[dict[str, Any]]:
    """As PUT /rollouts/{id}/documents takes them."""
    for item in items:
        document = _signed(item, item.base.next_version, item.content, release, level, private, now, days)
        undo = _signed(item, item.base.next_version + 1, item.undo, f"undo {release}"[:64], level, private, now, days)
        yield {"station": item.station, "grade": item.grade, "document": document, "undo": undo}


def _signed(
    item: Item, version: int, content: dict[str, Any] | None, release: str, level: int, private: Ed25519PrivateKey, now: datetime, days: float
) -> dict[str, Any]:
    made = ConfigDocument(
        station=item.station, version=version, release=release, issued=now, expires=now + timedelta(days=days), level=level, config=content
    )  # fmt: skip
    return sign(Kind.CONFIG, made.model_dump(mode="json"), private).model_dump(mode="json")
