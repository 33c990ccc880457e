"""Documents about the station that are no facts: whether a state says anything new, and what is said of a roster."""

from contract.roster import RosterReport
from contract.state import State
from contract.topics import Leaf
from edge.domain.messages import Say


def same(one: State, other: State) -> bool:
    """Whether nothing but time and the outbox differs."""
    ignored = {"at", "outbox"}
    return one.model_dump(exclude=ignored) == other.model_dump(exclude=ignored)


def of_roster(version: int, people: int, refused: str | None) -> Say:
    """What is in force, and why a newer one was refused, if one was."""
    report = RosterReport(version=version, people=people, refused=refused[:500] if refused else None)
    return Say(Leaf.ROSTER_REPORTED, report.model_dump_json().encode())
