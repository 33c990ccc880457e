"""`kiosk broker`: the embedded broker by itself, on loopback, until Ctrl-C. For trying parts one at a time.

Writes accounts and data into the folder it is given, one password file for each account, readable by its owner only.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from cli.broker import KINDS, AccountRefused, BrokerError, RunningBroker, start
from cli.broker.accounts import write_private

LOOK_EVERY_S = 0.5


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk broker`."""
    found = argparse.ArgumentParser(prog="kiosk broker", description="run the broker on loopback until Ctrl-C")
    found.add_argument("stations", nargs="*", metavar="STATION", help="station ids that get an account, such as st-1")
    found.add_argument("--worker", action="append", default=[], metavar="NAME", help="a worker of the cloud that gets an account; may be repeated")
    found.add_argument("--folder", type=Path, default=Path(".demo/broker"), help="accounts and data; %(default)s")
    found.add_argument("--kind", choices=["auto", *KINDS], default="auto", help="which broker; auto takes the best")
    return found


def main(argv: list[str]) -> int:
    """Run until told to stop; 1 with the reason when there is no broker, or when it ends by itself."""
    asked = parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        broker = start(asked.folder.resolve(), asked.stations, asked.kind, asked.worker)
    except (BrokerError, AccountRefused) as error:
        print(f"kiosk broker: {error}", file=sys.stderr)
        return 1
    try:
        return _serve(broker)
    finally:
        broker.stop()


def _interrupt(*_: object) -> None:
    """End in order on SIGTERM. SIGINT cannot stand in: a shell starts background jobs with it ignored."""
    raise KeyboardInterrupt


def _serve(broker: RunningBroker) -> int:
    users = [user for user, _ in broker.accounts.items()]
    for user in users:
        write_private(broker.folder / f"{user}.password", broker.password(user) + "\n")
    print(f"{broker.kind} {broker.version} on {broker.host}:{broker.port}, MQTT 3.1.1")
    print(f"accounts: {', '.join(users)}; passwords: {broker.folder}/ACCOUNT.password", flush=True)
    while broker.alive:
        time.sleep(LOOK_EVERY_S)
    print("kiosk broker: it ended by itself; its log is in its folder", file=sys.stderr)
    return 1
