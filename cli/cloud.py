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

ACCOUNTS = ("user", "token", "audit", "roots")


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk cloud`."""
    made = argparse.ArgumentParser(prog="kiosk cloud", description="run the monitor")
    verbs = made.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="until Ctrl-C")
    for verb, words in (("user", "people who look after stations"), ("token", "a token for a program, shown once"), ("audit", "who did what"),
                        ("roots", "forget them, when too many root keys are lost")):  # fmt: skip
        verbs.add_parser(verb, help=f"{words}; see kiosk cloud {verb} --help", add_help=False)
    seal = verbs.add_parser("ticket-key", help="make the next key that seals tickets of phones; restart the cloud afterwards")
    for one in (run, seal):
        _add_flags(one)
    return made


def _add_flags(to: argparse.ArgumentParser) -> None:
    for name, words in FLAGS.items():
        to.add_argument(f"--{name.replace('_', '-')}", help=words)


def main(argv: list[str]) -> int:
    """Exit code of the cloud."""
    from cloud.__main__ import main as cloud
    from cloud.settings import PREFIX

    flags = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    _add_flags(flags)
    asked, rest = flags.parse_known_args(argv) if argv and argv[0] in ACCOUNTS else (parser().parse_args(argv), [])
    given = {name: getattr(asked, name) for name in FLAGS if getattr(asked, name) is not None}
    os.environ.update({PREFIX + name.upper(): value for name, value in given.items()})
    return cloud(rest or ([] if asked.verb == "run" else [asked.verb]))
