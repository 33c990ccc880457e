"""Which news of a station's state is said at once."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from contract.state import Link, State
from edge.domain.reports import same

AT = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(frozen=True)
class Waits:
    """Facts and batches."""

    facts: int
    batches: int = 0

    def said(self) -> State:
        return State(
            station="st-1", link=Link.ONLINE, boot="00000001", session=1, at=AT, version="1", name="x", city="", district="", door="locked",
            inside=0, outbox=self.facts, batches=self.batches, roster=0, faults=[],
        )  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [(Waits(0), Waits(7)), (Waits(412), Waits(400)), (Waits(3, 60), Waits(0, 61))])
def test_daily_traffic_and_a_little_less_are_no_news(before: Waits, after: Waits) -> None:
    assert same(before.said(), after.said())


@pytest.mark.parametrize(("before", "after"), [(Waits(412), Waits(0)), (Waits(0), Waits(8)), (Waits(0, 60), Waits(0, 7)), (Waits(412), Waits(120))])
def test_a_backlog_and_its_end_are_news(before: Waits, after: Waits) -> None:
    assert not same(before.said(), after.said())


def test_fifty_thousand_facts_are_told_a_dozen_times_as_they_go() -> None:
    told = [Waits(50_000).said()]
    for facts in range(50_000, -1, -25):
        if not same(Waits(facts).said(), told[-1]):
            told.append(Waits(facts).said())
    assert told[-1].outbox < 8 and 10 < len(told) < 16
