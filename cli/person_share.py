"""`kiosk person invite | share | receive`: a template to one other station, carried as a file by an operator, with a consent for that alone.

Off unless `identity.template_sharing` says otherwise. No template goes over a network. See docs/privacy.md.
"""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from contract.config import ConfigRefused, StationConfig

if TYPE_CHECKING:
    from edge.domain.face_messages import Transfer
    from edge.faces.sharing import Sharing

DAYS = 7
Made = TypeVar("Made")


class ShareRefused(Exception):
    """Nothing was changed; says why and what to do."""


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The arguments of the four commands."""
    notice = verbs.add_parser("sharing-notice", help="print what people read and sign before a copy of their template goes elsewhere")
    notice.add_argument("--language", choices=("zh", "en"), default="zh", help="default %(default)s")
    invite = verbs.add_parser("invite", help="at the station that is to get a template: ask for it, once")
    share = verbs.add_parser("share", help="at the station that has it: seal a copy for the one that invited")
    receive = verbs.add_parser("receive", help="at the station that invited: take it in")
    for verb in (invite, share, receive):
        verb.add_argument("--folder", type=Path, required=True, help="folder of this station")
        verb.add_argument("--config", type=Path, required=True, help="this station's YAML file; identity.template_sharing must be true in it")
    for verb in (invite, share):
        verb.add_argument("--person", required=True, help="pseudonym of the person, as in the roster")
        verb.add_argument("--out", type=Path, required=True, metavar="FILE", help="new file to carry to the other station")
    invite.add_argument("--days", type=int, choices=range(1, DAYS + 1), default=DAYS, metavar=f"1..{DAYS}", help="how long it holds; default %(default)s")
    share.add_argument("invitation", type=Path, help="the file that the other station made")
    receive.add_argument("package", type=Path, help="the file that the other station made")
    for verb in (share, receive):
        verb.add_argument("--code", required=True, help="printed there with the file; bring it apart from the file: by telephone, or on paper")
    share.add_argument(
        "--consent-on-paper", metavar="NAME",
        help="who answers for it that this person read the sharing notice and agreed to the one station that is named in the invitation; sealed too",
    )  # fmt: skip
    share.add_argument("--notice", metavar="VERSION", help="version of the sharing notice that was read")
    share.add_argument("--language", choices=("zh", "en"), default="zh", help="of that notice; default %(default)s")


def run(asked: argparse.Namespace) -> None:
    """Raises: ShareRefused, VaultRefused."""
    if asked.verb == "sharing-notice":
        return _notice(asked)
    from cli.person_rights import RightsUnknown
    from edge.faces.engine.manifest import EngineRefused
    from edge.faces.parcel import ParcelRefused

    try:
        config = _config(asked.config)
        if not config.identity.template_sharing:
            raise ShareRefused(
                "templates are not shared: identity.template_sharing is off in this station's configuration. The law asks for a second "
                "consent for each destination; turn it on at both stations if that is what you want, restart them, and read docs/privacy.md"
            )
        {"invite": _invite, "share": _share, "receive": _receive}[asked.verb](asked, config)
    except (ConfigRefused, EngineRefused, ParcelRefused, RightsUnknown, OSError) as error:
        raise ShareRefused(str(error)) from None
    return None


def told(one: Transfer) -> str:
    """One line for `kiosk person show`."""
    way = f"a sealed copy was handed over for {one.station}" if one.given else f"taken in from {one.station}"
    return f"{one.person}: {way} on {one.day}; consent for it to notice {one.notice}; transfer {one.number}"


def _notice(asked: argparse.Namespace) -> None:
    from edge.adapters.kiosk_web.notice import sharing_text, sharing_version

    print(sharing_text(asked.language))
    print(f"(version {sharing_version()})")


def _invite(asked: argparse.Namespace, config: StationConfig) -> None:
    from cli import person_rights
    from edge.faces import parcel
    from edge.faces.engine.choice import chosen

    _is_new(asked.out)
    reason = person_rights.read(asked.folder, asked.person).against_taking(asked.person, date.today().isoformat())
    _unless(reason)
    engine = chosen(asked.folder).name

    def invite(sharing: Sharing) -> bytes:
        made = sharing.invite(asked.person, config.station, engine, datetime.now(UTC), timedelta(days=asked.days))
        return parcel.write(made)

    content = _with_vault(asked.folder, invite)
    _write(asked.out, content)
    print(f"{asked.out}: {config.station} invites a template of {asked.person}, once, within {asked.days} days. It takes back any invitation before.")
    print(f"Code, to be typed at the other station: {parcel.code(content)}")


def _share(asked: argparse.Namespace, config: StationConfig) -> None:
    from cli import person_rights
    from edge.faces import parcel
    from edge.faces.sharing import NAME_CHARS

    _is_new(asked.out)
    invitation = parcel.read(parcel.Invitation, _content(asked.invitation), asked.code)
    now = datetime.now(UTC)
    print(f"Destination: station {invitation.station}, key {invitation.public_key[:16]}…, for {invitation.person}, until {parcel.told(invitation.expires)}")
    _unless(person_rights.read(asked.folder, asked.person).against_giving(asked.person))
    _with_vault(asked.folder, lambda sharing: sharing.may_seal(asked.person, invitation, config.station, now))
    _agreed(asked, invitation.station)
    today = date.today().isoformat()

    def seal(sharing: Sharing) -> bytes:
        sharing.agree(asked.person, invitation.station, asked.notice, today)
        return parcel.write(sharing.seal(asked.person, invitation, config.station, asked.language, asked.consent_on_paper[:NAME_CHARS], now))

    content = _with_vault(asked.folder, seal)
    _write(asked.out, content)
    print(f"Recorded: {asked.person} agreed on {today} to a copy at {invitation.station}, notice {asked.notice}.")
    print(f"{asked.out}: sealed for {invitation.station}, which alone can open it, once. Erase the file when it is there.")
    print(f"Code, to be typed at {invitation.station}: {parcel.code(content)}")


def _receive(asked: argparse.Namespace, config: StationConfig) -> None:
    from cli import person_rights
    from edge.domain.identity import limit
    from edge.faces import parcel
    from edge.faces.engine.choice import chosen
    from edge.faces.shapes import Vector
    from edge.faces.vault import Kept, gallery

    package = parcel.read(parcel.Package, _content(asked.package), asked.code)
    _unless(person_rights.read(asked.folder, package.person).against_taking(package.person, package.agreed_on))
    engine = chosen(asked.folder).name

    def receive(sharing: Sharing) -> Kept:
        def near(person: str, template: Vector) -> bool:
            others = gallery([kept for kept in sharing.vault.all() if kept.person != person], engine)
            return others.nearest(template).best_distance < limit(config.identity, len(others) + 1) + config.identity.margin

        return sharing.receive(package, config.station, engine, datetime.now(UTC), near)

    kept = _with_vault(asked.folder, receive)
    print(f"{kept.person}: a template from {package.source} is kept here, on the consent of {package.agreed_on} to notice {package.notice}. Erase the file.")
    if kept.terms and kept.terms.flagged:
        print("Somebody enrolled here looks very much alike: a face alone will often not be enough for either.")


def _agreed(asked: argparse.Namespace, destination: str) -> None:
    """Raises: ShareRefused: no consent for this destination, or to another text than the one in force."""
    from edge.adapters.kiosk_web.notice import sharing_version

    if not (asked.consent_on_paper or "").strip() or not asked.notice:
        raise ShareRefused(
            f"no consent, nothing was sealed: ask {asked.person} for a consent to a copy at {destination} by itself (kiosk person sharing-notice prints "
            "the text), then say --consent-on-paper NAME --notice VERSION"
        )
    if asked.notice != sharing_version():
        raise ShareRefused(f"--notice {asked.notice[:40]!r}: the sharing notice in force has the version {sharing_version()}; have that one read and signed")


def _config(path: Path) -> StationConfig:
    """Raises: ConfigRefused."""
    from edge.__main__ import load

    return load(path)


def _with_vault(folder: Path, work: Callable[[Sharing], Made]) -> Made:
    from edge.faces.sharing import Sharing
    from edge.faces.vault import Vault

    vault = Vault(folder)
    try:
        return work(Sharing(vault))
    finally:
        vault.close()


def _unless(reason: str) -> None:
    if reason:
        raise ShareRefused(reason)


def _content(path: Path) -> bytes:
    """Raises: OSError."""
    from edge.faces.parcel import MOST_BYTES

    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _is_new(path: Path) -> None:
    if path.exists():
        raise ShareRefused(f"--out {path}: exists already; name a new file")
    if not path.parent.is_dir():
        raise ShareRefused(f"--out {path}: there is no folder {path.parent}")


def _write(path: Path, content: bytes) -> None:
    """For its owner alone, and whole or not at all. Raises: OSError."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
