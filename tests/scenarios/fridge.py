"""What people do at the fridge, and what a scenario looks at."""

from __future__ import annotations

from collections.abc import Callable

from contract.facts import FaultCode, FaultRaised, Refusal
from contract.fridge import BottlesTaken, FridgeRefused
from edge.domain.fridge import Fridge
from edge.domain.messages import Effects, MoreTimeAsked
from edge.domain.room_messages import FridgeAsked
from edge.domain.screen import FridgeView, Notice
from tests.properties.fridge_parts import FRIDGE
from twin.fridge import Cabinet
from twin.station import TwinStation

PIECES = 6
SECTIONS: dict[str, object] = {"fridge": FRIDGE, "quota": {"bottles_per_day": 2}}
SOON: dict[str, object] = {"fridge": FRIDGE | {"alarm_s": 60, "block_s": 300}, "quota": {"bottles_per_day": 2}}
"""The same with shorter times: a minute until the alarm, five until the block."""


def stocked(bench: TwinStation, expires: str = "2026-12-31") -> TwinStation:
    """Six bottles on each shelf, and the station knows."""
    for name, shelf in cabinet(bench).shelves.items():
        shelf.put(PIECES)
        act(bench, lambda fridge, now, name=name: fridge.restocked("p-steward", name, PIECES, "L1", expires, now))
    bench.after(10)
    return bench


def cabinet(bench: TwinStation) -> Cabinet:
    assert bench.world.fridge
    return bench.world.fridge


def act(bench: TwinStation, what: Callable[[Fridge, float], Effects | None]) -> bool:
    """A steward's act, through the loop of the station as any other step; whether it was done."""
    fridge = bench.assembly.core.room.fridge
    assert isinstance(fridge, Fridge)
    now = bench.clock.monotonic()
    effects = what(fridge, now)
    if effects is not None:
        bench.assembly.station._finish(effects, now)
    bench.after(0.1)
    return effects is not None


def ask(bench: TwinStation) -> bool:
    """At the screen; whether the lock lets go."""
    bench.post(FridgeAsked())
    bench.after(0.1)
    return cabinet(bench).released


def takes(bench: TwinStation, count: int = 1, shelf: str = "top", seconds: float = 3.0) -> BottlesTaken:
    """Somebody asks, opens, takes, shuts."""
    assert ask(bench), bench.screen.reason
    assert cabinet(bench).open()
    bench.after(seconds)
    cabinet(bench).shelves[shelf].take(count)
    bench.after(0.5)
    cabinet(bench).shut()
    bench.after(8)
    return bench.cloud.of(BottlesTaken)[-1]


def awake(bench: TwinStation, seconds: float) -> None:
    """Time passes and somebody is at the screen."""
    for _ in range(int(seconds // 60) + 1):
        bench.post(MoreTimeAsked())
        bench.after(min(60, seconds))


def view(bench: TwinStation) -> FridgeView:
    assert bench.screen.fridge
    return bench.screen.fridge


def refused(bench: TwinStation) -> Refusal:
    """The newest, which the screen must show too."""
    reason = bench.cloud.of(FridgeRefused)[-1].reason
    assert (bench.screen.notice, bench.screen.reason) == (Notice.NOT_NOW, reason)
    return reason


def raised(bench: TwinStation, *codes: FaultCode) -> list[tuple[FaultCode, str]]:
    """Of these, as the cloud was told."""
    return [(fact.fault, fact.part) for fact in bench.cloud.of(FaultRaised) if fact.fault in codes]
