"""A template that went to another station or came from one: told once, shown to the person, and erased like every other."""

from __future__ import annotations

import pytest

from contract.consent import ConsentBy, ConsentGiven, FaceEnrolled, FaceForgotten, Forgotten, TemplateReceived, TemplateShared
from contract.facts import InputRefused
from contract.roster import FaceRight
from edge.domain.face_messages import ForgetAsked
from tests.scenarios.people import AN, BO, enters_by_code, leaves, people
from tests.scenarios.test_own_face import days, enrol, own, press
from twin.station import TwinStation, roster

ON = {"assurance": "face", "template_sharing": True}
NOTICE = "0badcafe0002"


@pytest.fixture
def bench(build) -> TwinStation:  # type: ignore[no-untyped-def]
    """An is inside, and came by code; sharing is on."""
    bench: TwinStation = build(sockets=[], taps=[], identity=ON)
    assert enters_by_code(bench)
    return bench


def today(bench: TwinStation) -> str:
    return bench.clock.wall().at.date().isoformat()


def test_a_copy_that_was_handed_over_is_told_once_and_shown(bench: TwinStation) -> None:
    enrol(bench)
    bench.eyes.vault.operator_hands_over(AN, "st-2", "2026-11-21")
    bench.after(0.05)
    number = bench.eyes.vault.transfers[0].number
    assert bench.cloud.of(TemplateShared) == [TemplateShared(person=AN, destination="st-2", notice=NOTICE, transfer=number)]
    assert own(bench).shared == (("st-2", "2026-11-21"),)
    bench.eyes.vault.report()
    bench.kill()
    bench.boot()
    bench.eyes.vault.report()
    bench.after(0.05)
    assert len(bench.cloud.of(TemplateShared)) == 1
    assert enters_by_code(bench)
    assert own(bench).shared == (("st-2", "2026-11-21"),)


def test_one_handed_over_while_the_agent_was_down_is_told_afterwards_also_when_the_face_is_gone(bench: TwinStation) -> None:
    enrol(bench)
    bench.kill()
    bench.eyes.vault.joined(lambda heard: None)
    bench.eyes.vault.operator_hands_over(AN, "st-2")
    bench.eyes.vault.operator_forgets(AN)
    bench.boot()
    assert [fact.destination for fact in bench.cloud.of(TemplateShared)] == ["st-2"]
    assert enters_by_code(bench)
    assert (own(bench).kept, own(bench).shared) == (False, (("st-2", "2026-11-21"),))


def test_nobody_sees_where_the_copy_of_another_went(bench: TwinStation) -> None:
    bench.eyes.vault.operator_hands_over(BO, "st-2")
    bench.eyes.vault.operator_takes_in(BO)
    bench.after(0.05)
    assert (own(bench).shared, own(bench).came) == ((), ("", ""))


def test_a_template_that_came_is_taken_up_with_its_own_consent(bench: TwinStation) -> None:
    bench.eyes.vault.operator_takes_in(AN, "st-9", today(bench))
    bench.after(0.05)
    number = bench.eyes.vault.transfers[0].number
    assert bench.cloud.of(TemplateReceived) == [TemplateReceived(person=AN, source="st-9", notice=NOTICE, transfer=number)]
    assert bench.cloud.of(ConsentGiven) == [ConsentGiven(person=AN, notice=NOTICE, language="zh", by=ConsentBy.ELSEWHERE)]
    assert [fact.person for fact in bench.cloud.of(FaceEnrolled)] == [AN]
    shown = own(bench)
    assert (shown.kept, shown.agreed_notice, shown.said_on, shown.came) == (True, NOTICE, today(bench), ("st-9", today(bench)))
    bench.kill()
    bench.boot()
    assert AN in bench.eyes.vault.held
    assert len(bench.cloud.of(TemplateReceived)) == len(bench.cloud.of(FaceEnrolled)) == 1


