"""`kiosk station prepare`: what a new station is given by hand, in a folder each: its configuration, the root that it pins, a first signed document.

Asks no network. What it writes is checked as the station will check it at its first start.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli import keys_roots
from cli.broker.accounts import write_private
from cli.ops import contexts, planning, signer, talk, told
from cli.ops.desired import Wanted
from cli.ops.exits import Exit, OpsFailed, ended
from cli.ops.folder import wanted
from contract import trust
from contract.configuration import LEVEL
from contract.signing import Kind, Signed, TrustRefused, sign
from contract.trust import MOST_ROOTS, Bundle, ConfigDocument, Root

CONFIG, ROOT, DOCUMENT, PASSWORD = "station.yaml", "root.json", "provisioned.json", "mqtt-password"
VERSION = 1
RELEASE = "provisioned"
KEY = "SMART_STATION_OPS_KEY"


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The verb of `kiosk station`."""
    words = "write what new stations are set up with: configuration, root, first signed document"
    made = verbs.add_parser("prepare", help=words, description=f"{words}; next: deploy/install-station.sh, see docs/operations.md")
    made.add_argument("stations", nargs="+", metavar="STATION", help="names; they are in the layers")
    made.add_argument("--trust", type=Path, required=True, metavar="DIR", help="folder of the root, as ./kiosk keys init made it")
    made.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder for each station is made there")
    made.add_argument("--folder", type=Path, metavar="DIR", help="layers of configuration; else that of the context, else firmware_config/ here")
    made.add_argument("--key", type=Path, metavar="FILE", help=f"private ops key, which stays here; else ${KEY}, else that of the context")
    made.add_argument("--passphrase-file", type=Path, metavar="FILE", help="first line: the passphrase of the key; else it is asked for")
    made.add_argument("--passwords", type=Path, metavar="FILE", help="lines `STATION PASSWORD`, as `kiosk containers account` prints them for the broker")
    contexts.add(made)


def main(asked: argparse.Namespace) -> int:
    """0 when all folders are there, else nothing of them is."""
    return ended("station prepare", lambda: _prepare(asked))


def _prepare(asked: argparse.Namespace) -> Exit:
    file = asked.key or os.environ.get(KEY) or contexts.chosen(asked).key
    if not file:
        raise OpsFailed(Exit.MISUSED, f"--key FILE: the private ops key is missing; ${KEY} or ./kiosk login --key may name the file, see docs/trust.md")
    layers = planning.folder(asked)
    meant, passwords = _meant(layers, asked.stations), _passwords(asked)
    taken = [asked.out / one.station for one in meant if (asked.out / one.station).exists()]
    if taken:
        raise OpsFailed(Exit.FAILED, f"{taken[0]}: is there already; move it away, or choose another --out. Nothing was written")
    root, _ = keys_roots.newest(asked.trust)
    chain = tuple(keys_roots.chain(asked.trust)[-MOST_ROOTS:])
    private, release = signer.key(Path(file), asked.passphrase_file), "-".join(part for part in (RELEASE, planning.commit(layers)) if part)
    documents = [document(one, root, release, private, datetime.now(UTC)) for one in meant]
    for one, signed in zip(meant, documents, strict=True):
        _write(asked.out / one.station, one, chain, signed, passwords.get(one.station))
        print(asked.out / one.station)
    talk.say(f"{told.count(len(meant))} prepared with root {root.version}; next, on each: sh deploy/install-station.sh FOLDER")
    if lacking := [one.station for one in meant if one.station not in passwords]:
        talk.say(f"note: {told.count(len(lacking))} without {PASSWORD}: put the station's password at the broker there, one line: {told.names(lacking)}")
    return Exit.OK


def document(one: Wanted, root: Root, release: str, private: Ed25519PrivateKey, now: datetime) -> Signed:
    """Version 1 of this station, in force from its first start on. Raises: OpsFailed: the station would not take it."""
    made = ConfigDocument(
        station=one.station, version=VERSION, release=release[:64], issued=now, expires=now + timedelta(days=signer.VALID_DAYS), level=LEVEL, config=one.content
    )  # fmt: skip
    signed = sign(Kind.CONFIG, made.model_dump(mode="json"), private)
    try:
        trust.config(root, signed, one.station, 0, LEVEL, now)
    except TrustRefused as error:
        raise OpsFailed(Exit.FAILED, f"{one.station}: with root {root.version} it would refuse this: {error}. Nothing was written") from None
    return signed


def _write(folder: Path, one: Wanted, chain: tuple[Signed, ...], signed: Signed, password: str | None) -> None:
    folder.mkdir(mode=0o700, parents=True)
    head = f"# {one.station} as it was set up; what is pushed later lies over it. Made by kiosk station prepare.\n"
    (folder / CONFIG).write_text(head + yaml.safe_dump(one.content, allow_unicode=True, sort_keys=False, width=140), "utf-8")
    keys_roots.write_public(folder / ROOT, chain[-1])
    keys_roots.write_public(folder / DOCUMENT, Bundle(roots=chain, document=signed))
    if password is not None:
        write_private(folder / PASSWORD, password + "\n")


def _meant(layers: Path, names: list[str]) -> list[Wanted]:
    known = {one.station: one for one in wanted(layers)}
    planning.must_know(names, list(known), layers)
    return [known[name] for name in dict.fromkeys(names)]


def _passwords(asked: argparse.Namespace) -> dict[str, str]:
    if asked.passwords is None:
        return {}
    try:
        lines = [line.split() for line in asked.passwords.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise OpsFailed(Exit.MISUSED, f"--passwords {asked.passwords}: {error.strerror if isinstance(error, OSError) else 'is no text'}") from None
    if any(len(words) != 2 for words in lines):
        raise OpsFailed(Exit.MISUSED, f"--passwords {asked.passwords}: a line is STATION PASSWORD, as `kiosk containers account` prints it")
    return {words[0]: words[1] for words in lines}
