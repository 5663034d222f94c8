"""A target -> the right to be the only run over it, for as long as the process lives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from reconciler.held import HeldFile

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

    Waits for at most `wait` seconds, or until `pause` says to stop. Raises OSError where no file
    can be made.
    """
    file = HeldFile(directory / f".reconciler.{target}.run")
    end = time.monotonic() + wait
    while not (is_mine := file.take()) and time.monotonic() < end:
        if pause(_LOOK_EVERY):
            break
    if not is_mine:
        yield False
        return
    try:
        yield True
    finally:
        file.release()
