"""The command `kiosk`: finds the named command and calls it. Imports no command before it is asked for.

A command module offers `parser() -> argparse.ArgumentParser` and `main(argv: list[str]) -> int` (the exit code).
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """What a person types, the line that `--help` shows for it, and the module that does it."""

    name: str
    summary: str
    module: str
    group: str = "run and develop"


OPS = "look after stations from here"

COMMANDS = (
    Command("demo", "a city of stations on this computer: real faces, simulated doors, taps and sockets", "cli.demo"),
    Command("twin", "break, mend and act in a running demo, from another terminal", "cli.twin"),
    Command("test", "check everything, then run every test that can run here", "cli.test"),
    Command("check", "lint, types, import rules, sizes, generated files", "cli.check"),
    Command("bench", "measure, and write the numbers as JSON", "cli.bench"),
    Command("face", "engines that recognise faces: list, check, use; calibrate one", "cli.face"),
    Command("doctor", "say what this computer has and what it lacks", "cli.doctor"),
    Command("person", "faces that a station keeps: person enrol, show, forget, share", "cli.person"),
    Command("station", "run the agent of one: station run; set up: prepare, repin; orders: unlock, restart, identify, maintenance", "cli.station"),
    Command("cloud", "run the monitor: cloud run", "cli.cloud"),
    Command("keys", "the keys that stations believe: keys init, show, status, sign, rotate, delegate, push", "cli.keys", OPS),
    Command("config", "the configuration of all stations in firmware_config: config show, check, list, schema", "cli.config", OPS),
    Command("series", "the time-series store: how far it is, or all of it again: series rebuild", "cli.series"),
    Command("broker", "run the message broker by itself", "cli.broker_run"),
    Command("containers", "what the containers of docker-compose.yml run: setup, account, station, people, alive", "cli.containers"),
    Command("login", "log in at a cloud; --out logs out", "cli.ops.login", OPS),
    Command("context", "clouds that this computer knows: list, show, use, forget", "cli.ops.context", OPS),
    Command("get", "what there is: get stations, config, rollouts, alarms, orders", "cli.ops.get", OPS),
    Command("diff", "what firmware_config/ would change, field by field; exit code 10 when something", "cli.ops.diff", OPS),
    Command("plan", "the same in numbers, and whole in a file for apply", "cli.ops.plan", OPS),
    Command("apply", "sign a plan and let it out in waves", "cli.ops.apply", OPS),
    Command("rollout", "how far it is: rollout status, list, pause, resume, abort, retry, undo, cancel", "cli.ops.rollout", OPS),
    Command("people", "take rights away, and see which stations know: people revoke, receipts, refresh", "cli.ops.people", OPS),
    Command("completion", "make the Tab key know all this: completion bash, zsh, fish", "cli.ops.completion", OPS),
    Command("lock", "resolve the dependencies again and pin them by hash", "cli.lock"),
)

INTERRUPTED = 130
MISUSED = 2


def usage() -> str:
    """The text of `kiosk --help`."""
    lines = []
    for group in dict.fromkeys(command.group for command in COMMANDS):
        lines += ["", f"{group}:", *(f"  {command.name:<11}{command.summary}" for command in COMMANDS if command.group == group)]
    return "\n".join(
        ["usage: ./kiosk COMMAND [...]", *lines, "", "  --version, --help", "", "./kiosk COMMAND --help says more; exit codes are in docs/cli.md."]
    )


def find(name: str) -> Command | None:
    """The command of this name, or None."""
    return next((command for command in COMMANDS if command.name == name), None)


def main(argv: list[str]) -> int:
    """Run what `argv` asks for and return the exit code."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if argv else MISUSED
    if argv[0] in ("-V", "--version", "version"):
        return _call("cli.version", argv[1:])
    command = find(argv[0])
    if command is None:
        print(unknown(argv[0]), file=sys.stderr)
        return MISUSED
    return _call(command.module, argv[1:])


def unknown(name: str) -> str:
    """What to say about a command that is not there, with the nearest one that is."""
    near = difflib.get_close_matches(name, [command.name for command in COMMANDS], n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"kiosk: no command {name!r}{hint}\n./kiosk --help lists them."


def _call(module: str, argv: list[str]) -> int:
    """Exit code of a command; its import happens here, so that `--help` stays quick."""
    return int(importlib.import_module(module).main(argv))


def run() -> None:
    """Entry point: exit codes as a shell expects them, and no traceback for Ctrl-C or a closed pipe."""
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)
