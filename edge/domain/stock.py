"""What lies on which shelf: pieces, lot, last day. A lot past its day is not offered, as soon as a trusted clock has said so once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from pydantic import ValidationError

from contract.facts import FaultCode
from contract.fridge import FridgeConfig, ShelfExpired, ShelfRestocked
from edge.domain.faults import Faults
from edge.domain.fridge_records import StoreShelf
from edge.domain.messages import Effects

MOST = 1000
"""Pieces on one shelf; a larger number is a slip of the finger."""


class Stock:
    """`shelves` by name, in the order of the configuration."""

    def __init__(self, config: FridgeConfig, faults: Faults, kept: Iterable[StoreShelf]) -> None:
        self._faults = faults
        self.config = {shelf.name: shelf for shelf in config.shelves}
        known = {one.shelf: one for one in kept}
        self.shelves = {name: known.get(name, StoreShelf(name)) for name in self.config}

    def offered(self) -> list[str]:
        """Shelves from which may be taken."""
        return [name for name, one in self.shelves.items() if one.count > 0 and not one.expired]

    def weighed(self, grams: dict[str, float]) -> Effects:
        """What the scales say before the cabinet is released: after a power cut it is what was taken is told by."""
        self.shelves |= {name: replace(self.shelves[name], grams=grams.get(name)) for name in self.shelves}
        return Effects(records=list(self.shelves.values()))

    def took(self, shelf: str, count: int) -> Effects:
        """So many are gone."""
        one = self.shelves[shelf]
        if count < 1:
            return Effects()
        self.shelves[shelf] = replace(one, count=max(0, one.count - count))
        return Effects(records=[self.shelves[shelf]])

    def restocked(self, person: str, shelf: str, count: int, lot: str, expires: str, today: str) -> Effects | None:
        """A steward counted `count` pieces there now; of several lots the one that ends first. None: a shelf or a day that can not be."""
        before = self.shelves.get(shelf)
        if before is None or not 0 <= count <= MOST or not _day(expires) or expires < today:
            return None
        try:
            fact = ShelfRestocked(person=person, shelf=shelf, item=self.config[shelf].item, lot=lot, expires=expires, before=before.count, after=count)
        except ValidationError:
            return None
        self.shelves[shelf] = StoreShelf(shelf, count, lot, expires)
        return Effects(facts=[fact], records=[self.shelves[shelf]])

    def tick(self, today: str, now: float) -> Effects:
        """`today`: the last day that a trusted clock has told, '' for none."""
        effects = Effects()
        for name, one in self.shelves.items():
            if one.expires and not one.expired and today > one.expires:
                effects.add(self._expire(one))
            config = self.config[name]
            effects.add(self._faults.set(one.count < config.least, FaultCode.STOCK_LOW, name, f"{one.count} of {config.item}, least {config.least}", now))
        return effects

    def _expire(self, one: StoreShelf) -> Effects:
        self.shelves[one.shelf] = replace(one, expired=True)
        fact = ShelfExpired(shelf=one.shelf, item=self.config[one.shelf].item, lot=one.lot, expires=one.expires, count=one.count)
        return Effects(facts=[fact], records=[self.shelves[one.shelf]])


def _day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
