"""`kiosk keys show`: what a key, a root, a draft, a delegation or a signed configuration is, until when, and who may what by it. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cli.key_files import KeyRefused, open_private, public_key
from cli.keys_roots import LARGEST, Draft, now_utc
from cli.ops.tables import plain
from cli.ops.told import count
from contract import signing
from contract.signing import Kind, Signed, TrustRefused, key_id, public_half
from contract.trust import Bundle, ConfigDocument, Delegation, Key, OpsKey, Root

SOON_DAYS, DELEGATION_SOON_DAYS = 30, 2


def lines(path: Path, passphrase_file: Path | None) -> Iterator[str]:
    """What there is to say of this file. Raises: KeyRefused when it is nothing of ours."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise KeyRefused(f"{path}: {error.strerror}") from None
    if b"PRIVATE KEY" in raw[:100]:
        public = public_half(open_private(path, passphrase_file))
        yield from (f"{path}: private key {key_id(public)}", f"  public  {public}", "  keep it where it is; it never belongs on a server or in git")
    elif path.suffix == ".pub":
        public = public_key(str(path))
        yield from (f"{path}: public key {key_id(public)}", f"  public  {public}")
    else:
        yield from _document(path, raw)


def _document(path: Path, raw: bytes) -> Iterator[str]:
    if len(raw) > LARGEST:
        raise KeyRefused(f"{path}: is larger than {LARGEST} bytes")
    try:
        content: Any = json.loads(raw)
    except (ValueError, RecursionError):
        raise KeyRefused(f"{path}: is neither a key nor JSON") from None
    try:
        if isinstance(content, dict) and "draft" in content:
            yield from _draft(path, Draft.model_validate(content))
        elif isinstance(content, dict) and "document" in content:
            bundle = Bundle.model_validate(content)
            yield f"{path}: a configuration with {count(len(bundle.roots), 'root')}"
            yield from _signed(path, bundle.document)
        else:
            yield from _signed(path, Signed.model_validate(content))
    except ValidationError:
        raise KeyRefused(f"{path}: is no key, root, draft, delegation or configuration") from None
    except TrustRefused as error:
        raise KeyRefused(f"{path}: {error}") from None


def _signed(path: Path, signed: Signed) -> Iterator[str]:
    """By the payload's own word for what it is."""
    kind = json.loads(signed.payload).get("type", "")
    by = ", ".join(one.key for one in signed.signatures)
    match kind:
        case "root":
            yield from _root(path, Root.model_validate(signing.content(signed, Kind.ROOT)))
        case "delegation":
            yield from _delegation(path, Delegation.model_validate(signing.content(signed, Kind.DELEGATION)))
        case "config":
            yield from _config(path, ConfigDocument.model_validate(signing.content(signed, Kind.CONFIG)))
        case _:
            raise KeyRefused(f"{path}: is signed, but neither a root nor a delegation nor a configuration")
    yield f"  signed by {by}; whether they may, the root says that a station has"


def trusted(told: Mapping[str, Any]) -> Iterator[str]:
    """What a cloud says at /trust: the root that stations believe, and which of its own keys may sign."""
    if not told["roots"]:
        yield "no root: stations are sent no configuration and no order; ./kiosk keys push FOLDER"
        return
    yield from _root("the cloud", Root.model_validate(signing.content(Signed.model_validate(told["roots"][-1]), Kind.ROOT)))
    yield "  keys of the cloud that may sign:"
    for one in told["delegations"]:
        where = ", ".join(map(plain, one["districts"])) or "everywhere"
        use = "" if one["in_force"] else "; not in use"
        yield f"    {one['key_id']}  {one['scope']}s {where} until {_end(datetime.fromisoformat(one['expires']), DELEGATION_SOON_DAYS)}{use}"
    if not told["delegations"]:
        yield "    none: no order, no signed roster; ./kiosk keys delegate"


def _root(path: Path | str, root: Root) -> Iterator[str]:
    yield f"{path}: root {root.version}, holds until {_end(root.expires)}"
    yield f"  {root.threshold} of these {len(root.root_keys)} together may make the next root:"
    yield from (f"    {_name(key)}" for key in root.root_keys)
    yield "  each of these alone may sign configurations, and let the cloud sign orders (7 days) and rosters (400 days):"
    yield from (f"    {_name(key)}  until {_end(key.expires)}" for key in root.ops_keys)
    if not root.ops_keys:
        yield "    none: no configuration can be signed; ./kiosk keys ops add"


def _draft(path: Path, draft: Draft) -> Iterator[str]:
    before, own = draft.counts()
    held = Root.model_validate(signing.content(draft.previous, Kind.ROOT))
    yield from _root(path, draft.root)
    yield from (f"  change: {change}" for change in changes(held, draft.root))
    yield f"  signed by {before} of {held.threshold} that root {held.version} asks for, and {own} of {draft.root.threshold} that it asks for itself"


def changes(held: Root, new: Root) -> Iterator[str]:
    """What is not as it was, a line each."""
    for what, before, after in (("root key", held.root_keys, new.root_keys), ("ops key", held.ops_keys, new.ops_keys)):
        old_ids, new_ids = {key.id for key in before}, {key.id for key in after}
        yield from (f"{what} {_name(key)} goes" for key in before if key.id not in new_ids)
        yield from (f"{what} {_name(key)} comes{_until(key)}" for key in after if key.id not in old_ids)
        ends = {key.id: key.expires for key in before if isinstance(key, OpsKey)}
        for key in after:
            if isinstance(key, OpsKey) and ends.get(key.id, key.expires) != key.expires:
                yield f"{what} {_name(key)} holds until {_end(key.expires)}"
    if held.threshold != new.threshold:
        yield f"{new.threshold} instead of {held.threshold} must sign the next root"
    if held.expires != new.expires:
        yield f"the root holds until {_end(new.expires)} instead of {held.expires:%Y-%m-%d}"


def _delegation(path: Path, given: Delegation) -> Iterator[str]:
    where = f"in {', '.join(given.districts)}" if given.districts else "everywhere"
    yield f"{path}: key {key_id(given.key)} may sign {' and '.join(f'{scope.value}s' for scope in given.scope)} {where} until {_end(given.expires)}"
    yield f"  public  {given.key}"


def _config(path: Path, document: ConfigDocument) -> Iterator[str]:
    what = "as it was provisioned" if document.config is None else f"{len(document.config)} sections"
    yield f"{path}: configuration {document.version} of {document.station}, release {document.release}, {what}"
    yield f"  to be taken until {_end(document.expires)}, by stations of level {document.level} or newer"


def _until(key: Key) -> str:
    return f", until {_end(key.expires)}" if isinstance(key, OpsKey) else ""


def _name(key: Key) -> str:
    return f"{key.id}  {key.name}".rstrip()


def _end(at: datetime, soon_days: int = SOON_DAYS) -> str:
    days = (at - now_utc()).total_seconds() / 86_400
    if days < 0:
        return f"{at:%Y-%m-%d %H:%M} UTC (OVER)"
    soon = ", SOON" if days < soon_days else ""
    return f"{at:%Y-%m-%d %H:%M} UTC ({days:.0f} days left{soon})"
