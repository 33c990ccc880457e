"""Which cloud is spoken to, and as whom: flags, then the environment, then a file of this user, mode 0600.

A token is sent to the server that gave it and to no other: with --server elsewhere, the one of the context stays at home.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from cli.ops.exits import Exit, OpsFailed
from cli.ops.talk import say

SERVER, TOKEN, CONTEXT = "SMART_STATION_SERVER", "SMART_STATION_TOKEN", "SMART_STATION_CONTEXT"
DEMO = "demo"
DEFAULT_SERVER = "http://127.0.0.1:8000"
NAMES = r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"


@dataclass(frozen=True)
class Context:
    """A server and who is logged in there. `user`, `role` and `expires_at` are for showing; the server decides. `folder`: the layers of
    configuration that belong to this cloud, empty for firmware_config of this copy; `key`: file of the ops key that signs for it."""

    server: str = DEFAULT_SERVER
    token: str = ""
    user: str = ""
    role: str = ""
    expires_at: str = ""
    folder: str = ""
    key: str = ""


@dataclass(frozen=True)
class Contexts:
    """The file."""

    current: str = "default"
    contexts: dict[str, Context] = field(default_factory=dict)


def file() -> Path:
    """Where it is, whether or not it is there."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "smart-station" / "contexts.json"


def load() -> Contexts:
    """What the file says; nothing without one.

    Raises:
        OpsFailed: it can not be read.
    """
    place = file()
    try:
        if place.stat().st_mode & 0o077:
            place.chmod(0o600)
            say(f"{place}: others could read this file with tokens in it; it is 0600 now. Log out and in again if that matters")
        told = json.loads(place.read_text(encoding="utf-8"))
        return Contexts(told["current"], {name: Context(**one) for name, one in told["contexts"].items()})
    except FileNotFoundError:
        return Contexts()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OpsFailed(Exit.FAILED, f"{place}: can not be read ({error}); move it away and log in again with ./kiosk login") from None


def save(contexts: Contexts) -> None:
    """Whole or not at all; mode 0600 from its first byte on."""
    place = file()
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = place.with_name(f".{place.name}.{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):
            made.unlink()
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(asdict(contexts), out, indent=1, ensure_ascii=False)
        os.replace(made, place)
    except OSError as error:
        raise OpsFailed(Exit.FAILED, f"{place}: {error.strerror}; set XDG_CONFIG_HOME to a folder that can be written") from None


def put(name: str, context: Context) -> None:
    """Keep it and make it the current one."""
    if not re.fullmatch(NAMES, name):
        raise OpsFailed(Exit.MISUSED, f"--context {name[:60]!r}: a name is 1 to 40 letters, digits, dots, hyphens")
    save(Contexts(name, load().contexts | {name: context}))


def use(name: str) -> None:
    """From now on; the demo may not be in the file."""
    save(replace(load(), current=name))


def add(parser: argparse.ArgumentParser) -> None:
    """The flags that every command here has."""
    parser.add_argument("--server", metavar="URL", help=f"address of the cloud; else ${SERVER}, else that of the context")
    parser.add_argument("--context", metavar="NAME", help=f"which login of `kiosk context list`; else ${CONTEXT}, else the one in use")


def name(asked: argparse.Namespace) -> str:
    """Of the context that is meant, whether or not it is there. With no login of one's own, and no other server named, it is a demo that runs here."""
    known, server = load(), asked.server or os.environ.get(SERVER)
    named = asked.context or os.environ.get(CONTEXT)
    runs = None if named or known.current in known.contexts else demo()
    return named or (DEMO if runs and (not server or same(server, runs.server)) else known.current)


def demo() -> Context | None:
    """Of the demo that this user runs, who is logged in there from its start."""
    from cli.demo import running
    from cli.demo.progress import DemoFailed

    try:
        found = running.find().ops
    except (running.NotRunning, DemoFailed):
        return None
    return Context(found.server, found.token, found.user, "ops", found.expires_at, found.folder, found.key) if found else None


def known_ones() -> dict[str, Context]:
    """Those of the file, and the demo that runs, unless somebody logged in there anew."""
    known, runs = load().contexts, demo()
    if runs is None:
        return known
    kept = known.get(DEMO, Context())
    later = kept.expires_at > runs.expires_at and same(kept.server, runs.server)
    return known | {DEMO: kept if later else runs}


def chosen(asked: argparse.Namespace) -> Context:
    """Server and token for this call.

    Raises:
        OpsFailed: there is no context of this name, or the address is none.
    """
    known = known_ones()
    meant = name(asked)
    named = bool(asked.context or os.environ.get(CONTEXT))
    if named and meant not in known:
        there = ", ".join(sorted(known)) or "none yet"
        raise OpsFailed(Exit.MISUSED, f"--context {meant}: there is no such context ({there}); make it with ./kiosk login --context {meant}")
    context = known.get(meant, Context())
    server = asked.server or os.environ.get(SERVER)
    if server:
        kept = context if same(server, context.server) else Context()
        context = replace(kept, server=address(server))
    token = os.environ.get(TOKEN)
    return replace(context, token=token, user="", role="", expires_at="") if token else context


def forget(name: str) -> None:
    """With its token. When it was in use, the one called default is next, or any other."""
    known = load()
    left = {one: context for one, context in known.contexts.items() if one != name}
    following = "default" if "default" in left or not left else sorted(left)[0]
    save(Contexts(following if known.current == name else known.current, left))


def address(server: str) -> str:
    """The URL without what follows the host, http or https."""
    url = urlsplit(server)
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.path.strip("/"):
        raise OpsFailed(Exit.MISUSED, f"--server {server[:60]}: an address is such as https://cloud.example.org")
    return f"{url.scheme}://{url.netloc}"


def renewed(name: str, before: str, told: Mapping[str, str]) -> None:
    """Keep the next token, unless somebody logged in anew or out meanwhile."""
    known = load()
    kept = known.contexts.get(name)
    if kept is not None and kept.token == before:
        fresh = replace(kept, token=told["token"], expires_at=told["expires_at"])
        save(replace(known, contexts=known.contexts | {name: fresh}))


def same(one: str, other: str) -> bool:
    """Whether both are one server."""
    return address(one).lower() == address(other).lower()
