"""A passive model, an infrared or a depth camera must have said a moment ago that the face is alive; codes ask none of them."""

from collections.abc import Callable
from math import inf, nan

import pytest

from contract.facts import EntryGranted, FaultCleared, FaultCode, FaultRaised, Refusal, Way
from contract.liveness import PASSIVE
from edge.domain.messages import AnswerTyped, FacesChanged
from edge.domain.sight import LivenessChanged, LivenessJudged
from tests.scenarios.people import AN, AN_PIN, BO, enters_by_code
from tests.scenarios.test_liveness import AN_PHONE, NEAR, UNSURE, answer, known, refusals
from twin.station import TwinStation, person

DEPTH = {"source": "depth", "threshold": 0.6}
MODEL = {"source": PASSIVE, "threshold": 0.8}
Build = Callable[..., TwinStation]


@pytest.fixture
def plain(build: Build) -> TwinStation:
    """A face opens by itself, if the depth camera says that it is one."""
    return build(identity={"assurance": "face", "liveness": [DEPTH]})


@pytest.fixture
def both(build: Build) -> TwinStation:
    """Challenge, passive model and depth camera."""
    return build(identity={"liveness": [DEPTH, MODEL]})


def quiet(bench: TwinStation) -> TwinStation:
    """The scenario itself says what the depth camera would; what that said before holds no more."""
    bench.liveness["depth"].ratio = None
    bench.after(3)
    return bench


def says(bench: TwinStation, ratio: float, age_s: float = 0.0, track: int | None = None, source: str = "depth") -> None:
    """One judgement, `age_s` old."""
    bench.post(LivenessJudged(source, track, ratio, bench.clock.monotonic() - age_s))
    bench.after(0.02)


def by_face(bench: TwinStation) -> list[tuple[str, Way]]:
    """Who came in with a face, and how."""
    return [(fact.person, fact.way) for fact in bench.cloud.of(EntryGranted) if fact.way is not Way.CODE]


def check_a_mask_does_not_open(bench: TwinStation) -> None:
    """The right person's face as near as can be; the depth camera sees none."""
    bench.liveness["depth"].ratio = 0.1
    bench.after(0.5)
    for _ in range(2):
        bench.show_face(AN, 0.01)
        bench.after(3)
        assert not bench.world.lock_released
    assert by_face(bench) == []


def test_a_living_face_comes_in_at_once(plain: TwinStation) -> None:
    plain.show_face(AN)
    assert plain.world.lock_released
    assert plain.cloud.of(EntryGranted)[0].decided_ms < 500


def test_with_challenge_model_and_depth_camera_a_living_face_comes_in(both: TwinStation) -> None:
    both.stand(NEAR)
    assert both.world.lock_released
    assert by_face(both) == [(AN, Way.FACE)]


def test_a_mask_of_the_right_person_does_not_open_and_a_code_does(plain: TwinStation) -> None:
    check_a_mask_does_not_open(plain)
    assert set(refusals(plain)) == {Refusal.LIVENESS_FAILED}
    assert plain.screen.code
    assert enters_by_code(plain)


@pytest.mark.parametrize("source", ["depth", PASSIVE])
def test_one_no_is_enough(both: TwinStation, source: str) -> None:
    both.liveness[source].ratio = 0.3
    both.stand(NEAR)
    assert refusals(both) == [Refusal.LIVENESS_FAILED]
    assert not both.world.lock_released


@pytest.mark.parametrize("source", ["depth", PASSIVE])
def test_a_silent_source_is_no_yes(both: TwinStation, source: str) -> None:
    """It works, as far as it says, and judges nothing: not even who turns the head as asked comes in."""
    both.liveness[source].ratio = None
    both.after(3)
    both.stand(NEAR)
    both.after(3)
    assert refusals(both) == [Refusal.LIVENESS_FAILED]
    assert not both.world.lock_released


def check_a_silent_depth_camera_is_no_yes(bench: TwinStation) -> None:
    quiet(bench).show_face(AN)
    bench.after(3)
    assert not bench.world.lock_released
    assert refusals(bench) == [Refusal.LIVENESS_FAILED]


def test_nobody_waits_long_for_a_judgement(plain: TwinStation) -> None:
    quiet(plain).show_face(AN)
    assert refusals(plain) == []
    plain.after(1.9)
    assert refusals(plain) == []
    plain.after(0.2)
    assert refusals(plain) == [Refusal.LIVENESS_FAILED]
    assert enters_by_code(plain)


