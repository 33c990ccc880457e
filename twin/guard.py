"""`python -m twin.guard --room SOCKET --socket PATH --table PATH`: the guard of edge/guard, its pins in a simulated room."""

import argparse
from pathlib import Path

from edge.guard.__main__ import run
from twin.expander import with_expanders
from twin.remote import RemoteFactory


def main() -> None:
    """Until SIGTERM or SIGINT."""
    made = argparse.ArgumentParser(add_help=False)
    made.add_argument("--room", type=Path, required=True)
    chosen, rest = made.parse_known_args()
    run(lambda: with_expanders(RemoteFactory(chosen.room)), rest)


if __name__ == "__main__":
    main()
