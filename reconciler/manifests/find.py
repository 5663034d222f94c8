"""Paths as given -> the manifest files that they lead to, each once, in a stable order."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from stat import S_ISDIR
from typing import Final

from reconciler.model import Diagnostic, Place, Severity

SUFFIXES: Final = (".yaml", ".yml")
CONFIG_NAME: Final = "reconciler.yaml"


def find_files(paths: Sequence[str]) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """The files, sorted by name as shown, and a fault for each path that could not be followed.

    Directories are searched throughout for `*.yaml` and `*.yml`; hidden names and `reconciler.yaml`
    count only when they are given themselves. Names are relative to the working directory.
    """
    search = _Search()
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


class _Search:
    """Walks directories, each once however many links lead there."""

    def __init__(self) -> None:
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
            self.files.append((path, os.path.realpath(path)))
            return
        before = len(self.files) + len(self.faults)
        is_new = os.path.realpath(path) not in self._visited
        self._walk(path)
        if is_new and len(self.files) + len(self.faults) == before:
            message = "the directory holds no manifest"
            help_text = "manifests are *.yaml and *.yml files; hidden ones do not count"
            self.faults.append(path_fault("R011", message, path, help_text))

    def _walk(self, directory: str) -> None:
        identity = os.path.realpath(directory)
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
                self._enter(entry, path, f"{identity}{os.sep}{entry.name}")

    def _enter(self, entry: os.DirEntry[str], path: str, identity: str) -> None:
        is_manifest = entry.name.endswith(SUFFIXES) and entry.name != CONFIG_NAME
        try:
            if entry.is_dir():
                self._walk(path)
            elif is_manifest and entry.is_file():
                real = os.path.realpath(path) if entry.is_symlink() else identity
                self.files.append((path, real))
            elif is_manifest and entry.is_symlink():
                self.faults.append(path_fault("R012", "the link leads nowhere", path))
        except OSError as error:
            self._unreadable(path, error)

    def _unreadable(self, path: str, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) else error
        self.faults.append(path_fault("R012", f"it cannot be read: {reason}", path))
