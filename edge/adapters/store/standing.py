"""What stands until something ends it, in the ledger's database: faults that outlive a restart, runs of amenities, maintenance."""

import sqlite3

from contract.facts import FaultCode
from edge.domain.records import DropFault, DropRun, StoreFault, StoreRun
from edge.domain.steward_messages import DropMaintenance, StoreMaintenance


def write(db: sqlite3.Connection, record: StoreFault | DropFault | StoreRun | DropRun | StoreMaintenance | DropMaintenance) -> None:
    """Within the ledger's transaction."""
    match record:
        case StoreFault(fault, part, detail):
            db.execute("INSERT OR REPLACE INTO fault VALUES (?, ?, ?)", (fault.value, part, detail))
        case DropFault(fault, part):
            db.execute("DELETE FROM fault WHERE fault = ? AND part = ?", (fault.value, part))
        case StoreRun(run, amenity, person):
            db.execute("INSERT OR REPLACE INTO run VALUES (?, ?, ?)", (run, amenity, person))
        case DropRun(run):
            db.execute("DELETE FROM run WHERE run = ?", (run,))
        case StoreMaintenance(maintenance, person):
            db.execute("INSERT OR REPLACE INTO maintenance VALUES (?, ?)", (maintenance, person))
        case DropMaintenance(maintenance):
            db.execute("DELETE FROM maintenance WHERE maintenance = ?", (maintenance,))


def faults(db: sqlite3.Connection) -> list[StoreFault]:
    """Those that stand. A code that this release does not know is left where it is."""
    known = {code.value for code in FaultCode}
    rows = db.execute("SELECT fault, part, detail FROM fault")
    return [StoreFault(FaultCode(fault), part, detail) for fault, part, detail in rows if fault in known]


def runs(db: sqlite3.Connection) -> list[StoreRun]:
    """Those that nobody ended."""
    return [StoreRun(*row) for row in db.execute("SELECT run, amenity, person FROM run")]


def maintenance(db: sqlite3.Connection) -> list[StoreMaintenance]:
    """That nobody ended: at most one."""
    return [StoreMaintenance(*row) for row in db.execute("SELECT maintenance, person FROM maintenance")]
