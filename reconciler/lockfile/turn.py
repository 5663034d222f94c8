"""A file that several processes change -> the right to be the one that does it now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EAGAIN
from pathlib import Path
from typing import Final

from reconciler.held import HeldFile

# Seconds to wait for others, each of which needs milliseconds.
_PATIENCE: Final = 30.0


class Turn:
    """Whose turn it is to read and replace `path`: a file beside it, held while that is done.

    It is named as all that runs leave behind is, and so is ignored by git.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.parent / f".{path.name}.lock"
        self._file = HeldFile(self._path)

    @contextmanager
    def taken(self, patience: float = _PATIENCE) -> Iterator[None]:
        """Hold it. Raises OSError where no such file can be made or held, or others keep it."""
        if not self._file.take(patience):
            raise OSError(EAGAIN, "another process holds it", str(self._path))
        try:
            yield
        finally:
            self._file.release()
