"""Rows of test_every_fault.py: a fault, the situation in which it hurts, what must be safe then, what must be said, and how it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contract.facts import FaultCode
from edge.domain import room_messages as m
from edge.domain.messages import MoreTimeAsked
from edge.domain.safe_state import outputs
from twin import acts
from twin.station import TwinStation

Do = Callable[[TwinStation], object]
Holds = Callable[[TwinStation], bool]
F = FaultCode


@dataclass(frozen=True)
class Row:
    """`before`: done in the sound room. `after`: done in the broken one. `raised`: (code, part), each exactly once, within `within_s`.

    `wish`: refused then, as out of order. `later`: raised by the mending.
    """

    raised: tuple[tuple[FaultCode, str], ...]
    safe: tuple[Holds, ...] = ()
    target: str | None = None
    before: Do = lambda bench: None
    after: Do = lambda bench: None
    within_s: float = 5.0
    wish: m.RoomInput | None = None
    recovers_s: float = 10.0
    later: tuple[tuple[FaultCode, str], ...] = ()
    also: tuple[tuple[str, str | None], ...] = ()
    sections: Mapping[str, object] = field(default_factory=dict)


def driven(bench: TwinStation, name: str) -> bool:
    """Whether the board switches this output on."""
    output = outputs(bench.config)[name]
    return bench.pins.room_side.level(output.pin) == output.active_high


def off(*names: str) -> Holds:
    """All of these outputs are off."""
    return lambda bench: not any(driven(bench, name) for name in names)


def dead(*sockets: str) -> Holds:
    """No mains on them."""
    return lambda bench: not any(bench.world.truth().sockets[name].energised for name in sockets)


def dry(bench: TwinStation) -> bool:
    """No water runs anywhere."""
    return all(tap.flow_ml_s == 0 for tap in bench.world.truth().taps.values())


def secured(bench: TwinStation) -> bool:
    """Nobody gets in from outside."""
    return not bench.world.lock_released


def freed(bench: TwinStation) -> bool:
    """Whoever must get in to help gets in."""
    return bench.world.lock_released


def lets_out(bench: TwinStation) -> bool:
    """The handle inside opens the door."""
    gives = bench.world.push_out(hold_s=1.0)
    bench.after(5)
    return gives


def locked(bench: TwinStation) -> bool:
    """The fridge's."""
    fridge = bench.world.truth().fridge
    return fridge is not None and not fridge.released


def slots_locked(bench: TwinStation) -> bool:
    """The locker's."""
    return not any(driven(bench, f"slot.{name}") for name in bench.world.locker.slots)


def plug_in(socket: str, load: str = "phone") -> Do:
    """A device, and start."""

    def do(bench: TwinStation) -> None:
        bench.world.plug(socket, load)
        bench.post(m.ChargeAsked(socket))
        bench.after(2)
        assert bench.world.truth().sockets[socket].energised

    return do


def wait(seconds: float) -> Do:
    """Until what is measured no more is switched off."""
    return lambda bench: bench.after(seconds)


def ask(*wishes: m.RoomInput, wait_s: float = 1.0) -> Do:
    """At the screen."""

    def do(bench: TwinStation) -> None:
        for wish in wishes:
            bench.post(wish)
            bench.after(wait_s)

    return do


def draw(bench: TwinStation) -> None:
    """Water runs, a phone charges, the microwave heats."""
    plug_in("1")(bench)
    ask(m.AmenityAsked("microwave"), m.DrinkAsked("cold", 500))(bench)
    assert bench.world.truth().taps["cold"].flow_ml_s > 0


def draw_hot(bench: TwinStation) -> None:
    """The master valve is open while the other tap's valve should be shut."""
    ask(m.HotUnlockAsked("hot"), m.DrinkAsked("hot", 200))(bench)


def open_fridge(bench: TwinStation) -> None:
    """And take a bottle; it stays open."""
    ask(m.FridgeAsked())(bench)
    assert acts.do(bench.world, "open_fridge") and acts.do(bench.world, "take_bottles") == 1
    bench.after(1)


def leave_fridge(bench: TwinStation) -> None:
    """Take a bottle and push the door, which something keeps open."""
    open_fridge(bench)
    acts.do(bench.world, "shut_fridge")


def borrow_in_vain(bench: TwinStation) -> None:
    """Seven times; whoever tries takes what can be taken."""
    for _ in range(7):
        bench.post(m.BankAsked(), MoreTimeAsked())
        bench.after(1)
        acts.do(bench.world, "take_bank")
        bench.after(5)


def hold_open(bench: TwinStation) -> None:
    """Push the door open, so that its contact is open when it sticks."""
    bench.world.push_out(hold_s=2.0)
    bench.after(1)


METERS = tuple((F.METER_LOST, socket) for socket in "1234")
DRINK, CHARGE, BOTTLE = m.DrinkAsked("cold", 200), m.ChargeAsked("2"), m.FridgeAsked()
WET = off("master", "valve.cold", "valve.hot")
ALL_DEAD = dead("1", "2", "3", "4")
POWERLESS = (ALL_DEAD, off("amenity.microwave", "amenity.massage"))
NOTHING_RUNS = (*POWERLESS, WET, dry, locked, slots_locked)
BOTH_STUCK = ((F.SLOT_STUCK, "1"), (F.SLOT_STUCK, "2"))
QUICK_FRIDGE = {"fridge": {"alarm_s": 60}}
QUICK_LOCKER = {"lending": {"unlock_s": 2}}

