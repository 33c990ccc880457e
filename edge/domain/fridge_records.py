"""What the ledger keeps of the fridge."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StoreShelf:
    """Replaces what was stored of a shelf. `expires`: ISO date, '' for unknown; `grams`: what its scale said before the cabinet was released."""

    shelf: str
    count: int = 0
    lot: str = ""
    expires: str = ""
    expired: bool = False
    grams: float | None = None


@dataclass(frozen=True)
class StoreCold:
    """Replaces how long the cabinet was warm since the last release (s), and when that was so (UTC s, None while time was not trusted)."""

    warm_s: float
    seen_at: int | None


@dataclass(frozen=True)
class StoreProbe:
    """A probe, by its id, that has worked here once: not a mistake in the configuration when it is missed later."""

    probe: str


FridgeRecord = StoreShelf | StoreCold | StoreProbe


@dataclass(frozen=True)
class FridgeKept:
    """All of it at a start."""

    shelves: tuple[StoreShelf, ...] = ()
    cold: StoreCold | None = None
    probes: frozenset[str] = frozenset()
