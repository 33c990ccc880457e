"""`kiosk person`: enrol, show, forget or share a face on the spot, in the folder of one station. The station sees it within a second.

Opens the vault itself: run it on the station, as the user that the station runs as. Nothing of a picture stays or is copied.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cli import person_share
from contract.config import IdentityConfig
from contract.consent import ConsentBy
from contract.model import PERSON_PATTERN

if TYPE_CHECKING:
    from edge.faces.enrol import Enrolled


class PersonRefused(Exception):
    """Nothing was changed; says why and what to do."""


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk person`."""
    made = argparse.ArgumentParser(prog="kiosk person", description="faces that one station keeps: enrol, show, forget; invite, share, receive")
    verbs = made.add_subparsers(dest="verb", required=True)
    enrol = verbs.add_parser("enrol", help="make a template from three or more photographs and seal it")
    enrol.add_argument(
        "--notice-accepted-by", required=True, metavar="NAME",
        help="who answers for it that this person read the notice, agreed, and is 16 or older; sealed with the template, told nobody",
    )  # fmt: skip
    enrol.add_argument("--language", choices=("zh", "en"), default="zh", help="of the notice that was read; default %(default)s")
    enrol.add_argument("photos", nargs="+", type=Path, help="photographs of this person, from the front, in even light")
    show = verbs.add_parser("show", help="what is kept, of everybody or of one person")
    forget = verbs.add_parser("forget", help="erase a face; prints the receipt")
    for verb in (enrol, show, forget):
        verb.add_argument("--folder", type=Path, required=True, help="folder of the station")
        verb.add_argument("--person", required=verb is not show, help="pseudonym of the person, as in the roster")
    person_share.add(verbs)
    return made


def main(argv: list[str]) -> int:
    """0 when it was done; 1 with the reason when nothing was changed."""
    asked = parser().parse_args(argv)
    from edge.faces.vault import VaultRefused  # 0.2 s of libraries that --help does not need

    try:
        _check(asked)
        {"enrol": _enrol, "show": _show, "forget": _forget}.get(asked.verb, person_share.run)(asked)
    except (PersonRefused, person_share.ShareRefused, VaultRefused) as error:
        print(f"kiosk person: {error}", file=sys.stderr)
        return 1
    return 0


def _check(asked: argparse.Namespace) -> None:
    if "folder" not in asked:
        return
    if not asked.folder.is_dir():
        raise PersonRefused(f"--folder {asked.folder}: there is no such folder; it is the one that the station was started with")
    if hasattr(os, "geteuid") and asked.folder.stat().st_uid != os.geteuid():
        raise PersonRefused(f"--folder {asked.folder}: belongs to another user; run this as the user that the station runs as")
    if getattr(asked, "person", None) is not None and not re.fullmatch(PERSON_PATTERN, asked.person):
        raise PersonRefused(f"--person {asked.person[:40]!r}: a pseudonym is 1 to 32 small letters, digits and hyphens")


def _enrol(asked: argparse.Namespace) -> None:
    from edge.adapters.kiosk_web.notice import version
    from edge.domain.identity import too_close
    from edge.faces.vault import Terms, Vault, gallery

    engine, config, made = _made(asked)
    vault = Vault(asked.folder)
    try:
        others = gallery([kept for kept in vault.all() if kept.person != asked.person], engine)
        near = others.nearest(made.template).best_distance
        flagged = too_close(near, len(others) + 1, config)
        terms = Terms(version(), asked.language, made.used, ConsentBy.OPERATOR.value, flagged, asked.notice_accepted_by)
        vault.put(asked.person, made.template, engine, date.today().isoformat(), terms)
    finally:
        vault.close()
    print(f"{asked.person}: a template of {made.used} photographs is sealed; no photograph is kept. Notice {terms.notice}.")
    if flagged:
        print("Somebody enrolled here looks very much alike: a face alone will often not be enough for either.")
        print("See to it that both have a code.")


def _made(asked: argparse.Namespace) -> tuple[str, IdentityConfig, Enrolled]:
    """The name and the limits of the engine that this station uses, and what it made of the photographs."""
    from edge.domain.identity import calibrated
    from edge.faces.engine import choice
    from edge.faces.engine.manifest import EngineRefused
    from edge.faces.enrol import GOOD_COUNT, Enroller, EnrolmentRefused, spread

    try:
        chosen = choice.chosen(asked.folder)
        config = calibrated(IdentityConfig(), chosen.table(IdentityConfig().frames))
        made = Enroller(choice.engine(asked.folder), spread=spread(chosen, config)).from_files(asked.photos)
    except (EngineRefused, EnrolmentRefused) as error:
        raise PersonRefused(f"nothing was kept: {error}") from None
    for words in made.refused:
        print(f"not used: {words}", file=sys.stderr)
    if not made.enough:
        raise PersonRefused(f"nothing was kept: {made.used} good photographs, at least {GOOD_COUNT} are needed")
    return chosen.name, config, made


def _show(asked: argparse.Namespace) -> None:
    from edge.faces.sharing import Sharing
    from edge.faces.vault import Vault

    vault = Vault(asked.folder)
    try:
        kept = [one for one in vault.all() if asked.person in (None, one.person)]
        moved = Sharing(vault).transfers(asked.person)
    finally:
        vault.close()
    if not kept:
        print("no face is kept" + (f" of {asked.person}" if asked.person else ""))
    for one in kept:
        if one.terms is None:
            print(f"{one.person}: the seal is forged or damaged; it is not compared. Forget it and enrol anew.")
            continue
        terms = one.terms
        by = f"taken down by {terms.accepted_by}" if terms.accepted_by else "given at the screen"
        by += f" at {terms.origin}, on {terms.said_on}" if terms.origin else ""
        days = f"since {one.made_on or '?'}, last visit {one.seen_on or '?'}"
        near = "; near somebody else" if terms.flagged else ""
        print(f"{one.person}: one template of {terms.used} pictures, no picture; engine {one.engine}; {days}{near}")
        print(f"    consent to notice {terms.notice} ({terms.language}), {by}")
    for transfer in moved:
        print(person_share.told(transfer))


def _forget(asked: argparse.Namespace) -> None:
    from edge.faces.vault import Vault

    vault = Vault(asked.folder)
    try:
        receipt = vault.forget(asked.person)
    finally:
        vault.close()
    print(f"{asked.person}: erased, receipt {receipt}" if receipt else f"{asked.person}: nothing was kept")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
