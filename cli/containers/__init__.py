"""`kiosk containers`: what the containers of docker-compose.yml run beside the cloud itself. See docs/operations.md, "With containers".

Each verb is a module that is imported only when it is asked for: the image of the cloud has no twin, that of the stations no cloud.
"""

import argparse
import importlib
import sys
from pathlib import Path

VERBS = {
    "setup": "cli.containers.setup", "account": "cli.containers.setup", "station": "cli.containers.station",
    "people": "cli.containers.people", "alive": "cli.containers.alive",
}  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk containers`."""
    made = argparse.ArgumentParser(prog="kiosk containers", description=__doc__)
    verbs = made.add_subparsers(dest="verb", required=True)
    _broker_files(verbs.add_parser("setup", help="accounts and files of the broker, the cloud's token; at each start, what is there stays"))
    account = verbs.add_parser("account", help="give one more station an account at the broker, and print its password")
    _broker_files(account)
    _station(verbs.add_parser("station", help="one simulated station with its people, until told to end"))
    people = verbs.add_parser("people", help="enter the simulated people into the cloud")
    people.add_argument("--cloud", required=True, metavar="URL", help="address of the cloud, such as http://cloud:8000/")
    people.add_argument("--seed", type=_hexadecimal, required=True, help="who they are, and their codes; keep it to yourself")
    alive = verbs.add_parser("alive", help="health check: exit code 0 when all is well")
    alive.add_argument("--cloud", metavar="URL", help="ask a cloud; its token is read from the environment, CLOUD_TOKEN")
    alive.add_argument("--control", type=Path, metavar="SOCKET", help="ask a simulated station")
    return made


def main(argv: list[str]) -> int:
    """Exit code; 1 with the reason in words when it could not be done."""
    asked = parser().parse_args(argv)
    return int(importlib.import_module(VERBS[asked.verb]).main(asked))


def say(words: str) -> int:
    """Tell the person; returns 1."""
    print(f"kiosk containers: {words}", file=sys.stderr, flush=True)
    return 1


def _broker_files(made: argparse.ArgumentParser) -> None:
    made.add_argument("stations", nargs="+", metavar="STATION", help="station ids")
    made.add_argument("--folder", type=Path, required=True, help="accounts and configuration of the broker")
    made.add_argument("--store", type=Path, required=True, help="where the broker will keep its data")
    made.add_argument("--host", default="0.0.0.0", help="address on which the broker will listen; default %(default)s")
    made.add_argument("--port", type=int, default=1883, help="port of it; default %(default)s")
    made.add_argument("--monitor", type=int, default=8222, help="loopback port of NATS for its health check; default %(default)s")
    made.add_argument("--hand-out", type=Path, help="folder with a folder for the cloud and for each station, for their secrets")


def _station(made: argparse.ArgumentParser) -> None:
    made.add_argument("number", type=int, help="1 for st-1 ... in the order of twin/city.py")
    made.add_argument("--of", type=int, default=2, help="how many stations share the people; default %(default)s")
    made.add_argument("--broker", required=True, metavar="HOST", help="where the broker is")
    made.add_argument("--port", type=int, default=1883, help="its port; default %(default)s")
    made.add_argument("--folder", type=Path, required=True, help="ledger and samples; its file broker-password is the station's MQTT password")
    made.add_argument("--control", type=Path, help="socket to make, for the health check, faults and acts")
    made.add_argument("--seed", type=_hexadecimal, required=True, help="hexadecimal; who comes, with which codes, and when")
    made.add_argument("--speed", type=float, default=10.0, help="the scripted day passes so many times as fast; default %(default)s")


def _hexadecimal(text: str) -> int:
    return int(text, 16)
