"""kill -9 of the edge agent in the middle of a pour: real agent, guard, broker and cloud, each a process of its own."""

import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.integration.town import Town

ROUNDS = int(os.environ.get("KILLS", "50"))
TOWNS = 2
"""Beside each other: most of a round is waiting."""
VALVE_SHUT_S = 3.0
PATIENCE_S = 20.0
"""Until a step of the visit is seen, also on a busy computer."""
PIN, NUMBER = "2468", "1001"

pytestmark = pytest.mark.slow


def test_no_fact_is_lost_or_doubled_and_the_valve_shuts_when_the_agent_is_killed(tmp_path: Path) -> None:
    def some_rounds(number: int) -> list[float]:
        folder = tmp_path / str(number)
        folder.mkdir()
        return rounds_in_one_town(folder, ROUNDS // TOWNS + (number < ROUNDS % TOWNS), Random(20261121 + number))

    with ThreadPoolExecutor(TOWNS) as pool:
        shut_after = [seconds for some in pool.map(some_rounds, range(TOWNS)) for seconds in some]
    assert len(shut_after) == ROUNDS
    assert max(shut_after) <= VALVE_SHUT_S
    print(f"{ROUNDS} kills: valve shut after {sorted(shut_after)[ROUNDS // 2]:.2f} s (median), {max(shut_after):.2f} s at most")


def rounds_in_one_town(folder: Path, rounds: int, chance: Random) -> list[float]:
    """s until the valve was shut, of each kill; what the cloud has in the end is looked through."""
    with Town(folder) as town:
        town.enter_person("p-1", NUMBER, PIN, water_ml_per_day=20_000)
        shut_after = [one_round(town, chance) for _ in range(rounds)]
        town.front.agent.start()
        town.front.wait()
        facts = town.facts_when_all_are_acknowledged()
    assert_every_fact_once(facts)
    assert_every_reservation_settled_once(facts, rounds)
    return shut_after


def one_round(town: Town, chance: Random) -> float:
    """Come in, pour, die. s from the kill to the shut valve, by the room's own record."""
    front = town.front
    if not front.agent.alive():
        front.agent.start()
    front.wait()
    town.until_roster()
    front.press(kind="code", number=NUMBER, pin=PIN)
    front.until("the strike is released", lambda: front.room.truth().door.lock_released, PATIENCE_S)
    front.room.act("pull_door", hold_s=0.2)
    front.until("the visitor is known", lambda: front.screen()["visit"] is not None, PATIENCE_S)
    front.press(kind="drink", tap="cold", volume_ml=300)
    front.until("water runs", lambda: front.room.truth().taps["cold"].powered, PATIENCE_S)
    time.sleep(chance.uniform(0.0, 0.8))
    killed_at = time.monotonic()
    os.kill(front.agent.pid, signal.SIGKILL)
    front.until("the valve is shut", lambda: not front.room.truth().taps["cold"].powered, VALVE_SHUT_S + 2.0)
    valve = front.config.taps[0].valve_pin
    return next(at for at, high in front.room.timeline(valve) if at >= killed_at and not high) - killed_at


def assert_every_fact_once(facts: list[dict[str, Any]]) -> None:
    seqs = [fact["seq"] for fact in facts]
    assert seqs == list(range(1, len(seqs) + 1)), "lost, doubled or out of order"


def assert_every_reservation_settled_once(facts: list[dict[str, Any]], rounds: int) -> None:
    reserved = Counter(fact["data"]["pour"] for fact in facts if fact["kind"] == "water_reserved")
    settled = Counter(fact["data"]["pour"] for fact in facts if fact["kind"] == "water_poured")
    assert reserved == settled
    assert set(settled.values()) == {1}
    assert len(settled) == rounds
