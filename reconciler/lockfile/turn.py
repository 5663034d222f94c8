"""A file that several processes change -> the right to be the one that does it now."""

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

# Seconds to wait for others, each of which needs milliseconds, and between two tries.
_PATIENCE: Final = 30.0
_LOOK_EVERY: Final = 0.002


class Turn:
    """Whose turn it is to read and replace `path`: a file beside it, held while that is done.

    The kernel frees it when its holder ends, however it ends, so a file that is left behind means
    nothing. It is named as all that runs leave behind is, and so is ignored by git.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.parent / f".{path.name}.lock"

    @contextmanager
    def taken(self, patience: float = _PATIENCE) -> Iterator[None]:
        """Hold it. Raises OSError where no such file can be made or held, or others keep it."""
        self._take(patience)
        try:
            yield
        finally:
            self._lock.release()

    @cached_property
    def _lock(self) -> FileLock:
        # Made once: it takes longer than to take it does.
        from filelock import FileLock  # noqa: PLC0415 - only runs that write need it

        return FileLock(self._file)

    def _take(self, patience: float) -> None:
        from filelock import Timeout  # noqa: PLC0415 - only runs that write need it

        try:
            self._lock.acquire(timeout=patience, poll_interval=_LOOK_EVERY)
        except Timeout:
            raise self._error(EAGAIN, "another process holds it") from None
        except NotImplementedError as error:
            raise self._error(ENOTSUP, strerror(ENOTSUP)) from error
        except OSError as error:
            raise self._error(error.errno, error.strerror) from error

    def _error(self, code: int | None, message: str | None) -> OSError:
        return OSError(code, message, str(self._file))
