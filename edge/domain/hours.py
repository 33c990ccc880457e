"""When visitors are let in: arithmetic over the opening hours of a configuration. Leaving is never a matter of hours."""

from collections.abc import Sequence
from datetime import date, timedelta

from contract.config import OpenHours
from contract.facts import Refusal
from contract.roster import Person, Role
from edge.domain.clock import WallClock

WEEK_DAYS = 7


class Hours:
    """Of one station. Stewards come at any hour."""

    def __init__(self, hours: Sequence[OpenHours], clock: WallClock) -> None:
        self.hours, self._clock = hours, clock

    def refuses(self, person: Person, now: float) -> Refusal | None:
        """Why this person can not come in now, None when they can."""
        if person.role is Role.STEWARD or is_open(self.hours, self._clock.day(now), self._clock.hour(now)):
            return None
        return Refusal.CLOSED_NOW

    def opens(self, now: float) -> str | None:
        """Local date and hour of the next opening, `2026-11-23T06:00`; None while it is open."""
        return opens(self.hours, self._clock.day(now), self._clock.hour(now))


def is_open(hours: Sequence[OpenHours], day: str | None, hour: int | None) -> bool:
    """`day` (ISO date) and `hour` at the station, None while time is not trusted: then it is open, as with no hours at all."""
    if not hours or day is None or hour is None:
        return True
    weekday = date.fromisoformat(day).isoweekday()
    return any(_covers(each, weekday, hour) for each in hours)


def opens(hours: Sequence[OpenHours], day: str | None, hour: int | None) -> str | None:
    """Local date and hour of the next opening, `2026-11-23T06:00`; None while it is open."""
    if day is None or hour is None or is_open(hours, day, hour):
        return None
    today = date.fromisoformat(day)
    for ahead in range(WEEK_DAYS + 1):
        on = today + timedelta(days=ahead)
        begins = sorted(each.from_hour for each in hours if on.isoweekday() in each.days)
        later = next((begin for begin in begins if ahead or begin > hour), None)
        if later is not None:
            return f"{on.isoformat()}T{later:02d}:00"
    return None


def _covers(hours: OpenHours, weekday: int, hour: int) -> bool:
    """Over midnight: until `to_hour` of the day after each of its days."""
    if hours.from_hour < hours.to_hour:
        return weekday in hours.days and hours.from_hour <= hour < hours.to_hour
    yesterday = weekday - 1 or WEEK_DAYS
    return (weekday in hours.days and hour >= hours.from_hour) or (yesterday in hours.days and hour < hours.to_hour)
