"""What was told before -> a file, or this process for as long as that cannot be written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from json import dumps
from pathlib import Path

from reconciler.files import MAX_JSON_BYTES, parse_json, read_regular
from reconciler.lockfile import write_atomically
from reconciler.report.cause import digest
from reconciler.report.news import Told, read_told, told_json


def part_of(only: Sequence[str], selector: Sequence[str], paths: Sequence[str]) -> str:
    """What tells a part of a target from others, short enough for a file name; "" for the whole.

    `paths` are those given, not where links lead: git-sync has them lead elsewhere each time.
    """
    if not (only or selector or paths):
        return ""
    said = {
        "only": sorted({*only}),
        "selector": sorted({*selector}),
        "paths": sorted({*map(os.path.normpath, paths)}),
    }
    return digest([said])[:8]


@dataclass(frozen=True)
class Stories:
    """The files that hold what was told.

    `unwritten` are what could not be written, and why, by their path: else each pass of a process
    would tell the same again, and none a recovery. `complain` is told why, once.
    """

    complain: Callable[[str], None]
    unwritten: dict[Path, tuple[Told, str]] = field(default_factory=dict)

    def read(self, path: Path) -> Told:
        """What was told; nothing where no such file can be read."""
        if path in self.unwritten:
            told, _ = self.unwritten[path]
            return told
        return _read(path)

    def keep(self, path: Path, told: Told) -> None:
        """Keep what was told, or try to once more; what the file says is not written again."""
        if path not in self.unwritten and told == _read(path):
            return
        try:
            write_atomically(path, dumps(told_json(told), indent=2, sort_keys=True) + "\n")
        except OSError as error:
            why = error.strerror or str(error)
            if why not in {each for _, each in self.unwritten.values()}:
                self.complain(f"{path} cannot be written: {why}")
            self.unwritten[path] = (told, why)
        else:
            self.unwritten.pop(path, None)


def _read(path: Path) -> Told:
    try:
        return read_told(parse_json(read_regular(path, MAX_JSON_BYTES)))
    except (OSError, ValueError):
        return read_told(None)
