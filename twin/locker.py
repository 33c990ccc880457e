"""A locker of power banks: in each slot a lock that a relay releases, a flap that stays where it was put, and a contact under the bank."""

from dataclasses import dataclass

from contract.lending import LendingConfig, SlotConfig
from twin.lines import Lines


@dataclass(frozen=True)
class SlotTruth:
    """What is really so, whatever the contact says."""

    bank: bool
    released: bool
    flap_open: bool


class Slot:
    """One slot. A flap that was let open can be used without the lock, until it is pushed shut."""

    def __init__(self, config: SlotConfig, lines: Lines, bank: bool) -> None:
        self.lock_stuck = False
        self._config, self._lines, self._bank = config, lines, bank
        self._flap_open = self._contact_stuck = False
        lines.wire(config.lock_pin, not config.lock_active_high)
        self._press()

    @property
    def released(self) -> bool:
        """Whether the flap would open now."""
        told = self._lines.level(self._config.lock_pin) == self._config.lock_active_high
        return told and not self.lock_stuck

    def take(self, shut: bool = True) -> bool:
        """Take the bank out and push the flap shut, or leave it open; return whether that could be done."""
        return self._move(False, shut)

    def put(self, shut: bool = True) -> bool:
        """Put a bank in; likewise."""
        return self._move(True, shut)

    def force(self) -> None:
        """Break the flap and take the bank."""
        self._flap_open, self._bank = True, False
        self._press()

    def stick_contact(self, stuck: bool) -> None:
        """The contact stays as it is, whatever lies on it."""
        self._contact_stuck = stuck
        self._press()

    def truth(self) -> SlotTruth:
        """Return what is really so."""
        return SlotTruth(self._bank, self.released, self._flap_open)

    def _move(self, bank: bool, shut: bool) -> bool:
        if self._bank is bank or not (self.released or self._flap_open):
            return False
        self._bank, self._flap_open = bank, not shut
        self._press()
        return True

    def _press(self) -> None:
        if not self._contact_stuck:
            self._lines.drive(self._config.present_pin, False if self._bank else None)


class Locker:
    """All slots; at first a bank lies in each, but for the last of several."""

    def __init__(self, config: LendingConfig | None, lines: Lines) -> None:
        slots = config.slots if config else ()
        self.slots = {slot.name: Slot(slot, lines, bank=nth == 0 or nth < len(slots) - 1) for nth, slot in enumerate(slots)}

    def truth(self) -> dict[str, SlotTruth]:
        """Return what is really so."""
        return {name: slot.truth() for name, slot in self.slots.items()}
