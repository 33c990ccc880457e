"""Presses of a steward in maintenance. The station checks that it is on; here only that the text is of a possible form."""

from typing import Annotated, Literal

from pydantic import Field

from contract.facts import FaultCode
from contract.fridge import Day, Lot
from contract.model import Model, Name
from edge.domain import steward_messages as m
from edge.domain.messages import Input

Digits = Annotated[str, Field(pattern=r"^[0-9]{1,12}$", repr=False)]
Part = Annotated[str, Field(pattern=r"^[a-z0-9_.:-]{0,48}$")]
"""What a fault is about; empty for the whole station."""
Reason = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{3,200}$")]
Pieces = Annotated[int, Field(strict=True, ge=0, le=1000)]


class Maintenance(Model):
    kind: Literal["maintenance"]

    def meant(self) -> Input:
        return m.MaintenanceAsked()


class MaintenancePin(Model):
    kind: Literal["maintenance_pin"]
    digits: Digits

    def meant(self) -> Input:
        return m.MaintenancePin(self.digits)


class MaintenanceStop(Model):
    kind: Literal["maintenance_stop"]

    def meant(self) -> Input:
        return m.MaintenanceStopped()


class Restock(Model):
    kind: Literal["restock"]
    shelf: Name
    count: Pieces
    lot: Lot
    expires: Day

    def meant(self) -> Input:
        return m.ShelfCounted(self.shelf, self.count, self.lot, self.expires)


class Cleaned(Model):
    kind: Literal["cleaned"]
    part: Name

    def meant(self) -> Input:
        return m.PartCleaned(self.part)


class OpenFridge(Model):
    kind: Literal["open_fridge"]

    def meant(self) -> Input:
        return m.FridgeServiceAsked()


class OpenSlot(Model):
    kind: Literal["open_slot"]
    slot: Name

    def meant(self) -> Input:
        return m.SlotServiceAsked(self.slot)


class TestValve(Model):
    kind: Literal["test_valve"]
    tap: Name

    def meant(self) -> Input:
        return m.ValveTestAsked(self.tap)


class FilterChanged(Model):
    kind: Literal["filter_changed"]

    def meant(self) -> Input:
        return m.FilterRenewed()


class WaterTested(Model):
    kind: Literal["water_tested"]
    passed: Annotated[bool, Field(strict=True)]

    def meant(self) -> Input:
        return m.WaterJudged(self.passed)


class DripEmptied(Model):
    kind: Literal["drip_emptied"]

    def meant(self) -> Input:
        return m.DripEmptied()


class ReleaseFault(Model):
    kind: Literal["release_fault"]
    fault: FaultCode
    part: Part
    reason: Reason

    def meant(self) -> Input:
        return m.ReleaseAsked(self.fault, self.part, self.reason)


class FireReset(Model):
    kind: Literal["fire_reset"]

    def meant(self) -> Input:
        return m.FireResetAsked()


Mode = Maintenance | MaintenancePin | MaintenanceStop
Act = Restock | Cleaned | OpenFridge | OpenSlot | TestValve | FilterChanged | WaterTested | DripEmptied | ReleaseFault | FireReset
StewardIntent = Mode | Act
