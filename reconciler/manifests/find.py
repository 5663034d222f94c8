"""Paths as given -> the manifest files that they lead to, each once, in a stable order."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from stat import S_ISDIR
from typing import Final

from reconciler.model import Diagnostic, Place, Severity

SUFFIXES: Final = (".yaml", ".yml")
CONFIG_NAME: Final = "reconciler.yaml"
_LINK_HELP: Final = "put the file itself here, or name what the link leads to as well"


def find_files(
    paths: Sequence[str], private: Sequence[str] = ()
) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """The files, sorted by name as shown, and a fault for each path that could not be followed.

    Directories are searched throughout for `*.yaml` and `*.yml`; hidden names and `reconciler.yaml`
    count only when they are given themselves. Names are relative to the working directory. A link
    that is found leads to what is inside of `paths`, or is a fault; so is what lies in `private`,
    the files that hold secrets and the directories of such files.
    """
    search = _Search(paths, private)
    for path in sorted({shown(each) for each in paths}):
        search.add(path)
    by_identity: dict[str, str] = {}
    for file, identity in sorted(search.files):
        by_identity.setdefault(identity, file)
    return tuple(by_identity.values()), tuple(search.faults)


def shown(path: str) -> str:
    """A path as messages name it: relative to the working directory, with forward slashes."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        relative = path
    return relative.replace(os.sep, "/")


def path_fault(code: str, message: str, path: str, help_text: str = "") -> Diagnostic:
    """A fault of a whole file or directory."""
    return Diagnostic(Severity.ERROR, code, message, Place(printable(path), 1, 1), help=help_text)


def printable(path: str) -> str:
    """A path as text that can be written: file names need not be UTF-8."""
    return path.encode("utf-8", "replace").decode()


def _real(path: str) -> str:
    """Where a path leads, past `..` and links; the path itself where no system can follow it."""
    try:
        return os.path.realpath(path)
    except (ValueError, RecursionError):
        return path


def _is_within(real: str, places: Collection[str]) -> bool:
    """Whether a path is one of `places`, or lies in one that is a directory."""
    return any(real == each or real.startswith(f"{each.rstrip(os.sep)}{os.sep}") for each in places)


class _Search:
    """Walks directories, each once however many links lead there.

    Whoever can add a link to a repository must not see by it what lies elsewhere on the machine
    that checks it: the environment of its processes, its keys.
    """

    def __init__(self, paths: Sequence[str], private: Sequence[str]) -> None:
        self._roots = {_real(each) for each in paths}
        # Who gives these within a directory of secrets keeps manifests beside them.
        beside = [each for each in self._roots if each.endswith(SUFFIXES) or Path(each).is_dir()]
        self._private = {
            each
            for each in map(_real, private)
            if Path(each).is_file() or not any(_is_within(root, {each}) for root in beside)
        }
        self.files: list[tuple[str, str]] = []  # as shown, and with all links followed
        self.faults: list[Diagnostic] = []
        self._visited: set[str] = set()

    def add(self, path: str) -> None:
        """Take in a path that was given: a file as it is, a directory with all it holds."""
        try:
            is_directory = S_ISDIR(Path(path).stat().st_mode)
        except FileNotFoundError:
            message = "there is no such file or directory"
            self.faults.append(path_fault("R010", message, path))
            return
        except (OSError, ValueError) as error:
            self._unreadable(path, error)
            return
        if not is_directory:
            self._add_file(path, os.path.realpath(path))
            return
        before = len(self.files) + len(self.faults)
        identity = os.path.realpath(path)
        is_new = identity not in self._visited
        self._walk(path, identity)
        if is_new and len(self.files) + len(self.faults) == before:
            message = "the directory holds no manifest"
            help_text = "manifests are *.yaml and *.yml files; hidden ones do not count"
            self.faults.append(path_fault("R011", message, path, help_text))

    def _walk(self, directory: str, identity: str) -> None:
        """Take in what a directory holds, and what those in it hold, however deep they lie."""
        below = [self._entries(directory, identity)]
        while below:
            found = next(below[-1], None)
            if found is None:
                below.pop()
                continue
            inner = self._enter(*found)
            if inner is not None:
                below.append(self._entries(*inner))

    def _entries(
        self, directory: str, identity: str
    ) -> Iterator[tuple[os.DirEntry[str], str, str]]:
        """What a directory holds: as it is, as shown, and with all links followed."""
        if identity in self._visited:
            return
        self._visited.add(identity)
        try:
            with os.scandir(directory) as found:
                entries = sorted(found, key=lambda each: each.name)
        except OSError as error:
            self._unreadable(directory, error)
            return
        for entry in entries:
            if not entry.name.startswith("."):
                path = entry.name if directory == "." else f"{directory}/{entry.name}"
                yield entry, path, os.path.join(identity, entry.name)  # noqa: PTH118 - quicker than a Path

    def _enter(self, entry: os.DirEntry[str], path: str, identity: str) -> tuple[str, str] | None:
        """Take in a file that was found; a directory is what to go into next."""
        is_manifest = entry.name.endswith(SUFFIXES) and entry.name != CONFIG_NAME
        try:
            is_directory = entry.is_dir()
            if not is_manifest and not is_directory:
                return None
            if entry.is_symlink():
                return self._follow(path, is_directory=is_directory)
            if is_directory:
                return path, identity
            if entry.is_file():
                self._add_file(path, identity)
        except OSError as error:
            self._unreadable(path, error)
        return None

    def _follow(self, path: str, *, is_directory: bool) -> tuple[str, str] | None:
        """Take in what a link leads to; a directory is what to go into next. Raises OSError."""
        real = os.path.realpath(path)
        if not Path(real).exists():
            self.faults.append(path_fault("R012", "the link leads nowhere", path))
        elif not _is_within(real, self._roots):
            message = "the link leads out of the directories that manifests are read from"
            self.faults.append(path_fault("R012", message, path, _LINK_HELP))
        elif is_directory:
            return path, real
        elif Path(real).is_file():
            self._add_file(path, real)
        else:
            self.faults.append(path_fault("R012", "the link leads to no regular file", path))
        return None

    def _add_file(self, path: str, identity: str) -> None:
        if _is_within(identity, self._private):
            message = "it holds a secret, and is never read as a manifest"
            help_text = "keep manifests and secrets in directories of their own"
            self.faults.append(path_fault("R012", message, path, help_text))
        else:
            self.files.append((path, identity))

    def _unreadable(self, path: str, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) else error
        self.faults.append(path_fault("R012", f"it cannot be read: {reason}", path))
