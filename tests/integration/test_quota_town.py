"""A shared quota over a real broker and cloud: leased, drawn, given back; and without the cloud no more than lease and allowance."""

from pathlib import Path
from typing import Any

import pytest

from cli.demo.client import call
from tests.integration.town import Town

NUMBER, PIN = "1001", "2468"
pytestmark = pytest.mark.slow


def drink(town: Town, volume_ml: int) -> None:
    """Press, and wait until it has run."""
    left = town.front.screen()["water_left_ml"]
    town.front.press(kind="drink", tap="cold", volume_ml=volume_ml)
    town.front.until("it was poured", lambda: town.front.screen()["water_left_ml"] != left and not town.front.room.truth().taps["cold"].powered, 15.0)


def account(town: Town) -> dict[str, Any]:
    """The cloud's account of the water; nothing while there is none."""
    found: dict[str, Any] = call("GET", f"{town.url}api/v1/people/p-1/quota", None, town.token)
    return dict(found["items"][0]["shares"][0]) if found["items"] else {}


def comes_in(town: Town) -> None:
    town.front.press(kind="code", number=NUMBER, pin=PIN)
    town.front.until("the strike is released", lambda: town.front.room.truth().door.lock_released, 5.0)
    town.front.room.act("pull_door", hold_s=0.2)
    town.front.until("the visitor is known", lambda: town.front.screen()["visit"] is not None, 5.0)


def test_a_quota_is_leased_and_given_back_over_the_broker(tmp_path: Path) -> None:
    with Town(tmp_path, quota={"shared": True, "water_ml_per_day": 900}) as town:
        town.enter_person("p-1", NUMBER, PIN)
        town.until_roster()
        comes_in(town)
        town.front.until("the lease is there", lambda: account(town).get("upto", 0) >= 500, 10.0)
        town.front.until("the whole ration is offered", lambda: town.front.screen()["water_left_ml"] == account(town)["upto"], 10.0)
        drink(town, 200)
        town.front.press(kind="leave")
        town.front.until("the rest is given back", lambda: account(town)["upto"] == account(town)["spent"] > 0, 15.0)
        assert account(town)["spent"] == pytest.approx(200, abs=20)
        bound = call("GET", f"{town.url}api/v1/quota/bound", None, town.token)
        assert [one["excess"] for one in bound["items"]] == [0, 0, 0], "one station: never more than the quota"
