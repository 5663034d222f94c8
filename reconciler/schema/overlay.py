"""A description and an OpenAPI Overlay 1.0 -> the description with the overlay's actions done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from json import dumps, loads
from typing import Any

from reconciler.errors import InputError
from reconciler.model import Json


def apply_overlay(
    description: Mapping[str, Any],
    overlay: Json,
    missed: Callable[[str], object] = lambda _target: None,
) -> dict[str, Any]:
    """Do the actions in their order, on a copy; a target that selects nothing is no fault.

    `missed` is told of each target of an update that selects nothing.

    Raises InputError for what is no overlay, and for a target that is no JSONPath (RFC 9535).
    """
    if not isinstance(overlay, Mapping) or not str(overlay.get("overlay", "")).startswith("1."):
        raise InputError("the overlay is not an OpenAPI Overlay 1.x document")
    # Through JSON, so that parts which YAML aliases share are changed one by one.
    result: dict[str, Any] = loads(dumps(description))
    for number, action in enumerate(_actions(overlay), 1):
        if not isinstance(action, Mapping) or not isinstance(action.get("target"), str):
            raise InputError(f"overlay: action {number} has no target")
        if action.get("remove") is not True and not isinstance(action.get("update"), Mapping):
            raise InputError(f"overlay: action {number} neither removes nor updates an object")
        if not _do(result, action) and action.get("remove") is not True:
            missed(action["target"])
    return result


def _actions(overlay: Mapping[str, Any]) -> list[Any]:
    actions = overlay.get("actions")
    if not isinstance(actions, list):
        raise InputError("overlay: `actions` is not a list")
    return actions


def _do(description: dict[str, Any], action: Mapping[str, Any]) -> int:
    """Do one action; how many places it was done at."""
    import jsonpath  # noqa: PLC0415 - only building a schema needs it

    try:
        # A target may select one place twice: an action is done there once.
        found = {each.parts: each for each in jsonpath.finditer(action["target"], description)}
    except jsonpath.JSONPathError as error:
        raise InputError(f"overlay: target {action['target']!r}: {error}") from error
    if action.get("remove") is not True:
        for match in found.values():
            _merge(match.obj, action["update"])
        return len(found)
    # From the last to the first, so that the indices of a list stay true.
    for parts in sorted(found, reverse=True):
        parent = found[parts].parent
        if parent is not None:
            holder: Any = parent.obj
            del holder[parts[-1]]
    return len(found)


def _merge(target: Any, update: Any) -> None:
    """Merge as the Overlay specification says: objects deeply, lists by appending."""
    if isinstance(target, list):
        target.append(deepcopy(update))
    elif isinstance(target, dict) and isinstance(update, Mapping):
        for key, value in update.items():
            held = target.get(key)
            if isinstance(held, dict) and isinstance(value, Mapping):
                _merge(held, value)
            elif isinstance(held, list) and isinstance(value, list):
                held.extend(deepcopy(value))
            else:
                target[key] = deepcopy(value)
