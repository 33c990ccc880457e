"""Whether two signed documents may enter a rollout: everything that the station will ask, asked before anybody is sent anything. Pure.

The cloud holds no key that signs configurations: it checks what an ops key signed, and can only send it or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cloud.domain.seats import Seat
from cloud.errors import RolloutRefused
from contract import trust
from contract.config import ConfigRefused, check
from contract.configuration import LEVEL
from contract.signing import Flaw, Signed, TrustRefused
from contract.topics import Leaf
from contract.trust import Bundle, ConfigDocument, Root

ROOM = 16 * 1024
"""Bytes of a message kept for roots that are still to come."""


@dataclass(frozen=True)
class Known:
    """What the cloud knows of a station. `level` None: it never told one. `root` None: it never reported; 0: it has none.
    `undo`: what its undo must hold; a tuple, empty when not known here."""

    district: str
    next_version: int
    level: int | None
    root: int | None
    undo: tuple[dict[str, object] | None, ...] = ()


@dataclass(frozen=True)
class Upload:
    """What was sent for one station."""

    station: str
    grade: str
    document: Signed
    undo: Signed


def seat(upload: Upload, known: Known, root: Root, roots: tuple[Signed, ...], now: datetime) -> tuple[Seat, ConfigDocument, ConfigDocument]:
    """Its seat in the rollout, and both documents as read.

    Raises:
        RolloutRefused: `where` is the station and which of the two, the text begins with the flaw's name.
    """
    if known.root == 0:
        raise _refusal(upload.station, "document", Flaw.NO_ROOT, f"{upload.station} has no root, so it takes no configuration; see {trust.PAGE}")
    new = _checked(upload.station, "document", upload.document, known.next_version, known, root, now)
    undo = _checked(upload.station, "undo", upload.undo, known.next_version + 1, known, root, now)
    if known.undo and undo.config != known.undo[0]:
        text = f"{upload.station}: the undo is not what is confirmed there now, so it would not undo"
        raise _refusal(upload.station, "undo", Flaw.CONTENT, text)
    for which, signed in (("document", upload.document), ("undo", upload.undo)):
        size = len(Bundle(roots=roots, document=signed).model_dump_json().encode())
        if size > Leaf.CFG_DESIRED.traffic.limit - ROOM:
            text = f"{upload.station}: {size} bytes with the roots; at most {Leaf.CFG_DESIRED.traffic.limit - ROOM} are sent"
            raise _refusal(upload.station, which, Flaw.TOO_LARGE, text)
    district = printable(known.district or str((new.config or {}).get("district", "")))[:40]
    return Seat(upload.station, district, printable(upload.grade), new.version, upload.document.sha256, upload.undo.sha256), new, undo


def printable(text: str) -> str:
    """Without what a database or a terminal may stumble over."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _checked(station: str, which: str, signed: Signed, version: int, known: Known, root: Root, now: datetime) -> ConfigDocument:
    try:
        document = trust.config(root, signed, station, version, LEVEL if known.level is None else known.level, now)
        if document.version != version:
            raise TrustRefused(Flaw.ROLLBACK, f"config {document.version}: the next one of {station} is {version}; plan and sign again")
        if document.config is not None and check(document.config).station != station:
            raise TrustRefused(Flaw.WRONG_TARGET, f"config {document.version}: its content is of {document.config.get('station')}, not of {station}")
    except TrustRefused as error:
        raise _refusal(station, which, error.flaw, str(error)) from None
    except ConfigRefused as error:
        raise _refusal(station, which, Flaw.CONTENT, str(error)) from None
    return document


def _refusal(station: str, which: str, flaw: Flaw, text: str) -> RolloutRefused:
    return RolloutRefused(f"{station}.{which}", flaw.value, f"{flaw.value}: {text}", "nothing of this request was kept; plan and sign again")
