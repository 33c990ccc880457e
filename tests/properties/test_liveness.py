"""Whatever sources say, whenever: alive is only who each of them called alive a moment ago, and none called anything else."""

from math import inf, isfinite, nan

from hypothesis import given
from hypothesis import strategies as st

from contract.liveness import LivenessSource
from edge.domain.liveness import Liveness, Word
from edge.domain.sight import LivenessJudged

SOURCES = (LivenessSource(source="passive", threshold=0.8), LivenessSource(source="depth", threshold=0.5, longest_age_s=1.0))
RATIOS = st.floats(0, 1) | st.sampled_from([0.5, 0.8, 1.0, nan, inf, -inf, 1.5, -1.0])
LAGS = st.floats(-0.5, 4) | st.sampled_from([0.0, nan, inf, -inf])
HEARD = st.tuples(st.floats(0, 2), st.sampled_from(["passive", "depth", "other"]), st.sampled_from([1, 2, None]), RATIOS, LAGS)


def yes(source: LivenessSource, heard: LivenessJudged) -> bool:
    return isfinite(heard.live_ratio) and source.threshold <= heard.live_ratio <= 1


@given(st.lists(HEARD, max_size=25), st.floats(0, 3))
def test_alive_needs_a_fresh_yes_of_each_and_no_fresh_no(steps: list[tuple[float, str, int | None, float, float]], wait_s: float) -> None:
    machine, now = Liveness(SOURCES), 1000.0
    heard: list[LivenessJudged] = []
    for step_s, source, track, ratio, lag_s in steps:
        now += step_s
        heard.append(LivenessJudged(source, track, ratio, now - lag_s))
        machine.judged(heard[-1], now)
    now += wait_s
    word = machine.of(1, now)
    for asked in SOURCES:
        fresh = [each for each in heard if each.source == asked.source and each.track in (1, None) and each.at >= now - asked.longest_age_s]
        if word is Word.ALIVE:
            assert any(yes(asked, each) and each.at <= now for each in fresh)
            assert all(yes(asked, each) for each in fresh)
    assert len(machine._said) <= len(heard)


@given(st.lists(HEARD, max_size=25))
def test_nobody_asked_is_nobody_against(steps: list[tuple[float, str, int | None, float, float]]) -> None:
    machine = Liveness(())
    for _, source, track, ratio, lag_s in steps:
        machine.judged(LivenessJudged(source, track, ratio, 1000 - lag_s), 1000.0)
    assert (machine.of(1, 1000.0), machine.down) == (Word.ALIVE, "")
