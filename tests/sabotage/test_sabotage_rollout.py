"""The rules of rollouts, taken out one by one: the same check must then fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cloud.domain import rollout as r
from cloud.domain import seats as s
from cloud.domain import uploads
from cloud.errors import RolloutRefused
from contract.signing import Flaw
from contract.trust import ConfigDocument
from tests.cloud_parts import NOON
from tests.contract.signed_examples import ROOT, SIGNED_ROOT
from tests.rollout_parts import content, document, upload
from tests.sabotage.twins import Saw
from tests.unit import test_rollout_doubt as doubt
from tests.unit import test_rollout_steps as steps


def no_limit(saw: Saw) -> None:
    saw.setattr(r, "limit", lambda options, size: 10**9)


def verdicts_are_only_written_down(saw: Saw) -> None:
    saw.setattr(r, "_took_back", lambda rollout, verdict, now_ms: (rollout, r.Entry(now_ms, "cloud", "worse", verdict.words, "")))


def only_who_has_it_is_taken_back(saw: Saw) -> None:
    saw.setattr(r, "touched", lambda seat: seat.state in (s.SeatState.TRIAL, s.SeatState.CONFIRMED))


def waiting_is_as_good_as_confirmed(saw: Saw) -> None:
    busy = {s.SeatState.PENDING, s.SeatState.SENT, s.SeatState.TRIAL}
    saw.setattr(r, "_has_arrived", lambda rollout, mine, later: not busy & {seat.state for seat in mine})


def who_is_away_is_waited_for(saw: Saw) -> None:
    saw.setattr(r, "_has_arrived", lambda rollout, mine, later: all(seat.state is s.SeatState.CONFIRMED for seat in mine))
    saw.setattr(r, "_with_substitute", lambda rollout, *_: (rollout, []))


def nobody_is_timed_out(saw: Saw) -> None:
    untold = s._untold
    saw.setattr(s, "_untold", lambda seat, online, listening_ms, timeout_s, now_ms: untold(seat, online, now_ms, timeout_s, now_ms))


def undo_asks_for_nothing_newer(saw: Saw) -> None:
    saw.setattr("cloud.domain.rollout_acts._overtaken", lambda seat, now: False)
    saw.setattr(s, "_overtaken", lambda seat, version, now_ms: seat)


def time_alone_passes_a_wave(saw: Saw) -> None:
    saw.setattr(r, "_undecided", lambda line, options, mine: False)


TWINS: list[tuple[Callable[[Saw], None], Callable[[], None]]] = [
    (no_limit, steps.check_a_failed_canary_stops_everything),
    (verdicts_are_only_written_down, steps.check_a_wave_that_serves_worse_is_taken_back),
    (only_who_has_it_is_taken_back, steps.check_who_is_away_gets_the_undo_too),
    (waiting_is_as_good_as_confirmed, steps.check_a_wave_that_nobody_tried_proves_nothing),
    (waiting_is_as_good_as_confirmed, steps.check_a_rollout_that_nobody_has_is_not_done),
    (who_is_away_is_waited_for, steps.check_who_is_away_does_not_fail_and_holds_nobody_up),
    (nobody_is_timed_out, steps.check_a_silent_one_fails_after_its_time),
    (time_alone_passes_a_wave, doubt.check_a_wave_that_looks_worse_is_not_followed_by_others),
    (time_alone_passes_a_wave, doubt.check_a_wave_waits_for_its_first_visits),
    (undo_asks_for_nothing_newer, steps.check_an_act_on_a_newer_document_is_refused),
]


@pytest.mark.parametrize(("without", "check"), TWINS, ids=lambda value: value.__name__)
def test_without_the_rule_the_check_fails(monkeypatch: Saw, without: Callable[[Saw], None], check: Callable[[], None]) -> None:
    without(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def check_only_what_the_station_would_take_is_kept() -> None:
    known = uploads.Known("north", 2, 6, 1)
    good = upload("st-1")
    assert uploads.seat(good, known, ROOT, (SIGNED_ROOT,), NOON)[0].version == 2
    for bad in (document("st-2", 2, content("st-2")), document("st-1", 5, content("st-1")), document("st-1", 2, content("st-1", door={"unlock_s": 900}))):
        try:
            uploads.seat(replace(good, document=bad), known, ROOT, (SIGNED_ROOT,), NOON)
        except RolloutRefused as error:
            assert Flaw(error.value)
        else:
            raise AssertionError(f"{bad.payload[:80]} was taken")


def test_what_the_station_would_refuse_is_refused_before() -> None:
    check_only_what_the_station_would_take_is_kept()


def test_a_cloud_that_checks_nothing_is_seen(monkeypatch: Saw) -> None:
    def unchecked(station: str, which: str, signed: object, version: int, *_: object) -> ConfigDocument:
        return ConfigDocument(station=station, version=version, release="x", issued=NOON, expires=NOON, level=6, config=None)

    monkeypatch.setattr(uploads, "_checked", unchecked)
    with pytest.raises(AssertionError):
        check_only_what_the_station_would_take_is_kept()
