"""`kiosk station repin`: on the station itself, by whoever stands there: another root, because too many root keys of the one before are lost.

Nothing signs this, so it can not be done from afar. What is in force stays in force. Touches root.json and the station's ledger, while no agent runs.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from cli import keys_roots
from cli.ops import talk
from cli.ops.exits import Exit, OpsFailed, ended
from contract import trust
from contract.signing import TrustRefused
from contract.trust import Root

LEDGER, ROOT = "ledger.db", "root.json"


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The verb of `kiosk station`."""
    words = "on the station: believe this root from the next start on, when the keys of the one before are lost"
    made = verbs.add_parser("repin", help=words, description=f"{words}; the agent must not run")
    made.add_argument("root", type=Path, metavar="ROOT.json", help="as ./kiosk keys init made it")
    made.add_argument("--folder", type=Path, required=True, metavar="DIR", help="of the station, such as /var/lib/smart-station")
    made.add_argument("--yes", action="store_true", help="do not ask; needed where stdin is no terminal")


def main(asked: argparse.Namespace) -> int:
    """0 when it is pinned."""
    return ended("station repin", lambda: _repin(asked))


def _repin(asked: argparse.Namespace) -> Exit:
    if not (asked.folder / LEDGER).is_file():
        raise OpsFailed(Exit.MISUSED, f"--folder {asked.folder}: there is no {LEDGER}; a station that never ran is given {ROOT} by hand")
    try:
        root = trust.first_root(keys_roots.read_signed(asked.root))
    except TrustRefused as error:
        raise OpsFailed(Exit.REFUSED, f"{asked.root}: {error}") from None
    if not talk.agreed(f"{asked.folder} believes {root.threshold} of {_keys(root)} from now on. Right?", asked.yes):
        talk.say("nothing was changed")
        return Exit.FAILED
    _forget(asked.folder / LEDGER)
    pinned = asked.folder / ROOT
    keys_roots.write_public(pinned, keys_roots.read_signed(asked.root))
    _give_to_owner(pinned)
    print(f"root {root.version} is pinned: {_keys(root)}; start the station now, and push with a key of this root")
    return Exit.OK


def _forget(ledger: Path) -> None:
    """The root that the station has learned."""
    try:
        with closing(sqlite3.connect(ledger, timeout=1.0)) as db:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            with db:
                db.execute("DELETE FROM trust_root")
    except sqlite3.Error as error:
        raise OpsFailed(Exit.FAILED, f"{ledger}: {error}; stop the agent first: systemctl stop smart-station. Nothing was changed") from None


def _give_to_owner(pinned: Path) -> None:
    """To whom the folder belongs: the agent reads it, and this may be root."""
    there = pinned.parent.stat()
    if pinned.stat().st_uid != there.st_uid:
        shutil.chown(pinned, there.st_uid, there.st_gid)


def _keys(root: Root) -> str:
    return ", ".join(f"{key.id} {key.name}".strip() for key in root.root_keys)
