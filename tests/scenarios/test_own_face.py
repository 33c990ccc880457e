"""A visitor and their own face: notice, consent, images, "what do you store", "forget me"; and everybody who must be forgotten."""

from dataclasses import replace

import pytest

from contract.commands import ForgetFace as ForgetCommand
from contract.commands import Reply
from contract.consent import (
    ConsentBy,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    EnrolmentRefused,
    EnrolProblem,
    FaceEnrolled,
    FaceForgotten,
    Forgotten,
)
from contract.facts import EntryGranted, InputRefused, Refusal
from contract.roster import FaceRight
from contract.topics import Leaf
from edge.adapters.kiosk_web.notice import version
from edge.domain.face_messages import ConsentAnswered, EnrolStopAsked, ForgetAsked
from edge.domain.messages import CommandReceived, FacesChanged, LeaveAsked
from edge.domain.own_view import FaceStep, OwnFace
from tests.scenarios.people import AN, BO, BO_NUMBER, BO_PIN, enters_by_code, leaves, people, two_people
from twin.station import TwinStation, roster

NOTICE = version()
YES = ConsentAnswered(agreed=True, of_age=True, notice=NOTICE, language="zh")
NO = replace(YES, agreed=False)
CHILD = replace(YES, of_age=False)
DAY_S = 86_400


@pytest.fixture
def bench(build) -> TwinStation:  # type: ignore[no-untyped-def]
    """An is inside, and came by code."""
    bench: TwinStation = build(sockets=[], taps=[])
    assert enters_by_code(bench)
    return bench


def own(bench: TwinStation) -> OwnFace:
    """What the screen shows the visitor of their own face."""
    assert bench.screen.own is not None
    return bench.screen.own


def press(bench: TwinStation, *pressed: object) -> None:
    bench.post(*pressed)  # type: ignore[arg-type]
    bench.after(0.05)


def enrol(bench: TwinStation) -> None:
    """An agrees, and the camera sees enough."""
    press(bench, YES)
    bench.eyes.vault.takes(5)
    bench.eyes.vault.seals_it()
    bench.after(0.05)


def days(bench: TwinStation, count: int) -> None:
    """Time passes, and nobody comes."""
    for _ in range(count):
        bench.clock.move(DAY_S)
        bench.after(0.05)


def comes_again(bench: TwinStation, *code: str) -> None:
    """Out, and in again by code."""
    leaves(bench)
    assert enters_by_code(bench, *code)


# ---- to be asked, and to agree


def test_a_visitor_without_a_face_here_is_asked_and_can_enrol(bench: TwinStation) -> None:
    assert (own(bench).ask, own(bench).kept, own(bench).step) == (True, False, FaceStep.IDLE)
    press(bench, YES)
    assert own(bench).step is FaceStep.CAPTURE
    bench.eyes.vault.takes(3)
    bench.after(0.05)
    assert (own(bench).good, own(bench).wanted) == (3, 5)
    bench.eyes.vault.seals_it()
    bench.after(0.05)
    assert (own(bench).step, own(bench).kept, own(bench).ask) == (FaceStep.DONE, True, False)
    assert bench.cloud.of(ConsentGiven) == [ConsentGiven(person=AN, notice=NOTICE, language="zh", by=ConsentBy.VISITOR)]
    assert bench.cloud.of(FaceEnrolled) == [FaceEnrolled(person=AN, used=5, flagged=False)]


def test_what_is_stored_is_shown(bench: TwinStation) -> None:
    enrol(bench)
    shown, day = own(bench), bench.clock.wall().at.date().isoformat()
    assert (shown.standing, shown.agreed_notice, shown.used, shown.keep_days) == ("given", NOTICE, 5, 180)
    assert {shown.said_on, shown.made_on, shown.seen_on} == {day}


def test_nobody_is_shown_what_is_stored_of_the_one_before(bench: TwinStation) -> None:
    enrol(bench)
    comes_again(bench, BO_NUMBER, BO_PIN)
    assert (own(bench).kept, own(bench).step, own(bench).made_on) == (False, FaceStep.IDLE, "")
    leaves(bench)
    assert bench.screen.own is None


