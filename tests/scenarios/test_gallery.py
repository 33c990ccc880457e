"""More people than the engine's table supports: a face alone decides no more, and everybody is told."""

from __future__ import annotations

import pytest

from contract.facts import EntryGranted, FaultCleared, FaultCode, FaultRaised, Way
from contract.state import State
from edge.domain.sight import FaceCompared
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN, BO, enters_by_code, leaves
from tests.scenarios.test_liveness import AN_PHONE, answer, known
from twin.station import TwinStation, person

TABLE: dict[str, object] = {"identity": {"assurance": "face", "galleries": [{"gallery": 10, "limit": 0.31}, {"gallery": 300, "limit": 0.26}]}}
FOR_ONE: dict[str, object] = {"identity": {"assurance": "face", "galleries": [{"gallery": 1, "limit": 0.31}]}}
TOO_LARGE = FaultCode.GALLERY_TOO_LARGE


def raised(bench: TwinStation) -> list[str]:
    return [fact.detail for fact in bench.cloud.of(FaultRaised) if fact.fault is TOO_LARGE]


def cleared(bench: TwinStation) -> int:
    return sum(fact.fault is TOO_LARGE for fact in bench.cloud.of(FaultCleared))


def stands(bench: TwinStation) -> bool:
    return TOO_LARGE in {view.fault for view in bench.screen.faults}


def check_a_face_alone_does_not_decide_in_too_large_a_gallery(bench: TwinStation) -> None:
    """However near it is."""
    bench.show_face(AN, 0.05, 0.9, gallery=301)
    assert not bench.world.lock_released


@pytest.mark.parametrize(("gallery", "opens"), [(10, True), (300, True), (301, False), (100_000, False)])
def test_a_face_alone_decides_up_to_the_largest_gallery_of_the_table(build: Build, gallery: int, opens: bool) -> None:
    bench = build(**TABLE)
    bench.show_face(AN, 0.05, 0.9, gallery=gallery)
    assert bench.world.lock_released is opens
    assert stands(bench) is not opens


def test_above_it_face_and_phone_digits_together_open(build: Build) -> None:
    bench = known(build(**TABLE), person(AN, "1001", "2468", AN_PHONE))
    check_a_face_alone_does_not_decide_in_too_large_a_gallery(bench)
    bench.eyes.gallery = 301
    bench.stand({AN: 0.05})
    assert not bench.world.lock_released
    assert bench.screen.ask and bench.screen.ask.what == "phone"
    answer(bench, AN_PHONE)
    assert bench.world.lock_released
    assert [(fact.person, fact.way) for fact in bench.cloud.of(EntryGranted)] == [(AN, Way.FACE_PHONE)]


def test_it_is_told_once_and_taken_back_when_there_are_fewer(build: Build) -> None:
    bench = build(**TABLE)
    for _ in range(3):
        bench.show_face(None, 0.7, 0.8, gallery=301)
    assert raised(bench) == ["301 people, the engine's table supports 300: phone digits are asked too; recalibrate for more, or enrol fewer"]
    assert TOO_LARGE in {each.fault for each in told(bench).faults}
    bench.show_face(None, 0.7, 0.8, gallery=300)
    assert (cleared(bench), stands(bench)) == (1, False)
    assert TOO_LARGE not in {each.fault for each in told(bench).faults}


def told(bench: TwinStation) -> State:
    """What the cloud was told of the station last."""
    return bench.assembly.core.state(bench.clock.monotonic())


def test_it_blocks_nothing_but_the_face_alone(build: Build) -> None:
    bench = build(**TABLE)
    bench.post(FaceCompared(1, 3, None, 0.7, 0.8, 301, bench.clock.monotonic()))
    bench.after(0.1)
    assert stands(bench) and bench.screen.face and bench.screen.code
    assert enters_by_code(bench)
    assert leaves(bench)


def test_the_vault_says_so_before_anybody_comes(build: Build) -> None:
    """At the start, and after each enrolment and erasure."""
    bench = build(**FOR_ONE)
    bench.eyes.vault.operator_enrols(AN)
    bench.after(0.1)
    assert not stands(bench)
    bench.eyes.vault.operator_enrols(BO)
    bench.after(0.1)
    assert stands(bench)
    bench.kill()
    bench.boot()
    bench.after(1)
    assert stands(bench)
    bench.eyes.vault.operator_forgets(BO)
    bench.after(0.1)
    assert not stands(bench)


def test_without_a_table_the_limits_are_guesses_and_nothing_is_said(build: Build) -> None:
    bench = build()
    bench.show_face(None, 0.7, 0.8, gallery=100_000)
    assert not stands(bench)
