"""`reconciler.lock.json` <-> Lock. Written whole, or not at all.

Beside the configuration: for each target, which manifest key is which live id, and what was last
applied. It is sorted, so that merges are small, and holds secrets as salted fingerprints only.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock as Mutex
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from reconciler.errors import InputError
from reconciler.files import MAX_JSON_BYTES, parse_json, read_regular
from reconciler.model import Lock, LockEntry, SecretMark

LOCK_NAME: Final = "reconciler.lock.json"
FORMAT_VERSION: Final = "1.0"
_RESTORE: Final = (
    "restore it from git, or delete it: numbers are then matched afresh, by sipUri, number and name"
)
# What tells a file from any other that may come to stand in its place.
FileMark = tuple[int, int, int]
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
            entries[key] = _entry(value)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            said = f"{path}: target {target} is not whole: number {key} is not as it was written"
            raise InputError(said, help=_RESTORE) from error
    return Lock(salt, str(section.get("orgId", "")), entries)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a file holds for as long as it is the one of that mark."""

    mark: FileMark
    content: dict[str, Any]


@dataclass
class LockWriter:
    """Keeps one target's section on disk up to date; safe to call from several threads.

    Each call returns once its change is on disk; calls that wait together share one write.
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

    def own(self, org_id: str | None) -> None:
        """Say whose account this is, from the next write on; None where nobody knows yet."""
        with self._state:
            self.lock = replace(self.lock, org_id=org_id or self.lock.org_id)

    def update(self, entries: Mapping[str, LockEntry], gone: Iterable[str] = ()) -> None:
        """Remember `entries` by manifest key and forget the keys in `gone`.

        Raises OSError where the disk refuses; the file then is as it was.
        """
        with self._state:
            wanted = self._put(entries, set(gone))
        self._flush(wanted)

    def change(self, key: str, change: Callable[[LockEntry | None], LockEntry | None]) -> None:
        """Put in place of what is remembered of a key what `change` makes of it; None forgets it.

        Raises OSError where the disk refuses; the file then is as it was.
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
            content = self._content()
            content["targets"] = content.get("targets", {}) | {self.target: self._json(lock)}
            mark = write_atomically(self.path, _text(content))
            self._known = _Known(mark, content)
            self._written = version

    def _content(self) -> dict[str, Any]:
        """What the file holds, other targets too; read again only once somebody else wrote it."""
        if self._known and self._known.mark == _mark_of(self.path):
            return self._known.content
        return _read(self.path)

    def _json(self, lock: Lock) -> dict[str, Any]:
        numbers = {key: _entry_json(entry) for key, entry in lock.entries.items()}
        owner = {"orgId": lock.org_id} if lock.org_id else {}
        return {"baseUrl": self.base_url, **owner, "salt": lock.salt, "numbers": numbers}


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


def _mark_of(path: Path) -> FileMark | None:
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
    """What an account is known by; a sandbox may come back on another port."""
    return urlsplit(str(base_url)).hostname


def _entry(value: Mapping[str, Any]) -> LockEntry:
    marks = {
        path: SecretMark(mark["fingerprint"], mark["shown"], mark.get("declared", True))
        for path, mark in value.get("secrets", {}).items()
    }
    if not isinstance(value["id"], str) or not isinstance(value["provider"], str):
        raise TypeError
    return LockEntry(
        id=value["id"],
        provider=value["provider"],
        applied=value.get("applied", {}),
        secrets=marks,
        prevent_destroy=value.get("preventDestroy", False),
        replaced=tuple(value.get("replaced", ())),
        replacing=tuple(value["replacing"]) if "replacing" in value else None,
    )


def _entry_json(entry: LockEntry) -> dict[str, Any]:
    value: dict[str, Any] = {"id": entry.id, "provider": entry.provider}
    if entry.applied:
        value["applied"] = entry.applied
    if entry.secrets:
        value["secrets"] = {
            path: {"fingerprint": mark.fingerprint, "shown": mark.shown}
            | ({} if mark.declared else {"declared": False})
            for path, mark in entry.secrets.items()
        }
    if entry.prevent_destroy:
        value["preventDestroy"] = True
    if entry.replaced:
        value["replaced"] = list(entry.replaced)
    if entry.replacing is not None:
        value["replacing"] = list(entry.replacing)
    return value


def _text(content: Mapping[str, Any]) -> str:
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    try:
        return orjson.dumps(content, option=options).decode()
    except orjson.JSONEncodeError:
        # Integers past 64 bits and halves of a surrogate pair are JSON, if none that orjson writes.
        return json.dumps(content, indent=2, sort_keys=True) + "\n"
