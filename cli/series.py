"""`kiosk series status`: how far the time-series store is. `kiosk series rebuild`: its facts, hours and days again, from the ledger.

Settings are the environment's SMART_STATION_CLOUD_…, as for `kiosk cloud run`; flags stand over them. The cloud may run meanwhile.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloud.settings import Settings

FLAGS = {
    "data": "folder of the databases",
    "database_url": "SQLAlchemy URL of the ledger",
    "series": "embedded, influxdb or victoria",
    "series_url": "address of that store",
    "series_token_file": "file with its token",
}
SHOWN_S = 1.0


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk series`."""
    made = argparse.ArgumentParser(prog="kiosk series", description="look at the time-series store, or make it again from the ledger")
    verbs = made.add_subparsers(dest="verb", required=True)
    status = verbs.add_parser("status", help="which store, how far it follows the ledger, whether it answers")
    again = verbs.add_parser("rebuild", help="write all points of facts, hours and days again; twice changes nothing")
    again.add_argument("--since", metavar="DAY", help="ISO date or time; what stands before is left as it is")
    again.add_argument("--station", help="only of this station")
    for verb in (status, again):
        for name, words in FLAGS.items():
            verb.add_argument(f"--{name.replace('_', '-')}", help=words)
    return made


def main(argv: list[str]) -> int:
    """0 when done; 1 when a store is down; 2 for wrong arguments."""
    from cloud.errors import CloudError
    from cloud.settings import PREFIX, from_environment

    asked = parser().parse_args(argv)
    given = {PREFIX + name.upper(): value for name in FLAGS if (value := getattr(asked, name)) is not None}
    try:
        settings = from_environment({**os.environ, **given})
        if asked.verb == "status":
            return status(settings)
        return again(settings, since_ms(asked.since), asked.station)
    except ValueError as error:
        print(f"kiosk series: --since: {error}", file=sys.stderr)
        return 2
    except CloudError as error:
        print(f"kiosk series: {error}", file=sys.stderr)
        return 1


def since_ms(text: str | None) -> int:
    """ms UTC; a time without a zone is UTC. Raises: ValueError."""
    if text is None:
        return 0
    at = datetime.fromisoformat(text)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def status(settings: Settings) -> int:
    """Print it; 1 when the store does not answer."""
    from cloud.adapters.db import SqlLedger, open_engine
    from cloud.adapters.db.series_book import SqlSeriesBook
    from cloud.errors import SeriesDown
    from cloud.series.follower import CURSOR
    from cloud.series_store import open_series

    engine = open_engine(settings.database_url)
    book, sink, now_ms = SqlSeriesBook(engine), open_series(settings), time.time_ns() // 1_000_000
    cursor = book.cursor(CURSOR)
    print(f"store     {sink.kind} {settings.series_url}{'' if sink.words_kept else ' (numbers only)'}")
    print(f"ledger    {SqlLedger(engine).last_id()} is the newest fact")
    print(f"follower  {'never ran' if cursor is None else f'at {cursor}'}, {book.behind(cursor or 0)} facts behind")
    try:
        newest = [one.at_ms[-1] for one in sink.query("platform", {}, now_ms - 3_600_000, now_ms + 1000, 0) if one.at_ms]
        print(f"roll-up   {f'{(now_ms - max(newest)) / 1000:.0f} s ago' if newest else 'none within the last hour'}")
        return 0
    except SeriesDown as error:
        print(f"roll-up   {error}")
        return 1
    finally:
        sink.close()
        engine.dispose()


def again(settings: Settings, since: int, station: str | None) -> int:
    """Write everything again, and say how far it is."""
    from cloud.adapters.db import SqlLedger, SqlStations, open_engine
    from cloud.adapters.db.series_book import SqlSeriesBook
    from cloud.series.rebuild import Wanted, rebuild
    from cloud.series_store import open_series

    engine = open_engine(settings.database_url)
    sink = open_series(settings)
    places = {row.station: (row.state.city, row.state.district) for row in SqlStations(engine).all() if row.state}
    began = time.monotonic()
    offset_ms = settings.utc_offset_min * 60_000
    written = rebuild(SqlLedger(engine), SqlSeriesBook(engine), sink, places, offset_ms, Wanted(since, station), _progress())
    print(f"\nwritten in {time.monotonic() - began:.1f} s: " + ", ".join(f"{many} points of {what}" for what, many in written.items()))
    for reason, many in sink.refused.items():
        print(f"refused by the store: {many} ({reason})")
    sink.close()
    engine.dispose()
    return 0


def _progress() -> Callable[[str, int, int], None]:
    last = [0.0]

    def told(what: str, done: int, of: int) -> None:
        if done >= of or time.monotonic() - last[0] >= SHOWN_S:
            last[0] = time.monotonic()
            print(f"\r{what:<8} {done} of {of}   ", end="", flush=True)

    return told
