"""Snapshots of the station for tests of its page: what the core would show, made by hand."""

import time
from dataclasses import replace
from math import inf
from typing import Any

from contract.facts import FaultCode, Refusal, Stop
from contract.steward import StewardAct
from edge.domain.own_view import FaceStep, OwnFace
from edge.domain.screen import (
    AmenityView,
    Announce,
    AskView,
    CallView,
    ChallengeView,
    FaultView,
    FridgeView,
    LendingView,
    LoanView,
    Notice,
    PartState,
    Screen,
    ShareView,
    ShelfView,
    SocketView,
    TapView,
    WaitingView,
    WaterView,
)
from edge.domain.sight import FaceHint
from edge.domain.steward_view import StewardView

TAPS = (
    TapView("cold", PartState.READY, (200, 300, 500), 0, 0),
    TapView("hot", PartState.READY, (200, 300, 500), 0, 0),
)
SOCKETS = (SocketView("1", PartState.READY, 0.0, 0.0, 0.0), SocketView("2", PartState.READY, 0.0, 0.0, 0.0))

DOOR = Screen(
    station="st-1",
    name="Riverside 1",
    language="en",
    notice=Notice.WELCOME,
    notice_no=0,
    reason=None,
    notice_until=inf,
    hint=FaceHint.NONE,
    face=True,
    code=True,
    door="locked",
    visit=None,
    visitor=None,
    forgets_at=None,
    water_left_ml=0,
    socket_left_min=0,
    taps=TAPS,
    sockets=SOCKETS,
    faults=(),
    connected=True,
    waiting_facts=0,
    clock_trusted=True,
)
ROOM = replace(DOOR, visit="00000000-1", visitor="Visitor A", water_left_ml=2600, socket_left_min=455)

OWN = OwnFace(
    step=FaceStep.IDLE, ask=True, may_enrol=True, notice="0badcafe0001", keep_days=180, handler="", good=0, wanted=0, problem=None,
    standing=None, agreed_notice="", said_on="", kept=False, flagged=False, used=0, made_on="", seen_on="", receipt="",
)  # fmt: skip
KEPT = replace(
    OWN, ask=False, kept=True, standing="given", agreed_notice="0badcafe0001", said_on="2026-11-21", made_on="2026-11-21",
    seen_on="2026-11-28", used=5,
)  # fmt: skip


def owned(own: OwnFace) -> Screen:
    """The room, with what is stored of the visitor."""
    return replace(ROOM, own=own)


def noticed(screen: Screen, notice: Notice, reason: Refusal | Stop | None = None) -> Screen:
    """The same with a message that stays."""
    return replace(screen, notice=notice, reason=reason, notice_no=screen.notice_no + 1)


POURING = replace(
    ROOM,
    taps=(replace(TAPS[0], state=PartState.MINE, poured_ml=120, target_ml=300), TAPS[1]),
    sockets=(SocketView("1", PartState.MINE, 62.3, 12.31, 2054.0), replace(SOCKETS[1], state=PartState.TAKEN)),
)
BOTH_POURING = replace(POURING, taps=(POURING.taps[0], replace(TAPS[1], state=PartState.MINE, target_ml=500)))
BROKEN = replace(
    ROOM,
    taps=(replace(TAPS[0], state=PartState.OUT_OF_ORDER), replace(TAPS[1], state=PartState.QUOTA_SPENT)),
    sockets=tuple(replace(socket, state=PartState.OUT_OF_ORDER) for socket in SOCKETS),
    faults=(FaultView(FaultCode.LEAK, "cold"), FaultView(FaultCode.OVER_POWER, "1")),
)
CROWDED = replace(
    ROOM,
    visitor="一个有二十四个字那么长的名字的人就叫这个名字了吧",
    taps=tuple(TapView(name, PartState.TAKEN if name == "warm" else PartState.READY, (150, 200, 300, 1000), 0, 0) for name in ("cold", "warm", "hot", "juice")),
    sockets=tuple(SocketView(str(number), PartState.READY, 0.0, 0.0, 0.0) for number in range(1, 9)),
)
SOON = time.monotonic() + 7000
"""s of the clock of this computer, which the example station counts by."""
WHOLE = replace(
    ROOM,
    taps=(TAPS[0], replace(TAPS[1], hot=True)),
    sockets=tuple(SocketView(str(number), PartState.READY, 0.0, 0.0, 0.0) for number in range(1, 5)),
    waiting=WaitingView(0, None, None, ()),
    lending=LendingView(3, 1, None, None, None),
    fridge=FridgeView(
        PartState.READY,
        (
            ShelfView("top", "water", 12, "L2601", "2026-12-24", True, False), ShelfView("middle", "tea", 0, "T77", "2026-12-24", False, False),
            ShelfView("low", "juice", 4, "J1", "2026-11-02", False, True),
        ),
        2, 4.6, None, False,
    ),
    water=WaterView(60, 4_000_000, True, "2026-11-02", 12, True, True),
    amenities=(
        AmenityView("microwave", "微波炉", "Microwave", "microwave", PartState.READY, False, False, None, None),
        AmenityView("light", "灯", "Light", "light", PartState.TAKEN, True, True, None, None),
        AmenityView("air", "窗边的空调和暖风机，冬夏都可以使用的那一台设备", "Air conditioning, window", "air", PartState.MINE, True, False, SOON, None),
        AmenityView("massage", "按摩椅", "Massage chair", "chair", PartState.RESTING, False, False, None, SOON),
        AmenityView("heater", "", "heater", "heater", PartState.OUT_OF_ORDER, False, False, None, None),
    ),
    shares=(ShareView("water_ml", 600), ShareView("bottles", 1), ShareView("socket_min", 60)),
)  # fmt: skip
"""Everything fitted; `in_group` opens a page of it."""


