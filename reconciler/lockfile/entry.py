"""An entry of the lock <-> JSON. Pure."""

from __future__ import annotations

from typing import Any, TypeVar

from reconciler.model import LockEntry, SecretMark

T = TypeVar("T")


def read_entry(value: Any) -> LockEntry:
    """The entry that was written so. Raises KeyError, TypeError or AttributeError for any other."""
    marks = _of(dict, value.get("secrets", {}))
    replacing = _ids(value["replacing"]) if "replacing" in value else None
    return LockEntry(
        id=_of(str, value["id"]),
        provider=_of(str, value["provider"]),
        applied=_of(dict, value.get("applied", {})),
        secrets={path: _mark(each) for path, each in marks.items()},
        prevent_destroy=_of(bool, value.get("preventDestroy", False)),
        replaced=_ids(value.get("replaced", [])),
        replacing=replacing,
    )


def _mark(value: Any) -> SecretMark:
    declared = _of(bool, value.get("declared", True))
    return SecretMark(_of(str, value["fingerprint"]), _of(bool, value["shown"]), declared)


def _ids(value: Any) -> tuple[str, ...]:
    return tuple(_of(str, each) for each in _of(list, value))


def _of(kind: type[T], value: Any) -> T:
    """A value that is of its kind. Raises TypeError for any other."""
    if not isinstance(value, kind):
        raise TypeError
    return value


def entry_json(entry: LockEntry) -> dict[str, Any]:
    """An entry as it is written: what is usual is left out."""
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
