"""`kiosk apply`: signs a plan on this computer and lets it out in waves. With a selector instead of a file: plans, asks, applies."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from cli.ops import applying, client, contexts, plan_file, planning, signer, stepping, talk, told
from cli.ops.client import Client
from cli.ops.exits import Exit, OpsFailed, ended
from cli.ops.follow import follow
from cli.ops.plan import add_release
from cli.ops.plan_file import Plan

KEY = "SMART_STATION_OPS_KEY"


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk apply`."""
    made = argparse.ArgumentParser(
        prog="kiosk apply", description="sign a plan here, give it to the cloud, and let it out wave by wave; each wave is judged by service",
    )  # fmt: skip
    made.add_argument("plan", type=Path, nargs="?", metavar="FILE", help="of `kiosk plan --out FILE`; without it, a plan is made now and shown")
    made.add_argument(
        "--wave", type=labels, required=True, metavar="WAVES",
        help="such as 1,5%%,25%%,100%%: numbers and shares count those before in; also st-1+st-7, district=NAME",
    )  # fmt: skip
    made.add_argument("--reason", required=True, metavar="TEXT", help="why; everybody reads it in the history")
    made.add_argument("--name", default="", metavar="TEXT", help="of the rollout; default its release")
    made.add_argument("--key", type=Path, metavar="FILE", help=f"private ops key, which stays here; else ${KEY}, else that of the context")
    made.add_argument("--passphrase-file", type=Path, metavar="FILE", help="first line: the passphrase of the key; else it is asked for")
    made.add_argument("--valid-days", type=days, default=signer.VALID_DAYS, metavar="DAYS", help="until they are to be signed again; default %(default)s")
    made.add_argument("--yes", action="store_true", help="do not ask; needed where stdin is no terminal")
    made.add_argument("-f", "--follow", action="store_true", help="stay and show the waves until it ends; Ctrl-C leaves, the rollout goes on")
    _add_limits(made)
    add_release(made)
    planning.add(made)
    stepping.add(made)
    return made


def _add_limits(parser: argparse.ArgumentParser) -> None:
    limits = parser.add_argument_group("when to go on, and when to stop")
    limits.add_argument("--soak", type=seconds, default=300.0, metavar="S", help="s for which service is watched between waves; default %(default)g")
    limits.add_argument("--visits", type=int, default=5, metavar="N", help="entries and vends of a wave before it passes; default %(default)s")
    limits.add_argument(
        "--patience", type=seconds, default=3600.0, metavar="S",
        help="s after the soak to wait for them, and for what looks worse to become clear; then it passes unjudged, or is paused; default %(default)g",
    )  # fmt: skip
    limits.add_argument("--station-timeout", type=seconds, default=900.0, metavar="S", help="s after which a station that answers failed; default %(default)g")
    limits.add_argument("--failed-limit", type=int, default=2, metavar="N", help="pause at so many failed ones of a wave; default %(default)s")
    limits.add_argument("--failed-limit-ratio", type=ratio, default=0.1, metavar="R", help="or at this share of it, 0..1; default %(default)s")
    limits.add_argument("--no-judge", action="store_true", help="do not look at refused doors, failed vends, faults and restarts")


def main(argv: list[str]) -> int:
    """0 when it runs (with --follow: when it is done), 1 when it stopped or the plan no longer holds."""
    asked = parser().parse_args(argv)
    return ended("apply", lambda: _apply(asked))


def _apply(asked: argparse.Namespace) -> Exit:
    server = client.of(asked)
    plan = _plan(asked, server)
    if not plan.items:
        talk.say("nothing changes; nothing is applied")
        return Exit.OK
    file = asked.key or os.environ.get(KEY) or contexts.chosen(asked).key
    if not file:
        raise OpsFailed(Exit.MISUSED, f"--key FILE: the private ops key is missing; ${KEY} or ./kiosk login --key may name the file, see docs/trust.md")
    private = signer.key(Path(file), asked.passphrase_file)
    trust = server.get("/trust")
    signer.believed(private, trust, datetime.now(UTC))
    signer.notices(trust)
    if asked.plan:
        applying.still_holds(plan, server)
    talk.say(told.summary(plan))
    plan = plan.model_copy(update={"items": tuple(item for item in plan.items if not item.would_refuse)})
    if not plan.items:
        raise OpsFailed(Exit.FAILED, "every station of this plan would refuse it; nothing was applied")
    applying.waves_fit(asked.wave, plan)
    if not talk.agreed(f"apply to {told.count(len(plan.items))} in waves {','.join(asked.wave)}?", asked.yes):
        talk.say("nothing was applied")
        return Exit.FAILED
    made = applying.started(asked, plan, server, private)
    print(made)
    talk.say(f"rollout {made} runs; ./kiosk rollout status {made} --watch shows it, ./kiosk rollout undo {made} takes it back")
    return follow(server, made) if asked.follow else Exit.OK


def _plan(asked: argparse.Namespace, server: Client) -> Plan:
    """Raises: OpsFailed: of another cloud, or file and selector at once."""
    if asked.plan is None:
        return planning.planned(asked)
    if asked.selector or asked.release:
        raise OpsFailed(Exit.MISUSED, "-l, --release: belong to a plan that is made now; this one is in a file already")
    plan = plan_file.load(asked.plan)
    if plan.server != server.server:
        raise OpsFailed(Exit.MISUSED, f"{asked.plan}: was made for {plan.server}, and this is {server.server}; see --server, --context")
    return plan


def labels(text: str) -> list[str]:
    """Waves, apart by commas."""
    found = [part.strip() for part in text.split(",")]
    if not all(found):
        raise argparse.ArgumentTypeError(f"{text!r}: waves are such as 1,25%,100%")
    return found


def seconds(text: str) -> float:
    """Not below 0."""
    return _between(text, 0, 7 * 86_400, "s")


def days(text: str) -> float:
    """Up to ten years."""
    return _between(text, 1, 3650, "days")


def ratio(text: str) -> float:
    """Of a wave."""
    return _between(text, 0, 1, "")


def _between(text: str, least: float, most: float, unit: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text!r}: a number from {least:g} to {most:g} {unit}".rstrip())
    return value