def test_nothing_is_taken_without_a_visitor_at_the_screen(bench: TwinStation) -> None:
    leaves(bench)
    press(bench, YES, ForgetAsked(), EnrolStopAsked())
    assert bench.eyes.vault.enrolling is None
    assert bench.cloud.of(ConsentGiven) == []


def check_no_image_is_taken_without_consent(bench: TwinStation) -> None:
    """Neither after a no, nor below 16, nor for a notice that is not the one in force."""
    for answer in (NO, CHILD, replace(YES, notice="0badcafe0001"), replace(YES, notice="'; DROP TABLE consent")):
        press(bench, answer)
        assert bench.eyes.vault.enrolling is None
    assert bench.cloud.of(ConsentGiven) == []


def test_no_image_is_taken_without_consent(bench: TwinStation) -> None:
    check_no_image_is_taken_without_consent(bench)


def test_a_consent_that_could_not_be_recorded_takes_no_image(bench: TwinStation) -> None:
    bench.assembly._ledger._db.execute("PRAGMA query_only = ON")
    press(bench, YES)
    assert bench.eyes.vault.enrolling is None
    assert (own(bench).step, own(bench).problem) == (FaceStep.FAILED, EnrolProblem.CANNOT_RECORD)


def test_who_is_below_sixteen_is_refused_and_not_named(bench: TwinStation) -> None:
    press(bench, CHILD)
    assert (own(bench).problem, own(bench).ask) == (EnrolProblem.UNDER_AGE, False)
    assert bench.cloud.of(EnrolmentRefused) == [EnrolmentRefused(reason=EnrolProblem.UNDER_AGE)]
    assert bench.cloud.of(ConsentRefused) == []


def test_after_a_no_nobody_asks_for_ninety_days(bench: TwinStation) -> None:
    press(bench, NO)
    assert bench.cloud.of(ConsentRefused) == [ConsentRefused(person=AN, notice=NOTICE, language="zh")]
    assert (own(bench).ask, own(bench).may_enrol) == (False, True)
    bench.kill()
    bench.boot()
    for passed, asked in ((1, False), (89, False), (1, True)):
        days(bench, passed)
        assert enters_by_code(bench)
        assert own(bench).ask is asked, passed
        leaves(bench)


def test_a_flagged_face_is_told(bench: TwinStation) -> None:
    press(bench, YES)
    bench.eyes.vault.seals_it(nearest=0.2)
    bench.after(0.05)
    assert own(bench).flagged
    assert bench.cloud.of(FaceEnrolled)[0].flagged


# ---- images that do not come


def test_images_that_do_not_come_are_given_up_and_may_be_tried_again(bench: TwinStation) -> None:
    press(bench, YES)
    bench.eyes.vault.fails(EnrolProblem.TIMED_OUT)
    bench.after(0.05)
    assert (own(bench).step, own(bench).problem) == (FaceStep.FAILED, EnrolProblem.TIMED_OUT)
    enrol(bench)
    assert own(bench).kept


def test_a_silent_face_process_does_not_keep_the_visitor_waiting(bench: TwinStation) -> None:
    press(bench, YES)
    bench.after(61)
    assert own(bench).problem is EnrolProblem.TIMED_OUT
    assert bench.eyes.vault.enrolling is None, "it was told to stop"


def test_a_face_process_that_ends_is_told(bench: TwinStation) -> None:
    press(bench, YES, FacesChanged(False, "killed"))
    assert own(bench).problem is EnrolProblem.FACES_LOST
    press(bench, YES)
    assert own(bench).problem is EnrolProblem.FACES_LOST
    assert not own(bench).may_enrol


def test_who_stops_has_withdrawn(bench: TwinStation) -> None:
    press(bench, YES, EnrolStopAsked())
    assert bench.eyes.vault.enrolling is None
    assert bench.cloud.of(ConsentWithdrawn) == [ConsentWithdrawn(person=AN)]
    assert not own(bench).ask


def test_who_leaves_meanwhile_is_not_enrolled_and_the_next_visitor_sees_nothing_of_it(bench: TwinStation) -> None:
    press(bench, YES)
    press(bench, LeaveAsked())
    assert bench.eyes.vault.enrolling is None
    assert bench.cloud.of(EnrolmentRefused) == [EnrolmentRefused(reason=EnrolProblem.STOPPED)]


