"""An entry of the lock <-> JSON. Pure."""

from __future__ import annotations

from typing import Any

from reconciler.model import LockEntry, SecretMark


def read_entry(value: Any) -> LockEntry:
    """The entry that was written so. Raises KeyError, TypeError or AttributeError for any other."""
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
