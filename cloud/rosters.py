"""In which form a station is told who has a right: signed where it has a root, plain where it never showed one.

Defaults are left out, so that a station of an older release meets no key that it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from cloud.ports import StationRow, Stations
from cloud.trust import Signer, Trust
from contract.roster import Roster
from contract.signing import Kind, Signed, canonical, sign
from contract.state import Link
from contract.topics import Leaf
from contract.trust import Scope, SignedRoster

LEVEL = 6
"""Contract level from which on a station knows signed rosters."""
RESERVED_BYTES = 168 * 1024
"""For what travels with a signed roster: sixteen roots of eight and eight keys, the delegation, the ticket keys."""


@dataclass(frozen=True)
class Letter:
    """What goes to a station; `mark` differs where the bytes do, or what they are signed with."""

    mark: str
    raw: Callable[[], bytes]


class Letters:
    """One roster, for every station. Cheap until bytes are asked for; each form is made once."""

    def __init__(self, roster: Roster, rows: Mapping[str, StationRow], trust: Trust, rooted: Mapping[str, int]) -> None:
        self._roster, self._rows, self._trust, self._rooted = roster, rows, trust, rooted
        self._roots: tuple[Signed, ...] = trust.chain()
        self._made: dict[str, bytes] = {}
        self._signers: dict[str, Signer | None] = {}

    def in_order(self, stations: Iterable[str]) -> list[str]:
        """Those that are online first: a right that was taken away is to be gone there at once."""
        return sorted(stations, key=lambda name: (not self._online(name), name))

    def to(self, station: str) -> Letter | None:
        """What it believes. None: it has a root, and nothing here signs for its district, so that whatever is sent would be refused."""
        row, shown = self._rows.get(station), self._rooted.get(station)
        state = row.state if row else None
        signer = self._signer(state.district if state else "")
        if shown is None and signer and state and state.level >= LEVEL:
            shown = 1
        if not shown:
            return Letter(f"plain {self._roster.version}", lambda: self._once("plain", self._plain))
        if signer is None:
            return None
        given = signer.given.signed
        mark = f"signed {self._roster.version} {given.sha256} {len(self._roots)} {self._roots[-1].sha256}"
        return Letter(mark, lambda: self._once(given.sha256, lambda: self._signed(signer)))

    def _online(self, station: str) -> bool:
        row = self._rows.get(station)
        return row is not None and row.heard.link is Link.ONLINE

    def _signer(self, district: str) -> Signer | None:
        if district not in self._signers:
            self._signers[district] = self._trust.signer(Scope.ROSTER, district)
        return self._signers[district]

    def _once(self, name: str, make: Callable[[], bytes]) -> bytes:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def _plain(self) -> bytes:
        return self._roster.model_dump_json(exclude_defaults=True).encode()

    def _signed(self, signer: Signer) -> bytes:
        signed = sign(Kind.ROSTER, content(self._roster), signer.key)
        return SignedRoster(roots=self._roots, delegation=signer.given.signed, roster=signed).model_dump_json().encode()


class Post:
    """The newest roster as letters; `rooted` gives the highest root that each station ever showed."""

    def __init__(self, roster: Callable[[], Roster | None], stations: Stations, trust: Trust, rooted: Callable[[], Mapping[str, int]]) -> None:
        self._roster, self._stations, self._trust, self._rooted = roster, stations, trust, rooted

    def letters(self, stations: Collection[str]) -> Letters | None:
        """For these. None while there is no roster. Raises: LedgerDown."""
        roster = self._roster()
        if roster is None:
            return None
        return Letters(roster, {row.station: row for row in self._stations.some(stations)}, self._trust, self._rooted())

    def may_change(self) -> bool:
        """Whether a station may come to believe something else by itself: not before there is a root. Raises: LedgerDown."""
        return self._trust.current() is not None


def content(roster: Roster) -> dict[str, object]:
    """What is signed."""
    return roster.model_dump(mode="json", exclude_defaults=True)


def signed_size(roster: Roster) -> int:
    """Bytes of the signed form at most, whoever signs it: a roster that is entered today is to fit on the day on which it is signed."""
    return len(json.dumps(canonical(content(roster)), ensure_ascii=False).encode()) + RESERVED_BYTES


def fits(roster: Roster) -> bool:
    """Whether it can be sent in either form."""
    return signed_size(roster) <= Leaf.ROSTER_DESIRED.traffic.limit
