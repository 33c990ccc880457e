"""Latched faults and what each switches off. A fault is raised once, stands until it is cleared, and each change is a fact."""

from enum import Enum

from contract.facts import FaultCleared, FaultCode, FaultRaised
from edge.domain.messages import Effects


class Service(Enum):
    """What a fault can take away."""

    ENTRY = "entry"
    FACE = "face"
    WATER = "water"
    SOCKET = "socket"


EVERYTHING = frozenset({Service.ENTRY, Service.WATER, Service.SOCKET})

BLOCKS: dict[FaultCode, frozenset[Service]] = {
    FaultCode.STORE_LOW: frozenset({Service.WATER, Service.SOCKET}),
    FaultCode.STORE_FULL: EVERYTHING,
    FaultCode.GUARD_LOST: EVERYTHING,
    FaultCode.FACES_LOST: frozenset({Service.FACE}),
    FaultCode.CAMERA_LOST: frozenset({Service.FACE}),
    FaultCode.NO_FLOW: frozenset({Service.WATER}),
    FaultCode.LEAK: frozenset({Service.WATER}),
    FaultCode.METER_LOST: frozenset({Service.SOCKET}),
    FaultCode.OVER_POWER: frozenset({Service.SOCKET}),
    FaultCode.DOOR_FORCED: frozenset(),
    FaultCode.DOOR_HELD: frozenset(),
}
"""A fault with a part takes the service away from that part only."""

CUTS = frozenset({FaultCode.STORE_FULL, FaultCode.GUARD_LOST, FaultCode.LEAK, FaultCode.METER_LOST, FaultCode.OVER_POWER})
"""These also end what runs already; the others only keep new sessions from starting."""


class Faults:
    """What is wrong now."""

    def __init__(self) -> None:
        self._since: dict[tuple[FaultCode, str], float] = {}
        self._assumed: set[tuple[FaultCode, str]] = set()

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
        return Effects(facts=[FaultRaised(fault=fault, part=part, detail=detail[:200])])

    def clear(self, fault: FaultCode, part: str, now: float) -> Effects:
        """Unlatch; nothing happens when it does not stand."""
        since = self._since.pop((fault, part), None)
        if since is None or (fault, part) in self._assumed:
            self._assumed.discard((fault, part))
            return Effects()
        return Effects(facts=[FaultCleared(fault=fault, part=part, lasted_s=round(now - since, 1))])

    def set(self, stands: bool, fault: FaultCode, part: str, detail: str, now: float) -> Effects:
        """Latch or unlatch."""
        return self.raise_(fault, part, detail, now) if stands else self.clear(fault, part, now)

    def blocks(self, service: Service, part: str = "") -> FaultCode | None:
        """The fault that takes this service away, or None. A fault without a part counts for all parts."""
        return next((f for f, p in self._since if service in BLOCKS[f] and p in ("", part)), None)

    def cuts(self, service: Service, part: str) -> bool:
        """Whether what runs must end."""
        return any(f in CUTS and service in BLOCKS[f] and p in ("", part) for f, p in self._since)

    def standing(self) -> list[tuple[FaultCode, str]]:
        """Oldest first."""
        return list(self._since)
