"""What changed between two descriptions -> text and JSON. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from json import dumps
from typing import Any, Final

from reconciler.model import (
    Consequence,
    FieldChange,
    FieldChangeKind,
    Place,
    SchemaDiff,
    Standing,
)
from reconciler.report.escape import json_text, terminal
from reconciler.report.views import SchemaDiffView, Style
from reconciler.report.words import count

_LONGEST: Final = 60
_NEW: Final = {FieldChangeKind.PROVIDER_NEW, FieldChangeKind.FIELD_NEW, FieldChangeKind.VALUE_NEW}
_GONE: Final = {
    FieldChangeKind.PROVIDER_GONE,
    FieldChangeKind.FIELD_GONE,
    FieldChangeKind.VALUE_GONE,
}
_NATURES: Final = {
    "mutable": "can be changed",
    "create-only": "set once, by the create",
    "read-only": "in answers only",
}
_BECAME: Final = {
    "mutable": "can now be changed after the create",
    "create-only": "became create-only: only a new number takes another value",
    "read-only": "became read-only: a manifest can no longer set it",
}
_TYPES: Final = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "object": "mapping",
    "array": "list",
}


def schema_diff_text(view: SchemaDiffView) -> str:
    """One line a change, then what the changes mean for the manifests at hand."""
    diff, style = view.diff, view.style
    lines = [f"from  {terminal(diff.before)}", f"to    {terminal(diff.after)}", ""]
    lines += [_line(each, diff, style) for each in diff.changes]
    lines += [""] if diff.changes else []
    if diff.consequences:
        lines += [line for each in diff.consequences for line in _consequence(each, style)]
    lines.append(_closing(diff))
    return "\n".join(lines) + "\n"


def schema_diff_json(view: SchemaDiffView) -> str:
    """The same for programs: changes with their kinds, and one entry a manifest."""
    diff = view.diff
    return json_text(
        {
            "from": diff.before,
            "to": diff.after,
            "differs": diff.differs,
            "changes": [
                {
                    "kind": each.kind.value,
                    "path": each.path,
                    "providers": list(each.providers),
                    "before": each.before,
                    "after": each.after,
                    "message": _words(each),
                }
                for each in diff.changes
            ],
            "manifests": [_document(each) for each in diff.consequences],
        }
    )


def _document(each: Consequence) -> dict[str, Any]:
    return {
        "name": each.key,
        **_place(each.place),
        "standing": each.standing.value,
        "faults": [
            {"code": fault.code, "message": fault.message, "path": fault.path} | _place(fault.place)
            for fault in each.faults
        ],
        "deprecated": [{"path": path} | _place(place) for path, place in each.deprecated],
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}


def _line(change: FieldChange, diff: SchemaDiff, style: Style) -> str:
    whose = "" if set(change.providers) == set(diff.providers) else ", ".join(change.providers)
    if change.kind in (FieldChangeKind.PROVIDER_NEW, FieldChangeKind.PROVIDER_GONE):
        whose = ""
    paint, sign = style.yellow, "~"
    if change.kind in _NEW:
        paint, sign = style.green, "+"
    elif change.kind in _GONE:
        paint, sign = style.red, "-"
    of_whom = f"  {style.dim(f'({terminal(whose)})')}" if whose else ""
    return f"  {paint(sign)} {terminal(change.path)}  {terminal(_words(change))}{of_whom}"


def _words(change: FieldChange) -> str:
    """What changed, as a person would say it."""
    return _SAID[change.kind](change)


def _field(told: Any) -> str:
    types = " or ".join(_TYPES.get(each, each) for each in told["types"]) or "anything"
    return f"{types}, {_NATURES[told['nature']]}"


def _provider(change: FieldChange) -> str:
    """Which provider came or went; it is the only one of such a change."""
    return change.providers[0] if change.providers else ""


def _bound(change: FieldChange) -> str:
    before: Any = change.before
    after: Any = change.after
    (keyword,) = before
    if keyword == "additionalProperties":
        is_open = after[keyword] is True or before[keyword] is False
        return "takes other keys too" if is_open else "takes no other keys now"
    if before[keyword] is None:
        return f"new bound: {keyword} {_shown(after[keyword])}"
    if after[keyword] is None:
        return f"{keyword} {_shown(before[keyword])} no longer holds"
    return f"{keyword} moved from {_shown(before[keyword])} to {_shown(after[keyword])}"


def _choices(change: FieldChange) -> str:
    if change.after is None:
        return "takes any value now, and not only those that were listed"
    return f"takes only listed values now: {_shown(change.after)}"


def _default(change: FieldChange) -> str:
    if change.before is None:
        return f"has a default now: {_shown(change.after)}"
    if change.after is None:
        return f"has no default any more; it was {_shown(change.before)}"
    return f"default moved from {_shown(change.before)} to {_shown(change.after)}"


def _types(value: Any) -> str:
    return " or ".join(_TYPES.get(each, each) for each in value) or "anything"


def _shown(value: Any) -> str:
    text = dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_SAID: Final[Mapping[FieldChangeKind, Callable[[FieldChange], str]]] = {
    FieldChangeKind.PROVIDER_NEW: lambda each: f"new provider {_provider(each)}",
    FieldChangeKind.PROVIDER_GONE: lambda each: f"provider {_provider(each)} is gone",
    FieldChangeKind.FIELD_NEW: lambda each: f"new field: {_field(each.after)}",
    FieldChangeKind.FIELD_GONE: lambda each: f"is gone; it was {_field(each.before)}",
    FieldChangeKind.NATURE: lambda each: _BECAME[str(each.after)],
    FieldChangeKind.TYPE: lambda each: f"was {_types(each.before)}, is {_types(each.after)} now",
    FieldChangeKind.REQUIRED: lambda each: (
        "a create needs it now" if each.after else "a create no longer needs it"
    ),
    FieldChangeKind.DEFAULT: _default,
    FieldChangeKind.DEPRECATED: lambda each: (
        "became deprecated" if each.after else "is no longer deprecated"
    ),
    FieldChangeKind.SECRET: lambda each: "became secret" if each.after else "is no longer secret",
    FieldChangeKind.CHOICES: _choices,
    FieldChangeKind.VALUE_NEW: lambda each: f"new value {_shown(each.after)}",
    FieldChangeKind.VALUE_GONE: lambda each: f"value {_shown(each.before)} is gone",
    FieldChangeKind.BOUND: _bound,
}

_UNCHANGED: Final = {False: "No changes.", True: "No field changed, but what is valid did."}
_STANDINGS: Final = {
    Standing.NEWLY_INVALID: "newly invalid",
    Standing.NEWLY_VALID: "newly valid",
    Standing.STILL_INVALID: "invalid before and after",
}


def _consequence(each: Consequence, style: Style) -> Iterator[str]:
    """What there is to tell of a manifest; nothing of one that stays as it is."""
    if said := _STANDINGS.get(each.standing):
        paint = style.green if each.standing is Standing.NEWLY_VALID else style.red
        yield f"  {paint(said)}  {terminal(each.key)}  {terminal(str(each.place))}"
    for fault in each.faults:
        yield f"    {terminal(str(fault.place))}  {fault.code}: {terminal(fault.message)}"
    for path, place in each.deprecated:
        said = style.yellow("deprecated")
        yield f"  {said}  {terminal(each.key)}  {terminal(str(place))}  {terminal(path)}"


def _closing(diff: SchemaDiff) -> str:
    changed = f"{count(len(diff.changes), 'change')}." if diff.changes else _UNCHANGED[diff.differs]
    if not diff.consequences:
        return changed
    valid = sum(each.standing is Standing.STILL_VALID for each in diff.consequences)
    invalid = sum(each.standing is Standing.NEWLY_INVALID for each in diff.consequences)
    fading = sum(bool(each.deprecated) for each in diff.consequences)
    return (
        f"{changed} {count(len(diff.consequences), 'manifest')}: "
        f"{valid} still valid, {invalid} newly invalid, {fading} with deprecated fields."
    )
