"""A path -> the right of one process at a time, for as long as it lives, or for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EAGAIN, ENOTSUP
from functools import cached_property
from os import strerror
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from filelock import FileLock

# Seconds between two tries of who waits.
_LOOK_EVERY: Final = 0.002
# Seconds to wait for others, each of which needs milliseconds.
_PATIENCE: Final = 30.0


class HeldFile:
    """A file that one process of this machine holds at a time.

    The kernel frees it when its holder ends, however it ends, so a file that is left behind means
    nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def take(self, patience: float = 0.0) -> bool:
        """Hold it, and wait for at most `patience` seconds; whether that came about.

        Raises OSError that names the file where it cannot be made or held.
        """
        from filelock import Timeout  # noqa: PLC0415 - only runs that write need it

        try:
            # A directory that is not there would be made, and a mistyped path taken.
            self._path.parent.stat()
            self._lock.acquire(timeout=patience, poll_interval=_LOOK_EVERY)
        except Timeout:
            return False
        except NotImplementedError as error:
            # What filelock makes of a file system that has no locks.
            raise OSError(ENOTSUP, strerror(ENOTSUP), str(self._path)) from error
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._path)) from error
        return True

    def release(self) -> None:
        """Let the next one have it."""
        self._lock.release()

    @cached_property
    def _lock(self) -> FileLock:
        # Made once: it takes longer than to take it does.
        from filelock import FileLock  # noqa: PLC0415 - only runs that write need it

        return FileLock(self._path)


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
