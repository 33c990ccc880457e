"""A file that holds disk space for bad days: given up when the disk is full, so that entries can still be recorded; taken again later."""

import os
import shutil
from pathlib import Path


class Reserve:
    """`size` bytes at `path`."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self.take()

    def held(self) -> bool:
        """Whether the space is there."""
        return self._path.exists()

    def give_up(self) -> bool:
        """Free the space; False when there was none left."""
        held = self.held()
        self._path.unlink(missing_ok=True)
        return held

    def take(self) -> bool:
        """Hold the space again, once twice as much is free; True when it is held."""
        if self.held():
            return True
        try:
            if shutil.disk_usage(self._path.parent).free < 2 * self._size:
                return False
            with open(self._path, "xb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
        except OSError:
            self._path.unlink(missing_ok=True)
            return False
        return True
