"""What a station's ledger says of one person's face, read while the station runs: whether its roster allows one, what the person last said."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from contract.roster import FaceRight, RosterRefused, decode
from edge.adapters.store import consents
from edge.domain.face_messages import Consent, Standing

BUSY_S = 5.0


class RightsUnknown(Exception):
    """The ledger cannot be read: nothing may be decided without it."""


@dataclass(frozen=True)
class Rights:
    """`allowed`: also when the station has no roster yet; `said`: the last word of the person here, None for none."""

    allowed: bool = True
    said: Consent | None = None

    def against_giving(self, person: str) -> str:
        """Why a template of this person may not leave; empty when it may."""
        if not self.allowed:
            return f"the roster of this station says that no face of {person} may be kept"
        if self.said and self.said.standing is not Standing.GIVEN:
            return f"{person} has {self.said.standing.value} the consent here, on {self.said.on or 'an unknown day'}"
        return ""

    def against_taking(self, person: str, agreed_on: str) -> str:
        """Why one may not come in on a consent of that day; empty when it may."""
        if not self.allowed:
            return f"the roster of this station says that no face of {person} may be kept"
        if self.said and self.said.standing is not Standing.GIVEN and not "" < self.said.on < agreed_on:
            on = self.said.on or "an unknown day"
            return f"{person} has {self.said.standing.value} a face here, on {on}, and the consent of {agreed_on} is not of a later day"
        return ""


def read(folder: Path, person: str) -> Rights:
    """Everything is allowed where the station never ran: it looks again when it starts.

    Raises:
        RightsUnknown: a ledger that is damaged, or of another version of this software.
    """
    path = folder / "ledger.db"
    if not path.exists():
        return Rights()
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)
        try:
            said = next((consent for consent in consents.read(db) if consent.person == person), None)
            raw = db.execute("SELECT raw FROM roster ORDER BY version DESC LIMIT 1").fetchone()
        finally:
            db.close()
        people = {one.person: one.face for one in decode(raw[0]).people} if raw else None
    except (sqlite3.Error, ValueError, TypeError, RosterRefused) as error:
        raise RightsUnknown(f"ledger.db cannot be read ({error}); start the station with this version once, then try again") from None
    return Rights(people is None or people.get(person) is FaceRight.ALLOWED, said)
