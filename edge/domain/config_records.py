"""Ledger rows of what was pushed: the root in force, the slots of configuration, and what became of the newest document."""

from dataclasses import dataclass, field
from enum import StrEnum

from contract.configuration import Phase
from contract.signing import Flaw


class Slot(StrEnum):
    """Of the document that is not confirmed. `armed`: the next start tries it. `trial`: it is being tried; a start that finds it goes back."""

    ARMED = "armed"
    TRIAL = "trial"


@dataclass(frozen=True)
class Newest:
    """The newest desired document that was believed: versions never go below it. `tries` began; `again`: the last one says nothing against it."""

    version: int = 0
    sha256: str = ""
    phase: Phase = Phase.NONE
    reason: str = ""
    flaw: Flaw | None = None
    tries: int = 0
    again: bool = False


@dataclass(frozen=True)
class StoreRoot:
    """The root now in force; `raw` is the Signed document as JSON."""

    version: int
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class StoreConfig:
    """All of it at once, so that no two rows can tell different stories. Documents are Signed as JSON; '' for none.

    `confirmed`: what a start goes back to, '' as provisioned. `before`: faults that stood when the trial was decided.
    """

    confirmed: str = field(default="", repr=False)
    tried: str = field(default="", repr=False)
    slot: Slot | None = None
    before: tuple[str, ...] = ()
    newest: Newest = Newest()


ConfigRecord = StoreRoot | StoreConfig