def test_a_judgement_that_comes_a_little_later_opens(plain: TwinStation) -> None:
    quiet(plain).show_face(AN)
    plain.after(1.0)
    says(plain, 0.9)
    assert plain.world.lock_released


def check_an_old_yes_is_no_yes(bench: TwinStation) -> None:
    """It was alive 2.1 s ago; 2 s is how long that holds."""
    says(quiet(bench), 0.99, age_s=2.1)
    bench.show_face(AN)
    bench.after(3)
    assert not bench.world.lock_released


def test_an_old_yes_is_no_yes(plain: TwinStation) -> None:
    check_an_old_yes_is_no_yes(plain)
    assert refusals(plain) == [Refusal.LIVENESS_FAILED]


@pytest.mark.parametrize("ratio", [nan, inf, -inf, -0.1, 1.01, 0.59, 0.0])
def test_what_is_no_ratio_is_no_yes(plain: TwinStation, ratio: float) -> None:
    says(quiet(plain), 0.99)
    says(plain, ratio)
    plain.show_face(AN)
    assert refusals(plain) == [Refusal.LIVENESS_FAILED]


@pytest.mark.parametrize("age_s", [-1.0, nan, -inf])
def test_a_time_that_has_not_come_is_no_yes(plain: TwinStation, age_s: float) -> None:
    says(quiet(plain), 0.99, age_s=age_s)
    plain.after(1.5)
    plain.show_face(AN)
    plain.after(3)
    assert not plain.world.lock_released


def test_of_another_face_is_no_yes(plain: TwinStation) -> None:
    says(quiet(plain), 0.99, track=77)
    plain.show_face(AN)
    plain.after(3)
    assert refusals(plain) == [Refusal.LIVENESS_FAILED]


def test_of_a_source_that_nobody_asks_is_no_yes(plain: TwinStation) -> None:
    says(quiet(plain), 0.99, source="kind-neighbour")
    plain.show_face(AN)
    plain.after(3)
    assert refusals(plain) == [Refusal.LIVENESS_FAILED]


def test_a_yes_does_not_wash_away_a_no_of_a_moment_ago(plain: TwinStation) -> None:
    says(quiet(plain), 0.1)
    says(plain, 0.99)
    plain.show_face(AN)
    assert refusals(plain) == [Refusal.LIVENESS_FAILED]


def check_a_no_ends_a_challenge_at_once(bench: TwinStation) -> None:
    """The mask is put on before the second movement."""
    bench.stand(NEAR, {}, follows=False)
    bench.after(0.6)
    assert bench.screen.challenge
    bench.liveness["depth"].ratio = 0.1
    bench.after(0.6)
    assert (bench.screen.challenge, refusals(bench)) == (None, [Refusal.LIVENESS_FAILED])


def test_a_no_during_the_challenge_ends_it_at_once(both: TwinStation) -> None:
    check_a_no_ends_a_challenge_at_once(both)
    assert both.eyes.posing is None


def test_digits_after_not_sure_need_a_living_face_too(build: Build) -> None:
    bench = known(build(identity={"assurance": "face", "liveness": [DEPTH]}), person(AN, "1001", AN_PIN, AN_PHONE))
    bench.stand(UNSURE)
    assert bench.eyes.face
    bench.eyes.face.distances = {AN: 0.26, BO: 0.35}
    bench.liveness["depth"].ratio = 0.2
    bench.after(0.5)
    answer(bench, AN_PHONE)
    bench.after(3)
    assert refusals(bench)[-1] is Refusal.LIVENESS_FAILED
    assert not bench.world.lock_released


@pytest.fixture
def with_pin(build: Build) -> TwinStation:
    return build(identity={"assurance": "face_plus_code", "liveness": [DEPTH]})


def test_a_pin_after_a_living_face_opens(with_pin: TwinStation) -> None:
    with_pin.stand(NEAR)
    answer(with_pin, AN_PIN)
    assert by_face(with_pin) == [(AN, Way.FACE_CODE)]


def check_a_pin_after_a_mask_does_not_open(bench: TwinStation) -> None:
    """It was put on while the PIN was typed."""
    bench.stand(NEAR)
    assert bench.screen.ask
    bench.liveness["depth"].ratio = 0.2
    bench.after(0.5)
    bench.post(AnswerTyped(AN_PIN))
    bench.after(6)
    assert by_face(bench) == []
    assert refusals(bench) == [Refusal.LIVENESS_FAILED]


