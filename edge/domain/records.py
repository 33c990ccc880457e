"""Ledger rows that are written in one transaction with the facts. A station that starts again knows by them what went before."""

from dataclasses import dataclass, field

from contract.facts import FaultCode, Stop
from contract.leases import Kind
from edge.domain.config_records import ConfigRecord
from edge.domain.face_messages import ConsentRecord
from edge.domain.fridge_records import FridgeRecord
from edge.domain.lease_records import LeaseRecord
from edge.domain.loans import LoanRecord
from edge.domain.order_records import OrderRecord
from edge.domain.steward_messages import MaintenanceRecord


@dataclass(frozen=True)
class Reserve:
    """Amount set aside for a session before anything is switched on. `day` is the quota day, ISO date; days before `keep_from` may be forgotten."""

    session: str
    person: str
    kind: Kind
    part: str
    day: str
    amount: int
    keep_from: str = ""


@dataclass(frozen=True)
class Settle:
    """What the session took in the end; the rest goes back."""

    session: str
    amount: int
    stop: Stop


@dataclass(frozen=True)
class Progress:
    """How far a session is, so that a power cut costs the visitor little: whole ml or minutes so far, and Wh where energy is measured."""

    session: str
    amount: int
    energy_wh: float | None = None


@dataclass(frozen=True)
class StoreRoster:
    """The roster now in force."""

    version: int
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class UseTicket:
    """A ticket that opened the door: never again. `nonce` in hexadecimal digits; after `last_s` (UTC s) it is over anyway."""

    nonce: str
    last_s: int


@dataclass(frozen=True)
class KeepTries:
    """Replaces the wrong tries that were stored: whose they were, oldest first."""

    numbers: tuple[str, ...]


@dataclass(frozen=True)
class StoreCare:
    """What was done for the water last. Days are ISO dates, '' for never; `*_told`: a person said so, otherwise the first day known."""

    filter_day: str = ""
    filter_told: bool = False
    drawn_ml: int = 0
    test_day: str = ""
    test_told: bool = False
    passed: bool = True
    drawn_day: str = ""


@dataclass(frozen=True)
class StoreFault:
    """A fault stands, and will after a restart."""

    fault: FaultCode
    part: str
    detail: str


@dataclass(frozen=True)
class StoreRun:
    """An amenity runs. `person` None: because somebody is inside."""

    run: str
    amenity: str
    person: str | None


@dataclass(frozen=True)
class DropRun:
    """It ended, and its fact is in the same transaction."""

    run: str


@dataclass(frozen=True)
class DropFault:
    """It stands no more."""

    fault: FaultCode
    part: str


Record = (
    StoreCare | StoreFault | DropFault | StoreRun | DropRun | Reserve | Settle
    | Progress | StoreRoster | UseTicket | KeepTries | ConsentRecord | LoanRecord | FridgeRecord | LeaseRecord | MaintenanceRecord
    | ConfigRecord | OrderRecord
)
