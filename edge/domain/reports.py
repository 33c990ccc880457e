"""Documents about the station that are no facts: whether a state says anything new, and what is said of a roster."""

from contract.roster import RosterReport
from contract.state import State
from contract.topics import Leaf
from edge.domain.messages import Say

FEW = 8
"""Rows in the outbox that are daily traffic."""


def same(one: State, other: State) -> bool:
    """Whether nothing but time differs; of what waits only its size in powers of two counts, so that a long backlog is told a dozen times."""
    ignored = {"at", "outbox", "batches"}
    alike = _size(one.outbox) == _size(other.outbox) and _size(one.batches) == _size(other.batches)
    return alike and one.model_dump(exclude=ignored) == other.model_dump(exclude=ignored)


def _size(waiting: int) -> int:
    return (waiting // FEW).bit_length()


def of_roster(version: int, people: int, refused: str | None) -> Say:
    """What is in force, and why a newer one was refused, if one was."""
    report = RosterReport(version=version, people=people, refused=refused[:500] if refused else None)
    return Say(Leaf.ROSTER_REPORTED, report.model_dump_json().encode())
