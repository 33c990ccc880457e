"""The rules about kept faces, taken out one by one: the same check must then fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.domain.consent import Consents
from edge.domain.face_desk import FaceDesk
from edge.domain.keeping import Keeping
from edge.domain.messages import Effects
from tests.scenarios import test_own_face as faces
from tests.scenarios import test_template_sharing as shared
from tests.scenarios.conftest import Build
from tests.scenarios.people import enters_by_code
from twin.station import TwinStation

Saw = pytest.MonkeyPatch


def anybody_agreed(saw: Saw) -> None:
    """Every answer counts as a yes to the notice in force."""
    answered = FaceDesk._answered

    def yes(self: FaceDesk, person: str, heard: faces.ConsentAnswered, day: str | None, now: float) -> Effects:
        return answered(self, person, faces.replace(heard, agreed=True, of_age=True, notice=self.consents.notice), day, now)

    saw.setattr(FaceDesk, "_answered", yes)


def any_notice_will_do(saw: Saw) -> None:
    saw.setattr(FaceDesk, "_hindrance", lambda *_: None)


def images_before_the_record(saw: Saw) -> None:
    saw.setattr("edge.station.EnrolFace", type("Nothing", (), {}))
    saw.setattr(FaceDesk, "revoke", lambda self: Effects())


def nothing_is_erased(saw: Saw) -> None:
    saw.setattr(Keeping, "forget", lambda self, *_: Effects())


def nobody_is_too_long_away(saw: Saw) -> None:
    saw.setattr(Keeping, "turn", lambda self, day: Effects())


def rights_do_not_matter(saw: Saw) -> None:
    saw.setattr(Keeping, "allowed", lambda self, person: True)


def a_no_is_forgotten(saw: Saw) -> None:
    saw.setattr(Consents, "refuse", lambda self, *_, **__: Effects())


def what_the_vault_holds_is_not_looked_at(saw: Saw) -> None:
    saw.setattr(Keeping, "_reconcile", lambda self, damaged, day, now: Effects())


def erasing_faces_still_open(saw: Saw) -> None:
    saw.setattr(Keeping, "stands", lambda self, person: True)


def invitations_outlive_a_withdrawal(saw: Saw) -> None:
    saw.setattr(Keeping, "_take_back", lambda self, person: Effects())


def any_consent_will_do(saw: Saw) -> None:
    saw.setattr(Keeping, "_may_come", lambda self, face, known: True)


TWINS: list[tuple[Callable[[Saw], None], Callable[[TwinStation], None]]] = [
    (anybody_agreed, faces.check_no_image_is_taken_without_consent),
    (any_notice_will_do, faces.check_no_image_is_taken_without_consent),
    (images_before_the_record, faces.test_a_consent_that_could_not_be_recorded_takes_no_image),
    (nothing_is_erased, faces.check_who_asks_is_forgotten_at_once),
    (nobody_is_too_long_away, faces.test_who_does_not_come_for_long_is_forgotten),
    (rights_do_not_matter, faces.test_who_has_no_right_any_more_is_forgotten_at_once_and_may_come_back),
    (rights_do_not_matter, faces.test_a_station_that_was_offline_forgets_when_the_roster_comes),
    (a_no_is_forgotten, faces.test_after_a_no_nobody_asks_for_ninety_days),
    (what_the_vault_holds_is_not_looked_at, faces.test_a_face_sealed_just_before_a_crash_is_told_after_it),
    (erasing_faces_still_open, faces.test_forgetting_waits_for_a_face_process_that_is_away_and_the_face_opens_nothing),
    (any_consent_will_do, shared.check_nothing_comes_in_where_sharing_is_off),
]
SHARING_TWINS: list[tuple[Callable[[Saw], None], Callable[[TwinStation], None]]] = [
    (any_consent_will_do, shared.check_who_said_no_does_not_come_back_with_an_older_consent),
    (invitations_outlive_a_withdrawal, shared.check_a_withdrawal_takes_back_what_invited_a_package),
    (rights_do_not_matter, shared.check_a_withdrawal_at_the_desk_erases_what_came_from_elsewhere),
]


@pytest.mark.parametrize(("without", "check"), TWINS, ids=lambda one: one.__name__)
def test_without_its_rule_the_check_turns_red(
    build: Build, monkeypatch: Saw, without: Callable[[Saw], None], check: Callable[[TwinStation], None]
) -> None:
    bench = build(sockets=[], taps=[])
    assert enters_by_code(bench)
    with monkeypatch.context() as saw:
        without(saw)
        with pytest.raises((AssertionError, ValueError)):
            check(bench)


@pytest.mark.parametrize(("without", "check"), SHARING_TWINS, ids=lambda one: one.__name__)
def test_without_its_rule_the_check_of_a_shared_template_turns_red(
    build: Build, monkeypatch: Saw, without: Callable[[Saw], None], check: Callable[[TwinStation], None]
) -> None:
    bench = build(sockets=[], taps=[], identity=shared.ON)
    assert enters_by_code(bench)
    with monkeypatch.context() as saw:
        without(saw)
        with pytest.raises(AssertionError):
            check(bench)
