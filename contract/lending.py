"""Lending power banks from a locker with a lock a slot: what it is fitted with, and what happened at it."""

from typing import Literal

from pydantic import Field

from contract.model import LOWER, Model, Name, PersonId, SessionId
from contract.pins import AnyInputPin, AnyOutputPin, Use, any_input, any_output
from contract.words import Amount, Refusal


class SlotConfig(Model):
    """One slot of the locker."""

    name: Name = Field(..., description="name of the slot, for example 1")
    lock_pin: AnyOutputPin = Field(..., description="relay of the slot's lock; on = released")
    lock_active_high: bool = Field(True, description="whether the relay is on at a high level")
    present_pin: AnyInputPin = Field(..., description="contact to ground while a power bank lies in the slot")

    def pins(self) -> list[Use]:
        """What it is joined to."""
        where = f"lending.slots.{self.name}"
        return any_output(f"{where}.lock_pin", self.lock_pin) + any_input(f"{where}.present_pin", self.present_pin)


class LendingConfig(Model):
    """A locker of power banks."""

    slots: tuple[SlotConfig, ...] = Field(..., min_length=1, max_length=16, description="its slots")
    unlock_s: float = Field(10, ge=2, le=60, json_schema_extra=LOWER, description="s a slot stays released")
    loan_h: float = Field(24, ge=1, le=240, description="h until a power bank is overdue")
    stuck_tries: int = Field(3, ge=1, le=20, description="releases in a row after which nothing moved in a slot, until it counts as stuck")

    def pins(self) -> list[Use]:
        """What it is joined to."""
        return [use for slot in self.slots for use in slot.pins()]


class LoanStarted(Model):
    kind: Literal["loan_started"] = "loan_started"
    loan: SessionId
    person: PersonId
    slot: Name


class LoanCancelled(Model):
    """The slot was released and nobody took the power bank, as far as its contact can tell."""

    kind: Literal["loan_cancelled"] = "loan_cancelled"
    loan: SessionId
    person: PersonId
    slot: Name


class LoanEnded(Model):
    kind: Literal["loan_ended"] = "loan_ended"
    loan: SessionId
    person: PersonId
    slot: Name = Field(description="where the power bank came back")
    lasted_s: Amount = Field(description="as far as it was counted: time without power counts only where the clock was trusted")
    asked: bool = Field(description="false: somebody put one into an open slot, and only this loan was out")


class LoanRefused(Model):
    kind: Literal["loan_refused"] = "loan_refused"
    reason: Refusal


class BankFound(Model):
    """A power bank lies where none was, and whose it was can not be told."""

    kind: Literal["bank_found"] = "bank_found"
    slot: Name


class BankMissing(Model):
    """A power bank went out of a slot that was not released: forced, or its contact failed."""

    kind: Literal["bank_missing"] = "bank_missing"
    slot: Name


LendingFact = LoanStarted | LoanCancelled | LoanEnded | LoanRefused | BankFound | BankMissing
