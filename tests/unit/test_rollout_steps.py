"""Steps of a rollout that a property test meets by chance only; each rule has a twin without it in tests/sabotage/."""

from __future__ import annotations

from cloud.domain.judging import Judgement
from cloud.domain.rollout import Options
from cloud.domain.rollout_acts import Act
from cloud.domain.seats import Paper, Report, SeatState, left_in_words
from contract.configuration import Phase
from tests.properties.rollout_town import NAMES, Town


def reached(town: Town, paper: Paper = Paper.NEW) -> set[str]:
    return {name for name, what in town.sent if what is paper}


def canary(town: Town) -> str:
    return next(seat.station for seat in town.rollout.seats.values() if seat.wave == 1)


def check_a_failed_canary_stops_everything() -> None:
    town = Town()
    town.happen("wait", 1)
    town.happen("told", (canary(town), Phase.ROLLED_BACK, True))
    for _ in range(20):
        town.happen("wait", 80)
    assert town.rollout.state == "paused" and len(reached(town)) == 1


def check_a_wave_that_serves_worse_is_taken_back() -> None:
    town = Town()
    town.pass_waves(1)
    second = {seat.station for seat in town.rollout.of_wave(2)}
    town.happen("judged", Judgement.WORSE)
    assert town.rollout.state == "taken_back" and reached(town, Paper.UNDO) == second


def check_who_is_away_gets_the_undo_too() -> None:
    town = Town()
    town.pass_waves(1)
    away = town.rollout.of_wave(2)[0].station
    town.happen("line", away)
    assert town.rollout.seats[away].state is SeatState.WAITING
    town.happen("judged", Judgement.WORSE)
    assert away in reached(town, Paper.UNDO), "the broker would give it the bad one when it comes back"


def check_a_wave_that_nobody_tried_proves_nothing() -> None:
    town = Town()
    first = canary(town)
    town.happen("line", first)
    for _ in range(5):
        town.happen("wait", 10)
    assert reached(town) <= {first}


def check_who_is_away_does_not_fail_and_holds_nobody_up() -> None:
    town = Town()
    town.pass_waves(1)
    away = town.rollout.of_wave(2)[0].station
    town.happen("line", away)
    for what, how in (("all confirm", None), ("wait", 40), ("all confirm", None), ("wait", 100), ("wait", 100)):
        town.happen(what, how)
    assert town.rollout.state == "done" and town.rollout.seats[away].state is SeatState.WAITING


def check_a_rollout_that_nobody_has_is_not_done() -> None:
    town = Town(Options(("100%",), soak_s=30, station_timeout_s=60, visits=0), away=NAMES)
    for _ in range(20):
        town.happen("wait", 3600)
    assert (town.rollout.state, town.rollout.lines[0].state) == ("running", "running")
    assert {seat.state for seat in town.rollout.seats.values()} == {SeatState.WAITING}
    for what, how in (("line", NAMES[3]), ("all confirm", None), ("wait", 1), ("wait", 40)):
        town.happen(what, how)
    assert (town.rollout.state, town.rollout.seats[NAMES[3]].state) == ("done", SeatState.CONFIRMED)
    assert left_in_words(list(town.rollout.seats.values())) == "11 stations still to get it: 11 offline; it gets the document when it comes back"
    for what, how in (("line", NAMES[5]), ("all confirm", None)):
        town.happen(what, how)
    assert town.rollout.seats[NAMES[5]].state is SeatState.CONFIRMED, "long after the end"


def check_a_silent_one_fails_after_its_time() -> None:
    town = Town()
    town.happen("wait", 1)
    town.happen("wait", 59)
    assert town.rollout.seats[canary(town)].state is SeatState.SENT
    town.happen("wait", 10)
    assert town.rollout.seats[canary(town)].state is SeatState.FAILED


def check_an_act_on_a_newer_document_is_refused() -> None:
    town = Town()
    town.pass_waves(2)
    town.newest = dict.fromkeys(NAMES[:6], 9)
    town.happen("act", Act.UNDO)
    assert reached(town, Paper.UNDO) == set(NAMES[6:])


def test_a_failed_canary_stops_everything() -> None:
    check_a_failed_canary_stops_everything()


def test_a_wave_that_serves_worse_is_taken_back() -> None:
    check_a_wave_that_serves_worse_is_taken_back()


def test_who_is_away_gets_the_undo_too() -> None:
    check_who_is_away_gets_the_undo_too()


def test_a_wave_that_nobody_tried_proves_nothing() -> None:
    check_a_wave_that_nobody_tried_proves_nothing()


