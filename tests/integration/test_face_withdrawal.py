"""A face withdrawn at the cloud's desk is erased at every station: at once where one is online, at its return where it was not."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.demo.client import call
from edge.adapters.kiosk_web.notice import version
from edge.faces.shapes import unit
from edge.faces.vault import Terms, Vault
from tests.integration.town import STATION, Town
from twin.camera import Camera

pytestmark = [pytest.mark.faces, pytest.mark.slow]
PROMISED_S = 60.0


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Camera() as camera, Town(tmp_path, camera={"source": camera.url}) as town:
        for number, person in enumerate(("p-1", "p-2")):
            town.enter_person(person, f"100{number}", "2468")
        wait(lambda: town._column("SELECT version FROM roster") == 2)
        keep(town, "p-1")
        keep(town, "p-2")
        wait(lambda: all(desk(town, person)["stations"][:1] for person in ("p-1", "p-2")))
        yield town


def keep(town: Town, person: str) -> None:
    """On the spot, with a consent on paper."""
    vault = Vault(town.front.folder)
    vault.put(person, unit(np.random.default_rng(len(person)).normal(size=128)), "dlib", "2026-11-21", Terms(version(), "zh", 3, "operator"))
    vault.close()


def kept(town: Town) -> list[str]:
    vault = Vault(town.front.folder)
    found = [one.person for one in vault.all()]
    vault.close()
    return found


def desk(town: Town, person: str, method: str = "GET", verb: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = call(method, f"{town.url}api/v1/people/{person}/face{verb}", {} if method == "POST" else None, town.token)
    return answer


def wait(true: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)


def test_a_station_that_is_online_erases_within_a_minute_and_sends_its_receipt(town: Town) -> None:
    began = time.monotonic()
    assert desk(town, "p-1", "POST", "/withdraw")["pending"] == [STATION]
    wait(lambda: kept(town) == ["p-2"], PROMISED_S)
    took_s = time.monotonic() - began
    wait(lambda: desk(town, "p-1")["pending"] == [])
    (told,) = desk(town, "p-1")["stations"]
    assert (told["kept"], told["reason"], len(told["receipt"])) == (False, "from_afar", 32)
    assert desk(town, "p-2")["stations"][0]["kept"]
    print(f"erased {took_s:.2f} s after it was asked")


def test_a_station_that_was_away_erases_when_it_returns(town: Town) -> None:
    town.front.agent.stop()
    assert desk(town, "p-1", "POST", "/withdraw")["pending"] == [STATION]
    assert kept(town) == ["p-1", "p-2"]
    town.front.agent.start()
    wait(lambda: kept(town) == ["p-2"], PROMISED_S)
    wait(lambda: desk(town, "p-1")["pending"] == [])


def test_who_loses_every_right_is_forgotten(town: Town) -> None:
    call("DELETE", f"{town.url}api/v1/people/p-2", None, town.token)
    wait(lambda: kept(town) == ["p-1"], PROMISED_S)
    wait(lambda: desk(town, "p-2")["stations"][0]["reason"] == "no_right")
