"""Writes docs/faults.md from the table of faults: what each means, what it switches off, who clears it, what to do."""

from contract.facts import FaultCode
from edge.domain.fault_rules import RULES, Clears, Rule

F = FaultCode
MEANS: dict[FaultCode, tuple[str, str]] = {
    F.STORE_LOW: ("the disk is nearly full; the reserve is given up", "find what fills the disk; the door goes on, nothing inside is given out"),
    F.STORE_FULL: ("facts can not be written", "free the disk or change the card; nothing is granted that can not be recorded"),
    F.GUARD_LOST: ("the guard process does not answer", "look at smart-station-guard; all outputs are off until it is back"),
    F.EXPANDER_LOST: ("an I2C expander does not answer", "check bus and supply; what hangs on it is cut"),
    F.FACES_LOST: ("the face process does not answer", "it is restarted by itself; codes and phone codes go on"),
    F.CAMERA_LOST: ("no pictures from the camera", "check cable and lens; codes go on"),
    F.LIVENESS_LOST: ("a source of liveness that is required does not work", "check model or device; codes go on"),
    F.GALLERY_TOO_LARGE: ("more people are enrolled than the engine was calibrated for", "digits are asked too; recalibrate or prune"),
    F.CLOCK_WRONG: ("the station's clock and the cloud's are more than a day apart", "only the offline allowance is given; set the clock that is wrong"),
    F.FIRE: ("the fire input is active, or its wire is cut", "the door is held released; call for help as the house rules say"),
    F.FIRE_RESET_DUE: ("after a fire alarm nobody has checked the room yet", "a steward looks at the room and resets"),
    F.SMOKE: ("the smoke detector has tripped", "sockets and amenities are off; look for the cause before releasing"),
    F.TAMPER: ("the control box is open", "send somebody"),
    F.DURESS: ("somebody entered with a duress code", "call for help in silence; the screen shows nothing"),
    F.WELFARE: ("somebody is inside, nobody moved, nobody answered the screen", "call the room; send somebody"),
    F.EXIT_STUCK: ("the exit button has been pressed for a minute", "mend the button; openings meanwhile may be entries"),
    F.DOOR_FORCED: ("the door opened without anybody let in or out", "send somebody; clears when the door is shut"),
    F.DOOR_HELD: ("the door has stood open too long", "clears when the door is shut"),
    F.NO_FLOW: ("the valve was open and nothing ran", "check the mains; the tap is offered again after five minutes"),
    F.LEAK: ("water ran through a shut valve", "change the valve, then release"),
    F.LEAK_FLOOR: ("water on the floor", "find the leak, dry the floor, then release"),
    F.OVERRUN: ("water went on running after the valve was told to shut", "change the valve, then release"),
    F.FILTER_OVERDUE: ("the filter is too old, or too much ran through it", "change it and enter that at the screen"),
    F.WATER_TEST_OVERDUE: ("the last water test is too long ago", "test and enter that at the screen"),
    F.DRIP_TRAY_FULL: ("the drip tray is full", "empty it; clears by itself"),
    F.METER_LOST: ("a current sensor gives no value", "check converter and sensor; what is not measured does not run"),
    F.OVER_POWER: ("more than the cap was drawn for a second", "look at the socket, then release"),
    F.OVER_TEMPERATURE: ("a socket or its strip got too hot", "look for the cause, then release"),
    F.RELAY_STUCK: ("current flows although the relay is off", "cut the breaker; change the relay, then release"),
    F.FRIDGE_WARM: ("above 8 degrees for 15 minutes", "check door, seal and compressor; clears when it is cold again"),
    F.FRIDGE_BLOCKED: ("above 8 degrees for two hours in all, or not measurable", "throw away what may be spoilt, then release with the reason"),
    F.FRIDGE_AJAR: ("the cabinet is open too long", "clears when it is shut"),
    F.PROBE_LOST: ("a probe is absent, stuck or jumps; its value is not used", "change the probe"),
    F.SCALE_LOST: ("a scale gives no value", "check its wiring; nothing is given out that can not be counted"),
    F.STOCK_LOW: ("less than the minimum is left", "restock"),
    F.SLOT_STUCK: ("a slot of the locker does not open", "mend the lock, then release"),
    F.BANK_OVERDUE: ("a power bank was not brought back in time", "ask the borrower"),
    F.AMENITY_STUCK: ("something draws power although it is off", "cut the breaker; mend the relay, then release"),
}


def generated() -> dict[str, str]:
    """Path from the project's root -> text."""
    head = (
        "# Faults\n\nGenerated from edge/domain/fault_rules.py by `./kiosk check --fix`; do not edit.\n\n"
        "A fault is raised once, stands until it is cleared, and each change is a fact in the ledger. *Blocks*: no new session there;\n"
        "*cuts*: what runs ends too. A fault of one tap, socket or slot touches that one alone. Leaving the room is never blocked.\n"
    )
    rows = ["| fault | means | blocks | cuts | cleared by | after a restart | what to do |", "| --- | --- | --- | --- | --- | --- | --- |"]
    rows += [_row(fault, rule) for fault, rule in RULES.items()]
    return {"docs/faults.md": head + "\n" + "\n".join(rows) + "\n"}


def _row(fault: FaultCode, rule: Rule) -> str:
    means, act = MEANS[fault]
    blocks = ", ".join(sorted(service.value for service in rule.blocks)) or "nothing"
    by = "a steward on the spot" if rule.clears is Clears.PERSON else "its condition"
    again = "stands" if rule.kept else "is looked at anew"
    secret = "; never on the screen" if rule.secret else ""
    return f"| `{fault.value}` | {means}{secret} | {blocks} | {'yes' if rule.cuts else 'no'} | {by} | {again} | {act} |"
