"""The root and the slots of pushed configuration, in the ledger's database: one row each."""

import sqlite3

from contract.configuration import Phase
from contract.signing import Flaw
from edge.domain.config_records import Newest, Slot, StoreConfig, StoreRoot


def write(db: sqlite3.Connection, kept: StoreRoot | StoreConfig) -> None:
    """Within the ledger's transaction."""
    if isinstance(kept, StoreRoot):
        db.execute("INSERT OR REPLACE INTO trust_root VALUES (1, ?, ?)", (kept.version, kept.raw))
        return
    newest = kept.newest
    values = (kept.confirmed, kept.tried, kept.slot, "\n".join(kept.before), newest.version, newest.sha256)
    rest = (newest.phase, newest.reason, newest.flaw, newest.tries, newest.again)
    db.execute("INSERT OR REPLACE INTO config VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*values, *rest))


def root(db: sqlite3.Connection) -> bytes | None:
    """None: nothing newer than what was provisioned."""
    row = db.execute("SELECT raw FROM trust_root").fetchone()
    return row[0] if row else None


def read(db: sqlite3.Connection) -> StoreConfig | None:
    """None: nothing was ever pushed here."""
    row = db.execute("SELECT confirmed, tried, slot, before, version, sha256, phase, reason, flaw, tries, again FROM config").fetchone()
    if row is None:
        return None
    confirmed, tried, slot, before, version, sha256, phase, reason, flaw, tries, again = row
    newest = Newest(version, sha256, Phase(phase), reason, Flaw(flaw) if flaw else None, tries, bool(again))
    return StoreConfig(confirmed, tried, Slot(slot) if slot else None, tuple(before.split("\n")) if before else (), newest)
