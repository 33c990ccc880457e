"""Whatever stations report, in whatever order, while lines come and go and people act: a rollout touches no more than its waves allow."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cloud.domain.judging import Judgement
from cloud.domain.rollout import LIVE, RolloutState, WaveState, step
from cloud.domain.rollout_acts import Act
from cloud.domain.seats import Paper, SeatState, Sight
from contract.configuration import Phase
from tests.properties.rollout_town import NAMES, Town

STATIONS = (
    st.tuples(st.just("wait"), st.integers(1, 80)),
    st.tuples(st.just("told"), st.tuples(st.sampled_from(NAMES), st.sampled_from(Phase), st.booleans())),
    st.tuples(st.just("line"), st.sampled_from(NAMES)),
)
EVENTS = st.one_of(
    *STATIONS,
    st.tuples(st.just("all confirm"), st.none()),
    st.tuples(st.just("judged"), st.sampled_from(Judgement)),
    st.tuples(st.just("act"), st.sampled_from([Act.PAUSE, Act.RESUME, Act.RETRY, Act.ABORT, Act.UNDO])),
    st.tuples(st.just("cancel"), st.sampled_from(NAMES)),
    st.tuples(st.just("broker back"), st.none()),
)


@settings(max_examples=80)
@given(st.integers(0, 2), st.lists(EVENTS, max_size=40))
def test_no_more_than_the_wave_is_touched_and_no_limit_is_passed(passed: int, events: list[tuple[str, object]]) -> None:
    town = Town()
    town.pass_waves(passed)
    assert town.rollout.wave == passed + 1
    for what, how in events:
        before = town.rollout
        town.happen(what, how)
        town.check()
        if before.state not in LIVE and what not in ("act", "cancel"):
            assert town.rollout.state is before.state, "what is over stays over"


@settings(max_examples=40)
@given(st.integers(0, 2), st.lists(st.one_of(*STATIONS), max_size=25))
def test_a_wave_that_serves_worse_is_taken_back_whatever_came_before(passed: int, events: list[tuple[str, object]]) -> None:
    town = Town()
    town.pass_waves(passed)
    for event in events:
        town.happen(*event)
    if town.rollout.state not in LIVE:
        return
    wave, reached = town.rollout.wave, {name for name, _ in town.sent}
    gone = {seat.station for seat in town.rollout.seats.values() if seat.state is SeatState.CANCELLED}
    town.happen("judged", Judgement.WORSE)
    assert town.rollout.state is RolloutState.TAKEN_BACK and town.rollout.lines[wave - 1].state is WaveState.TAKEN_BACK
    mine = {seat.station for seat in town.rollout.of_wave(wave)}
    well = {line.number for line in town.rollout.lines if line.verdict and line.verdict.judgement is Judgement.WELL}
    unsure = {one.station for one in town.rollout.seats.values() if one.wave < wave and not (one.wave in well and one.state is SeatState.CONFIRMED)}
    assert reached & (mine | unsure) - gone <= {name for name, paper in town.sent if paper is Paper.UNDO} <= mine | unsure | gone
    count = len(town.sent)
    for _ in range(10):
        town.happen("wait", 80)
    assert len(town.sent) == count, "nothing more goes out"


def test_an_unchanged_rollout_is_the_same_object() -> None:
    town = Town()
    town.happen("wait", 1)
    assert step(town.rollout, Sight({}, town.online), None, town.now_ms).rollout is town.rollout
    assert replace(town.rollout) == town.rollout
