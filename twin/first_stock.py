"""Bottles in the fridge before the first day: written into the station's ledger as the steward who brought them would have, and put on the shelves."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from contract.config import StationConfig
from contract.envelope import ClockState
from edge.adapters.store import SqliteLedger
from edge.domain.fridge_records import StoreShelf
from edge.ports import Stamp
from twin.room import Room

LOT, KEEPS_DAYS, TIMES_LEAST = "L-0001", 300, 4


def enter(config: StationConfig, folder: Path, today: date | None = None) -> dict[str, int]:
    """Pieces by shelf as the ledger has them; where it has none yet, they are written first. Before the station is started."""
    if not config.fridge:
        return {}
    ledger = SqliteLedger(folder, config.station)
    try:
        known = {one.shelf: one.count for one in ledger.load().fridge.shelves}
        if known:
            return known
        expires = ((today or datetime.now(UTC).date()) + timedelta(days=KEEPS_DAYS)).isoformat()
        stocked = {shelf.name: TIMES_LEAST * shelf.least for shelf in config.fridge.shelves}
        stamp = Stamp("first-stock", datetime.now(UTC), 0.0, ClockState.TRUSTED)
        ledger.commit([], [StoreShelf(name, count, LOT, expires) for name, count in stocked.items()], stamp)
        return stocked
    finally:
        ledger.close()


def put(room: Room, pieces: Mapping[str, int]) -> None:
    """On the shelves, through no door."""
    with room.lines.lock:
        for name, count in pieces.items():
            if room.fridge:
                room.fridge.shelves[name].put(count)
