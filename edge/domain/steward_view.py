"""What a steward at the screen sees beside what everybody sees: shelves, taps, filter and faults are in the screen already."""

from dataclasses import dataclass

from contract.facts import FaultCode
from contract.steward import StewardAct


@dataclass(frozen=True)
class StewardView:
    """For a steward at the screen, nobody else. `asks_until`: the PIN is asked for until then; `until`: maintenance is on until then (monotonic s).

    The rest is empty while it is off: `acts` that this station is fitted for, `releasable` faults with their part, names of `taps`,
    `slots`, `shelves` and `cleanable` parts; `testing`: the tap that runs for a test.
    """

    asks_until: float | None
    until: float | None
    acts: tuple[StewardAct, ...] = ()
    releasable: tuple[tuple[FaultCode, str], ...] = ()
    shelves: tuple[str, ...] = ()
    taps: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    cleanable: tuple[str, ...] = ()
    testing: str | None = None
