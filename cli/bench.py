"""`kiosk bench NAME`: measurements, each a module of its own; every one writes its numbers as JSON with --json FILE."""

import argparse
import importlib

BENCHES = {
    "loop": ("from an input to the moved line, with the face process busy", "cli.bench_loop"),
    "ledger": ("the ledger on this disk: commits, progress of a pour, a start with many rows", "cli.bench_ledger"),
    "ingest": ("the cloud's ingest on one core, beside a plain bridge, and what each loses", "cli.bench_ingest"),
    "rollout": ("a new configuration for 2,000 stations: plan, waves, trial, confirmed", "cli.bench_rollout"),
    "outbox": ("what waits for the cloud: room, bytes on the wire, how fast it drains", "cli.bench_outbox"),
    "face": ("a camera frame, beside face_recognition's usual recipe", "cli.bench_face"),
    "liveness": ("recorded attacks against the head-turn challenge: APCER and BPCER", "cli.bench_liveness"),
    "identify": ("who is let in wrongly, who is kept out, by size of the gallery", "cli.bench_identify"),
}


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk bench`; each bench has more of its own."""
    made = argparse.ArgumentParser(prog="kiosk bench", description="measure; ratios in one run are worth more than times")
    names = made.add_subparsers(dest="name", required=True)
    for name, (words, module) in BENCHES.items():
        names.add_parser(name, help=words, parents=[importlib.import_module(module).parser()], add_help=False)
    return made


def main(argv: list[str]) -> int:
    """Exit code of the bench."""
    if not argv or argv[0] not in BENCHES:
        parser().parse_args(argv)
        return 2
    return int(importlib.import_module(BENCHES[argv[0]][1]).main(argv[1:]))