def test_a_face_sealed_after_the_visitor_withdrew_is_erased(bench: TwinStation) -> None:
    press(bench, YES)
    order = bench.eyes.vault.enrolling
    press(bench, EnrolStopAsked())
    bench.eyes.vault.enrolling = order
    bench.eyes.vault.seals_it()
    bench.after(0.05)
    assert bench.eyes.vault.held == {}
    assert bench.cloud.of(FaceEnrolled) == []


# ---- to be forgotten


def check_who_asks_is_forgotten_at_once(bench: TwinStation) -> None:
    enrol(bench)
    press(bench, ForgetAsked())
    assert bench.eyes.vault.held == {}
    assert not own(bench).kept


def test_who_asks_is_forgotten_at_once_and_gets_a_receipt(bench: TwinStation) -> None:
    check_who_asks_is_forgotten_at_once(bench)
    receipt = bench.eyes.vault.receipts[AN]
    assert (own(bench).step, own(bench).receipt, own(bench).ask) == (FaceStep.FORGOTTEN, receipt, False)
    assert bench.cloud.of(FaceForgotten) == [FaceForgotten(person=AN, receipt=receipt, reason=Forgotten.WITHDRAWN)]
    assert bench.cloud.of(ConsentWithdrawn) == [ConsentWithdrawn(person=AN)]


def test_forgetting_waits_for_a_face_process_that_is_away_and_the_face_opens_nothing(bench: TwinStation) -> None:
    enrol(bench)
    bench.eyes.vault.away = True
    press(bench, ForgetAsked())
    assert own(bench).step is FaceStep.FORGETTING
    leaves(bench)
    bench.show_face(AN)
    assert not bench.world.lock_released
    assert bench.screen.reason is Refusal.UNKNOWN_FACE
    bench.kill()
    bench.eyes.vault.away = False
    bench.boot()
    assert bench.eyes.vault.held == {}
    assert [fact.reason for fact in bench.cloud.of(FaceForgotten)] == [Forgotten.WITHDRAWN]


def send(bench: TwinStation, person: str, number: str = "c-1") -> None:
    bench.post(CommandReceived(ForgetCommand(id=number, person=person).model_dump_json().encode()))
    bench.after(0.05)


def replies(bench: TwinStation) -> list[Reply]:
    return [Reply.model_validate_json(raw) for leaf, raw in bench.cloud.said if leaf is Leaf.CMD_REPLY]


def test_the_cloud_can_have_a_face_forgotten_and_gets_the_receipt(bench: TwinStation) -> None:
    enrol(bench)
    send(bench, AN)
    receipt = bench.eyes.vault.receipts[AN]
    assert replies(bench) == [Reply(id="c-1", done=True, receipt=receipt)]
    assert bench.cloud.of(FaceForgotten) == [FaceForgotten(person=AN, receipt=receipt, reason=Forgotten.FROM_AFAR)]
    send(bench, BO, "c-2")
    assert replies(bench)[-1] == Reply(id="c-2", done=True, reason="nothing was kept here")


def test_a_station_that_was_offline_forgets_when_the_roster_comes(bench: TwinStation) -> None:
    enrol(bench)
    an, bo = people()
    bench.cloud.push_roster(roster(an.model_copy(update={"face": FaceRight.WITHDRAWN}), bo, version=2))
    bench.after(0.05)
    assert bench.eyes.vault.held == {}
    assert [fact.reason for fact in bench.cloud.of(FaceForgotten)] == [Forgotten.FROM_AFAR]
    press(bench, YES)
    assert (own(bench).problem, own(bench).may_enrol) == (EnrolProblem.BLOCKED, False)


def test_who_has_no_right_any_more_is_forgotten_at_once_and_may_come_back(bench: TwinStation) -> None:
    enrol(bench)
    bench.cloud.push_roster(roster(people()[1], version=2))
    bench.after(0.05)
    assert bench.eyes.vault.held == {}
    assert [fact.reason for fact in bench.cloud.of(FaceForgotten)] == [Forgotten.NO_RIGHT]
    assert bench.cloud.of(ConsentWithdrawn) == []
    bench.cloud.push_roster(two_people(3))
    comes_again(bench)
    assert own(bench).ask


