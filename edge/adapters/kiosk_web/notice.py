"""The text that people agree to before their face is enrolled, in both languages, and the version of it."""

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
