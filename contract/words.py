"""Words that several nouns share: ways in, refusals, reasons to end, faults. Everything is an enum, never free text."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

Text = Annotated[str, Field(max_length=200)]
Amount = Annotated[float, Field(ge=0, le=1e9)]
Count = Annotated[int, Field(ge=0, le=10**9)]


class Way(StrEnum):
    """How a person asked to enter."""

    FACE = "face"
    CODE = "code"
    QR = "qr"
    FACE_CODE = "face_code"
    FACE_PHONE = "face_phone"


class Refusal(StrEnum):
    """Why the station said no. The screen has words for each, in each language."""

    NOT_SURE = "not_sure"
    UNKNOWN_FACE = "unknown_face"
    WRONG_CODE = "wrong_code"
    TOO_MANY_TRIES = "too_many_tries"
    NOT_READABLE = "not_readable"
    NO_RIGHT = "no_right"
    FULL = "full"
    CANNOT_RECORD = "cannot_record"
    GUARD_LOST = "guard_lost"
    NOT_IDENTIFIED = "not_identified"
    QUOTA_SPENT = "quota_spent"
    BUSY = "busy"
    OUT_OF_ORDER = "out_of_order"
    BAD_AMOUNT = "bad_amount"
    TICKET_EXPIRED = "ticket_expired"
    TICKET_EARLY = "ticket_early"
    TICKET_USED = "ticket_used"
    TICKET_ELSEWHERE = "ticket_elsewhere"
    TICKET_KEY = "ticket_key"
    TICKET_FORGED = "ticket_forged"
    TICKETS_FULL = "tickets_full"
    CLOCK_UNSURE = "clock_unsure"
    NOT_CONFIRMED = "not_confirmed"
    LIVENESS_FAILED = "liveness_failed"
    FROZEN = "frozen"
    SOLD_OUT = "sold_out"
    CLOSED_NOW = "closed_now"
    FIRE = "fire"
    LOAD_REFUSED = "load_refused"
    HAS_ONE = "has_one"
    BANK_OVERDUE = "bank_overdue"
    NO_BANK = "no_bank"
    NO_SLOT = "no_slot"
    NO_LOAN = "no_loan"
    COOLING = "cooling"
    HOT_LOCKED = "hot_locked"
    NOT_IN_MAINTENANCE = "not_in_maintenance"
    UNKNOWN_PART = "unknown_part"
    NOT_RELEASABLE = "not_releasable"
    STILL_SO = "still_so"
    NO_REASON = "no_reason"


class DoorCause(StrEnum):
    """What an opening of the door followed."""

    ENTRY = "entry"
    EXIT = "exit"
    FORCED = "forced"


class Stop(StrEnum):
    """Why a pour or a charge ended."""

    REACHED = "reached"
    PERSON = "person"
    NO_FLOW = "no_flow"
    TIME_LIMIT = "time_limit"
    LOW_POWER = "low_power"
    POWER_LIMIT = "power_limit"
    VISIT_ENDED = "visit_ended"
    FAULT = "fault"
    INTERRUPTED = "interrupted"
    EBIKE_SUSPECTED = "ebike_suspected"
    OTHERS_WAIT = "others_wait"
    ROOM_EMPTY = "room_empty"


class VisitEnd(StrEnum):
    """Why a visit ended. `presumed_left`: somebody left and several were inside, so which one is a guess, and is told as one."""

    LEFT = "left"
    PRESUMED_LEFT = "presumed_left"
    NOT_ENTERED = "not_entered"
    CAME_AGAIN = "came_again"
    TIMED_OUT = "timed_out"


class FaultCode(StrEnum):
    """Everything that can be latched as wrong; `edge/domain/faults.py` says what each switches off."""

    STORE_LOW = "store_low"
    STORE_FULL = "store_full"
    GUARD_LOST = "guard_lost"
    FACES_LOST = "faces_lost"
    CAMERA_LOST = "camera_lost"
    LIVENESS_LOST = "liveness_lost"
    NO_FLOW = "no_flow"
    LEAK = "leak"
    METER_LOST = "meter_lost"
    DOOR_FORCED = "door_forced"
    DOOR_HELD = "door_held"
    OVER_POWER = "over_power"
    FIRE = "fire"
    FIRE_RESET_DUE = "fire_reset_due"
    SMOKE = "smoke"
    TAMPER = "tamper"
    DURESS = "duress"
    WELFARE = "welfare"
    EXIT_STUCK = "exit_stuck"
    LEAK_FLOOR = "leak_floor"
    OVERRUN = "overrun"
    FILTER_OVERDUE = "filter_overdue"
    WATER_TEST_OVERDUE = "water_test_overdue"
    DRIP_TRAY_FULL = "drip_tray_full"
    FRIDGE_WARM = "fridge_warm"
    FRIDGE_BLOCKED = "fridge_blocked"
    FRIDGE_AJAR = "fridge_ajar"
    PROBE_LOST = "probe_lost"
    SCALE_LOST = "scale_lost"
    STOCK_LOW = "stock_low"
    OVER_TEMPERATURE = "over_temperature"
    RELAY_STUCK = "relay_stuck"
    SLOT_STUCK = "slot_stuck"
    BANK_OVERDUE = "bank_overdue"
    AMENITY_STUCK = "amenity_stuck"
    EXPANDER_LOST = "expander_lost"
    GALLERY_TOO_LARGE = "gallery_too_large"
    CLOCK_WRONG = "clock_wrong"


SHOWN_ONLY = frozenset({FaultCode.NO_FLOW, FaultCode.DRIP_TRAY_FULL, FaultCode.STOCK_LOW})
"""Faults that are work for the next round."""
ALARMS = frozenset(FaultCode) - SHOWN_ONLY
"""Faults of which operators are told at once."""
