"""`reconciler.lock.json` <-> Lock. Sorted, so that merges are small."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Lock as Mutex
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from reconciler.errors import InputError
from reconciler.files import MAX_JSON_BYTES, parse_json, read_regular
from reconciler.held import Turn
from reconciler.lockfile.disk import FileMark, mark_of, write_atomically
from reconciler.lockfile.entry import entry_json, read_entry
from reconciler.model import Lock, LockEntry

LOCK_NAME: Final = "reconciler.lock.json"
FORMAT_VERSION: Final = "1.0"
_RESTORE: Final = (
    "restore it from git, or delete it: numbers are then matched afresh, by sipUri, number and name"
)
_CONFLICT: Final = (b"<<<<<<< ", b"||||||| ", b"=======", b">>>>>>> ")


def read_lock(path: Path, target: str, base_url: str) -> Lock:
    """What the lock file knows of one target; an empty Lock with a new salt where there is none.

    Raises InputError for a file that is broken, newer than this program, or of another API.
    """
    section = _section(_read(path), path, target)
    if section is None:
        return Lock(salt=secrets.token_hex(16))
    if _host(section.get("baseUrl", base_url)) != _host(base_url):
        raise InputError(
            f"{path}: target {target} was locked for {section['baseUrl']}, and now is {base_url}",
            help="give the other account a target of its own, or remove this section of the lock",
        )
    numbers, salt = section.get("numbers"), section.get("salt")
    if not isinstance(numbers, dict) or not isinstance(salt, str):
        said = f"{path}: target {target} is not whole: it lacks its numbers or its salt"
        raise InputError(said, help=_RESTORE)
    entries = {}
    for key, value in numbers.items():
        try:
            entries[key] = read_entry(value)
        except (KeyError, TypeError, AttributeError) as error:
            said = f"{path}: target {target} is not whole: number {key} is not as it was written"
            raise InputError(said, help=_RESTORE) from error
    return Lock(salt, str(section.get("orgId", "")), entries)


def locked_targets(path: Path) -> tuple[str, ...]:
    """The targets that the lock file knows; none where there is no file.

    Raises InputError for a file that is broken or newer than this program.
    """
    return tuple(sorted(_read(path)["targets"]))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a file holds for as long as it is the one of that mark."""

    mark: FileMark
    content: dict[str, Any]


@dataclass
class LockWriter:
    """Keeps one target's section on disk up to date; safe to call from several threads.

    Each call returns once its change is on disk; calls that wait together share one write. Other
    processes may write the sections of other targets meanwhile. Raises OSError where the disk
    refuses, and InputError where the file went bad since it was read, such as by a `git pull` that
    left a conflict in it; the file then is as it was, and a later write brings what this one lacks.
    """

    path: Path
    target: str
    base_url: str
    lock: Lock
    _version: int = 0
    _written: int = 0
    _known: _Known | None = None
    _state: Mutex = field(default_factory=Mutex)
    _disk: Mutex = field(default_factory=Mutex)

    @cached_property
    def _turn(self) -> Turn:
        # Of the file itself: a link to it from elsewhere is another way to the same.
        return Turn(Path(os.path.realpath(self.path)))

    def own(self, org_id: str | None) -> None:
        """Say whose account this is, from the next write on; None where nobody knows yet."""
        with self._state:
            self.lock = replace(self.lock, org_id=org_id or self.lock.org_id)

    def update(self, entries: Mapping[str, LockEntry], gone: Iterable[str] = ()) -> None:
        """Remember `entries` by manifest key and forget the keys in `gone`.

        Raises as all writes do.
        """
        with self._state:
            wanted = self._put(entries, set(gone))
        self._flush(wanted)

    def change(self, key: str, change: Callable[[LockEntry | None], LockEntry | None]) -> None:
        """Put in place of what is remembered of a key what `change` makes of it; None forgets it.

        Raises as all writes do.
        """
        with self._state:
            changed = change(self.lock.entries.get(key))
            wanted = self._put({key: changed} if changed else {}, {key})
        self._flush(wanted)

    def _put(self, entries: Mapping[str, LockEntry], gone: AbstractSet[str]) -> int:
        """Change the lock in memory; the version that must be on disk for it to last."""
        kept = {key: each for key, each in self.lock.entries.items() if key not in gone}
        updated = kept | dict(entries)
        if updated == self.lock.entries and self.path.exists():
            return 0
        self.lock = replace(self.lock, entries=updated)
        self._version += 1
        return self._version

    def _flush(self, wanted: int) -> None:
        with self._disk:
            if self._written >= wanted:
                return
            with self._state:
                lock, version = self.lock, self._version
            with self._turn.taken():
                content = self._content()
                content["targets"] = content.get("targets", {}) | {self.target: self._json(lock)}
                mark = write_atomically(self.path, _text(content), follow=True)
            self._known = _Known(mark, content)
            self._written = version

    def _content(self) -> dict[str, Any]:
        """What the file holds, other targets too; read again only once somebody else wrote it."""
        if self._known and self._known.mark == mark_of(self.path):
            return self._known.content
        return _read(self.path)

    def _json(self, lock: Lock) -> dict[str, Any]:
        numbers = {key: entry_json(entry) for key, entry in lock.entries.items()}
        owner = {"orgId": lock.org_id} if lock.org_id else {}
        return {"baseUrl": self.base_url, **owner, "salt": lock.salt, "numbers": numbers}


def _read(path: Path) -> dict[str, Any]:
    try:
        data = read_regular(path, MAX_JSON_BYTES)
    except FileNotFoundError:
        return {"formatVersion": FORMAT_VERSION, "targets": {}}
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        content = parse_json(data)
    except ValueError as error:
        for number, line in enumerate(data.splitlines(), 1):
            if line.startswith(_CONFLICT):
                said = f"{path}:{number}: a merge left its conflict in this file"
                raise InputError(said, help=_take_a_side(path)) from error
        raise InputError(f"{path}: is not whole JSON: {error}", help=_RESTORE) from error
    if not isinstance(content, dict) or not isinstance(content.get("targets"), dict):
        raise InputError(f"{path}: is not a lock file of reconciler", help=_RESTORE)
    version = str(content.get("formatVersion"))
    if version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise InputError(
            f"{path}: has format version {version}, and this program reads 1.x",
            help="use the version of reconciler that wrote it",
        )
    return content


def _take_a_side(path: Path) -> str:
    return (
        f"take either side (git checkout --ours {path}), or delete the file: numbers that it does "
        "not know are matched afresh, by sipUri, number and name"
    )


def _section(content: Mapping[str, Any], path: Path, target: str) -> dict[str, Any] | None:
    section = content["targets"].get(target)
    if section is not None and not isinstance(section, dict):
        raise InputError(f"{path}: target {target} is not whole", help=_RESTORE)
    return section


def _host(base_url: object) -> str | None:
    """What an account is known by; a sandbox may come back on another port. None for no URL."""
    try:
        return urlsplit(str(base_url)).hostname
    except ValueError:
        return None


def _text(content: Mapping[str, Any]) -> str:
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    try:
        return orjson.dumps(content, option=options).decode()
    except orjson.JSONEncodeError:
        # Integers past 64 bits and halves of a surrogate pair are JSON, if none that orjson writes.
        return json.dumps(content, indent=2, sort_keys=True) + "\n"
