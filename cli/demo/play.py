"""Runs the demo: once to the end with a report, or until Ctrl-C with somebody at the keyboard."""

import argparse
import json
import signal
import sys
from pathlib import Path

from cli.demo import ledgers, report
from cli.demo.city import City
from cli.demo.hands import Hands
from cli.demo.progress import DemoFailed, Progress
from cli.demo.visit import visit


def run(asked: argparse.Namespace) -> int:
    """Exit code of `kiosk demo`."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    progress = Progress()
    try:
        with City(asked, progress) as city:
            return once(city, asked.report, progress) if asked.once else play(city, progress)
    except DemoFailed as error:
        print(f"kiosk demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if not asked.once else 130


def once(city: City, path: Path | None, progress: Progress) -> int:
    """0 only if all of it is true in the cloud's ledger."""
    progress.say("one visitor and one stranger")
    seen = visit(city, progress)
    made = report.make(city, seen, ledgers.compare(city))
    text = json.dumps(made.document, indent=1) + "\n"
    if path:
        path.write_text(text)
    print(text, end="")
    for words in made.wrong:
        print(f"kiosk demo: not true: {words}", file=sys.stderr)
    if not made.wrong:
        progress.say("all of it is true in the cloud's ledger")
    return 1 if made.wrong else 0


def play(city: City, progress: Progress) -> int:
    """Until Ctrl-C."""
    hands = Hands(city, progress)
    print(
        f"""
  Console of the city      {city.cloud_url}
  Touch screen, station 1  {city.front.url}
  Phone page               {city.cloud_url}phone/
  Interface description    {city.cloud_url}api/v1/openapi.json

  Writing needs this token: {city.token}
  Remote ops log in as     {city.ops.account.user}, password {city.ops.account.password}

  Push a configuration, from another terminal: give a district another unlock_s in
    {city.ops.layers}/cities/lanting/districts/old-mill.yaml
  then: ./kiosk diff
        ./kiosk plan --out plan.json
        ./kiosk apply plan.json --wave 1,25%,100% --soak 20 --reason "slower doors" --follow
{hands.help()}
  Ctrl-C ends everything and leaves nothing behind.
""",
        flush=True,
    )
    hands.serve()
    return 0
