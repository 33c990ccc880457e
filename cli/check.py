"""`kiosk check`: what can be said about the code without running the product. Changes nothing, unless told `--fix`."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from cli.places import ROOT

# Modules that write files of the repository from code: each offers `generated() -> dict[path from the root, text]`.
GENERATORS = ("contract.schema", "edge.domain.fault_page", "cli.telemetry_page", "dashboards.pages", "cloud.api.roles_page")
TOOLS = ("ruff", "mypy", "pytest")


@dataclass(frozen=True)
class Step:
    """One check: its name, and a function that gives what is wrong as text, or an empty text."""

    name: str
    faults: Callable[[], str]


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk check`."""
    found = argparse.ArgumentParser(prog="kiosk check", description="lint, types, import rules, sizes, generated files")
    found.add_argument("--fix", action="store_true", help="first put right what can be put right by itself")
    return found


def main(argv: list[str]) -> int:
    """Run every step and print its result; 1 when one of them found something."""
    asked = parser().parse_args(argv)
    missing = [tool for tool in TOOLS if importlib.util.find_spec(tool) is None]
    if missing:
        print(f"kiosk check needs {', '.join(missing)}: run it without KIOSK_USE", file=sys.stderr)
        return 1
    if asked.fix:
        _fix()
    passed = [_report(step) for step in steps()]
    return 0 if all(passed) else 1


def steps() -> tuple[Step, ...]:
    """The checks, the quick ones first."""
    return (
        Step("lint", lambda: _run("ruff", "check", "--quiet", "--output-format", "concise", ".")),
        Step("imports, purity, sizes", lambda: _run("pytest", "-q", "--no-header", "tests/test_architecture.py")),
        Step("generated files", lambda: "\n".join(f"{path} is stale: ./kiosk check --fix" for path in stale())),
        Step("types", lambda: _run("mypy", "--no-error-summary")),
    )


def generated() -> dict[str, str]:
    """Every file that is written from code: path from the root -> text."""
    files: dict[str, str] = {}
    for name in GENERATORS:
        files.update(importlib.import_module(name).generated())
    return files


def stale() -> list[str]:
    """Generated files whose text on disk is not what the code would write now."""
    return [path for path, text in generated().items() if not _is_current(path, text)]


def _is_current(path: str, text: str) -> bool:
    file = ROOT / path
    return file.exists() and file.read_text(encoding="utf-8") == text


def _fix() -> None:
    _run("ruff", "check", "--quiet", "--fix", ".")
    for path, text in generated().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")


def _report(step: Step) -> bool:
    begun = time.monotonic()
    faults = step.faults()
    print(f"{'wrong' if faults else 'ok':<7}{step.name} ({time.monotonic() - begun:.1f} s)", flush=True)
    if faults:
        print(faults.rstrip(), flush=True)
    return not faults


def _run(module: str, *arguments: str) -> str:
    """Output of a tool that found something, an empty text when all is well."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr or f"{module} ended with {done.returncode}"
