"""`kiosk station run`: guard and agent of one station on this board, each started again when it ends. On a Pi, systemd does this.

Its other verbs: what new ones are set up with (cli/ops/prepare.py), another root (cli/ops/repin.py), orders from afar (cli/ops/orders.py).
"""

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path

from cli.ops import orders, prepare, repin
from cli.places import ROOT

BAD_CONFIG = 78
PAUSES_S = (1.0, 60.0)
END_S = 6.0


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk station`."""
    made = argparse.ArgumentParser(prog="kiosk station", description="run one station on real hardware, set new ones up, or give an order to one from afar")
    verbs = made.add_subparsers(dest="verb", required=True, metavar="VERB")
    run = verbs.add_parser("run", help="guard and agent, until Ctrl-C")
    orders.add(verbs)
    prepare.add(verbs)
    repin.add(verbs)
    run.add_argument("--config", type=Path, required=True, help="the station's YAML file, see docs/config.md")
    run.add_argument("--folder", type=Path, required=True, help="ledger, samples, templates; mode 0700")
    run.add_argument("--password-file", type=Path, required=True, help="the station's MQTT password, mode 0600")
    return made


def main(argv: list[str]) -> int:
    """Exit code of the agent where trying again is no use, else 0 after Ctrl-C; of an order as docs/cli.md says."""
    asked = parser().parse_args(argv)
    if asked.verb != "run":
        return {"prepare": prepare.main, "repin": repin.main}.get(asked.verb, orders.main)(asked)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    asked.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket, table = asked.folder.resolve() / "guard.socket", asked.folder.resolve() / "outputs.json"
    guard = ["edge.guard", "--socket", str(socket), "--table", str(table)]
    agent = ["edge", "--config", str(asked.config.resolve()), "--folder", str(asked.folder.resolve()), "--guard", str(socket)]
    agent += ["--password-file", str(asked.password_file.resolve())]
    return _supervise([guard, agent])


def _supervise(commands: list[list[str]]) -> int:
    """The guard is first to start and last to end."""
    running = [_start(command) for command in commands]
    pauses = [PAUSES_S[0]] * len(commands)
    try:
        while True:
            time.sleep(0.5)
            for number, child in enumerate(running):
                code = child.poll()
                if code == BAD_CONFIG:
                    return BAD_CONFIG
                if code is not None:
                    print(f"{commands[number][0]} ended with {code}; again in {pauses[number]:g} s", file=sys.stderr)
                    time.sleep(pauses[number])
                    pauses[number] = min(pauses[number] * 2, PAUSES_S[1])
                    running[number] = _start(commands[number])
    except KeyboardInterrupt:
        return 0
    finally:
        for child in reversed(running):
            _end(child)


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, start_new_session=True)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
