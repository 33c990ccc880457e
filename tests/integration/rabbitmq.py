"""A RabbitMQ of its own for tests, with its MQTT plugin, on loopback and in a folder of its own; users may do what `cli.broker.rights` says.

It is slow to start (5 s on a free computer). Its port mapper (epmd) is a process of ours too, so that none is left behind.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from cli.broker import CLOUD, rights
from cli.broker.engine import HOST, answers, free_port

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Debian's `rabbitmq-server` on PATH is a wrapper that changes to its own user and folders."""
WAIT_S = 90.0
CONFIG = """\
listeners.tcp = none
mqtt.listeners.tcp.1 = {host}:{port}
mqtt.allow_anonymous = false
mqtt.prefetch = 200
load_definitions = {folder}/definitions.json
"""


class RunningRabbit:
    """Answers on return. Has what a `RunningBroker` has for its clients."""

    host, kind = HOST, "rabbitmq"

    def __init__(self, stations: list[str], workers: tuple[str, ...] = ()) -> None:
        if not SERVER.exists() or shutil.which("epmd") is None:
            pytest.skip("needs rabbitmq-server: apt install rabbitmq-server")
        self._folder = Path(tempfile.mkdtemp(prefix="kiosk-rabbitmq-", dir="/tmp"))
        self.port, mapper, between = free_port(), free_port(), free_port()
        allowed = rights.by_user(stations, CLOUD, workers)
        self._passwords = {user: secrets.token_urlsafe(24) for user in allowed}
        (self._folder / "definitions.json").write_text(json.dumps(definitions(self._passwords, allowed)))
        (self._folder / "rabbitmq.conf").write_text(CONFIG.format(host=HOST, port=self.port, folder=self._folder))
        (self._folder / "plugins").write_text("[rabbitmq_mqtt].\n")
        environment = self._environment(mapper, between)
        self._mapper = subprocess.Popen(["epmd", "-port", str(mapper), "-address", HOST], env=environment, start_new_session=True)
        with (self._folder / "out").open("wb") as out:
            self._server = subprocess.Popen([SERVER], env=environment, stdout=out, stderr=out, start_new_session=True)
        deadline = time.monotonic() + WAIT_S
        while not answers(self.port):
            assert self._server.poll() is None and time.monotonic() < deadline, (self._folder / "out").read_text()[-2000:]
            time.sleep(0.1)

    def password(self, user: str) -> str:
        return self._passwords[user]

    def close(self) -> None:
        """End both processes and delete the data."""
        for process in (self._server, self._mapper):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _environment(self, mapper: int, between: int) -> dict[str, str]:
        folder = str(self._folder)
        return {
            **os.environ, "HOME": folder, "RABBITMQ_NODENAME": "kiosk@localhost", "RABBITMQ_MNESIA_BASE": folder + "/data",
            "RABBITMQ_LOG_BASE": folder + "/log", "RABBITMQ_CONFIG_FILE": folder + "/rabbitmq.conf", "RABBITMQ_CONF_ENV_FILE": folder + "/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE": folder + "/plugins", "RABBITMQ_DIST_PORT": str(between), "ERL_EPMD_PORT": str(mapper),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +A 16",
        }  # fmt: skip


def definitions(passwords: dict[str, str], allowed: dict[str, rights.Rights]) -> dict[str, object]:
    """Users, and what they may say and hear: topics of MQTT are routing keys of one exchange, with dots for slashes."""
    users = [
        {"name": user, "password_hash": hashed(word), "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ""}
        for user, word in passwords.items()
    ]
    everywhere = [{"user": user, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"} for user in passwords]
    topics = [
        {"user": user, "vhost": "/", "exchange": "amq.topic", "write": pattern(its.publish), "read": pattern(its.subscribe)}
        for user, its in allowed.items()
    ]
    return {"users": users, "vhosts": [{"name": "/"}], "permissions": everywhere, "topic_permissions": topics}


def pattern(filters: tuple[str, ...]) -> str:
    """A regular expression for routing keys."""
    return "^(" + "|".join(re.escape(one.replace("/", ".")).replace(r"\+", "[^.]+") for one in filters) + ")$"


def hashed(password: str) -> str:
    """As RabbitMQ keeps it: four bytes of salt, then SHA-256 of salt and password."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
