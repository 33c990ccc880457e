"""`python -m twin.agent … --room SOCKET`: the agent of edge/__main__.py, its pins in a simulated room instead of on a board."""

import argparse
import sys
from pathlib import Path

from edge.__main__ import parser, run
from edge.adapters.clock import SystemClock
from edge.domain.messages import WallClockRead
from twin.expander import with_expanders
from twin.fittings import w1_beside, with_fridge
from twin.remote import RemoteFactory


class SynchronisedClock(SystemClock):
    """This computer's clocks, taken as synchronised: a laptop's owner sees to that, and a container can not ask its kernel."""

    def wall(self) -> WallClockRead:
        """UTC, trusted."""
        return WallClockRead(super().wall().at, synchronised=True)


def main(arguments: list[str] | None = None) -> int:
    """Exit code of the agent."""
    made: argparse.ArgumentParser = parser()
    made.add_argument("--room", type=Path, required=True, help="socket of the simulated room")
    chosen = made.parse_args(arguments)
    return run(chosen, lambda: with_expanders(RemoteFactory(chosen.room)), SynchronisedClock(), lambda fit: with_fridge(fit, w1_beside(chosen.room)))


if __name__ == "__main__":
    sys.exit(main())
