"""Resident memory of a face process at work: a real one, with a simulated camera and a person in front of it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from threading import Event

import numpy as np

from contract.config import CameraConfig
from edge.adapters.faces import FacesProcess
from edge.domain.messages import Input
from edge.domain.sight import FaceCompared
from edge.faces.engine.choice import BUILT_IN
from edge.faces.shapes import unit
from edge.faces.vault import Terms, Vault
from twin.camera import Camera
from twin.turning import Image

PEOPLE = 1000
COMPARED_S = 60.0
AT_WORK_S = 3.0
FRAMES = 3
TERMS = Terms("0" * 12, "en", FRAMES, "operator")


def child_rss_mb(picture: Image) -> float | None:
    """MB (10^6 bytes) of resident memory with 1,000 people, after its first comparison; None where it made none."""
    camera = Camera()
    camera.start()
    camera.show_person(picture)
    compared = Event()

    def post(event: Input) -> None:
        if isinstance(event, FaceCompared):
            compared.set()

    with tempfile.TemporaryDirectory() as folder:
        random, vault = np.random.default_rng(7), Vault(Path(folder))
        for number in range(PEOPLE):
            vault.put(f"p{number}", unit(random.normal(size=128)), BUILT_IN, "", TERMS)
        vault.close()
        faces = FacesProcess(CameraConfig(source=camera.url), FRAMES, Path(folder), post)
        faces.start()
        try:
            if not compared.wait(COMPARED_S):
                return None
            time.sleep(AT_WORK_S)
            return resident_mb(faces.pid)
        finally:
            faces.stop()
            camera.stop()


def _enrol(folder: Path) -> None:
    """Templates of nobody, sealed as a station seals them."""
    random, vault = np.random.default_rng(7), Vault(folder)
    for number in range(PEOPLE):
        vault.put(f"p-{number}", unit(random.normal(size=128)), BUILT_IN, "2026-01-01", Terms("0badcafe0001", "en", 3, "operator"))
    vault.close()


def resident_mb(pid: int | None) -> float | None:
    """MB of a process, as Linux counts them; None elsewhere."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    line = next(line for line in text.splitlines() if line.startswith("VmRSS:"))
    return round(int(line.split()[1]) * 1024 / 1e6, 1)
