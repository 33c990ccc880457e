"""What the ingest has seen since it started. Each number has one writing thread; readers take a copy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Counters:
    """`lag_ms`: how long the oldest message of the last batch waited for its commit."""

    received: int = 0
    stored: int = 0
    duplicates: int = 0
    samples: int = 0
    states: int = 0
    ignored: int = 0
    acks: int = 0
    acks_dropped: int = 0
    points: int = 0
    points_lost: int = 0
    batches: int = 0
    retries: int = 0
    rebirths: int = 0
    forgotten: int = 0
    lag_ms: float = 0.0
    refused: Counter[str] = field(default_factory=Counter)
    ledger_error: str | None = None
    series_error: str | None = None
