"""A refusal of fields, and where manifests set them -> what to do about it. Pure.

The API refuses a whole body for one field that it does not know: `400 property X should not
exist`, or `server.property X should not exist` for a nested one (observed).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from reconciler.documents import find_place
from reconciler.fields import dotted, parse_path
from reconciler.model import Desired, Json, Operation, Outcome, Path, Result

_BAD_REQUEST: Final = 400
_REFUSED: Final = re.compile(
    r"(?P<inside>(?:\w{1,64}\.){0,20})property (?P<name>[\w-]{1,64}) should not exist"
)
_HELP: Final = "the API may have changed; see how: reconciler schema diff FILE-OR-URL"


def with_help(outcome: Outcome, desired: Mapping[str, Desired]) -> Outcome:
    """The outcome, where each refusal of a field says which line of a manifest sent it.

    `desired` is what was wanted, by address.
    """
    results = tuple(
        replace(each, help=_help(each, desired.get(each.operation.address)))
        if each.error_status == _BAD_REQUEST
        else each
        for each in outcome.results
    )
    return replace(outcome, results=results)


def refused_fields(message: str) -> Iterator[Path]:
    """The fields that a message of the API calls unknown."""
    for found in _REFUSED.finditer(message):
        steps = [each for each in found["inside"].split(".") if each]
        inside = "".join(f"[{each}]" if each.isdecimal() else f".{each}" for each in steps)
        yield (*parse_path(inside), found["name"])


def _help(result: Result, desired: Desired | None) -> str:
    sent = [path for path in refused_fields(result.error_message) if _sent(result.operation, path)]
    if not sent:
        return ""
    lines = [_line(path, desired) for path in sent]
    return "\n".join([*lines, _HELP])


def _line(path: Path, desired: Desired | None) -> str:
    if desired is None or not desired.layers:
        return f"{dotted(path)} was sent"
    place = find_place(desired.layers, ("spec", *path))
    return f"{dotted(path)} was sent because of {place}"


def _sent(operation: Operation, path: Path) -> bool:
    """Whether the body held the field: a message of the API is not taken at its word."""
    value: Json = operation.body
    for step in path:
        match value:
            case Mapping() if step in value:
                value = value[str(step)]
            case list() | tuple() if isinstance(step, int) and step < len(value):
                value = value[step]
            case _:
                return False
    return True
