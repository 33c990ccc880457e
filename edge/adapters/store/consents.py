"""The consent table: one row a person, replaced as a whole; and templates that went or came. Called inside the ledger's transactions."""

import sqlite3

from contract.consent import ConsentBy
from edge.domain.face_messages import Consent, ConsentRecord, DropConsent, Standing, StoreConsent, StoreTransfer, Transfer

TRANSFERS_KEPT = 10_000


def write(db: sqlite3.Connection, record: ConsentRecord) -> None:
    """Keep or drop one."""
    match record:
        case StoreConsent(c):
            values = (
                c.person, c.standing.value, c.by.value, c.notice, c.language, c.on, c.kept, c.seal, c.used, c.flagged, c.made_on, c.seen_on,
            )  # fmt: skip
            db.execute(f"REPLACE INTO consent VALUES ({', '.join('?' * len(values))})", values)
        case DropConsent(person):
            db.execute("DELETE FROM consent WHERE person = ?", (person,))
        case StoreTransfer(t):
            db.execute("INSERT OR IGNORE INTO transfer VALUES (?, ?, ?, ?, ?, ?)", (t.number, t.person, t.station, t.given, t.notice, t.day))
            db.execute("DELETE FROM transfer WHERE rowid <= (SELECT max(rowid) FROM transfer) - ?", (TRANSFERS_KEPT,))


def read(db: sqlite3.Connection) -> list[Consent]:
    """Everybody's."""
    rows = db.execute("SELECT * FROM consent ORDER BY person").fetchall()
    return [
        Consent(person, Standing(standing), ConsentBy(by), notice, language, on, bool(kept), seal, used, bool(flagged), made_on, seen_on)
        for person, standing, by, notice, language, on, kept, seal, used, flagged, made_on, seen_on in rows
    ]


def transfers(db: sqlite3.Connection) -> list[Transfer]:
    """Those that the cloud was told of, in that order."""
    rows = db.execute("SELECT number, person, station, given, notice, day FROM transfer ORDER BY rowid").fetchall()
    return [Transfer(number, person, station, bool(given), notice, day) for number, person, station, given, notice, day in rows]
