"""Latched faults. A fault is raised once, stands until it is cleared, and each change is a fact; the table is edge/domain/fault_rules.py.

What a person must clear, and what must not be forgotten by pulling the plug, stands again after a restart.
"""

from collections.abc import Sequence

from contract.facts import FaultCleared, FaultCode, FaultRaised
from edge.domain.fault_rules import BLOCKS, CUTS, RULES, Clears, Service
from edge.domain.messages import Effects
from edge.domain.records import DropFault, Record, StoreFault

__all__ = ["BLOCKS", "CUTS", "Faults", "Service"]


class Faults:
    """What is wrong now."""

    def __init__(self) -> None:
        self._since: dict[tuple[FaultCode, str], float] = {}
        self._assumed: set[tuple[FaultCode, str]] = set()

    def restore(self, kept: Sequence[StoreFault], now: float) -> None:
        """What stood when the agent ended; it was told then."""
        self._since |= {(one.fault, one.part): now for one in kept}

    def assume(self, fault: FaultCode) -> None:
        """Stands from the start until the opposite is heard; neither is a fact, since nothing happened."""
        self._since[fault, ""] = 0.0
        self._assumed.add((fault, ""))

    def raise_(self, fault: FaultCode, part: str, detail: str, now: float) -> Effects:
        """Latch; nothing happens when it stands already."""
        told = (fault, part) in self._since and (fault, part) not in self._assumed
        self._assumed.discard((fault, part))
        if told:
            return Effects()
        self._since[fault, part] = now
        record: list[Record] = [StoreFault(fault, part, detail[:200])] if RULES[fault].kept else []
        return Effects(facts=[FaultRaised(fault=fault, part=part, detail=detail[:200])], records=record)

    def clear(self, fault: FaultCode, part: str, now: float) -> Effects:
        """Unlatch; nothing happens when it does not stand."""
        since = self._since.pop((fault, part), None)
        if since is None or (fault, part) in self._assumed:
            self._assumed.discard((fault, part))
            return Effects()
        record: list[Record] = [DropFault(fault, part)] if RULES[fault].kept else []
        return Effects(facts=[FaultCleared(fault=fault, part=part, lasted_s=round(now - since, 1))], records=record)

    def release(self, fault: FaultCode, part: str, now: float) -> Effects | None:
        """A person on the spot says that it is mended. None: it does not stand, or only its condition can clear it."""
        if (fault, part) not in self._since or RULES[fault].clears is not Clears.PERSON:
            return None
        return self.clear(fault, part, now)

    def set(self, stands: bool, fault: FaultCode, part: str, detail: str, now: float) -> Effects:
        """Latch or unlatch."""
        return self.raise_(fault, part, detail, now) if stands else self.clear(fault, part, now)

    def stands(self, fault: FaultCode, part: str = "") -> bool:
        """Whether this one does."""
        return (fault, part) in self._since

    def blocks(self, service: Service, part: str = "") -> FaultCode | None:
        """The fault that takes this service away, or None. A fault without a part counts for all parts."""
        return next((f for f, p in self._since if service in BLOCKS[f] and p in ("", part)), None)

    def cuts(self, service: Service, part: str) -> bool:
        """Whether what runs must end."""
        return any(f in CUTS and service in BLOCKS[f] and p in ("", part) for f, p in self._since)

    def standing(self) -> list[tuple[FaultCode, str]]:
        """Oldest first."""
        return list(self._since)

    def told(self) -> list[tuple[FaultCode, str]]:
        """Those that were seen, not only assumed since nobody said otherwise yet."""
        return [one for one in self._since if one not in self._assumed]

    def shown(self) -> list[tuple[FaultCode, str]]:
        """Those that may be seen on the screen, oldest first."""
        return [(fault, part) for fault, part in self._since if not RULES[fault].secret]