def check_a_withdrawal_at_the_desk_erases_what_came_from_elsewhere(bench: TwinStation) -> None:
    bench.eyes.vault.operator_takes_in(AN, "st-9", today(bench))
    bench.after(0.05)
    assert AN in bench.eyes.vault.held
    an, bo = people()
    bench.cloud.push_roster(roster(an.model_copy(update={"face": FaceRight.WITHDRAWN}), bo, version=2))
    bench.after(0.05)
    assert bench.eyes.vault.held == {}
    assert [fact.reason for fact in bench.cloud.of(FaceForgotten)] == [Forgotten.FROM_AFAR]
    bench.eyes.vault.operator_takes_in(AN, "st-9", "2027-11-21")
    bench.after(0.05)
    assert bench.eyes.vault.held == {}, "and nothing comes in after it"


def test_a_withdrawal_at_the_desk_erases_what_came_from_elsewhere(bench: TwinStation) -> None:
    check_a_withdrawal_at_the_desk_erases_what_came_from_elsewhere(bench)


def check_a_withdrawal_takes_back_what_invited_a_package(bench: TwinStation) -> None:
    """Nothing is kept of Bo here; the face process is away just now."""
    bench.eyes.vault.invited = {AN, BO}
    bench.eyes.vault.away = True
    an, bo = people()
    bench.cloud.push_roster(roster(an, bo.model_copy(update={"face": FaceRight.WITHDRAWN}), version=2))
    bench.after(0.05)
    bench.eyes.vault.away = False
    bench.eyes.vault.report()
    bench.cloud.push_roster(roster(an, bo, version=3))
    bench.after(0.05)
    assert bench.eyes.vault.invited == {AN}, "allowed again, but the package on its way is not"
    assert bench.assembly.core.desk.keeping.pending == {}
    assert bench.cloud.of(FaceForgotten) == []


def test_a_withdrawal_takes_back_what_invited_a_package(bench: TwinStation) -> None:
    check_a_withdrawal_takes_back_what_invited_a_package(bench)


def check_who_said_no_does_not_come_back_with_an_older_consent(bench: TwinStation) -> None:
    enrol(bench)
    bench.eyes.vault.operator_forgets(AN)
    bench.after(0.05)
    day = today(bench)
    for said_on in ("2020-01-01", day, ""):
        bench.eyes.vault.operator_takes_in(AN, "st-9", said_on)
        bench.after(0.05)
        assert bench.eyes.vault.held == {}, said_on
    assert len(bench.cloud.of(FaceEnrolled)) == 1


def test_who_said_no_does_not_come_back_with_an_older_consent_and_does_with_a_newer(bench: TwinStation) -> None:
    check_who_said_no_does_not_come_back_with_an_older_consent(bench)
    leaves(bench)
    days(bench, 2)
    bench.eyes.vault.operator_takes_in(AN, "st-9", today(bench))
    bench.after(0.05)
    assert AN in bench.eyes.vault.held


def check_nothing_comes_in_where_sharing_is_off(bench: TwinStation) -> None:
    bench.eyes.vault.operator_takes_in(BO, "st-9", today(bench))
    bench.after(0.05)
    assert bench.eyes.vault.held == {}
    assert (bench.cloud.of(FaceEnrolled), bench.cloud.of(ConsentGiven)) == ([], [])
    assert [fact.source for fact in bench.cloud.of(InputRefused)] == ["vault"]


def test_nothing_comes_in_where_sharing_is_off(build) -> None:  # type: ignore[no-untyped-def]
    check_nothing_comes_in_where_sharing_is_off(build(sockets=[], taps=[]))


def test_what_came_goes_with_the_visitors_own_wish_too(bench: TwinStation) -> None:
    bench.eyes.vault.operator_takes_in(AN, "st-9", today(bench))
    bench.after(0.05)
    press(bench, ForgetAsked())
    assert bench.eyes.vault.held == {}
    assert (own(bench).kept, own(bench).came[0]) == (False, "st-9"), "that it came once is still told"
