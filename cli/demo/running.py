"""Where a running demo is found from another terminal: a small file in a folder of this user's own, there only while the demo runs."""

import json
import os
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.demo.progress import DemoFailed

NAME = "demo.json"


@dataclass(frozen=True)
class RemoteOps:
    """What `kiosk diff`, `plan`, `apply` and the others take when nobody names a server, a folder or a key."""

    server: str
    user: str
    token: str
    expires_at: str
    folder: str
    key: str


@dataclass(frozen=True)
class Running:
    """`control`: its control socket. `stations`: all of them, in the order of the city."""

    pid: int
    control: str
    stations: tuple[str, ...]
    ops: RemoteOps | None = None


class NotRunning(Exception):
    """No demo of this user runs; the text says what was found."""


def folder() -> Path:
    """The runtime folder of this user, made when it is not there. Raises: DemoFailed, when it is not theirs alone."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    made = Path(base) / "smart-station" if base and Path(base).is_dir() else Path(tempfile.gettempdir()) / f"smart-station-{os.getuid()}"
    made.mkdir(mode=0o700, exist_ok=True)
    found = made.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise DemoFailed(f"{made}: must be a folder of this user alone (mode 0700); remove it")
    return made


def write(running: Running) -> Path:
    """Say where it is: whole or not at all, for this user's eyes. The newest demo is the one that is found."""
    path = folder() / NAME
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix="demo-", suffix=".new")
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(running), file)
    os.replace(fresh, path)
    return path


def remove(pid: int) -> None:
    """At the end of the demo with this process id; a newer one's file stays."""
    path = folder() / NAME
    try:
        if read_at(path).pid == pid:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
    except (NotRunning, OSError):  # another demo's, or another demo is about to write there
        return


def find() -> Running:
    """The demo that runs now.

    Raises:
        NotRunning: none does; a file that one left behind is named.
    """
    path = folder() / NAME
    found = read_at(path)
    if not _alive(found.pid) or not Path(found.control).is_socket():
        raise NotRunning(f"no demo runs; {path} is left from one that ended without cleaning up (process {found.pid}). ./kiosk demo starts one")
    return found


def read_at(path: Path) -> Running:
    """What the file says. Raises: NotRunning."""
    try:
        told = json.loads(path.read_text())
        ops = told.get("ops")
        return Running(int(told["pid"]), str(told["control"]), tuple(told["stations"]), RemoteOps(**ops) if ops else None)
    except FileNotFoundError:
        raise NotRunning("no demo runs; ./kiosk demo starts one") from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise NotRunning(f"{path}: can not be read ({type(error).__name__}); remove it and start ./kiosk demo again") from None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
