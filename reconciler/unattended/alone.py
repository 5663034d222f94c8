"""A target -> the right to be the only run over it, for as long as the process lives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from filelock import FileLock

# Seconds between two tries to be alone.
_LOOK_EVERY: Final = 0.1


@contextmanager
def alone(
    directory: Path,
    target: str,
    *,
    wait: float = 0.0,
    pause: Callable[[float], object] = time.sleep,
) -> Iterator[bool]:
    """Whether no other process of this machine runs over `target`, and none will in the meantime.

    Waits for at most `wait` seconds, or until `pause` says to stop. The kernel frees the lock when
    its holder ends, however it ends, so a file that is left behind means nothing. Raises OSError
    where no file can be made.
    """
    from filelock import FileLock  # noqa: PLC0415 - only runs that write need it

    lock = FileLock(directory / f".reconciler.{target}.run")
    end = time.monotonic() + wait
    while not (is_mine := _taken(lock)) and time.monotonic() < end:
        if pause(_LOOK_EVERY):
            break
    if not is_mine:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _taken(lock: FileLock) -> bool:
    from filelock import Timeout  # noqa: PLC0415 - only runs that write need it

    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True
