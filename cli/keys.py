"""`kiosk keys`: make, show, sign with and replace the keys that stations believe. docs/trust.md says who holds what, and what to do step by step.

Needs no network but for `delegate` and `push`. No private key is printed, sent, copied or overwritten.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from cli import keys_cloud, keys_roots, keys_show
from cli.key_files import KeyRefused, new_passphrase, open_private, public_file, public_key, read_passphrase, save_private
from cli.keys_roots import DRAFT, OPS_DAYS, ROOT_DAYS, now_utc
from cli.ops.exits import Exit, OpsFailed, ended
from cli.ops.talk import agreed, at_terminal, say
from cli.ops.told import count
from contract.signing import Kind, content, public_half
from contract.trust import Key, OpsKey, Root

NAMES = "a,b,c"
APART = """
The root keys belong in three different places, with three different people. Now: bring each root-*.pem to its holder, on a stick or on
paper, and delete it here. Two of them together can replace every other key; all three in one drawer are worth as much as one.
ops.pem goes to the computer of whoever signs configurations. No .pem file belongs on the server of the cloud, on a station, or in git.
root.json holds nothing secret: put it into the folder of each station when it is set up, and give it to the cloud: ./kiosk keys push."""


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk keys`."""
    made = argparse.ArgumentParser(prog="kiosk keys", description="the keys that stations believe: make, show, sign, replace; see docs/trust.md")
    verbs = made.add_subparsers(dest="verb", required=True)
    _add_makers(verbs)
    _add_changes(verbs)
    sign = verbs.add_parser("sign", help="add the signature of one root key to a draft; on the computer of its holder")
    _add_signing(sign)
    keys_cloud.add(verbs)
    for name in ("init", "new", "show", "delegate"):
        _add_passphrase(verbs.choices[name])
    return made


def main(argv: list[str]) -> int:
    """0 when it was done; 1 with the reason when not; otherwise as docs/cli.md says."""
    asked = parser().parse_args(argv)
    acts: dict[str, Callable[[argparse.Namespace], None]] = {
        "init": _init, "new": _new, "show": _show, "sign": _sign, "rotate": _rotate, "delegate": keys_cloud.delegate, "push": keys_cloud.push,
        "status": keys_cloud.status,
        "ops add": _ops_add, "ops remove": _ops_remove, "root sign": _sign, "root accept": _accept, "root renew": _renew,
    }  # fmt: skip

    def act() -> Exit:
        try:
            acts[" ".join(filter(None, (asked.verb, getattr(asked, "act", ""))))](asked)
        except OSError as error:
            raise OpsFailed(Exit.FAILED, f"{error.filename}: {error.strerror}") from None
        return Exit.OK

    return ended("keys", act)


def init(folder: Path, names: list[str], passphrases: Callable[[str], str | None], threshold: int = 2, days: int = ROOT_DAYS, ops_days: int = OPS_DAYS) -> None:
    """Make root keys, one ops key and root 1 in a new folder. `passphrases` gives that of a key by its name, None for none. Raises: KeyRefused."""
    if any(folder.glob("root*.json")) or any(folder.glob("*.pem")):
        raise KeyRefused(f"{folder}: there are keys or roots already; take another folder, or see ./kiosk keys rotate")
    named = {f"root-{name}": Ed25519PrivateKey.generate() for name in names}
    ops = {"ops": Ed25519PrivateKey.generate()}
    signed = keys_roots.first(named, ops, threshold, days, ops_days)
    sealed = {name: passphrases(name) for name in (*named, *ops)}  # all are asked for before the first file is written
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, key in (named | ops).items():
        save_private(folder / f"{name}.pem", key, sealed[name])
    keys_roots.write_root(folder, Root.model_validate(content(signed, Kind.ROOT)), signed)


