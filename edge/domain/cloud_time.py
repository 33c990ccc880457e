"""What the cloud's answers say of its own time: which days it may be there now. Only for the quota day; nothing else is decided by it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SLACK_S = 900.0
"""Around midnight a clock may be so far from the cloud's; the cloud itself grants 10 min."""
DAY_S = 86_400.0


@dataclass(frozen=True)
class CloudTime:
    """UTC seconds minus monotonic seconds: `early` as if the answer had come at once, `late` as if it had been written when it was asked for."""

    early: float
    late: float
    utc_offset_min: int

    @staticmethod
    def heard(at_s: int, asked_at: float, now: float, utc_offset_min: int) -> "CloudTime":
        """From an answer that was asked for at `asked_at` (monotonic s) and came now."""
        return CloudTime(at_s - now, at_s - asked_at, utc_offset_min)

    def day(self, now: float) -> str:
        """The day that it is at least."""
        return self._day(self.early + now)

    def latest(self, now: float) -> str:
        """The day that it is at most."""
        return self._day(self.late + now + SLACK_S)

    def before(self, now: float) -> str:
        """A day that is over for certain, and the one before."""
        return self._day(self.early + now - DAY_S)

    def allows(self, day: str, now: float) -> bool:
        """Whether a clock that shows this day can be right."""
        return self._day(self.early + now - SLACK_S) <= day <= self.latest(now)

    def _day(self, utc_s: float) -> str:
        return (datetime.fromtimestamp(utc_s, UTC) + timedelta(minutes=self.utc_offset_min)).date().isoformat()
