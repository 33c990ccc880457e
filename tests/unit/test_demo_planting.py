"""How faults of a running demo are spelled."""

import pytest

from cli.demo import outage, planting


@pytest.mark.parametrize(("words", "meant"), [
    ([], (None, None)), (["cold"], ("cold", None)), (["1h"], (None, 3600.0)), (["cold", "90s"], ("cold", 90.0)), (["2"], ("2", None)),
    (["2", "1.5m"], ("2", 90.0)),
])  # fmt: skip
def test_what_follows_a_fault_is_a_target_a_time_or_both(words: list[str], meant: tuple[str | None, float | None]) -> None:
    assert planting.target_and_time(words) == meant


@pytest.mark.parametrize("words", [["cold", "hot"], ["cold", "5d"], ["0s"], ["cold", "hot", "5s"], ["1.2.3s"]])
def test_what_is_neither_is_refused(words: list[str]) -> None:
    with pytest.raises(planting.NoTime, match="no time"):
        planting.target_and_time(words)


def test_dashes_and_underscores_are_alike() -> None:
    assert planting.spelled("broker-down") == planting.spelled("Broker_Down") == outage.NAME
    assert outage.NAME in planting.names() and planting.meaning(outage.NAME)