def test_who_is_away_does_not_fail_and_holds_nobody_up() -> None:
    check_who_is_away_does_not_fail_and_holds_nobody_up()


def test_a_rollout_that_nobody_has_is_not_done() -> None:
    check_a_rollout_that_nobody_has_is_not_done()


def test_a_silent_one_fails_after_its_time() -> None:
    check_a_silent_one_fails_after_its_time()


def test_a_station_with_a_newer_document_is_not_undone() -> None:
    check_an_act_on_a_newer_document_is_refused()


def test_another_takes_the_lead_where_all_canaries_are_away() -> None:
    town = Town()
    first = canary(town)
    town.happen("line", first)
    town.happen("wait", 61)
    assert len(reached(town)) == 2 and len(town.rollout.of_wave(1)) == 2
    for what, how in (("all confirm", None), ("wait", 40), ("wait", 1)):
        town.happen(what, how)
    assert town.rollout.wave == 2 and town.rollout.seats[first].state is SeatState.WAITING


def test_a_station_that_was_timed_out_and_confirms_counts() -> None:
    town = Town()
    town.happen("wait", 1)
    town.happen("wait", 70)
    assert town.rollout.seats[canary(town)].state is SeatState.FAILED
    town.happen("told", (canary(town), Phase.CONFIRMED, True))
    assert town.rollout.seats[canary(town)].state is SeatState.CONFIRMED and town.rollout.state == "paused"


def test_a_forgery_that_a_station_refused_does_not_hide_ours() -> None:
    town = Town()
    town.happen("wait", 1)
    first, ours = canary(town), town.rollout.seats[canary(town)].sha256
    for in_force, confirmed, state in ((ours, "", SeatState.TRIAL), (ours, ours, SeatState.CONFIRMED)):
        town.reports[first] = Report(999, "forged", Phase.REFUSED, "unknown_key", town.now_ms, town.now_ms, in_force, 0, confirmed)
        town.happen("wait", 1)
        assert town.rollout.seats[first].state is state


def test_what_the_cloud_could_not_hear_is_nobodys_fault() -> None:
    town = Town()
    town.now_ms += 55_000
    town.listening_ms = town.now_ms
    town.happen("wait", 30)
    assert town.rollout.seats[canary(town)].state is SeatState.SENT


def test_a_trial_that_a_forgery_hides_does_not_hold_the_rollout_for_ever() -> None:
    town = Town()
    town.happen("wait", 1)
    first = canary(town)
    town.happen("told", (first, Phase.TRIAL, True))
    town.reports[first] = Report(999, "forged", Phase.REFUSED, "unknown_key", town.now_ms, town.now_ms, "old", 1, "old")
    town.happen("wait", 70)
    assert town.rollout.seats[first].state is SeatState.FAILED and town.rollout.state == "paused"


def test_what_fails_again_after_a_retry_is_not_forgiven() -> None:
    town = Town()
    town.happen("wait", 1)
    first = canary(town)
    town.happen("told", (first, Phase.ROLLED_BACK, True))
    for what in (Act.RESUME, Act.RETRY):
        town.happen("wait", 1)
        town.happen("act", what)
    assert town.rollout.state == "running" and town.rollout.seats[first].state is SeatState.SENT
    town.now_ms += 1000
    town.happen("told", (first, Phase.ROLLED_BACK, True))
    assert town.rollout.state == "paused"


def test_a_canary_that_is_left_out_is_replaced_before_others_follow() -> None:
    town = Town()
    town.happen("wait", 1)
    first = canary(town)
    town.happen("cancel", first)
    for _ in range(5):
        town.happen("wait", 10)
    assert town.rollout.wave == 1 and reached(town) == {first}
    town.happen("wait", 15)
    assert town.rollout.wave == 1 and len(reached(town)) == 2, "another takes the lead"


def test_what_was_found_bad_does_not_wait_for_who_was_away_in_an_earlier_wave() -> None:
    town = Town()
    town.pass_waves(1)
    away, other = (seat.station for seat in town.rollout.of_wave(2)[:2])
    town.happen("line", away)
    for what, how in (("all confirm", None), ("judged", Judgement.WELL), ("wait", 40), ("wait", 1)):
        town.happen(what, how)
    assert town.rollout.wave == 3 and town.rollout.seats[away].state is SeatState.WAITING
    third = {seat.station for seat in town.rollout.of_wave(3)}
    town.happen("judged", Judgement.WORSE)
    assert reached(town, Paper.UNDO) == {away} | third
    assert town.rollout.seats[other].state is SeatState.CONFIRMED, "its wave has passed"
