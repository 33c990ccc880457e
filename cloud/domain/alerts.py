"""Alerts: that rules raised elsewhere, as they are told to the cloud and kept. They are shown, never acted on. Times are UTC ms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class AlertRow:
    """One time that an alert stood; `until_ms` None while it does. `todo`: what to do about it, in words. The Chinese ones may be empty.

    `seen_by`: who took note of it, `seen_ms` when; nobody and None until then.
    """

    fingerprint: str
    name: str
    severity: str
    station: str
    district: str
    summary: str
    todo: str
    summary_zh: str
    todo_zh: str
    link: str
    since_ms: int
    until_ms: int | None
    heard_ms: int
    seen_by: str = ""
    seen_ms: int | None = None


def over_ms(resolved: bool, since_ms: int, end_ms: int, now_ms: int) -> int | None:
    """Until when an alert stood; None while it does. A resolved one without a believable end ends now."""
    if not resolved:
        return None
    return end_ms if since_ms <= end_ms <= now_ms else now_ms


class Alerts(Protocol):
    """What alert rules said."""

    def hear(self, told: Sequence[AlertRow]) -> None:
        """Raised, repeated or resolved. Raises: LedgerDown."""

    def see(self, fingerprint: str, who: str, now_ms: int) -> AlertRow | None:
        """Somebody takes note of one that stands; the first who does is kept. None: there is none. Raises: LedgerDown."""

    def all(self, standing: bool, limit: int) -> list[AlertRow]:
        """Newest first; with `standing` only those that are not over."""
