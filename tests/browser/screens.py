"""Snapshots of the station for tests of its page: what the core would show, made by hand."""

from dataclasses import replace
from math import inf

from contract.facts import FaultCode, Refusal, Stop
from edge.domain.messages import FaceHint
from edge.domain.screen import AskView, ChallengeView, FaceStep, FaultView, Notice, OwnFace, PartState, Screen, SocketView, TapView

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
    taps=tuple(
        TapView(name, PartState.TAKEN if name == "warm" else PartState.READY, (150, 200, 300, 1000), 0, 0)
        for name in ("cold", "warm", "hot", "juice")
    ),
    sockets=tuple(SocketView(str(number), PartState.READY, 0.0, 0.0, 0.0) for number in range(1, 9)),
)
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
    "door_faces_pause": replace(DOOR, face_pause_until=1e12),
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
}
MESSAGES = {
    **{f"refused_{reason.value}": noticed(DOOR, Notice.REFUSED, reason) for reason in Refusal},
    **{f"not_now_{reason.value}": noticed(ROOM, Notice.NOT_NOW, reason) for reason in Refusal},
    **{f"pour_{stop.value}": noticed(ROOM, Notice.POUR_STOPPED, stop) for stop in Stop},
    **{f"charge_{stop.value}": noticed(ROOM, Notice.CHARGE_DONE, stop) for stop in Stop},
    **{f"fault_{code.value}": replace(ROOM, faults=(FaultView(code, ""),)) for code in FaultCode},
    **{f"notice_{notice.value}": noticed(ROOM, notice) for notice in Notice},
}
