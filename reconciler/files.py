"""A path -> what its file holds, never more than a bound. The one room that reads foreign files.

A file of a pull request may be a link to a device that never ends, or to a pipe that nobody fills.
"""

from __future__ import annotations

import os
from errno import EINVAL
from json import loads
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO, Final

MAX_JSON_BYTES: Final = 500_000_000
# What walks a value has a frame or more a level, of the 1000 that Python allows. Answers and
# manifests are allowed 100 levels, and stand a few levels deep in a plan and in the lock.
MAX_JSON_NESTING: Final = 150
# Asked for the bound at once, Python would set aside that much memory for each file.
_USUAL_BYTES: Final = 65_536


def read_given(path: str | Path, most: int) -> bytes:
    """What a file holds that a person named; it may be a pipe. Past `most`, one byte and no more.

    Raises OSError.
    """
    with Path(path).open("rb") as stream:
        return _bounded(stream, most)


def read_regular(path: str | Path, most: int) -> bytes:
    """The same of a regular file. Raises OSError, for a pipe or a device too."""
    with open(path, "rb", opener=_at_once) as stream:
        if not S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(EINVAL, "it is no regular file", str(path))
        return _bounded(stream, most)


def _bounded(stream: BinaryIO, most: int) -> bytes:
    """One byte past the bound tells that a file is too large, however large it is."""
    data = stream.read(min(most + 1, _USUAL_BYTES))
    return data + stream.read(most + 1 - len(data)) if len(data) == _USUAL_BYTES else data


def _at_once(path: str, flags: int) -> int:
    """Open a pipe without waiting for who writes to it. Windows has no such pipes."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def parse_json(data: bytes) -> Any:
    """The value of JSON text. Raises ValueError, for too much of it or too deep nesting too."""
    if len(data) > MAX_JSON_BYTES:
        raise ValueError(f"it is larger than {MAX_JSON_BYTES // 1_000_000} MB")
    return loads_within(data, MAX_JSON_NESTING)


class TooDeepError(ValueError):
    """JSON text whose values stand in each other too deep to be walked."""


def loads_within(data: bytes, most: int, **hooks: Any) -> Any:
    """The value of JSON text, its objects and lists nested at most `most` levels.

    `hooks` are those of `json.loads`. Raises TooDeepError, and ValueError for what is no JSON.
    """
    try:
        value = loads(data, **hooks)
    except RecursionError:
        is_too_deep = True
    else:
        is_too_deep = is_deeper(value, most)
    if is_too_deep:
        raise TooDeepError(f"it is nested deeper than {most} levels")
    return value


def is_deeper(value: Any, most: int) -> bool:
    """Whether objects and lists of JSON stand in each other deeper than `most`; never recursive."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        if not level:
            return False
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, dict | list)
        ]
    return bool(level)
