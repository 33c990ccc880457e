"""The rules of the intake, taken out one by one: the same check must then fail."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cloud.domain.faces import FaceRecord
from cloud.domain.holes import Holes
from cloud.domain.progress import Progress
from tests.cloud_parts import bench
from tests.properties import test_cloud_order
from tests.unit import test_cloud_ingest, test_cloud_presence, test_cloud_workers

Saw = pytest.MonkeyPatch
History = list[dict[str, Any]]


def red(check: Callable[[], object]) -> None:
    with pytest.raises(AssertionError):
        check()


def orders(folder: Path, history: History) -> None:
    """Twenty orders of one history."""
    both = bench(folder / "in-order"), bench(folder / "any-order")
    for number in range(20):
        test_cloud_order.check_any_order_gives_the_same(both, [history], random.Random(number))


FACE: History = [
    {"kind": "consent_given", "person": "p-an", **test_cloud_order.CONSENT, "by": "visitor"},
    {"kind": "face_enrolled", "person": "p-an", **test_cloud_order.ENROLLED},
    {"kind": "consent_withdrawn", "person": "p-an"},
    {"kind": "face_forgotten", "person": "p-an", **test_cloud_order.FORGOTTEN},
]


def test_a_face_as_the_last_arrival_left_it_depends_on_the_order(tmp_path: Path, monkeypatch: Saw) -> None:
    from cloud.domain.faces import after as true

    def last_arrival(record: FaceRecord, fact: Any, epoch: str, seq: int, at_ms: int) -> FaceRecord:
        return true(replace(record, said_seq=0, notice_seq=0, kept_seq=0, enrolled_seq=0), fact, epoch, seq, at_ms)

    orders(tmp_path, FACE)
    monkeypatch.setattr("cloud.adapters.db.faces.after", last_arrival)
    red(lambda: orders(tmp_path / "sabotaged", FACE))


def test_an_acknowledgement_over_a_hole_deletes_what_never_came(tmp_path: Path, monkeypatch: Saw) -> None:
    def highest(before: Progress, base: int, seqs: Any) -> Progress:
        return Progress(upto=max([before.upto, *seqs]))

    monkeypatch.setattr("cloud.adapters.db.progress.commit", highest)
    red(lambda: test_cloud_ingest.test_a_fact_behind_a_hole_waits_for_its_acknowledgement(bench(tmp_path)))


def test_a_ledger_that_forgets_what_it_deleted_takes_it_again(tmp_path: Path, monkeypatch: Saw) -> None:
    monkeypatch.setattr("cloud.adapters.db.ledger.pruned", lambda *_: {})
    red(lambda: test_cloud_ingest.test_facts_are_deleted_after_their_time_and_known_when_they_come_again(tmp_path))


def test_a_cloud_that_believes_every_clock_draws_points_in_another_century(tmp_path: Path, monkeypatch: Saw) -> None:
    monkeypatch.setattr("cloud.domain.intake.plausible", lambda *_: True)
    check = test_cloud_ingest.test_a_fact_of_a_time_that_cannot_be_is_kept_its_time_not_believed_and_filed_once
    red(lambda: check(bench(tmp_path), "2036-11-21T04:00:00Z"))


def test_an_old_will_that_is_believed_loses_a_station_that_is_there(tmp_path: Path, monkeypatch: Saw) -> None:
    monkeypatch.setattr("cloud.adapters.db.stations.supersedes", lambda *_: True)
    red(lambda: test_cloud_presence.test_an_old_will_that_comes_late_is_not_believed(bench(tmp_path, late_s=180), {"session": 1}))


def test_a_loss_without_a_will_that_is_not_counted_hides_a_bad_line(tmp_path: Path, monkeypatch: Saw) -> None:
    monkeypatch.setattr("cloud.adapters.db.stations.is_a_loss", lambda *_: False)
    red(lambda: test_cloud_presence.test_who_is_lost_four_times_in_ten_minutes_flaps_until_ten_quiet_ones(bench(tmp_path, late_s=180)))


def test_a_cloud_that_does_not_look_at_its_clock_calls_everybody_late(tmp_path: Path, monkeypatch: Saw) -> None:
    monkeypatch.setattr("cloud.workers.WorkersHere._look_at_the_clock", lambda self: None)
    red(lambda: test_cloud_workers.test_a_clock_that_was_set_is_noticed(tmp_path))


def test_a_cloud_that_never_asks_leaves_a_hole_open(tmp_path: Path, monkeypatch: Saw) -> None:
    from tests.unit import test_cloud_rebirth

    monkeypatch.setattr(Holes, "due", lambda *_: [])
    red(lambda: test_cloud_rebirth.check_a_hole_that_stays_makes_the_cloud_ask(test_cloud_rebirth.made(bench(tmp_path))))