def _add_makers(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = verbs.add_parser("init", help="make the root keys, one ops key and the first root, in a new folder")
    made.add_argument("folder", type=Path)
    made.add_argument("--names", default=NAMES, help="of the holders of root keys, with commas; default %(default)s")
    made.add_argument("--threshold", type=int, default=2, help="how many of them must sign the next root; default %(default)s")
    made.add_argument("--days", type=int, default=ROOT_DAYS, help="how long the root holds; default %(default)s")
    made.add_argument("--ops-days", type=int, default=OPS_DAYS, help="how long the ops key holds; default %(default)s")
    new = verbs.add_parser("new", help="make one more pair of keys; NAME.pem stays here, NAME.pub is given away")
    new.add_argument("file", type=Path, metavar="NAME.pem")
    for verb in (made, new):
        verb.add_argument("--no-passphrase", action="store_true", help="do not seal: for tests, or where the medium itself is sealed")
    show = verbs.add_parser("show", help="what a key, root, draft, delegation or configuration is, and until when it holds")
    show.add_argument("files", type=Path, nargs="+", metavar="FILE")


def _add_changes(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    ops = verbs.add_parser("ops", help="draft a root with one ops key more, or one less").add_subparsers(dest="act", required=True)
    add = ops.add_parser("add", help="let one more key sign configurations")
    add.add_argument("--public-key", required=True, metavar="HEX|FILE", help="of the new key, as ./kiosk keys new gave it")
    add.add_argument("--name", required=True, help="what people call it")
    remove = ops.add_parser("remove", help="believe this ops key no longer")
    remove.add_argument("key", help="its id or name")
    rotate = verbs.add_parser("rotate", help="draft a root in which one key, root or ops, is replaced by a new one")
    rotate.add_argument("--old", required=True, metavar="KEY", help="id or name of the key that goes")
    rotate.add_argument("--public-key", required=True, metavar="HEX|FILE", help="of the key that comes, as ./kiosk keys new gave it")
    root = verbs.add_parser("root", help="sign, accept or prolong a root").add_subparsers(dest="act", required=True)
    _add_signing(root.add_parser("sign", help="the same as ./kiosk keys sign"))
    accept = root.add_parser("accept", help="put a draft that enough have signed at the end of the chain")
    accept.add_argument("drafts", type=Path, nargs="+", metavar="DRAFT", help="the draft, or several copies of it that different holders signed")
    renew = root.add_parser("renew", help="draft a root with the same keys that holds longer")
    for verb in (add, remove, rotate, accept, renew):
        verb.add_argument("--folder", type=Path, required=True, help="folder of the root")
    for verb in (add, rotate):
        verb.add_argument("--days", type=int, default=OPS_DAYS, help="how long an ops key holds; default %(default)s")
    renew.add_argument("--days", type=int, default=ROOT_DAYS, help="how long the root holds; default %(default)s")


def _add_signing(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("draft", type=Path, metavar="DRAFT")
    verb.add_argument("--key", type=Path, required=True, metavar="FILE", help="private root key")
    verb.add_argument("--yes", action="store_true", help="do not ask")
    _add_passphrase(verb)


def _add_passphrase(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--passphrase-file", type=Path, metavar="FILE", help="file whose first line is the passphrase; else it is asked for")


def _init(asked: argparse.Namespace) -> None:
    names = [name.strip() for name in asked.names.split(",") if name.strip()]
    if len(set(names)) < len(names) or not all(name.replace("-", "").isalnum() and name.isascii() for name in names):
        raise KeyRefused(f"--names {asked.names}: names of letters, digits and hyphens, each once, with commas between them")
    init(asked.folder, names, lambda name: _sealed_with(asked, name), asked.threshold, asked.days, asked.ops_days)
    for line in keys_show.lines(asked.folder / keys_roots.NEWEST, None):
        print(line)
    say(APART)


def _new(asked: argparse.Namespace) -> None:
    key = Ed25519PrivateKey.generate()
    save_private(asked.file, key, _sealed_with(asked, asked.file.name))
    print(public_half(key))
    say(f"{asked.file} stays where it is; {public_file(asked.file)} goes to whoever drafts the next root")


def _sealed_with(asked: argparse.Namespace, name: str) -> str | None:
    if asked.no_passphrase:
        return None
    if asked.passphrase_file is not None:
        return read_passphrase(asked.passphrase_file)
    if not at_terminal():
        raise KeyRefused("stdin is not a terminal, so no passphrase can be asked for; give --passphrase-file FILE, or --no-passphrase")
    return new_passphrase(name)


def _show(asked: argparse.Namespace) -> None:
    for path in asked.files:
        for line in keys_show.lines(path, asked.passphrase_file):
            print(line)


def _sign(asked: argparse.Namespace) -> None:
    draft = keys_roots.read_draft(asked.draft)
    for line in keys_show.lines(asked.draft, None):
        say(line)
    key = open_private(asked.key, asked.passphrase_file)
    if not agreed("Sign this?", asked.yes):
        raise KeyRefused("nothing was signed")
    signed = keys_roots.add_signature(draft, key)
    keys_roots.write_public(asked.draft, signed)
    before, own = signed.counts()
    what = "enough; now: ./kiosk keys root accept" if signed.complete else "not enough yet; the next holder signs the same file, or a copy of it"
    print(f"root {signed.root.version}: {count(before, 'signature')} of keys of the root before, {own} of its own: {what}")


def _accept(asked: argparse.Namespace) -> None:
    root = keys_roots.accept(asked.folder, keys_roots.merged([keys_roots.read_draft(path) for path in asked.drafts]))
    print(f"root {root.version} holds; now: ./kiosk keys push {asked.folder}")


def _ops_add(asked: argparse.Namespace) -> None:
    root = keys_roots.pending(asked.folder)
    new = OpsKey(key=public_key(asked.public_key), name=asked.name[:40], expires=now_utc() + timedelta(days=asked.days))
    _propose(asked.folder, root, ops_keys=(*root.ops_keys, new))


def _ops_remove(asked: argparse.Namespace) -> None:
    root = keys_roots.pending(asked.folder)
    gone = _meant(asked.key, root.ops_keys)
    _propose(asked.folder, root, ops_keys=tuple(key for key in root.ops_keys if key.id != gone.id))


def _rotate(asked: argparse.Namespace) -> None:
    root = keys_roots.pending(asked.folder)
    gone, public = _meant(asked.old, (*root.root_keys, *root.ops_keys)), public_key(asked.public_key)
    if isinstance(gone, OpsKey):
        new = OpsKey(key=public, name=gone.name, expires=now_utc() + timedelta(days=asked.days))
        return _propose(asked.folder, root, ops_keys=tuple(new if key.id == gone.id else key for key in root.ops_keys))
    fresh = Key(key=public, name=gone.name)
    return _propose(asked.folder, root, root_keys=tuple(fresh if key.id == gone.id else key for key in root.root_keys))


def _renew(asked: argparse.Namespace) -> None:
    _propose(asked.folder, keys_roots.pending(asked.folder), expires=now_utc() + timedelta(days=asked.days))


def _meant(name: str, keys: tuple[Key, ...]) -> Key:
    found = [key for key in keys if name in (key.id, key.name)]
    if len(found) != 1:
        there = ", ".join(f"{key.id} {key.name}".rstrip() for key in keys) or "none"
        raise KeyRefused(f"{name}: {'several keys are' if found else 'no key is'} called so; there are: {there}")
    return found[0]


def _propose(folder: Path, root: Root, **changed: object) -> None:
    try:
        new = Root.model_validate({**{name: getattr(root, name) for name in Root.model_fields}, **changed})
    except ValidationError as error:
        raise KeyRefused(f"root {root.version}: {error.errors()[0]['msg']}") from None
    path = keys_roots.propose(folder, new)
    for line in keys_show.lines(path, None):
        print(line)
    say(f"{folder / DRAFT.format(new.version)}: bring it, or copies, to the holders: each runs ./kiosk keys sign FILE --key KEY on their own computer")
