"""A path and text -> a file that holds it whole, or as it was before."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# What tells a file from any other that may come to stand in its place.
FileMark = tuple[int, int, int]


def write_atomically(path: Path, text: str) -> FileMark:
    """Replace `path` with `text`: whoever reads it sees the old content or the new, never a part.

    Returns the mark of the file that `path` now is. Raises OSError that names `path`, with the
    temporary file removed and the old content in place.
    """
    try:
        return _write_atomically(path, text)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write_atomically(path: Path, text: str) -> FileMark:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            mark = _mark(os.fstat(file.fileno()))
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)
    return mark


def _mark(status: os.stat_result) -> FileMark:
    return status.st_ino, status.st_mtime_ns, status.st_size


def mark_of(path: Path) -> FileMark | None:
    """The mark of the file that `path` is now; None where there is none."""
    try:
        return _mark(path.stat())
    except OSError:
        return None


def _sync_directory(directory: Path) -> None:
    """Make a rename last: it is an entry of the directory, not of the file."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
