"""One simulated station as a process of its own: the edge code, its room, and the people who come, by script. No camera and no screen."""

import argparse

from cli.containers import say
from cli.containers.people import PEOPLE
from edge.errors import StationError
from twin.city import city, people
from twin.day import regulars
from twin.fleet import Berth, Fleet, serve


def main(asked: argparse.Namespace) -> int:
    """Exit code: as of twin/fleet.py."""
    if not 1 <= asked.number <= asked.of or asked.speed <= 0:
        return say(f"station {asked.number} of {asked.of} at speed {asked.speed:g}: there is no such one")
    place = city(asked.number)[-1]
    try:
        password = (asked.folder / "broker-password").read_text("utf-8").strip()
        berth = Berth(**place._asdict(), host=asked.broker, port=asked.port, password=password, folder=asked.folder)
        citizens = regulars(people(asked.seed, PEOPLE), asked.number - 1, asked.of)
        fleet = Fleet([berth], citizens, asked.seed, asked.speed)
    except (OSError, StationError) as error:
        return say(f"{asked.folder}: {error}")
    return serve(fleet, asked.control)
