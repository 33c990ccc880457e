"""Ledger rows of orders: the audit chain, to which is only added, and what was unlocked in the last hour."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AppendAudit:
    """One entry of the chain; see edge/domain/audit.py."""

    seq: int
    body: str
    hash: str


@dataclass(frozen=True)
class KeepUnlocks:
    """Replaces what was stored: how many seconds of running time ago each remote unlock was, oldest first."""

    ages_s: tuple[int, ...]


OrderRecord = AppendAudit | KeepUnlocks
