"""Which facts cannot wait behind others: they go on the leaf `alarm`, before everything else, in the same epoch and count."""

from contract.facts import DoorCause, DoorHeldOpen, DoorOpened, DuressCalled, Fact, FaultCleared, FaultRaised, FireChanged, WelfareAsked
from contract.words import ALARMS


def is_alarm(fact: Fact) -> bool:
    """Also its end: whoever was woken wants to know."""
    match fact:
        case DuressCalled() | FireChanged() | WelfareAsked():
            return True
        case FaultRaised(fault=fault) | FaultCleared(fault=fault):
            return fault in ALARMS
        case DoorOpened(cause=cause):
            return cause is DoorCause.FORCED
        case DoorHeldOpen(alarm=alarm):
            return alarm
    return False
