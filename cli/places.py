"""Where things of this repository are. Looks nothing up outside the repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
PACKAGES = ("contract", "edge", "cloud", "cli", "twin")
