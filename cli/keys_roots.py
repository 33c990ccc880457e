"""The folder of a root: `root-1.json`, `root-2.json` … (the chain), `root.json` (the newest), and at most one draft of the next.

A draft carries the root that it follows, so that each holder can see on their own computer what would change, and sign it there.
Touches that folder. Decides nothing of trust itself: what counts is asked of contract/trust.py.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field, ValidationError

from cli.key_files import KeyRefused
from contract import signing, trust
from contract.model import Model
from contract.signing import Kind, Signature, Signed, TrustRefused, canonical, key_id, public_half, sign, sign_text
from contract.trust import Key, OpsKey, Root

NEWEST = "root.json"
DRAFT = "root-{}.draft.json"
LARGEST = 1024 * 1024
ROOT_DAYS, OPS_DAYS = 1825, 365
M = TypeVar("M", bound=Model)


class Draft(Model):
    """A root that waits for signatures."""

    draft: Literal[1] = 1
    payload: Annotated[str, Field(max_length=64 * 1024)]
    signatures: Annotated[tuple[Signature, ...], Field(max_length=signing.MOST_SIGNATURES)] = ()
    previous: Signed

    @classmethod
    def of(cls, root: Root, previous: Signed) -> Self:
        """Unsigned as yet."""
        return cls(payload=canonical(root.model_dump(mode="json")), previous=previous)

    @property
    def root(self) -> Root:
        """What would hold. Raises: KeyRefused."""
        return _parsed(Signed(payload=self.payload, signatures=self.previous.signatures))

    def counts(self) -> tuple[int, int]:
        """Good signatures of keys of the root before, and of its own keys. Raises: KeyRefused for one that is wrong."""
        before = _parsed(self.previous)
        return _count(self, before), _count(self, self.root)

    @property
    def complete(self) -> bool:
        """Enough of both have signed."""
        before, own = self.counts()
        return before >= _parsed(self.previous).threshold and own >= self.root.threshold


def first(root_keys: dict[str, Ed25519PrivateKey], ops_keys: dict[str, Ed25519PrivateKey], threshold: int, days: int, ops_days: int) -> Signed:
    """Root 1, signed by all root keys, which are together here for the last time. Raises: KeyRefused."""
    now = now_utc()
    try:
        root = Root(
            version=1, expires=now + timedelta(days=days), threshold=threshold,
            root_keys=tuple(Key(key=public_half(key), name=name) for name, key in root_keys.items()),
            ops_keys=tuple(OpsKey(key=public_half(key), name=name, expires=now + timedelta(days=ops_days)) for name, key in ops_keys.items()),
        )  # fmt: skip
    except ValidationError as error:
        raise KeyRefused(f"root: {error.errors()[0]['msg']}") from None
    return sign(Kind.ROOT, root.model_dump(mode="json"), *root_keys.values())


def chain(folder: Path) -> list[Signed]:
    """All roots from version 1, each checked by the one before. Raises: KeyRefused."""
    if not (folder / "root-1.json").is_file():
        raise KeyRefused(f"{folder}: there is no root-1.json; ./kiosk keys init {folder} makes the first root")
    found, number = [], 1
    while (file := folder / f"root-{number}.json").is_file():
        found.append(read_signed(file))
        number += 1
    try:
        trust.newest_root(trust.first_root(found[0]), found)
    except TrustRefused as error:
        raise KeyRefused(f"{folder}: {error}") from None
    return found


def newest(folder: Path) -> tuple[Root, Signed]:
    """Of the chain. Raises: KeyRefused."""
    last = chain(folder)[-1]
    return _parsed(last), last


def propose(folder: Path, root: Root) -> Path:
    """Write the draft of the next root; one that nobody signed yet is replaced. Raises: KeyRefused."""
    _, signed = newest(folder)
    path = folder / DRAFT.format(root.version)
    if path.exists() and read_draft(path).signatures:
        raise KeyRefused(f"{path}: has been signed already; accept it (./kiosk keys root accept), or delete it, before another change is made")
    write_public(path, Draft.of(root, signed))
    return path


def pending(folder: Path) -> Root:
    """What to change: the draft that nobody signed yet, else the next version of the newest root. Raises: KeyRefused."""
    root, _ = newest(folder)
    path = folder / DRAFT.format(root.version + 1)
    if path.exists() and not (draft := read_draft(path)).signatures:
        return draft.root
    return root.model_copy(update={"version": root.version + 1})


def add_signature(draft: Draft, key: Ed25519PrivateKey) -> Draft:
    """With one more. Raises: KeyRefused for a key that is in neither root."""
    mine = key_id(public_half(key))
    known = {one.id for one in (*_parsed(draft.previous).root_keys, *draft.root.root_keys)}
    if mine not in known:
        raise KeyRefused(f"key {mine}: is a root key neither of the root before nor of this one; its signature would count for nothing")
    others = tuple(one for one in draft.signatures if one.key != mine)
    return draft.model_copy(update={"signatures": (*others, *sign_text(Kind.ROOT, draft.payload, key).signatures)})


def merged(drafts: list[Draft]) -> Draft:
    """The signatures of all copies. Raises: KeyRefused when they are not copies of one draft."""
    if len({(one.payload, one.previous.payload) for one in drafts}) > 1:
        raise KeyRefused("these files are not copies of one draft; their signatures can not be put together")
    found = {one.key: one for draft in drafts for one in draft.signatures}
    return drafts[0].model_copy(update={"signatures": tuple(found.values())})


def accept(folder: Path, draft: Draft) -> Root:
    """Put it at the end of the chain. Raises: KeyRefused: too few signatures, or it follows another root."""
    held, last = newest(folder)
    if draft.previous.payload != last.payload:
        raise KeyRefused(f"{folder}: the draft follows another root than the newest one here, which is {held.version}; make it anew")
    try:
        signed = Signed(payload=draft.payload, signatures=draft.signatures)
        root, _ = trust.newest_root(held, [signed])
    except (TrustRefused, ValidationError) as error:
        before, own = draft.counts()
        words = str(error) if isinstance(error, TrustRefused) else "nobody signed it yet"
        raise KeyRefused(f"{words} ({before} of the root before, {own} of its own; {held.threshold} and {draft.root.threshold} are needed)") from None
    write_root(folder, root, signed)
    (folder / DRAFT.format(root.version)).unlink(missing_ok=True)
    return root


def write_root(folder: Path, root: Root, signed: Signed) -> None:
    """As the newest of the chain."""
    write_public(folder / f"root-{root.version}.json", signed)
    write_public(folder / NEWEST, signed)


def read_signed(path: Path) -> Signed:
    """Raises: KeyRefused."""
    return _read(path, Signed)


def read_draft(path: Path) -> Draft:
    """Raises: KeyRefused."""
    return _read(path, Draft)


def write_public(path: Path, model: Model) -> None:
    """Replace the file in one step. It holds nothing secret."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(model.model_dump_json(indent=1) + "\n", "utf-8")
    os.replace(fresh, path)


def now_utc() -> datetime:
    """Of this computer, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def _read(path: Path, model: type[M]) -> M:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise KeyRefused(f"{path}: is larger than {LARGEST} bytes")
        return model.model_validate_json(raw)
    except OSError as error:
        raise KeyRefused(f"{path}: {error.strerror}") from None
    except ValidationError as error:
        first_error = error.errors()[0]
        place = ".".join(map(str, first_error["loc"])) or "document"
        raise KeyRefused(f"{path}: is no {model.__name__.lower()}: {place}: {first_error['msg']}") from None


def _parsed(signed: Signed) -> Root:
    try:
        return Root.model_validate(signing.content(signed, Kind.ROOT))
    except (TrustRefused, ValidationError) as error:
        raise KeyRefused(f"root: {str(error).splitlines()[0]}") from None


def _count(draft: Draft, root: Root) -> int:
    if not draft.signatures:
        return 0
    try:
        return len(signing.signers(Signed(payload=draft.payload, signatures=draft.signatures), Kind.ROOT, {key.id: key.key for key in root.root_keys}))
    except TrustRefused as error:
        if error.flaw is signing.Flaw.UNKNOWN_KEY:
            return 0
        raise KeyRefused(str(error)) from None
