"""Mosquitto from PATH (2.0 or later): the second choice, and the reference that the permission tests compare with.

The client id is forced to be the user name, so no station can cut another off. Mosquitto tells an MQTT 3.1.1 publisher
"success" when its rules dropped the message: only the receiver shows the truth.
"""

from __future__ import annotations

import base64
import getpass
import hashlib
import re
import secrets
import shutil
import subprocess
from pathlib import Path

from cli.broker import rights
from cli.broker.accounts import CLOUD, Accounts, write_private
from cli.broker.engine import HOST, MAX_PACKET_BYTES, OUTPUT, answers, free_port

CONFIG = "mosquitto.conf"
PASSWORDS = "mosquitto.passwords"
RULES = "mosquitto.acl"
EXTRA_PATH = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"  # where Debian keeps daemons, and a plain user's PATH not
# The password is 192 random bits, so stretching adds nothing; 101 is Mosquitto's own default.
ITERATIONS = 101

# user: as root it would become `mosquitto`, who may not read files of mode 0600.
# max_queued_messages 0: no limit (the default drops after 1000); max_inflight_messages: above the cloud's batch.
# use_username_as_clientid: see above; two sessions of the cloud therefore need two accounts here.
# autosave: a kill -9 loses what was queued or retained in the last 30 s. Facts are safe (the end-to-end ack), retained
#   topics come again when their owner connects. Saving at each change costs a factor of twenty (measured).
CONFIG_TEXT = """\
listener {port} {host}
user {user}
allow_anonymous false
password_file {passwords}
acl_file {rules}
use_username_as_clientid true
max_queued_messages 0
max_inflight_messages 1000
max_packet_size {max_bytes}
persistence true
persistence_location {store}/
autosave_interval 30
persistent_client_expiration 7d
log_dest stderr
log_type error
log_type warning
connection_messages false
"""


def program() -> Path | None:
    """The mosquitto on this machine, or None."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=EXTRA_PATH)
    return Path(found) if found else None


class Mosquitto:
    """Mosquitto as an `Engine`."""

    kind = "mosquitto"
    log = OUTPUT

    def __init__(self, path: Path) -> None:
        """Use the program at `path`."""
        self._path = path

    def version(self) -> str:
        """The program's version (it prints it with its help, and then exits 3)."""
        said = subprocess.run([self._path, "-h"], capture_output=True, text=True, timeout=10, check=False)
        found = re.search(r"mosquitto version (\S+)", said.stdout + said.stderr)
        return found.group(1) if found else "unknown"

    def prepare(self, folder: Path, accounts: Accounts, port: int | None) -> list[str]:
        """Write configuration, password hashes and rules; the command."""
        write(folder, accounts, HOST, port or free_port(), ".")
        return [str(self._path), "-c", CONFIG]

    def listening(self, folder: Path, port: int | None) -> int | None:
        """The port, once it accepts connections."""
        chosen = port or int(re.findall(r"^listener (\d+)", (folder / CONFIG).read_text("utf-8"), re.M)[0])
        return chosen if answers(chosen) else None


def write(folder: Path, accounts: Accounts, host: str, port: int, store: str) -> None:
    """Configuration, password hashes and rules; the program must be started with `folder` as its working folder, where `store` begins too."""
    write_private(folder / PASSWORDS, "".join(f"{name}:{hashed(word)}\n" for name, word in accounts.items()))
    write_private(folder / RULES, rules(rights.by_user(accounts.stations, CLOUD, accounts.workers)))
    settings = CONFIG_TEXT.format(
        port=port, host=host, user=getpass.getuser(), passwords=PASSWORDS, rules=RULES, max_bytes=MAX_PACKET_BYTES, store=store,
    )  # fmt: skip
    write_private(folder / CONFIG, settings)


def hashed(password: str) -> str:
    """Mosquitto's `$7$` form: PBKDF2 with SHA-512, a 12-byte salt and a 64-byte key, in base64."""
    salt = secrets.token_bytes(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def rules(allowed: dict[str, rights.Rights]) -> str:
    """The acl file: what is not named is refused."""
    lines = []
    for user, its in allowed.items():
        lines.append(f"user {user}")
        lines.extend(f"topic write {one}" for one in its.publish)
        lines.extend(f"topic read {one}" for one in its.subscribe)
    return "\n".join(lines) + "\n"
