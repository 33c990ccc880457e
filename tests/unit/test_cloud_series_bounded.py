"""A store that does not answer is waited for once, and what goes wrong in it is heard by the caller."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from cloud.domain.points import Points
from cloud.errors import SeriesDown
from cloud.series.bounded import Bounded


class Slow:
    """A store that answers when it is let."""

    def __init__(self) -> None:
        self.lets = threading.Event()
        self.written: list[Sequence[Points]] = []
        self.error: Exception | None = None

    def write(self, points: Sequence[Points]) -> None:
        self.lets.wait(10)
        if self.error:
            raise self.error
        self.written.append(points)


def test_a_stall_is_waited_for_once_and_then_refused_at_once() -> None:
    store = Slow()
    one = Bounded(store, wait_s=0.05)
    with pytest.raises(SeriesDown, match="no answer within"):
        one.write([])
    with pytest.raises(SeriesDown, match="no answer yet"):
        one.write([])
    store.lets.set()
    assert one._before
    one._before.result(5)
    one.write([])
    assert len(store.written) == 2


def test_errors_are_those_of_the_store() -> None:
    store = Slow()
    store.lets.set()
    one = Bounded(store)
    for error in (SeriesDown("away"), ValueError("a bug")):
        store.error = error
        with pytest.raises(type(error), match=str(error)):
            one.write([])
    store.error = None
    one.write([])
