"""The converted model on disk: made once, found again by what it was made from, refused when its bytes changed.

The file's name holds the sha256 of the source, the converter's version and the sha256 of the content, so one rename makes
it valid and reading it tells whether it still is. Where nothing can be written the model lives in memory only.
"""

import hashlib
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

Convert = Callable[[bytes, dict[str, str]], bytes]
_DIGITS = 16


def cache_folder() -> Path:
    """Where models are kept: systemd's $CACHE_DIRECTORY, else $XDG_CACHE_HOME or ~/.cache, there in smart-station."""
    given = os.environ.get("CACHE_DIRECTORY", "").split(":")[0]
    return Path(given) if given else _personal_cache() / "smart-station"


def converted(source: Path, version: int, convert: Convert, folder: Path | None = None) -> Path | bytes:
    """The model made from `source` by converter `version`: in the cache if it is there and whole, else made now.

    A file's bytes are not returned: ONNX Runtime needs 22 MB less when it reads the file itself.

    Raises:
        OSError: the source cannot be read.
    """
    digest = sha256_of(source)
    home = folder or cache_folder()
    stem = f"{source.stem}-{digest[:_DIGITS]}-v{version}-"
    found = _cached(home, stem)
    notes = {"source_sha256": digest, "converter": str(version)}
    return found or _made(home, stem, convert(source.read_bytes(), notes))


def sha256_of(path: Path) -> str:
    """Checksum of a file, in hexadecimal digits; read in pieces.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cached(home: Path, stem: str) -> Path | None:
    for path in sorted(home.glob(f"{stem}*.onnx")):
        try:
            whole = sha256_of(path) == path.stem.removeprefix(stem)
        except OSError as error:
            log.warning("cached model %s cannot be read (%s); it is made again", path.name, error.strerror)
            continue
        if whole:
            return path
        log.warning("cached model %s is damaged; it is made again", path.name)
    return None


def _made(home: Path, stem: str, data: bytes) -> Path | bytes:
    path = home / f"{stem}{hashlib.sha256(data).hexdigest()}.onnx"
    beside = home / f".{os.getpid()}.new"
    try:
        home.mkdir(parents=True, exist_ok=True)
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        for old in home.glob(f"{stem}*.onnx"):
            old.unlink(missing_ok=True)
        beside.replace(path)
    except OSError as error:
        log.warning("model is not kept in %s (%s); each start makes it again", home, error.strerror)
        with suppress(OSError):
            beside.unlink()
        return data
    return path


def _personal_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
