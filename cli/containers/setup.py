"""Accounts and files of the broker, secrets for cloud and stations, the cloud's token: written once, and the same again at every start.

Touches the folders that it is told, and the cloud's database (only the token). What is there stays: an account keeps its password, and a
token that was entered stays entered. The files of both brokers are written, so that the profile can be changed.
"""

import argparse
import os
import time

from cli.broker import CLOUD, AccountRefused, Accounts, mosquitto, nats
from cli.broker.accounts import load, write_private
from cli.containers import say

PASSWORD, TOKEN, SERIES_TOKEN = "broker-password", "token", "series-token"
SECRETS = {"CLOUD_TOKEN": TOKEN, "SERIES_TOKEN": SERIES_TOKEN}
"""Names in .env, and the files of the cloud that they become."""
SHORTEST_SECRET = 16


def main(asked: argparse.Namespace) -> int:
    """`setup` and `account`."""
    accounts = load(asked.folder)
    try:
        passwords = {station: accounts.add(station) for station in asked.stations}
    except AccountRefused as error:
        return say(str(error))
    _write(asked, accounts)
    if asked.verb == "account":
        print(*(f"{station} {word}" for station, word in passwords.items()), sep="\n")
        return 0
    return _hand_out(asked, accounts)


def _write(asked: argparse.Namespace, accounts: Accounts) -> None:
    accounts.save(asked.folder)
    monitor = f'http: "127.0.0.1:{asked.monitor}"'
    write_private(asked.folder / nats.CONFIG, nats.config(accounts, asked.host, asked.port, str(asked.store), monitor))
    mosquitto.write(asked.folder, accounts, asked.host, asked.port, str(asked.store))


def _hand_out(asked: argparse.Namespace, accounts: Accounts) -> int:
    if asked.hand_out is None:
        return 0
    secrets = {name: os.environ.get(name, "") for name in SECRETS}
    short = [name for name, word in secrets.items() if len(word) < SHORTEST_SECRET]
    if short:
        return say(f"{', '.join(short)}: not set, or shorter than {SHORTEST_SECRET} characters; `sh deploy/make-env.sh` writes .env")
    for station in asked.stations:
        accounts.hand_out(station, asked.hand_out / station / PASSWORD)
    write_private(asked.hand_out / CLOUD / PASSWORD, accounts.cloud + "\n")
    for name, file in SECRETS.items():
        write_private(asked.hand_out / CLOUD / file, secrets[name] + "\n")
    return _enter_token(secrets["CLOUD_TOKEN"])


def _enter_token(token: str) -> int:
    """Into the database that the environment names, which gets its tables on the way."""
    from cloud.adapters.db import SqlTokens, open_engine
    from cloud.errors import CloudError
    from cloud.settings import from_environment

    try:
        SqlTokens(open_engine(from_environment(os.environ).database_url)).keep(token, "env", time.time_ns() // 1_000_000)
    except CloudError as error:
        return say(str(error))
    return 0
