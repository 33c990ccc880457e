"""A wave that time alone would let pass: nobody came yet, or the few who came were turned away."""

from __future__ import annotations

from cloud.domain.judging import Judgement, Verdict
from cloud.domain.rollout import Options, WaveState
from cloud.domain.rollout_acts import Act
from cloud.domain.seats import Paper
from tests.properties.rollout_town import Town

HOUR = Options(("1", "100%"), soak_s=30, station_timeout_s=60, visits=3, patience_s=3600)


def said(judgement: Judgement, visits: int, chance: float = 0.01) -> Verdict:
    return Verdict(judgement, "figures", visits, chance)


def watched(verdict: Verdict | None, options: Options = HOUR) -> Town:
    """The first wave has it, its soak is over, and this is what service says."""
    town = Town(options)
    for what, how in (("wait", 1), ("all confirm", None)):
        town.happen(what, how)
    if verdict:
        town.happen("judged", verdict)
    town.happen("wait", 40)
    return town


def check_a_wave_that_looks_worse_is_not_followed_by_others() -> None:
    town = watched(said(Judgement.DOUBTFUL, 5))
    town.happen("wait", 3000)
    assert (town.rollout.state, town.rollout.wave) == ("running", 1)
    town.happen("judged", said(Judgement.WORSE, 9))
    assert town.rollout.state == "taken_back" and {name for name, _ in town.sent} == {seat.station for seat in town.rollout.of_wave(1)}


def check_a_wave_waits_for_its_first_visits() -> None:
    town = watched(said(Judgement.UNSURE, 2))
    assert town.rollout.wave == 1
    town.happen("judged", said(Judgement.UNSURE, 3))
    assert town.rollout.wave == 2


def test_a_wave_that_looks_worse_is_not_followed_by_others() -> None:
    check_a_wave_that_looks_worse_is_not_followed_by_others()


def test_a_wave_waits_for_its_first_visits() -> None:
    check_a_wave_waits_for_its_first_visits()


def test_a_doubt_that_ends_lets_others_follow() -> None:
    town = watched(said(Judgement.DOUBTFUL, 5))
    town.happen("judged", said(Judgement.WELL, 20))
    assert town.rollout.wave == 2


def test_where_nobody_comes_patience_ends() -> None:
    for verdict in (None, said(Judgement.UNSURE, 0)):
        town = watched(verdict)
        assert town.rollout.wave == 1
        town.happen("wait", 3600)
        assert (town.rollout.state, town.rollout.wave) == ("running", 2)


def test_a_doubt_that_does_not_end_is_for_a_person() -> None:
    town = watched(said(Judgement.DOUBTFUL, 5))
    town.happen("wait", 3600)
    assert (town.rollout.state, town.rollout.wave) == ("paused", 1)
    town.happen("wait", 5)
    town.happen("act", Act.RESUME)
    assert (town.rollout.state, town.rollout.wave) == ("running", 2), "the person has seen these figures"
    town.happen("judged", said(Judgement.DOUBTFUL, 9))
    for what, how in (("wait", 1), ("all confirm", None), ("wait", 40)):
        town.happen(what, how)
    assert town.rollout.line and town.rollout.line.state is WaveState.SOAKING, "of the next wave they are news"


def test_one_who_mistyped_where_hardly_anybody_comes_is_no_doubt_for_a_person() -> None:
    town = watched(said(Judgement.DOUBTFUL, 2, chance=0.3))
    town.happen("wait", 3000)
    assert town.rollout.wave == 1
    town.happen("wait", 600)
    assert (town.rollout.state, town.rollout.wave) == ("running", 2)


def test_what_passed_unjudged_goes_back_with_the_wave_that_was_found_bad() -> None:
    for before, both in ((said(Judgement.WELL, 30), False), (said(Judgement.UNSURE, 6), True)):
        town = watched(before)
        first, second = ({seat.station for seat in town.rollout.of_wave(wave)} for wave in (1, 2))
        for what, how in (("wait", 1), ("all confirm", None), ("judged", said(Judgement.WORSE, 9))):
            town.happen(what, how)
        assert {name for name, paper in town.sent if paper is Paper.UNDO} == (first | second if both else second)


def test_without_judging_time_is_all() -> None:
    town = watched(None, Options(("1", "100%"), soak_s=30, judge=False))
    assert town.rollout.wave == 2


def test_where_nobody_has_it_nobody_is_waited_for() -> None:
    town = Town(HOUR)
    for what, how in (("wait", 1), ("all confirm", None), ("judged", said(Judgement.WELL, 30)), ("wait", 40)):
        town.happen(what, how)
    for seat in town.rollout.of_wave(2):
        town.happen("line", seat.station)
    town.happen("wait", 40)
    assert town.rollout.state == "done", "the last wave is away, and holds nobody up"