def test_a_pin_after_a_mask_does_not_open(with_pin: TwinStation) -> None:
    check_a_pin_after_a_mask_does_not_open(with_pin)
    assert enters_by_code(with_pin)


def test_a_pin_after_a_face_that_left_does_not_open_as_face_and_code(with_pin: TwinStation) -> None:
    with_pin.stand(NEAR)
    with_pin.eyes.face = None
    with_pin.post(AnswerTyped(AN_PIN))
    with_pin.after(6)
    assert refusals(with_pin) == [Refusal.NOT_CONFIRMED]


def check_without_its_device_no_face_opens(bench: TwinStation) -> None:
    """Unplugged: the screen says so and offers the code; nobody is refused for it."""
    bench.liveness["depth"].stop()
    bench.after(0.1)
    assert (bench.screen.face, bench.screen.code) == (False, True)
    bench.show_face(AN)
    bench.after(3)
    assert not bench.world.lock_released
    assert refusals(bench) == []


def test_an_unplugged_device_takes_faces_away_and_leaves_codes(plain: TwinStation) -> None:
    check_without_its_device_no_face_opens(plain)
    assert [(fact.fault, fact.detail) for fact in plain.cloud.of(FaultRaised)] == [(FaultCode.LIVENESS_LOST, "depth: twin: unplugged")]
    assert enters_by_code(plain)
    plain.liveness["depth"].start()
    plain.after(8)
    assert [fact.fault for fact in plain.cloud.of(FaultCleared)] == [FaultCode.LIVENESS_LOST]
    plain.show_face(AN)
    assert plain.world.lock_released


def test_a_device_unplugged_in_a_challenge_ends_it_without_a_refusal(both: TwinStation) -> None:
    both.stand(NEAR, {}, follows=False)
    both.after(0.6)
    both.liveness["depth"].stop()
    both.after(3)
    assert (both.screen.challenge, refusals(both)) == (None, [])


def test_a_device_that_is_not_fitted_is_told_and_no_face_opens(plain: TwinStation) -> None:
    plain.liveness.clear()
    plain.kill()
    plain.boot()
    assert not plain.screen.face
    assert plain.cloud.of(FaultRaised)[-1].detail == "depth: no such device is fitted"
    plain.show_face(AN)
    plain.after(3)
    assert not plain.world.lock_released
    assert enters_by_code(plain)


def test_a_model_that_was_not_chosen_is_told_in_the_operators_words(both: TwinStation) -> None:
    both.post(LivenessChanged(PASSIVE, False, "no model chosen; ./kiosk face liveness use MANIFEST --folder DIR"))
    both.after(0.1)
    assert not both.screen.face
    assert both.cloud.of(FaultRaised)[-1].detail.startswith("passive: no model chosen; ./kiosk face liveness use")


def test_what_nobody_asks_for_need_not_work(bench: TwinStation) -> None:
    bench.post(LivenessChanged(PASSIVE, False, "no model chosen"))
    bench.after(0.1)
    assert bench.screen.face
    assert bench.cloud.of(FaultRaised) == []
    bench.show_face(AN)
    assert bench.world.lock_released


def check_a_new_face_process_starts_with_no_yes(bench: TwinStation) -> None:
    """It numbers its tracks anew: the yes for the old track 1 is not for the new one."""
    bench.liveness[PASSIVE].ratio = None
    bench.after(3)
    track = bench._tracks + 1
    says(bench, 0.99, track=track, source=PASSIVE)
    bench.post(FacesChanged(False, "ended"), FacesChanged(True, ""))
    bench.show_face(AN)
    bench.after(3)
    assert not bench.world.lock_released


def test_a_new_face_process_starts_with_no_yes(build: Build) -> None:
    check_a_new_face_process_starts_with_no_yes(build(identity={"assurance": "face", "liveness": [MODEL]}))


@pytest.mark.slow
def test_after_a_restart_faces_open_once_every_source_was_heard(both: TwinStation) -> None:
    both.liveness["depth"].ratio = None
    both.kill()
    both.boot()
    assert both.screen.face
    assert both.cloud.of(FaultRaised) == []
    both.stand(NEAR)
    both.after(3)
    assert not both.world.lock_released