ROWS: dict[str, Row] = {
    "adc_absent": Row(METERS, (ALL_DEAD,), before=plug_in("1"), wish=CHARGE, later=((F.OVER_POWER, "1"),)),
    "adc_absent_high": Row(METERS, (ALL_DEAD,), before=plug_in("1"), wish=CHARGE, later=((F.OVER_POWER, "1"),)),
    "amenity_stuck_on": Row(((F.AMENITY_STUCK, "air"),), (off("amenity.air"),), "air", after=ask(m.AmenityStopped("air")), within_s=60),
    "contact_stuck": Row(((F.DOOR_HELD, ""),), (secured, lets_out), before=hold_open, within_s=70),
    "control_box_open": Row(((F.TAMPER, ""),), (secured, lets_out)),
    "drip_tray_full": Row(((F.DRIP_TRAY_FULL, ""),), (WET, dry), wish=DRINK),
    "exit_stuck": Row(((F.EXIT_STUCK, ""),), (secured, lets_out), within_s=70),
    "expander_lost": Row(
        ((F.EXPANDER_LOST, ""),), (dead("1"), WET, dry, secured), before=draw, wish=DRINK, within_s=10,
    ),
    "fire": Row(((F.FIRE, ""),), (*NOTHING_RUNS, freed, lets_out), before=draw, later=((F.FIRE_RESET_DUE, ""),)),
    "fire_wire_cut": Row(((F.FIRE, ""),), (*NOTHING_RUNS, freed, lets_out), before=draw, later=((F.FIRE_RESET_DUE, ""),)),
    "floor_wet": Row(((F.LEAK_FLOOR, ""),), (WET, dry), before=ask(DRINK), wish=DRINK),
    "flow_meter_dead": Row(((F.NO_FLOW, "cold"),), (WET, dry), after=ask(DRINK), wish=DRINK, recovers_s=310),
    "fridge_ajar": Row(((F.FRIDGE_AJAR, ""),), (locked,), after=leave_fridge, within_s=60),
    "fridge_forced": Row(((F.FRIDGE_AJAR, ""),), (locked,), within_s=60),
    "fridge_warm": Row(((F.FRIDGE_WARM, ""),), (locked,), within_s=80, recovers_s=120, sections=QUICK_FRIDGE),
    "mains_water_off": Row(((F.NO_FLOW, "cold"),), (WET, dry), after=ask(DRINK), wish=DRINK, recovers_s=310),
    "master_stuck_open": Row(((F.LEAK, ""),), (WET,), also=(("valve_stuck_open", "cold"),), within_s=20, wish=DRINK),
    "movement": Row((), (secured, lets_out)),
    "over_current": Row(((F.OVER_POWER, "1"),), (dead("1"),), "1", before=plug_in("1"), wish=m.ChargeAsked("1")),
    "probe_absent": Row(((F.PROBE_LOST, "upper"),), (locked,), "upper", within_s=90, recovers_s=90),
    "probe_jumping": Row(((F.PROBE_LOST, "upper"),), (locked,), "upper", within_s=240, recovers_s=120),
    "probe_unmeasured": Row(((F.PROBE_LOST, "upper"),), (locked,), "upper", within_s=30, recovers_s=90),
    "relay_stuck_on": Row(((F.RELAY_STUCK, "1"),), (off("socket.1"),), "1", before=plug_in("1"), after=ask(m.ChargeStopped("1")), within_s=90),
    "scale_drifting": Row(((F.SCALE_LOST, "top"),), (locked,), "top", within_s=60, wish=BOTTLE),
    "scale_lost": Row(((F.SCALE_LOST, "top"),), (locked,), "top", within_s=60, wish=BOTTLE),
    "slot_contact_stuck": Row(BOTH_STUCK, (slots_locked,), after=borrow_in_vain, sections=QUICK_LOCKER),
    "slot_stuck": Row(BOTH_STUCK, (slots_locked,), after=borrow_in_vain, sections=QUICK_LOCKER),
    "smoke": Row(((F.SMOKE, ""),), POWERLESS, before=draw, wish=CHARGE),
    "strip_hot": Row(tuple((F.OVER_TEMPERATURE, each) for each in "1234"), (ALL_DEAD,), before=plug_in("1"), wish=CHARGE, within_s=30),
    "strip_probe_absent": Row(((F.PROBE_LOST, "strip"),), (ALL_DEAD,), before=plug_in("1"), after=wait(62), wish=CHARGE),
    "valve_slow": Row(((F.OVERRUN, "cold"),), (WET,), "cold", after=ask(DRINK), within_s=20, wish=DRINK),
    "valve_stuck_open": Row(((F.LEAK, "cold"),), (WET, dry), "cold", after=draw_hot, within_s=20, wish=DRINK),
    "valve_stuck_shut": Row(((F.NO_FLOW, "cold"),), (WET, dry), "cold", after=ask(DRINK), wish=DRINK, recovers_s=310),
}
"""By the name of the fault. A silent expander keeps its relays: what it can not switch off any more and is seen to draw is told as well."""

ELSEWHERE = {
    "camera_unplugged": "tests/integration/test_faults_live_eyes.py",
    "probe_stuck": "tests/scenarios/test_cold.py",
}
"""A camera is another process, and a probe counts as stuck after six hours: these are shown where that is cheap."""

