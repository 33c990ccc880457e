"""Manifests as YAML files: those that the project ships, or one that an operator wrote. Refused in words, with the caller's own error."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from contract.errors import explain
from contract.model import Model

M = TypeVar("M", bound=Model)


def shipped(folder: Path) -> list[Path]:
    """Every manifest in a folder, by name."""
    return sorted(folder.glob("*.yaml"))


def read(path: Path, model: type[M], refused: type[Exception]) -> M:
    """Raises: `refused`, when unreadable, or with a field that is missing, unknown or wrong."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise refused(f"{path.name}: not readable as YAML: {str(error).splitlines()[0]}") from None
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise refused(f"{path.name}: {explain(error, 'docs/face.md')}") from None


def find(name: str, folder: Path, what: str, refused: type[Exception]) -> Path:
    """The manifest of that name in the folder, or the file of that path. Raises: `refused`."""
    path = folder / f"{name}.yaml"
    if "/" not in name and path.is_file():
        return path
    if Path(name).is_file():
        return Path(name)
    raise refused(f"no {what} {name!r}; there are {', '.join(each.stem for each in shipped(folder))}, or the path of a manifest")
