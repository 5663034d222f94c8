"""The standard streams as they were found -> streams that a command can rely on.

Whoever heard what is said on stderr may be gone, which is no reason to stop: it is dropped. A
result that stdout does not take is an error, and is told as one. Either may be such that a write
does not wait for its reader, as where a terminal is shared with a program that made it so: what is
full for now is waited for, on stderr for a moment.
"""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from io import BufferedWriter, RawIOBase, TextIOWrapper
from typing import Any, Final

# A stream that is closed, and how /dev/null stands in for it: to write to stdout is an error then.
_CLOSED: Final = (
    ("stdin", os.O_RDONLY, "r"),
    ("stdout", os.O_RDONLY, "w"),
    ("stderr", os.O_WRONLY, "w"),
)
# Milliseconds in which a reader of stderr that reads at all makes room for more.
_A_MOMENT: Final = 2000


def settle_streams() -> None:
    """Put streams in the place of Python's own: none is missing, and stderr takes everything.

    What a terminal of a small character set cannot show is escaped, rather than an error.
    """
    for name, flags, mode in _CLOSED:
        if getattr(sys, name) is None:
            # The lowest number that is free is its own: no file of ours may be taken for it.
            stream = os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8")
            setattr(sys, name, stream)
            # Kept where Python keeps its own, or it would be closed once another writes through it.
            setattr(sys, f"__{name}__", stream)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout = _text(sys.stdout, BufferedWriter(_Results(_raw(sys.stdout))))
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr = _text(sys.stderr, _Remarks(_raw(sys.stderr)))


def unprinted() -> OSError | None:
    """Why stdout did not take what was printed last, once; None where it did.

    What is left of it is dropped: Python would try again as it exits, and end with 120.
    """
    with suppress(OSError):
        sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if not isinstance(raw, _Results) or raw.fault is None:
        return None
    fault, raw.fault = raw.fault, None
    os.dup2(os.open(os.devnull, os.O_WRONLY), raw.fileno())
    return fault


class _Stream(RawIOBase):
    """A file that is written to through another."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._raw.fileno())

    def isatty(self) -> bool:
        return bool(self._raw.isatty())


class _Results(_Stream):
    """Names stdout in the errors of writing to it, and keeps that of the last write."""

    fault: OSError | None = None

    def write(self, data: Any) -> int:
        """Write what can be written at once, and something at least. Raises OSError."""
        try:
            while (written := self._raw.write(data)) is None:
                has_room(self.fileno(), None)
        except OSError as error:
            self.fault = OSError(error.errno, error.strerror, "stdout")
            raise self.fault from None
        self.fault = None
        return int(written)


class _Remarks(_Stream):
    """Takes everything; what cannot be written is dropped.

    Nothing is buffered: a signal may have something to say in the middle of a line.
    """

    # Who made no room once is not waited for again before there is some: no run hangs on it.
    _is_read = True

    def write(self, data: Any) -> int:
        """Write all of it, or as much as can be."""
        left = memoryview(data).cast("B")
        size = len(left)
        with suppress(OSError):
            while left and (written := self._some(left)):
                left = left[written:]
        return size

    def _some(self, data: memoryview) -> int:
        """Write what can be written within a moment; 0 where that is nothing. Raises OSError."""
        written = self._raw.write(data)
        while written is None and self._is_read:
            self._is_read = has_room(self.fileno(), _A_MOMENT)
            written = self._raw.write(data)
        self._is_read = written is not None
        return int(written or 0)


def has_room(fd: int, milliseconds: int | None) -> bool:
    """Whether a file can be written to, or shown to be broken, within so long; None is ever."""
    waiting = select.poll()
    waiting.register(fd, select.POLLOUT)
    return bool(waiting.poll(milliseconds))


def _raw(stream: TextIOWrapper) -> Any:
    """What a stream is written to without a buffer, of which Python's -u leaves none."""
    return getattr(stream.buffer, "raw", stream.buffer)


def _text(before: TextIOWrapper, buffer: Any) -> TextIOWrapper:
    return TextIOWrapper(
        buffer,
        before.encoding,
        "backslashreplace",
        line_buffering=before.line_buffering,
        write_through=before.write_through or not isinstance(buffer, BufferedWriter),
    )
