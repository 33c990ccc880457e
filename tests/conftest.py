"""What a run says about tests that could not run here, and when such a skip is a failure.

KIOSK_EXPECT="mosquitto chromium" names programs that were promised (by .ci/run): a test that would skip for want of one
fails.
"""

from __future__ import annotations

import gc
import os
import re
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A slow or shared computer is no bug: no time limit for one example. One that fails is printed so that it can be kept.
settings.register_profile("kiosk", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kiosk")


QUICK_FOLDERS = {"unit", "properties", "scenarios", "contract"}
COMPUTED_FOLDERS = {"properties", "scenarios", "contract", "sabotage"}
"""Simulated time only: what is slow in them needs a processor and no clock."""
ALONE = {
    "test_kill_modes.py", "test_liveness_live.py", "test_liveness_passive.py", "test_faults_live_eyes.py", "test_faces_process.py",
    "test_faces_ticket.py", "test_faces_challenge.py", "test_outbox_bench.py", "test_twin_fleet.py",
}  # fmt: skip
"""Files whose limits of real time hold only on a computer that does nothing else; all other integration tests wait more than they work."""
UNTIL_COLLECTED = 10_000
"""New objects until the youngest are looked through: there are enough old ones."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `./kiosk test --fast` runs: by folder, without what is marked slow; and what needs no clock beside those."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0] if Path(__file__).parent in item.path.parents else ""
        if folder in QUICK_FOLDERS and item.get_closest_marker("slow") is None:
            item.add_marker("quick")
        elif folder in COMPUTED_FOLDERS:
            item.add_marker("long")
        if item.path.name in ALONE:
            item.add_marker("alone")


def pytest_collection_finish() -> None:
    """Some hundred thousand objects of libraries and tests stay until the end; looking for garbage among them took a tenth of the quick run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(UNTIL_COLLECTED, 10, 10)


def promised() -> set[str]:
    """Names in KIOSK_EXPECT, separated by commas or spaces."""
    return set(re.findall(r"[\w-]+", os.environ.get("KIOSK_EXPECT", "")))


def broken_promise(reason: str) -> str | None:
    """The promised program that this reason for a skip names, if it names one."""
    words = set(re.findall(r"[\w-]+", reason.lower()))
    return next((name for name in sorted(promised()) if name.lower() in words), None)


def skip_reason(report: Any) -> str:
    """Why a skipped report was skipped, without the word Skipped and without file and line."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr or "")
    return str(text).removeprefix("Skipped: ")


def fail_if_promised(report: Any) -> Any:
    """The same report, turned into a failure when it is a skip for want of something promised."""
    name = broken_promise(skip_reason(report)) if report.skipped and not hasattr(report, "wasxfail") else None
    if name is not None:
        report.outcome = "failed"
        report.longrepr = f"KIOSK_EXPECT promised {name}, but this was about to be skipped: {skip_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Skips of a test or of its fixtures."""
    return fail_if_promised((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Skips of a whole file."""
    return fail_if_promised((yield))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say once for each reason how many tests did not run, and what would let them run."""
    reasons = Counter(skip_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not reasons:
        return
    terminalreporter.section("not run here")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count:4d} {'test' if count == 1 else 'tests'}: {reason}")
