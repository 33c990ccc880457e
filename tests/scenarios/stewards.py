"""Wu, who is a steward, and what stewards do in scenarios."""

from __future__ import annotations

from functools import cache

from contract.facts import FaultCode, Refusal
from contract.roster import Person, Role, code_digest
from contract.steward import MaintenanceEnd, MaintenanceEnded, StewardActed, StewardRefused
from edge.domain import steward_messages as m
from edge.domain.messages import MoreTimeAsked
from edge.domain.steward_view import StewardView
from tests.scenarios.people import people
from tests.scenarios.test_water import COLD
from twin.station import SALT, TwinStation, person, roster

WU, WU_NUMBER, WU_PIN, WU_SECOND = "p-wu", "9001", "8642", "1199"
HOT = {"name": "hot", "valve_pin": 20, "flow_pin": 21, "hot": True}
WATER: dict[str, object] = {"sockets": [], "taps": [COLD, HOT], "water": {"floor_pin": 5, "drip_pin": 6, "filter_l": 1000, "test_days": 30}}


@cache
def cast(role: Role = Role.STEWARD, version: int = 2) -> bytes:
    """An, Bo and Wu, who is a steward with a second PIN."""
    wu = person(WU, WU_NUMBER, WU_PIN).model_copy(update={"role": role, "duress_digest": code_digest(SALT, WU_NUMBER, WU_SECOND)})
    return roster(*people(), Person.model_validate(wu.model_dump()), version=version)


def with_wu(bench: TwinStation) -> TwinStation:
    """Wu is inside."""
    bench.cloud.push_roster(cast())
    bench.after(0.1)
    bench.let_in(WU)
    return bench


def maintains(bench: TwinStation, pin: str = WU_PIN) -> TwinStation:
    """Whoever has the screen asks for maintenance and types a PIN."""
    bench.post(m.MaintenanceAsked())
    bench.after(0.1)
    bench.post(m.MaintenancePin(pin))
    bench.after(0.1)
    return bench


def view(bench: TwinStation) -> StewardView:
    assert bench.screen.steward
    return bench.screen.steward


def on(bench: TwinStation) -> bool:
    return bench.screen.steward is not None and bench.screen.steward.until is not None


def acts(bench: TwinStation, asked: m.StewardAsk, seconds: float = 0.1) -> StewardActed:
    """It is done, and told once."""
    before = len(bench.cloud.of(StewardActed))
    bench.post(asked)
    bench.after(seconds)
    told = bench.cloud.of(StewardActed)[before:]
    assert len(told) == 1, bench.cloud.of(StewardRefused)
    assert told[0].person == WU
    return told[0]


def refused(bench: TwinStation, asked: m.StewardInput) -> Refusal:
    """Why it is not done."""
    before = len(bench.cloud.of(StewardRefused))
    bench.post(asked)
    bench.after(0.1)
    told = bench.cloud.of(StewardRefused)[before:]
    assert len(told) == 1 and bench.screen.reason is told[0].reason
    return told[0].reason


def ended(bench: TwinStation) -> list[MaintenanceEnd]:
    return [fact.reason for fact in bench.cloud.of(MaintenanceEnded)]


def stays_at_the_screen(bench: TwinStation, seconds: float) -> None:
    """Touches it every two minutes."""
    until = bench.clock.monotonic() + seconds
    while bench.clock.monotonic() < until:
        bench.post(MoreTimeAsked())
        bench.after(min(120.0, until - bench.clock.monotonic()))


def standing(bench: TwinStation) -> set[FaultCode]:
    return {shown.fault for shown in bench.screen.faults}


def leaks(bench: TwinStation) -> None:
    """Water through the shut valve, until it is mended."""
    bench.faults.plant("valve_stuck_open", "cold")
    bench.after(5)
    assert FaultCode.LEAK in standing(bench)
