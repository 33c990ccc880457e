"""A power bank that is out, and how the ledger keeps it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Loan:
    """`taken`: it went out of its slot. `started_at`: UTC unix s, None while no trusted clock said so. `out_s`: counted by running stations.

    `back`: the empty slot that is released for it to come back.
    """

    number: str
    person: str
    slot: str
    taken: bool = False
    started_at: int | None = None
    out_s: int = 0
    back: str | None = None


@dataclass(frozen=True)
class OpenLoan:
    """Before the slot is released: where it can not be written, nothing is lent."""

    loan: Loan


@dataclass(frozen=True)
class KeepLoan:
    """What is known of it now."""

    loan: Loan


@dataclass(frozen=True)
class CloseLoan:
    """Back, or never taken."""

    number: str


LoanRecord = OpenLoan | KeepLoan | CloseLoan
