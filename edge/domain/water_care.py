"""How old the filter is, how much ran through it, when the water was last tested: shown, and a lock when overdue.

Days count on trusted time alone: the newest day that was ever known, which no clock that is set back or unsure can move. Where nobody
told a day, the first known one counts and is shown as unknown: a new station is not locked, and an unwatched filter is not for ever.
A test that failed locks whatever is configured.
"""

from dataclasses import replace
from datetime import date

from contract.facts import FaultCode
from contract.water import FilterChanged, WaterConfig, WaterTested
from edge.domain.faults import Faults
from edge.domain.messages import Effects
from edge.domain.records import Record, StoreCare
from edge.domain.screen import WaterView


class Care:
    """Of all taps: they share one filter. `today` is the newest trusted day, '' before the first."""

    def __init__(self, config: WaterConfig, faults: Faults, kept: StoreCare | None) -> None:
        self._config, self._faults = config, faults
        self.kept = kept or StoreCare()
        self._seen: tuple[str, StoreCare] | None = None

    def drawn(self, ml: int, today: str) -> Effects:
        """So much more ran through the filter."""
        return self._keep(replace(self.kept, drawn_ml=self.kept.drawn_ml + ml, drawn_day=today or self.kept.drawn_day))

    def filter_changed(self, day: str, today: str, now: float) -> Effects:
        """A steward put a new filter in."""
        before = self.kept.filter_day if self.kept.filter_told else ""
        fact = FilterChanged(day=day, before=before, drawn_ml=self.kept.drawn_ml)
        effects = self._keep(replace(self.kept, filter_day=day, filter_told=bool(day), drawn_ml=0))
        effects.facts.append(fact)
        effects.add(self.tick(today, now))
        return effects

    def tested(self, day: str, passed: bool, today: str, now: float) -> Effects:
        """A steward tells what a test of the water gave."""
        fact = WaterTested(day=day, before=self.kept.test_day if self.kept.test_told else "", passed=passed)
        effects = self._keep(replace(self.kept, test_day=day, test_told=bool(day), passed=passed))
        effects.facts.append(fact)
        effects.add(self.tick(today, now))
        return effects

    def tick(self, today: str, now: float) -> Effects:
        """Lock and unlock; nothing happens while nothing changed."""
        effects = self._begin(today)
        if self._seen == (today, self.kept):
            return effects
        self._seen = today, self.kept
        effects.add(self._faults.set(self._filter_overdue(today), FaultCode.FILTER_OVERDUE, "", self._filter_words(), now))
        words = f"last test: {self.kept.test_day or 'unknown'}" if self.kept.passed else "the last test failed"
        effects.add(self._faults.set(self._test_overdue(today), FaultCode.WATER_TEST_OVERDUE, "", words, now))
        return effects

    def view(self, today: str) -> WaterView:
        """For the screen."""
        kept, config = self.kept, self._config
        return WaterView(
            filter_days_left=_left(config.filter_days, kept.filter_day, today), filter_left_ml=self._filter_left_ml(), filter_known=kept.filter_told,
            tested_on=kept.test_day if kept.test_told else "", test_days_left=_left(config.test_days, kept.test_day, today), test_known=kept.test_told,
            test_passed=kept.passed,
        )  # fmt: skip

    def _begin(self, today: str) -> Effects:
        """The first day that is known, where nobody told one."""
        begun = self.kept
        if self._config.filter_days and today and not begun.filter_day:
            begun = replace(begun, filter_day=today)
        if self._config.test_days and today and not begun.test_day:
            begun = replace(begun, test_day=today)
        return self._keep(begun) if begun != self.kept else Effects()

    def _keep(self, kept: StoreCare) -> Effects:
        self.kept = kept
        records: list[Record] = [kept]
        return Effects(records=records)

    def _filter_overdue(self, today: str) -> bool:
        days, ml = _left(self._config.filter_days, self.kept.filter_day, today), self._filter_left_ml()
        return (days is not None and days < 0) or (ml is not None and ml <= 0)

    def _test_overdue(self, today: str) -> bool:
        days = _left(self._config.test_days, self.kept.test_day, today)
        return not self.kept.passed or (days is not None and days < 0)

    def _filter_left_ml(self) -> int | None:
        return self._config.filter_l * 1000 - self.kept.drawn_ml if self._config.filter_l else None

    def _filter_words(self) -> str:
        return f"in use since {self.kept.filter_day or 'an unknown day'}, {self.kept.drawn_ml / 1000:.0f} l ran through it"


def _left(most: int, since: str, today: str) -> int | None:
    """Days, below 0 when overdue; None for not watched or not known."""
    if not (most and since and today):
        return None
    return most - (date.fromisoformat(today) - date.fromisoformat(since)).days
