"""The static files of the page, read once: a card that fails later can not take the screen away."""

from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".md": "text/markdown; charset=utf-8",
}


def files() -> dict[str, tuple[bytes, str]]:
    """(content, media type) by path below static/, with slashes."""
    found = sorted(path for path in FOLDER.rglob("*") if path.suffix in MEDIA_TYPES)
    return {path.relative_to(FOLDER).as_posix(): (path.read_bytes(), MEDIA_TYPES[path.suffix]) for path in found}


def version(page: dict[str, tuple[bytes, str]]) -> str:
    """Twelve hexadecimal digits over all files: a page that meets another version reloads itself."""
    digest = sha256()
    for name, (content, _) in page.items():
        digest.update(f"{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()[:12]