def test_who_does_not_come_for_long_is_forgotten(bench: TwinStation) -> None:
    enrol(bench)
    leaves(bench)
    days(bench, 100)
    bench.let_in(AN)
    leaves(bench)
    assert bench.eyes.vault.visits[-1].person == AN
    days(bench, 180)
    assert AN in bench.eyes.vault.held, "the visit counts, not the enrolment"
    days(bench, 1)
    assert bench.eyes.vault.held == {}
    assert [fact.reason for fact in bench.cloud.of(FaceForgotten)] == [Forgotten.NOT_SEEN]


def test_nobody_is_forgotten_by_a_clock_that_is_not_trusted(bench: TwinStation) -> None:
    enrol(bench)
    bench.clock.synchronised = False
    bench.after(6)
    days(bench, 400)
    assert AN in bench.eyes.vault.held


# ---- the vault is another process's, and others may change it


def test_a_face_enrolled_on_the_spot_is_taken_up_with_its_consent(bench: TwinStation) -> None:
    bench.eyes.vault.operator_enrols(BO)
    bench.after(0.05)
    assert [(fact.person, fact.by) for fact in bench.cloud.of(ConsentGiven)] == [(BO, ConsentBy.OPERATOR)]
    assert [fact.person for fact in bench.cloud.of(FaceEnrolled)] == [BO]
    bench.kill()
    bench.boot()
    assert len(bench.cloud.of(FaceEnrolled)) == 1, "taken up once"


def test_a_face_enrolled_on_the_spot_without_a_right_is_forgotten(bench: TwinStation) -> None:
    bench.eyes.vault.operator_enrols("p-stranger")
    bench.after(0.05)
    assert bench.eyes.vault.held == {}
    assert [fact.reason for fact in bench.cloud.of(FaceForgotten)] == [Forgotten.NO_RIGHT]


def test_a_face_forgotten_on_the_spot_is_told_with_its_receipt(bench: TwinStation) -> None:
    enrol(bench)
    bench.eyes.vault.operator_forgets(AN)
    bench.after(0.05)
    assert bench.cloud.of(FaceForgotten) == [FaceForgotten(person=AN, receipt=bench.eyes.vault.receipts[AN], reason=Forgotten.OPERATOR)]


def test_a_vault_that_is_lost_is_told(bench: TwinStation) -> None:
    enrol(bench)
    bench.eyes.vault.held.clear()
    bench.eyes.vault.report()
    bench.after(0.05)
    assert bench.cloud.of(FaceForgotten) == [FaceForgotten(person=AN, receipt="", reason=Forgotten.MISSING)]
    assert own(bench).ask


def test_a_face_sealed_just_before_a_crash_is_told_after_it(bench: TwinStation) -> None:
    press(bench, YES)
    bench.eyes.vault.seals_it(told=False)
    bench.kill()
    bench.boot()
    assert [fact.person for fact in bench.cloud.of(FaceEnrolled)] == [AN]
    assert AN in bench.eyes.vault.held


def test_damaged_seals_are_told_and_nobody_is_forgotten_for_it(bench: TwinStation) -> None:
    enrol(bench)
    bench.eyes.vault.damaged = (AN,)
    held = bench.eyes.vault.held.pop(AN)
    bench.eyes.vault.report()
    bench.after(0.05)
    assert [fact.source for fact in bench.cloud.of(InputRefused)] == ["vault"]
    assert bench.cloud.of(FaceForgotten) == []
    bench.eyes.vault.damaged, bench.eyes.vault.held = (), {AN: held}
    assert own(bench).kept


def test_a_visit_is_noted_once_a_day(bench: TwinStation) -> None:
    enrol(bench)
    leaves(bench)
    for _ in range(3):
        bench.let_in(AN)
        leaves(bench)
        bench.after(20)
    assert len(bench.eyes.vault.visits) == 0, "the day of the enrolment is known already"
    days(bench, 1)
    for _ in range(2):
        bench.let_in(AN)
        leaves(bench)
        bench.after(20)
    assert len(bench.eyes.vault.visits) == 1
    assert len(bench.cloud.of(EntryGranted)) == 6
