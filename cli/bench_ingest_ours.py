"""Our cloud's ingest as a process for `kiosk bench ingest`: everything that `python -m cloud` runs but its web server.

The broker's password is in a file, as in an installation. Tells `ready` when it hears the broker, and its counters at the end.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from dataclasses import asdict
from pathlib import Path

from cloud.__main__ import spare_collector
from cloud.app import assemble
from cloud.settings import Settings

LOOK_S = 0.02


def main(port: int, url: str, folder: Path) -> None:
    """Until the input ends."""
    logging.basicConfig(level=logging.ERROR)
    settings = Settings(
        data=folder, broker_port=port, broker_password_file=folder / "password", series="victoria", series_url=url,
    )  # fmt: skip
    cloud = assemble(settings)
    spare_collector()
    cloud.start()
    while cloud.link is None or cloud.link.connected_ms is None:
        time.sleep(LOOK_S)
    print("ready", flush=True)
    sys.stdin.read()
    cloud.stop()
    print(json.dumps(asdict(cloud.ingest.counters)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
