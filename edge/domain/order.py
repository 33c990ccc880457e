"""The order in which a step's actions are applied: what waits for no disk, what waits, and what never happens."""

from edge.domain.messages import Action, SetOutput


def at_once(actions: list[Action]) -> list[Action]:
    """What waits for no disk, in this order: offs, which are safe, and emergencies, which are worse than a fact that is lost."""
    now = [a for a in actions if isinstance(a, SetOutput) and (a.emergency or not a.on)]
    return [*sorted(now, key=lambda action: action.on)]


def afterwards(actions: list[Action]) -> list[Action]:
    """What waits for the record. What is switched on and off within one step, as when a late step both lets in and hears the door, never goes on."""
    first = at_once(actions)
    return [a for n, a in enumerate(actions) if a not in first and not taken_back(a, actions[n:])]


def taken_back(action: Action, later: list[Action]) -> bool:
    """Whether one of the later ones switches off what this one switches on."""
    return isinstance(action, SetOutput) and SetOutput(action.output, False) in later
