"""Looks for bytes that must be nowhere: in a folder, in what went over the broker, in the memory of a process.

A template is 128 numbers; eight forms of it are looked for, in pieces, so that one that lies across two blocks is found too.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from edge.faces.shapes import Vector

PIECE, BEGIN = 16, 4
UNREADABLE = ("[vvar]", "[vvar_vclock]", "[vsyscall]")
CHUNK = 16 << 20


def of_template(template: Vector) -> dict[str, bytes]:
    """Pieces of the template in each form in which a program might have written it down; none of them occurs by chance."""
    single, double = template.astype("<f4").tobytes(), template.astype("<f8").tobytes()
    found = {f"float32 at {at}": single[at : at + PIECE] for at in range(0, len(single), 64)}
    found |= {f"big-endian float32 at {at}": template.astype(">f4").tobytes()[at : at + PIECE] for at in (0, 256)}
    found |= {f"float64 at {at}": double[at : at + PIECE] for at in range(0, len(double), 128)}
    found |= {f"hexadecimal at {at}": single.hex().encode()[at : at + 2 * PIECE] for at in (0, 512)}
    found |= {f"HEXADECIMAL at {at}": single.hex().upper().encode()[at : at + 2 * PIECE] for at in (0, 512)}
    for shift in range(3):
        found[f"base64 shifted by {shift}"] = base64.b64encode(single[3 - shift : 3 - shift + 48])[4:-4]
    numbers = [float(number) for number in template[::16]]
    found |= {f"text of number {at}": f"{abs(number):.9f}"[:10].encode() for at, number in enumerate(numbers) if abs(number) > 1e-3}
    found |= {f"short text of number {at}": str(abs(each)).encode() for at, each in enumerate(template[::16]) if len(str(abs(each))) > 9}
    return found


def of_picture(jpeg: bytes) -> dict[str, bytes]:
    """Pieces of a JPEG as it came, and of its pixels."""
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    middle = pixels[pixels.shape[0] // 2, pixels.shape[1] // 2 - 32 : pixels.shape[1] // 2 + 32]
    return {"JPEG": jpeg[len(jpeg) // 2 : len(jpeg) // 2 + 48], "BGR pixels": middle.tobytes(), "RGB pixels": middle[:, ::-1].tobytes()}


def hits(blocks: Iterable[tuple[str, bytes]], needles: dict[str, bytes]) -> list[str]:
    """`place: form` of each needle found."""
    begins = np.array([int.from_bytes(needle[:BEGIN], "little") for needle in needles.values()], np.uint32)
    low, high = (np.zeros(1 << 16, bool) for _ in range(2))
    low[begins & 0xFFFF] = high[begins >> 16] = True
    found = []
    for place, block in blocks:
        there = _begun(block, low, high)
        found += [f"{place}: {form}" for form, needle in needles.items() if needle[:BEGIN] in there and needle in block]
    return found


def _begun(block: bytes, low: np.ndarray, high: np.ndarray) -> set[bytes]:
    """What stands where two bytes are marked in `low` and the next two in `high`: few of hundreds of needles are then looked for in earnest."""
    found: set[bytes] = set()
    for first in range(min(2, len(block))):
        pairs = np.frombuffer(block, "<u2", (len(block) - first) // 2, first)
        at = np.flatnonzero(low[pairs[:-1]])
        at = at[high[pairs[at + 1]]]
        words = np.unique(pairs[at] | pairs[at + 1].astype(np.uint32) << 16)
        found |= {int(word).to_bytes(BEGIN, "little") for word in words}
    return found


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every regular file below the folders."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.name, path.read_bytes()


def memory(pid: int) -> Iterator[tuple[str, bytes]]:
    """All readable memory of a process, in blocks that overlap. Raises: PermissionError."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as dump:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+\s*(.*)", line)
            if not found or found[3] in UNREADABLE:
                continue
            start, end = int(found[1], 16), int(found[2], 16)
            for at in range(start, end, CHUNK):
                try:
                    dump.seek(at)
                    yield f"memory {found[3] or 'anonymous'}", dump.read(min(CHUNK + 256, end - at))
                except OSError:
                    continue  # a mapping of a device, or one that went meanwhile
