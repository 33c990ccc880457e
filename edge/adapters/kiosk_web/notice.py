"""The texts that people agree to, in both languages, and their versions: before a face is enrolled, before a copy goes elsewhere."""

from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
LANGUAGES = ("zh", "en")


def text(language: str) -> str:
    """As it stands in the file; {handler} and {keep_days} are the station's."""
    return (FOLDER / f"notice.{language}.md").read_text(encoding="utf-8")


def version() -> str:
    """Twelve hexadecimal digits over the text in all its languages: what somebody agreed to can be found again by it."""
    return sha256("\f".join(text(language) for language in LANGUAGES).encode()).hexdigest()[:12]


def sharing_text(language: str) -> str:
    """What people read, on paper, before a copy of their template goes to another station."""
    return (FOLDER / f"sharing.{language}.md").read_text(encoding="utf-8")


def sharing_version() -> str:
    """As version(), of that text."""
    return sha256("\f".join(sharing_text(language) for language in LANGUAGES).encode()).hexdigest()[:12]
