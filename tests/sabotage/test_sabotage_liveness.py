"""The rules about sources of liveness, taken out one by one: the same check must then fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edge.domain.entry import Entry
from edge.domain.face_way import NOTHING, FaceWay
from edge.domain.liveness import Liveness, Word
from edge.domain.messages import Effects
from edge.domain.sight import LivenessJudged
from tests.scenarios import test_liveness_sources as sources
from tests.scenarios.conftest import Build
from tests.scenarios.people import enters_by_code
from twin.station import TwinStation

Saw = pytest.MonkeyPatch
Check = Callable[[TwinStation], None]


def nobody_is_asked(saw: Saw) -> None:
    saw.setattr(Liveness, "of", lambda self, track, now: Word.ALIVE)


def silence_is_a_yes(saw: Saw) -> None:
    asked = Liveness.of
    saw.setattr(Liveness, "of", lambda self, *given: Word.ALIVE if asked(self, *given) is Word.NOTHING else asked(self, *given))


def a_yes_holds_for_ever(saw: Saw) -> None:
    judged = Liveness.judged
    saw.setattr(Liveness, "judged", lambda self, heard, now: judged(self, LivenessJudged(heard.source, heard.track, heard.live_ratio, now), now))


def a_no_waits_for_the_grant(saw: Saw) -> None:
    def heard(self: FaceWay, judged: LivenessJudged, now: float) -> Any:
        self.liveness.judged(judged, now)
        return NOTHING

    saw.setattr(FaceWay, "judged", heard)


def a_pin_is_enough(saw: Saw) -> None:
    saw.setattr(Liveness, "wanted", False)


def a_lost_device_is_not_missed(saw: Saw) -> None:
    saw.setattr(Entry, "_source", lambda self, heard, now: Effects())
    saw.setattr(Liveness, "down", "")


def a_restart_forgets_nothing(saw: Saw) -> None:
    saw.setattr(Liveness, "forget", lambda self: None)


PLAIN: dict[str, object] = {"assurance": "face", "liveness": [sources.DEPTH]}
TWINS: list[tuple[Callable[[Saw], None], Check, dict[str, object]]] = [
    (nobody_is_asked, sources.check_a_mask_does_not_open, PLAIN),
    (silence_is_a_yes, sources.check_a_silent_depth_camera_is_no_yes, PLAIN),
    (a_yes_holds_for_ever, sources.check_an_old_yes_is_no_yes, PLAIN),
    (a_no_waits_for_the_grant, sources.check_a_no_ends_a_challenge_at_once, {"liveness": [sources.DEPTH]}),
    (a_pin_is_enough, sources.check_a_pin_after_a_mask_does_not_open, {"assurance": "face_plus_code", "liveness": [sources.DEPTH]}),
    (a_lost_device_is_not_missed, sources.check_without_its_device_no_face_opens, PLAIN),
    (a_restart_forgets_nothing, sources.check_a_new_face_process_starts_with_no_yes, {"assurance": "face", "liveness": [sources.MODEL]}),
]


@pytest.mark.parametrize(("without", "check", "identity"), TWINS, ids=lambda one: getattr(one, "__name__", ""))
def test_without_its_rule_the_check_turns_red(
    build: Build, monkeypatch: Saw, without: Callable[[Saw], None], check: Check, identity: dict[str, object]
) -> None:
    bench = build(identity=identity)
    assert enters_by_code(bench)
    with monkeypatch.context() as saw:
        without(saw)
        with pytest.raises(AssertionError):
            check(bench)


@pytest.mark.parametrize(("_without", "check", "identity"), TWINS, ids=lambda one: getattr(one, "__name__", ""))
def test_with_all_rules_the_check_is_green(build: Build, _without: object, check: Check, identity: dict[str, object]) -> None:
    bench = build(identity=identity)
    assert enters_by_code(bench)
    check(bench)
