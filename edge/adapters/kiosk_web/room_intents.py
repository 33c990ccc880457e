"""Presses in the room, each a model with `kind` and what it means: taps, sockets, queue, fridge, power banks, amenities."""

from typing import Annotated, Literal

from pydantic import Field

from contract.model import Model, Name
from edge.domain import room_messages as m
from edge.domain.messages import Input


class Drink(Model):
    """One of the portions; the station checks which."""

    kind: Literal["drink"]
    tap: Name
    volume_ml: Annotated[int, Field(strict=True, ge=1, le=5000)]

    def meant(self) -> Input:
        return m.DrinkAsked(self.tap, self.volume_ml)


class DrinkStop(Model):
    kind: Literal["drink_stop"]
    tap: Name

    def meant(self) -> Input:
        return m.DrinkStopped(self.tap)


class HotUnlock(Model):
    """The page sends it after the lock was pressed and held."""

    kind: Literal["hot_unlock"]
    tap: Name

    def meant(self) -> Input:
        return m.HotUnlockAsked(self.tap)


class Charge(Model):
    kind: Literal["charge"]
    socket: Name

    def meant(self) -> Input:
        return m.ChargeAsked(self.socket)


class ChargeStop(Model):
    kind: Literal["charge_stop"]
    socket: Name

    def meant(self) -> Input:
        return m.ChargeStopped(self.socket)


class Queue(Model):
    kind: Literal["queue"]

    def meant(self) -> Input:
        return m.QueueAsked()


class QueueStop(Model):
    kind: Literal["queue_stop"]

    def meant(self) -> Input:
        return m.QueueGivenUp()


class Fridge(Model):
    kind: Literal["fridge"]

    def meant(self) -> Input:
        return m.FridgeAsked()


class Bank(Model):
    kind: Literal["bank"]

    def meant(self) -> Input:
        return m.BankAsked()


class BankReturn(Model):
    kind: Literal["bank_return"]

    def meant(self) -> Input:
        return m.BankReturnAsked()


class Amenity(Model):
    kind: Literal["amenity"]
    amenity: Name

    def meant(self) -> Input:
        return m.AmenityAsked(self.amenity)


class AmenityStop(Model):
    kind: Literal["amenity_stop"]
    amenity: Name

    def meant(self) -> Input:
        return m.AmenityStopped(self.amenity)


RoomIntent = Drink | DrinkStop | HotUnlock | Charge | ChargeStop | Queue | QueueStop | Fridge | Bank | BankReturn | Amenity | AmenityStop
