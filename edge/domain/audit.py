"""The audit chain of orders: each entry's hash covers the entry before, so that nothing in between can be changed or left out unseen.

hash = SHA-256 over the hash before and the body. The newest hash is in the fact of each order and so at the cloud: whoever cuts the end
off the station's chain, or writes it all anew, does not fit what the cloud was told.
"""

import hashlib
from collections.abc import Iterable, Mapping

from contract.signing import canonical
from edge.domain.order_records import AppendAudit

BEGIN = "0" * 64
"""The hash before the first entry."""


def link(before: str, body: str) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(f"{before}\n{body}".encode()).hexdigest()


class Chain:
    """The end of a station's chain. `seq`, `hash`: of the last entry on disk."""

    def __init__(self, seq: int = 0, hash_: str = BEGIN) -> None:
        self.seq, self.hash = seq, hash_
        self._before: tuple[int, str] | None = None

    @property
    def ends(self) -> tuple[int, str]:
        """Number and hash of the newest entry."""
        return self.seq, self.hash

    def append(self, content: Mapping[str, object]) -> AppendAudit:
        """The next entry, to be written with the fact that it is about."""
        self._before = self._before or self.ends
        body = canonical({**content, "seq": self.seq + 1})
        self.seq, self.hash = self.seq + 1, link(self.hash, body)
        return AppendAudit(self.seq, body, self.hash)

    def recorded(self) -> None:
        """It is on disk."""
        self._before = None

    def revoke(self) -> None:
        """It could not be written: it never was."""
        if self._before:
            (self.seq, self.hash), self._before = self._before, None


def verify(entries: Iterable[AppendAudit], ends: str | None = None) -> str | None:
    """What is wrong with a whole chain in its order; None: nothing. `ends`: the newest hash that somebody else was told."""
    seq, before = 0, BEGIN
    for entry in entries:
        seq += 1
        if entry.seq != seq:
            return f"entry {seq} is missing; {entry.seq} follows"
        if link(before, entry.body) != entry.hash:
            return f"entry {seq} was changed, or the one before it"
        before = entry.hash
    if ends is not None and before != ends:
        return f"the chain ends after entry {seq}, and not with {ends[:16]}"
    return None
