"""A path and text -> a file that holds it whole, or as it was before."""

from __future__ import annotations

import os
from contextlib import suppress
from errno import EINVAL, EISDIR
from pathlib import Path
from secrets import token_hex
from stat import S_IMODE, S_ISDIR, S_ISLNK, S_ISREG

# What tells a file from any other that may come to stand in its place.
FileMark = tuple[int, int, int]


def write_atomically(path: Path, text: str, *, follow: bool = False) -> FileMark:
    """Replace `path` with `text`: whoever reads it sees the old content or the new, never a part.

    A file that is there keeps its mode and, as far as that is allowed, its owner. A link is
    replaced too, for who put it there might name any file; with `follow` it stays one, and the file
    that it names is replaced or made. A pipe or a device is not replaced.

    Returns the mark of the file that `path` now is. Raises OSError that names `path`, with the
    temporary file removed and the old content in place.
    """
    try:
        return _write_atomically(path, text, follow=follow)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write_atomically(path: Path, text: str, *, follow: bool) -> FileMark:
    place = Path(os.path.realpath(path)) if follow and path.is_symlink() else path
    before = _before(path, follow=follow)
    temporary = place.parent / f".{place.name}.{token_hex(4)}"
    # Of a mode that never lets in whom the old one kept out, and of the umask where there is none.
    mode = S_IMODE(before.st_mode) if before else 0o666
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if before:
                _take_after(before, descriptor)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
            mark = _mark(os.fstat(descriptor))
        temporary.replace(place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(place.parent)
    return mark


def _before(path: Path, *, follow: bool) -> os.stat_result | None:
    """The file to be replaced; None where there is none. Raises OSError for what is no file."""
    try:
        status = path.stat() if follow else path.lstat()
    except FileNotFoundError:
        return None
    if S_ISDIR(status.st_mode):
        raise OSError(EISDIR, os.strerror(EISDIR))
    if S_ISLNK(status.st_mode):
        return None
    if not S_ISREG(status.st_mode):
        raise OSError(EINVAL, "it is no regular file")
    return status


def _take_after(before: os.stat_result, descriptor: int) -> None:
    """Give a new file the owner of the one before, where that is allowed, and its mode."""
    made = os.fstat(descriptor)
    if (made.st_uid, made.st_gid) != (before.st_uid, before.st_gid):
        with suppress(PermissionError):
            os.fchown(descriptor, before.st_uid, before.st_gid)
    if made.st_mode != before.st_mode:
        os.fchmod(descriptor, S_IMODE(before.st_mode))


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
