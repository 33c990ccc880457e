"""The table of power banks that are out. Called inside the ledger's transactions."""

import sqlite3

from edge.domain.loans import CloseLoan, KeepLoan, Loan, LoanRecord, OpenLoan


def write(db: sqlite3.Connection, record: LoanRecord) -> None:
    """Keep or drop one."""
    match record:
        case OpenLoan(loan) | KeepLoan(loan):
            values = (loan.number, loan.person, loan.slot, loan.taken, loan.started_at, loan.out_s, loan.back)
            db.execute("REPLACE INTO loan VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        case CloseLoan(number):
            db.execute("DELETE FROM loan WHERE number = ?", (number,))


def read(db: sqlite3.Connection) -> list[Loan]:
    """All that are not closed."""
    rows = db.execute("SELECT number, person, slot, taken, started_at, out_s, back FROM loan ORDER BY number").fetchall()
    return [Loan(number, person, slot, bool(taken), *rest) for number, person, slot, taken, *rest in rows]
