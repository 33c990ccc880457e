"""`kiosk twin`: break and mend things in a running demo, and act in its rooms, from another terminal."""

import argparse
import difflib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.demo import planting, running
from cli.demo.progress import DemoFailed
from twin import acts
from twin.control import ControlGone, ask

MISUSED = 2

Ask = Callable[..., Any]


class Misused(Exception):
    """Wrong words on the command line; the text says which, with what is near."""


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk twin`."""
    made = argparse.ArgumentParser(prog="kiosk twin", description=__doc__, epilog="exit codes: 0 done, 1 it can not be done now, 2 wrong words")
    kinds = made.add_subparsers(dest="kind", required=True)
    fault = kinds.add_parser("fault", help="list, plant and clear faults").add_subparsers(dest="verb", required=True)
    listed = fault.add_parser("list", help="every fault: what it does, what it can be narrowed to, whether it is planted now")
    plant = fault.add_parser("plant", help="break something")
    plant.add_argument("name", type=planting.spelled)
    plant.add_argument("rest", nargs="*", metavar="[TARGET] [TIME]", help="one tap, socket, slot, probe … instead of all; 30s, 10m, 1h as with --for")
    plant.add_argument("--for", dest="for_s", type=seconds, metavar="TIME", help="it mends itself after so long: 30s, 10m, 1h")
    clear = fault.add_parser("clear", help="mend it again")
    clear.add_argument("name", type=planting.spelled)
    clear.add_argument("target", nargs="?")
    everything = fault.add_parser("clear-all", help="mend everything")
    act = kinds.add_parser("act", help="do something in the room; `act list` says what")
    act.add_argument("name")
    act.add_argument("arguments", nargs="*", metavar="k=v")
    for each in (listed, plant, clear, everything, act):
        each.add_argument("--station", metavar="ID", help="default: the first, the one with the screen")
    return made


def main(argv: list[str]) -> int:
    """0 done; 1 no demo runs, or it refused; 2 wrong words. Data on standard output, everything else on standard error."""
    asked = parser().parse_args(argv)
    try:
        _check(asked)
        found = running.find()
        station = {"station": asked.station} if asked.station else {}
        if asked.station and asked.station not in found.stations:
            raise Misused(_unknown("station", asked.station, list(found.stations)))
        return _do(asked, lambda op, **more: ask(Path(found.control), op, **station, **more))
    except Misused as error:
        return _say(str(error), MISUSED)
    except (running.NotRunning, DemoFailed, ControlGone, ValueError) as error:
        return _say(str(error), 1)


def seconds(text: str) -> float:
    """Of `90`, `30s`, `10m`, `1h`. Raises: argparse.ArgumentTypeError."""
    try:
        return planting.seconds(text)
    except planting.NoTime as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _check(asked: argparse.Namespace) -> None:
    """Names and times, before anything is asked."""
    if asked.kind == "fault" and asked.verb in ("plant", "clear") and asked.name not in planting.names():
        raise Misused(_unknown("fault", asked.name, planting.names()))
    if asked.kind == "fault" and asked.verb == "plant":
        _read_rest(asked)
    if asked.kind == "act" and asked.name not in ("list", *acts.names()):
        raise Misused(_unknown("act", asked.name, acts.names()))


def _read_rest(asked: argparse.Namespace) -> None:
    try:
        asked.target, for_s = planting.target_and_time(asked.rest)
    except planting.NoTime as error:
        raise Misused(str(error)) from None
    if for_s and asked.for_s:
        raise Misused(f"two times: {asked.rest[-1]} and --for")
    asked.for_s = for_s or asked.for_s


def _do(asked: argparse.Namespace, demo: Ask) -> int:
    if asked.kind == "act":
        return _list_acts() if asked.name == "list" else _act(asked.name, asked.arguments, demo)
    match asked.verb:
        case "list":
            return _list(demo("faults"))
        case "plant":
            demo("plant", name=asked.name, target=asked.target, for_s=asked.for_s)
            ends = f"for {asked.for_s:g} s" if asked.for_s else f"until `kiosk twin fault clear {asked.name}`"
            return _say(f"{planting.meaning(asked.name)}; {ends}", 0)
        case "clear":
            demo("clear", name=asked.name, target=asked.target)
            return _say(f"mended: {asked.name}", 0)
    return _say(f"mended: {demo('clear_all')} faults", 0)


def _list(rows: list[dict[str, Any]]) -> int:
    wide = max(len(row["name"]) for row in rows)
    states = [_state(row) for row in rows]
    for row, state in zip(rows, states, strict=True):
        print(f"{row['name']:<{wide}}  {state:<{max(map(len, states))}}  {row['meaning']}" + (f"  [{' '.join(row['targets'])}]" if row["targets"] else ""))
    return 0


def _state(row: dict[str, Any]) -> str:
    if not row["fitted"]:
        return "not fitted"
    if not row["planted"]:
        return "-"
    parts = [(target, row["left_s"].get(target)) for target in row["planted"]]
    told = [" ".join(filter(None, (target, f"for {_time(left)}" if left is not None else ""))) for target, left in parts]
    return f"planted {', '.join(filter(None, told))}".rstrip()


def _time(seconds_left: float) -> str:
    """`59:58`, or `2:00:00`: left until it mends itself."""
    minutes, whole = divmod(round(seconds_left), 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02d}:{whole:02d}" if hours else f"{rest}:{whole:02d}"


def _list_acts() -> int:
    for name in acts.names():
        words = " ".join(f"{each}={default}" for each, default in acts.ACTS[name].arguments().items())
        print(f"{name:<13} {acts.ACTS[name].meaning}" + (f"  [{words}]" if words else ""))
    return 0


def _act(name: str, pairs: list[str], demo: Ask) -> int:
    """What came of it on standard output; 1 when it could not be done."""
    done = demo("act", name=name, arguments=_arguments(name, pairs))
    if done is not None:
        print(done if not isinstance(done, bool) else "yes" if done else "no")
    return 1 if done is False or done == 0 else 0


def _arguments(name: str, pairs: list[str]) -> dict[str, object]:
    takes, found = acts.ACTS[name].arguments(), {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or key not in takes:
            raise Misused(f"{name} does not take {pair!r}; it takes: {' '.join(f'{each}=…' for each in takes) or 'nothing'}")
        found[key] = _read(text, takes[key], pair)
    return found


def _read(text: str, default: object, pair: str) -> object:
    """In the type of the default."""
    try:
        match default:
            case bool():
                return {"yes": True, "true": True, "no": False, "false": False}[text]
            case int() | float():
                return type(default)(text)
    except (ValueError, KeyError):
        raise Misused(f"{pair!r}: must be like {default}") from None
    return text


def _unknown(what: str, name: str, there: list[str]) -> str:
    near = difflib.get_close_matches(name, there, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; there are: {', '.join(there)}"
    return f"no {what} is called {name!r}{hint}"


def _say(words: str, code: int) -> int:
    print(f"kiosk twin: {words}", file=sys.stderr)
    return code
