"""Points of a rollout: one for each line of its history, for annotations, and one of its stations by state. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cloud.domain.points import NS_PER_MS, Point, point
from cloud.domain.rollout import Entry, Rollout
from cloud.domain.seats import counts
from contract.series import Measurement, Tag


def points(rollout: Rollout, entries: Sequence[Entry], now_ms: int) -> list[Point]:
    """Entries of the same moment stand one ns apart."""
    marks = [
        point(
            Measurement.ROLLOUT_NOTE, {Tag.ROLLOUT: rollout.id}, entry.at_ms * NS_PER_MS + number,
            {"title": f"{rollout.id} {rollout.name}: {entry.what}", "text": "; ".join(part for part in (entry.why, entry.result) if part)},
        )
        for number, entry in enumerate(entries)
    ]  # fmt: skip
    states = counts(list(rollout.seats.values()))
    fields = {**states, "state": rollout.state.value, "wave": rollout.wave, "name": rollout.name}
    return [*marks, point(Measurement.ROLLOUT, {Tag.ROLLOUT: rollout.id}, now_ms * NS_PER_MS, fields)]
