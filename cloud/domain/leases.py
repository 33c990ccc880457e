"""Whose part of a person's day is how large: every rule of leasing, without a clock and without a database.

The sum over all stations of what is leased never exceeds the quota; each station may give its allowance on top. docs/quota.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from contract.leases import Kind, QuotaAsk, QuotaReturned

MIDNIGHT_MIN = 10
"""How far a station's clock may be from the cloud's around midnight."""
KEPT_DAYS = 3


@dataclass(frozen=True)
class Share:
    """What one ledger of one station may draw of a person's day (`upto`, as lease `number` says), and what it said it drew."""

    day: str
    person: str
    what: Kind
    station: str
    epoch: str
    number: int = 0
    upto: int = 0
    spent: int = 0

    @property
    def charged(self) -> int:
        """What nobody else can have."""
        return max(self.upto, self.spent)


@dataclass(frozen=True)
class PersonDay:
    """One kind of one person's day: the whole quota, and what stations have of it."""

    what: Kind
    quota: int
    shares: list[Share]

    @property
    def rest(self) -> int:
        """What no station has."""
        return rest(self.quota, self.shares)


@dataclass(frozen=True)
class Excess:
    """How much of one kind a person could draw beyond the quota in a day, at worst."""

    what: Kind
    allowance: int
    stations: int
    excess: int


def rest(quota: int, shares: Iterable[Share]) -> int:
    """What nobody has."""
    return max(0, quota - sum(share.charged for share in shares))


def granted(mine: Share, ask: QuotaAsk, others: Iterable[Share], quota: int) -> Share:
    """The share after an ask. A repeated or late ask may enlarge a lease up to what it wanted, and never makes one smaller.

    A station that holds less of its newest lease than is charged has given it back, and that fact is still under way: it gets a new
    number over what is charged anyway, and the fact, which names the older one, will change nothing.
    """
    known = _told(mine, ask)
    upto = min(ask.want, rest(quota, others))
    given_back = ask.number == known.number and ask.upto < known.upto
    if upto <= known.upto and not given_back:
        return known
    return replace(known, number=known.number + 1, upto=max(upto, known.upto))


def returned(mine: Share, fact: QuotaReturned) -> Share:
    """The share after a visit. A lease that is newer than the station knew stays charged: it may still arrive there."""
    spent = max(mine.spent, fact.spent)
    if fact.lease < mine.number:
        return replace(mine, spent=spent)
    upto = fact.spent if fact.lease > mine.number else min(mine.upto, fact.spent)
    return replace(mine, number=fact.lease, upto=upto, spent=spent)


def today(now_ms: int, utc_offset_min: int) -> str:
    """The quota day so far east."""
    return _day(now_ms, utc_offset_min)


def grants(day: str | None, now_ms: int, utc_offset_min: int) -> bool:
    """Whether a station so far east may have leases of this day now: a clock that runs ahead earns nothing."""
    return day in {_day(now_ms, utc_offset_min + minutes) for minutes in (-MIDNIGHT_MIN, MIDNIGHT_MIN)}


def forgotten_before(now_ms: int) -> str:
    """Days before this one are over everywhere."""
    return _day(now_ms, -KEPT_DAYS * 24 * 60)


def bound(quota: int, allowance: int, stations: int) -> int:
    """The most that a person can draw in a day at so many stations, whatever fails: at a single one never more than the quota."""
    return quota + allowance * stations if stations > 1 else quota


def _told(mine: Share, ask: QuotaAsk) -> Share:
    """What the station says of itself. It knows of leases that this database forgot when it was made from an older copy."""
    spent = max(mine.spent, ask.spent)
    if ask.number > mine.number:
        return replace(mine, number=ask.number, upto=max(mine.upto, ask.upto), spent=spent)
    return replace(mine, spent=spent)


def _day(now_ms: int, offset_min: int) -> str:
    return (datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(minutes=offset_min)).date().isoformat()
