"""One example of everything that goes over the wire; tests/contract/golden/NAME.json is how each is written.

A golden file changes only when the wire changes: stations in the field and clouds of another version still speak the old form.
`python -m tests.contract.examples` writes those that are missing and touches no other.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from contract import charging, configuration, fridge, gap, lending, orders, steward
from contract import consent as c
from contract import facts as f
from contract import water as w
from contract.commands import ForgetFace, Identify, Rebirth, Reply
from contract.envelope import Ack, ClockState, FactEnvelope, SamplesEnvelope
from contract.leases import Kind, QuotaAsk, QuotaLease
from contract.model import Model
from contract.roster import Entitlement, Person, Roster, RosterReport
from contract.samples import Samples
from contract.signing import Flaw
from contract.state import FaultState, Link, State
from tests.contract.signed_examples import SIGNED

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 11, 21, 3, 20, 0, 123000, tzinfo=UTC)
VISIT, POUR, CHARGE, WHO = "0a1b2c3d-1", "0a1b2c3d-2", "0a1b2c3d-3", "p-4f2a"
LOAN = "0a1b2c3d-4"
NOTICE = "0badcafe0001"

FACTS: list[f.Fact] = [
    f.StationStarted(version="0.1.0", config_sha256="9" * 64),
    f.EntryGranted(visit=VISIT, person=WHO, way=f.Way.FACE, decided_ms=312.5),
    f.PassbackNoticed(visit=VISIT, person=WHO, since_s=42),
    f.DuressCalled(person=WHO, way=f.Way.CODE),
    f.FireChanged(active=True),
    f.WelfareAsked(still_s=1800),
    f.GapRecorded(loss=gap.Loss.DROPPED, since=AT.replace(microsecond=0), until=AT.replace(microsecond=0), instants=360),
    f.EntryRefused(way=f.Way.CODE, reason=f.Refusal.WRONG_CODE),
    f.DoorUnlocked(visit=VISIT, longest_s=5),
    f.DoorLocked(opened=True),
    f.ExitRequested(),
    f.DoorOpened(cause=f.DoorCause.ENTRY),
    f.DoorClosed(open_s=3.62),
    f.DoorHeldOpen(open_s=30, alarm=False),
    f.VisitEnded(visit=VISIT, person=WHO, reason=f.VisitEnd.PRESUMED_LEFT, stayed_s=611.4),
    f.WaterReserved(pour=POUR, visit=VISIT, person=WHO, tap="cold", reserved_ml=300),
    f.WaterPoured(
        pour=POUR, person=WHO, tap="cold", reserved_ml=300, poured_ml=302, charged_ml=300, stop=f.Stop.REACHED
    ),
    f.WaterRefused(tap="cold", reason=f.Refusal.QUOTA_SPENT, asked_ml=500),
    w.FlushStarted(flush=POUR, tap="cold", wanted_ml=200),
    w.WaterFlushed(flush=POUR, tap="cold", ml=199, stop=f.Stop.REACHED),
    w.FilterChanged(day="2026-11-21", before="2026-05-21", drawn_ml=4_200_000),
    w.WaterTested(day="2026-11-21", before="", passed=True),
    f.ChargeStarted(charge=CHARGE, visit=VISIT, person=WHO, socket="1", reserved_min=480),
    f.ChargeEnded(
        charge=CHARGE, person=WHO, socket="1", energy_wh=9.871, lasted_s=3600, charged_min=60, stop=f.Stop.PERSON
    ),
    f.ChargeRefused(socket="1", reason=f.Refusal.OUT_OF_ORDER),
    charging.QueueJoined(person=WHO, place=2),
    charging.QueueLeft(person=WHO, reason=charging.QueueEnd.SERVED, waited_s=840.5),
    charging.SocketHeld(person=WHO, socket="1", hold_s=60),
    fridge.BottlesReserved(take=POUR, visit=VISIT, person=WHO, reserved=2),
    fridge.FridgeOpened(cause=fridge.FridgeCause.VISITOR, take=POUR),
    fridge.FridgeClosed(open_s=6.2),
    fridge.BottlesTaken(
        take=POUR, person=WHO, taken=(fridge.Taken(shelf="top", item="water", lot="L-2026/11", count=1, certain=True),),
        count=1, charged=1, certain=True, stop=f.Stop.PERSON,
    ),
    fridge.FridgeRefused(reason=f.Refusal.SOLD_OUT),
    fridge.ShelfRestocked(person=WHO, shelf="top", item="water", lot="L-2026/11", expires="2027-05-31", before=3, after=24),
    fridge.ShelfExpired(shelf="top", item="water", lot="L-2026/11", expires="2026-11-20", count=2),
    fridge.FridgeReleased(person=WHO, reason="probe was unplugged; milk thrown away", warm_s=7260),
    lending.LoanStarted(loan=LOAN, person=WHO, slot="2"),
    lending.LoanCancelled(loan=LOAN, person=WHO, slot="2"),
    lending.LoanEnded(loan=LOAN, person=WHO, slot="3", lasted_s=5400, asked=True),
    lending.LoanRefused(reason=f.Refusal.BANK_OVERDUE),
    lending.BankFound(slot="3"),
    lending.BankMissing(slot="2"),
    f.AmenityStarted(run=CHARGE, amenity="microwave", person=WHO, longest_s=300),
    f.AmenityEnded(run=CHARGE, amenity="light", person=None, lasted_s=611, energy_wh=3.4, measured=False, stop=f.Stop.ROOM_EMPTY),
    f.AmenityRefused(amenity="chair", reason=f.Refusal.COOLING),
    steward.MaintenanceStarted(maintenance=CHARGE, visit=VISIT, person=WHO, longest_s=1800),
    steward.MaintenanceEnded(maintenance=CHARGE, person=WHO, reason=steward.MaintenanceEnd.TIME_LIMIT, lasted_s=1800),
    steward.StewardActed(
        maintenance=CHARGE, person=WHO, act=steward.StewardAct.RELEASE_FAULT, part="cold", fault=f.FaultCode.LEAK,
        before=2, after=1, note="new washer in the valve",
    ),
    steward.StewardRefused(person=WHO, act=steward.StewardAct.TEST_VALVE, part="cold", reason=f.Refusal.OUT_OF_ORDER),
    f.FaultRaised(fault=f.FaultCode.LEAK, part="cold", detail="51 ml ran through the shut valve"),
    f.FaultCleared(fault=f.FaultCode.NO_FLOW, part="cold", lasted_s=300),
    f.InputRefused(source="qr", reason="41 characters that are no code card", count=3),
    f.ClockChanged(trusted=True, moved_s=-12.5),
    f.RosterApplied(version=7, people=412),
    f.QuotaReturned(person=WHO, what=Kind.WATER_ML, day="2026-11-21", lease=2, spent=640),
    c.ConsentGiven(person=WHO, notice=NOTICE, language="zh", by=c.ConsentBy.VISITOR),
    c.ConsentRefused(person=WHO, notice=NOTICE, language="en"),
    c.ConsentWithdrawn(person=WHO),
    c.FaceEnrolled(person=WHO, used=5, flagged=False),
    c.FaceForgotten(person=WHO, receipt="c0ffee" * 5 + "00", reason=c.Forgotten.WITHDRAWN),
    c.EnrolmentRefused(reason=c.EnrolProblem.UNDER_AGE),
    c.TemplateShared(person=WHO, destination="st-2", notice=NOTICE, transfer="0badcafe" * 4),
    c.TemplateReceived(person=WHO, source="st-9", notice=NOTICE, transfer="0badcafe" * 4),
    configuration.ConfigTried(version=2, sha256="2" * 64, restarted=False),
    configuration.ConfigConfirmed(version=2, sha256="2" * 64, tried_s=121.5),
    configuration.ConfigRolledBack(version=3, sha256="3" * 64, back_to=2, reason="restarted during the trial"),
    configuration.ConfigRefused(version=4, flaw=Flaw.CONTENT, reason="door.unlock_s: 0: Input should be greater than or equal to 1; see docs/config.md#door"),
    configuration.RootChanged(version=2, before=1),
    orders.OrderCarriedOut(id="0123456789abcdef", order=orders.OrderKind.UNLOCK, operator="lin.mei", reason="locked in", audit="4" * 64),
    orders.OrderRefused(id="0123456789abcdef", flaw=Flaw.NO_CHALLENGE, reason="this challenge is not open here"),
]
UNREAD: list[f.Fact] = [
    f.WaterPoured(
        pour=POUR, person=WHO, tap="cold", reserved_ml=300, poured_ml=None, charged_ml=300, stop=f.Stop.INTERRUPTED
    ),
    f.ChargeEnded(
        charge=CHARGE, person=WHO, socket="1", energy_wh=None, lasted_s=None, charged_min=480, stop=f.Stop.INTERRUPTED
    ),
    fridge.BottlesTaken(
        take=None, person=None, taken=(fridge.Taken(shelf="top", item="water", lot=None, count=0, certain=False),),
        count=0, charged=0, certain=False, stop=f.Stop.PERSON,
    ),
]
"""What a power cut leaves: nobody read the meter."""


def fact_envelope(data: f.Fact) -> FactEnvelope:
    """Around any fact."""
    return FactEnvelope(
        v=1, station="st-1", epoch="0badcafe", seq=17, base=12, boot="0a1b2c3d", at=AT, up=123.456,
        clock=ClockState.TRUSTED, data=data,
    )  # fmt: skip


SAMPLES = SamplesEnvelope(
    v=1, station="st-1", epoch="0badbeef", seq=3, base=3, boot="0a1b2c3d", at=AT, up=123.456, clock=ClockState.UNSURE,
    data=Samples(ago_s=[10, 0], columns={"socket_w.1": [17.9, None], "outbox_facts": [0, 2]}),
)  # fmt: skip
STATE = State(
    station="st-1", link=Link.ONLINE, boot="0a1b2c3d", session=2, at=AT, version="0.1.0", name="北门驿站", city="demo-city",
    district="demo-district", door="locked", inside=1, outbox=0, roster=7, faults=[FaultState(fault=f.FaultCode.LEAK, part="cold")],
)  # fmt: skip
ROSTER = Roster(
    version=7,
    salt="5a" * 16,
    people=[
        Person(person=WHO, number="1001", code_digest="ab" * 32, phone_last4_digest="cd" * 32, label="小陈", entitlement=Entitlement(water_ml_per_day=2000)),
        Person(person="p-77"),
    ],
)


OTHERWISE: dict[str, f.Fact] = {
    "fact_entry_granted_face_phone": f.EntryGranted(visit=VISIT, person=WHO, way=f.Way.FACE_PHONE, decided_ms=9120.0),
    "fact_entry_granted_face_code": f.EntryGranted(visit=VISIT, person=WHO, way=f.Way.FACE_CODE, decided_ms=7400.5),
    "fact_entry_refused_liveness": f.EntryRefused(way=f.Way.FACE, reason=f.Refusal.LIVENESS_FAILED),
    "fact_entry_refused_frozen": f.EntryRefused(way=f.Way.FACE, reason=f.Refusal.FROZEN),
    "fact_entry_refused_not_confirmed": f.EntryRefused(way=f.Way.FACE_PHONE, reason=f.Refusal.NOT_CONFIRMED),
}
"""What a face with a challenge, a PIN or the digits of a telephone number leads to."""


def _facts() -> dict[str, Model]:
    named: dict[str, Model] = {f"fact_{fact.kind}": fact_envelope(fact) for fact in FACTS}
    named |= {name: fact_envelope(fact) for name, fact in OTHERWISE.items()}
    return named | {f"fact_{fact.kind}_unread": fact_envelope(fact) for fact in UNREAD}


EXAMPLES: dict[str, Model] = _facts() | SIGNED | {
    "samples": SAMPLES,
    "ack": Ack(epoch="0badcafe", upto=17),
    "state": STATE,
    "roster": ROSTER,
    "roster_report": RosterReport(version=6, people=400, refused="version: 0: must be above 0"),
    "command_rebirth": Rebirth(id="c-1"),
    "command_identify": Identify(id="c-2"),
    "command_forget_face": ForgetFace(id="c-3", person=WHO),
    "quota_ask": QuotaAsk(
        ask="0a1b2c3d-5", epoch="0badcafe", person=WHO, what=Kind.WATER_ML, day="2026-11-21", utc_offset_min=480, ration=2000,
        want=1640, number=2, upto=1000, spent=640,
    ),
    "quota_lease": QuotaLease(
        ask="0a1b2c3d-5", epoch="0badcafe", person=WHO, what=Kind.WATER_ML, day="2026-11-21", number=3, upto=1640, rest=360, at_s=1_795_231_200,
    ),
    "reply": Reply(id="c-1", done=True),
}


def written(example: Model) -> str:
    """As it stands in a golden file: the wire's own JSON, indented for people."""
    return json.dumps(json.loads(example.model_dump_json()), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, example in EXAMPLES.items():
        path = GOLDEN / f"{name}.json"
        if not path.exists():
            path.write_text(written(example), encoding="utf-8")