def charged(*states: PartState, **changes: Any) -> tuple[SocketView, ...]:
    """Sockets in these states."""
    return tuple(SocketView(str(number), state, 41.0, 12.3, 2054.0, **changes) for number, state in enumerate(states, 1))


TAKEN = PartState.TAKEN
FULL = replace(WHOLE, sockets=charged(*[TAKEN] * 4), waiting=WaitingView(2, None, 5400, ()))
WAITS = replace(FULL, waiting=WaitingView(3, 3, 7500, (CallView("2", "Visitor B", SOON),)))
HELD = replace(FULL, sockets=(*charged(*[TAKEN] * 3), SocketView("4", PartState.READY, 0.0, 0.0, 0.0, True, SOON)), waiting=WaitingView(1, 1, 0, ()))
BORROWED = replace(WHOLE, lending=LendingView(2, 2, None, None, LoanView("1", 18_000, False)))
assert WHOLE.fridge
STOCK = StewardView(
    None, SOON, tuple(StewardAct),
    ((FaultCode.LEAK, "cold"), (FaultCode.FRIDGE_BLOCKED, ""), (FaultCode.SLOT_STUCK, "1"), (FaultCode.OVER_POWER, "1"), (FaultCode.SMOKE, "")),
    ("top", "middle", "low"), ("cold", "hot"), ("1", "2", "3", "4"),
    ("room", "cold", "hot", "fridge", "locker", "microwave", "light", "air", "massage", "heater"), "cold",
)  # fmt: skip
STEWARD = replace(WHOLE, visitor="Steward A", steward=StewardView(None, None))
ASKED = replace(STEWARD, steward=StewardView(SOON, None))
MAINTAINED = replace(STEWARD, steward=STOCK)
FRIDGES = {
    "open": replace(WHOLE.fridge, state=PartState.MINE, open=True),
    "released": replace(WHOLE.fridge, state=PartState.MINE),
    "blocked": replace(WHOLE.fridge, state=PartState.OUT_OF_ORDER, blocked=FaultCode.FRIDGE_BLOCKED, celsius=None),
    "ajar": replace(WHOLE.fridge, state=PartState.OUT_OF_ORDER, open=True),
    "empty": replace(WHOLE.fridge, state=PartState.OUT_OF_ORDER, shelves=WHOLE.fridge.shelves[1:]),
    "spent": replace(WHOLE.fridge, state=PartState.QUOTA_SPENT, left=0),
    "six": replace(WHOLE.fridge, shelves=tuple(replace(WHOLE.fridge.shelves[0], name=f"s{n}", item="mineral-water-big-500") for n in range(6))),
}
GROUPS = {
    "water": {
        "locked": WHOLE, "unlocked": replace(WHOLE, taps=(TAPS[0], replace(TAPS[1], hot=True, unlocked_until=SOON))),
        "pouring": replace(WHOLE, taps=POURING.taps), "both": replace(WHOLE, taps=BOTH_POURING.taps), "four": replace(WHOLE, taps=CROWDED.taps),
        "offline": replace(WHOLE, connected=False, waiting_facts=128),
        "filter": replace(
            WHOLE, taps=tuple(replace(tap, state=PartState.OUT_OF_ORDER) for tap in WHOLE.taps), faults=(FaultView(FaultCode.FILTER_OVERDUE, ""),),
            water=WaterView(-3, 0, True, "2026-11-02", 12, True, False),
        ),
    },
    "fridge": {name: replace(WHOLE, fridge=fridge) for name, fridge in FRIDGES.items()} | {"ready": WHOLE},
    "power": {
        "free": WHOLE, "full": FULL, "waits": WAITS, "held": HELD, "eight": replace(WHOLE, sockets=CROWDED.sockets),
        "mine": replace(WHOLE, sockets=charged(PartState.MINE, TAKEN, PartState.OUT_OF_ORDER, PartState.READY, ends_at=SOON)),
        "broken": replace(
            WHOLE, sockets=charged(*[PartState.OUT_OF_ORDER] * 4),
            faults=tuple(FaultView(code, str(n)) for n, code in enumerate((FaultCode.RELAY_STUCK, FaultCode.OVER_TEMPERATURE, FaultCode.METER_LOST), 1)),
        ),
    },
    "lending": {
        "ready": WHOLE, "borrowed": BORROWED, "none": replace(WHOLE, lending=LendingView(0, 4, None, None, None)),
        "overdue": replace(WHOLE, lending=LendingView(2, 0, None, None, LoanView("1", -4800, True))),
        "open": replace(WHOLE, lending=LendingView(2, 2, "3", SOON, None)),
        "late": replace(WHOLE, lending=LendingView(2, 1, None, None, LoanView("1", -4800, True))),
    },
    "amenities": {"some": WHOLE},
}  # fmt: skip
"""Screens by the group whose page is opened for them."""
VIEWS = {
    "door": DOOR,
    "door_tickets": replace(DOOR, ticket=True),
    "door_hint": replace(DOOR, hint=FaceHint.ONE_AT_A_TIME, door="released"),
    "door_offline": replace(DOOR, connected=False, waiting_facts=128, door="held_open"),
    "door_no_clock": replace(DOOR, clock_trusted=False),
    "door_without_face": replace(DOOR, face=False, faults=(FaultView(FaultCode.CAMERA_LOST, ""),)),
    "door_without_both": replace(DOOR, face=False, code=False, faults=(FaultView(FaultCode.STORE_FULL, ""),)),
    "door_come_in": noticed(replace(DOOR, door="released"), Notice.COME_IN),
    "door_goodbye": noticed(DOOR, Notice.GOODBYE),
    "door_challenge": replace(DOOR, challenge=ChallengeView("left", "challenge.left", 0, 2, 1e12)),
    "door_challenge_nod": replace(DOOR, challenge=ChallengeView("nod", "challenge.nod", 1, 2, 1e12)),
    "door_ask_phone": replace(noticed(DOOR, Notice.REFUSED, Refusal.NOT_SURE), ask=AskView("phone", 1e12)),
    "door_ask_pin": replace(DOOR, ask=AskView("pin", 1e12)),
    "door_ask_phone_ends": replace(DOOR, ask=AskView("phone", 0.0)),
    "door_ask_pin_ends": replace(DOOR, ask=AskView("pin", 0.0)),
    "door_faces_pause": replace(DOOR, face_pause_until=1e12),
    "door_many_enrolled": replace(DOOR, faults=(FaultView(FaultCode.GALLERY_TOO_LARGE, ""),)),
    "room": ROOM,
    "room_offline": replace(ROOM, connected=False, waiting_facts=128),
    "room_pouring": POURING,
    "room_both_pouring": BOTH_POURING,
    "room_broken": BROKEN,
    "room_crowded": CROWDED,
    "room_one_tap": replace(ROOM, taps=TAPS[:1], sockets=()),
    "room_empty": replace(ROOM, taps=(), sockets=()),
    "room_asked": owned(OWN),
    "room_kept": owned(KEPT),
    "room_warning": replace(ROOM, forgets_at=1e12),
    "room_whole": WHOLE,
    "room_whole_held": HELD,
    "room_whole_waits": WAITS,
    "room_whole_blocked": replace(
        WHOLE, fridge=FRIDGES["blocked"], sockets=charged(*[PartState.OUT_OF_ORDER] * 4), lending=LendingView(0, 0, None, None, None)
    ),
    "room_queue": replace(ROOM, sockets=charged(TAKEN, TAKEN), waiting=WaitingView(2, None, 5400, ())),
    "room_queue_and_care": replace(ROOM, sockets=charged(TAKEN, TAKEN), waiting=WaitingView(2, None, 5400, ()), water=WHOLE.water),
    "room_hot": replace(ROOM, taps=WHOLE.taps, water=WHOLE.water),
    "room_steward": STEWARD,
    "door_called": replace(DOOR, waiting=WAITS.waiting),
    "door_closed": replace(DOOR, opens="2026-11-23T06:00"),
    "door_fire_over": replace(DOOR, face=False, code=False, announce=Announce.FIRE_OVER, faults=(FaultView(FaultCode.FIRE_RESET_DUE, ""),)),
    **{f"door_announce_{each.value}": replace(DOOR, announce=each) for each in Announce},
    **{f"room_announce_{each.value}": replace(WHOLE, announce=each) for each in Announce},
}
MESSAGES = {
    **{f"refused_{reason.value}": noticed(DOOR, Notice.REFUSED, reason) for reason in Refusal},
    **{f"not_now_{reason.value}": noticed(ROOM, Notice.NOT_NOW, reason) for reason in Refusal},
    **{f"pour_{stop.value}": noticed(ROOM, Notice.POUR_STOPPED, stop) for stop in Stop},
    **{f"charge_{stop.value}": noticed(ROOM, Notice.CHARGE_DONE, stop) for stop in Stop},
    **{f"fault_{code.value}": replace(ROOM, faults=(FaultView(code, ""),)) for code in FaultCode},
    **{f"notice_{notice.value}": noticed(ROOM, notice) for notice in Notice},
}
