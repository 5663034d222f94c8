"""A target -> the right to be the only run over it, for as long as the process lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(directory: Path, target: str, *, wait: float = 0.0) -> Iterator[bool]:
    """Whether no other process of this machine runs over `target`, and none will in the meantime.

    Waits for at most `wait` seconds. The kernel frees the lock when its holder ends, however it
    ends, so a file that is left behind means nothing. Raises OSError where no file can be made.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only runs that write need it

    lock = FileLock(directory / f".reconciler.{target}.run")
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
