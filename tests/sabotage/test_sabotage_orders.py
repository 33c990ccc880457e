"""The rules about orders from afar, taken out one by one: the same check must then fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf

import pytest

from contract import trust
from edge.domain.challenges import Challenges
from edge.domain.messages import Action, Effects, SetOutput
from edge.domain.order_acts import Done, OrderActs
from edge.domain.unlocks import Unlocks
from edge.station import Station
from tests.sabotage.checks_orders import check_an_unlock_that_is_not_recorded_never_lets_go
from tests.sabotage.twins import Saw
from tests.scenarios import test_orders
from tests.signed_orders import Made
from twin.station import TwinStation

FIRE: dict[str, object] = {"detectors": {"fire_pin": 5}}


def challenges_are_not_used_up(saw: Saw) -> None:
    saw.setattr(Challenges, "take", lambda self, challenge, now: challenge in self._open)


def challenges_outlive_a_restart(saw: Saw) -> None:
    kept: dict[str, float] = {}
    begun = Challenges.__init__

    def init(self: Challenges, *given: object) -> None:
        begun(self, *given)  # type: ignore[arg-type]
        self._open = kept

    saw.setattr(Challenges, "__init__", init)
    saw.setattr(Challenges, "_forget", lambda self, now: None)
    saw.setattr(Challenges, "take", lambda self, challenge, now: challenge in self._open)


def challenges_live_for_ever(saw: Saw) -> None:
    saw.setattr("edge.domain.challenges.CHALLENGE_S", inf)


def any_number_is_open(saw: Saw) -> None:
    saw.setattr("edge.domain.challenges.CHALLENGES", 99)


def the_strike_goes_first(saw: Saw) -> None:
    """Before the record, as an emergency does."""

    def first(actions: list[Action]) -> list[Action]:
        return [replace(a, emergency=True) if isinstance(a, SetOutput) else a for a in actions]

    finish = Station._finish
    saw.setattr(Station, "_finish", lambda self, effects, now: finish(self, Effects(first(effects.actions), effects.facts, effects.records), now))


def no_limit_an_hour(saw: Saw) -> None:
    saw.setattr(Unlocks, "next_at", lambda self, now: now)


def a_restart_forgets_unlocks(saw: Saw) -> None:
    saw.setattr(Unlocks, "start", lambda self, now: None)


def any_station_may_take_it(saw: Saw) -> None:
    """What is signed for one opens all."""
    delegated = trust.delegated
    saw.setattr("contract.trust.delegated", lambda *given: delegated(*given).model_copy(update={"station": "st-1"}))


def nobody_looks_at_signatures(saw: Saw) -> None:
    saw.setattr("contract.signing.signers", lambda signed, kind, keys: list(keys))


def the_room_gives_way(saw: Saw) -> None:
    def unlock(self: OrderActs, now: float) -> Done:
        return Done("unlocked", self._on.entry.door.release(None, now))

    saw.setattr(OrderActs, "_unlock", unlock)


QUICK: list[tuple[Callable[[Saw], None], Callable[[TwinStation], None], dict[str, object]]] = [
    (challenges_are_not_used_up, test_orders.check_a_challenge_is_good_once, {}),
    (the_strike_goes_first, check_an_unlock_that_is_not_recorded_never_lets_go, {}),
    (no_limit_an_hour, test_orders.check_six_an_hour_over_restarts, {}),
    (a_restart_forgets_unlocks, test_orders.check_six_an_hour_over_restarts, {}),
    (the_room_gives_way, test_orders.check_what_the_room_forbids_stays_forbidden, FIRE),
    (the_room_gives_way, test_orders.check_without_the_guard_nothing_is_unlocked_from_afar, {}),
]
SLOW: list[tuple[Callable[[Saw], None], Callable[[TwinStation], None], dict[str, object]]] = [
    (challenges_outlive_a_restart, test_orders.check_a_challenge_is_good_once, {}),
    (challenges_live_for_ever, test_orders.check_a_challenge_is_good_for_15_s_and_four_are_open, {}),
    (any_number_is_open, test_orders.check_a_challenge_is_good_for_15_s_and_four_are_open, {}),
    (any_station_may_take_it, test_orders.check_each_attack_is_refused_by_name, {}),
    (nobody_looks_at_signatures, test_orders.check_each_attack_is_refused_by_name, {}),
]
TWINS = [*QUICK, *(pytest.param(*row, marks=pytest.mark.slow) for row in SLOW)]


@pytest.mark.parametrize(("without", "check", "sections"), TWINS, ids=lambda value: getattr(value, "__name__", ""))
def test_without_the_rule_the_check_fails(
    made: Made, monkeypatch: Saw, without: Callable[[Saw], None], check: Callable[[TwinStation], None], sections: dict[str, object]
) -> None:
    with monkeypatch.context() as saw:
        without(saw)
        bench = made(**sections)
        with pytest.raises(AssertionError):
            check(bench)
