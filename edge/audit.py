"""`python -m edge.audit FOLDER [--ends HASH]`: every order that a station carried out, and whether its chain holds. Changes nothing.

`--ends`: the newest hash that the cloud was told (`audit` of the newest fact `order_carried_out`), so that a shortened chain is seen too.
"""

import argparse
import sqlite3
import sys
from pathlib import Path

from edge.adapters.store.orders import read_audit
from edge.domain.audit import verify

BROKEN, UNREADABLE = 1, 66
"""EX_NOINPUT for a ledger that can not be read."""


def main(words: list[str] | None = None) -> int:
    """Entries as JSON lines on stdout, the verdict on stderr; 0 when the chain holds."""
    made = argparse.ArgumentParser(prog="python -m edge.audit", description="look at a station's own audit of orders")
    made.add_argument("folder", type=Path, help="where the station keeps its ledger")
    made.add_argument("--ends", default=None, help="hash that the chain must end with")
    chosen = made.parse_args(words)
    try:
        entries = read_audit(chosen.folder)
    except sqlite3.Error as error:
        print(f"{chosen.folder}: {error}", file=sys.stderr)
        return UNREADABLE
    for entry in entries:
        print(entry.body)
    wrong = verify(entries, chosen.ends)
    print(f"{len(entries)} entries: {wrong or 'the chain holds'}", file=sys.stderr)
    return BROKEN if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
