"""`kiosk demo`: a city of stations on this computer. Station 1 has a camera, the real face pipeline and a touch-screen page.

Everything listens on loopback and keeps to one folder; after Ctrl-C no process and no file is left, unless --keep says so.
"""

import argparse
import sys
from pathlib import Path


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk demo`."""
    made = argparse.ArgumentParser(prog="kiosk demo", description="a city of stations on this computer")
    made.add_argument("--stations", type=int, default=24, metavar="N", help="how many stations, 1 to 200; default %(default)s")
    made.add_argument("--seed", type=int, default=1, metavar="S", help="another seed is another day; default %(default)s")
    made.add_argument("--speed", type=float, default=10.0, metavar="X", help="the scripted day passes X times as fast; default %(default)s")
    made.add_argument(
        "--photos", type=Path, metavar="DIR", help="a folder per person, two or more pictures each; the last is shown to the camera"
    )
    made.add_argument("--webcam", metavar="N", help="station 1 looks through this webcam (an index, or a device)")
    made.add_argument("--keep", type=Path, metavar="DIR", help="keep all data in this folder, and go on from it next time")
    made.add_argument("--broker", choices=["auto", "nats", "mosquitto", "amqtt"], default="auto", help="default: the best there is")
    made.add_argument(
        "--once", action="store_true", help="one visitor and one stranger to the end, without a browser; exit 0 only if all is true"
    )
    made.add_argument("--report", type=Path, metavar="FILE", help="with --once: write what was seen as JSON")
    return made


def main(argv: list[str]) -> int:
    """0 when all went well; 1 when something did not, said in words; 2 for wrong arguments."""
    made = parser()
    asked = made.parse_args(argv)
    if not 1 <= asked.stations <= 200:
        made.error(f"--stations {asked.stations}: from 1 to 200")
    if asked.speed <= 0:
        made.error(f"--speed {asked.speed}: must be above 0")
    if asked.report and not asked.once:
        made.error("--report goes with --once")
    if asked.photos and not asked.photos.is_dir():
        made.error(f"--photos {asked.photos}: no such folder")
    from cli.demo.play import run

    return run(asked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
