"""`kiosk lock`: resolve pyproject.toml again into requirements/*.lock, every file of every package pinned by its hash.

Needs uv. The files carry no registry address and no path of the machine that made them.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cli.places import REQUIREMENTS, ROOT

# One file per use: the extras that it joins. `dev` is the one that `./kiosk` installs unless KIOSK_USE names another.
LOCKS = {
    "dev": ("dev",),
    "demo": ("demo",),
    "edge": ("edge", "face"),
    "pi": ("pi",),
    "cloud": ("cloud", "postgres"),
    "twin": ("twin",),
}

HEADER = "# Written by ./kiosk lock from pyproject.toml, extras: {extras}. Do not edit.\n"
LEAK = re.compile(r"^\s*(--(?!hash=)|-e |-f )|://|(^|[\s\"'])/(?!\s)", re.MULTILINE)


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk lock`."""
    found = argparse.ArgumentParser(prog="kiosk lock", description="resolve the dependencies again, pinned by hash")
    found.add_argument("names", nargs="*", metavar="USE", help=f"which of {', '.join(LOCKS)}; all when none is named")
    found.add_argument("--upgrade", action="store_true", help="take the newest allowed versions, not the locked ones")
    return found


def main(argv: list[str]) -> int:
    """Write the locks; 1 when uv is missing, cannot resolve, or wrote something that must not be committed."""
    asked = parser().parse_args(argv)
    unknown = [name for name in asked.names if name not in LOCKS]
    if unknown:
        parser().error(f"no lock named {unknown[0]}; there are {', '.join(LOCKS)}")
    uv = shutil.which("uv")
    if uv is None:
        print("kiosk lock needs uv on PATH: pip install uv", file=sys.stderr)
        return 1
    codes = [_write(uv, name, upgrade=asked.upgrade) for name in asked.names or LOCKS]
    return max(codes)


def _write(uv: str, name: str, *, upgrade: bool) -> int:
    target = REQUIREMENTS / f"{name}.lock"
    fresh = target.with_suffix(".new")
    if target.exists() and not upgrade:
        shutil.copyfile(target, fresh)
    done = subprocess.run([*command(uv, name), "--output-file", str(fresh)], cwd=ROOT, check=False)
    if done.returncode:
        fresh.unlink(missing_ok=True)
        return 1
    return _settle(fresh, target, name)


def command(uv: str, name: str) -> list[str]:
    """The resolution of one lock, for every platform at once, from the lowest Python that is supported."""
    extras = [word for extra in LOCKS[name] for word in ("--extra", extra)]
    quiet = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    everywhere = ["--universal", "--python-version", "3.11", "--generate-hashes"]
    return [uv, "pip", "compile", "pyproject.toml", *extras, *everywhere, *quiet]


def _settle(fresh: Path, target: Path, name: str) -> int:
    """Put the new lock in place, unless it holds an option, an address or a path."""
    text = fresh.read_text()
    fresh.unlink()
    leak = LEAK.search(text)
    if leak:
        line = text[: leak.start()].count("\n") + 1
        where = f"requirements/{name}.lock, line {line}"
        print(f"{where}: an option, an address or a path does not belong in a lock; not written", file=sys.stderr)
        return 1
    target.write_text(HEADER.format(extras=", ".join(LOCKS[name])) + text)
    pinned = len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE))
    print(f"requirements/{name}.lock: {pinned} packages")
    return 0
