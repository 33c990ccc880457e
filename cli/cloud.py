"""`kiosk cloud run`: the monitor, until Ctrl-C. Settings are the environment's SMART_STATION_CLOUD_…; flags stand over them."""

import argparse
import os

FLAGS = {
    "data": "folder of the databases",
    "database_url": "SQLAlchemy URL of the ledger; default SQLite in the data folder",
    "broker_host": "broker address",
    "broker_port": "broker port",
    "broker_password_file": "file with the password of the broker account 'cloud'",
    "host": "address to listen on; loopback unless told otherwise",
    "port": "port; 0 takes any free one",
}


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk cloud`."""
    made = argparse.ArgumentParser(prog="kiosk cloud", description="run the monitor")
    verbs = made.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="until Ctrl-C")
    token = verbs.add_parser("token", help="make another token for writing and show it once")
    token.add_argument("name", help="who will use it")
    seal = verbs.add_parser("ticket-key", help="make the next key that seals tickets of phones; restart the cloud afterwards")
    for verb in (run, token, seal):
        for name, words in FLAGS.items():
            verb.add_argument(f"--{name.replace('_', '-')}", help=words)
    return made


def main(argv: list[str]) -> int:
    """Exit code of the cloud."""
    from cloud.__main__ import main as cloud
    from cloud.settings import PREFIX

    asked = parser().parse_args(argv)
    given = {name: getattr(asked, name) for name in FLAGS if getattr(asked, name) is not None}
    os.environ.update({PREFIX + name.upper(): value for name, value in given.items()})
    return cloud({"token": ["token", getattr(asked, "name", "")], "ticket-key": ["ticket-key"]}.get(asked.verb, []))
