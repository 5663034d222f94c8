"""One published schema -> the same without the defects that are known by their shape. Pure.

Each repair looks at what a schema says, never at what it is called: the defects have moved from
one component to the next between versions of the published document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from json import loads
from typing import Any, Final

from reconciler.schema.description import constants, types

Schema = Mapping[str, Any]
Repair = Callable[[Schema], tuple[dict[str, Any], str] | None]

# Keywords that hold for a text or a number, and were put on the list of them.
_OF_ITEMS: Final = ("enum", "maxLength", "minLength", "minimum", "maximum", "pattern")
_PROSE: Final = re.compile(r"@default:?[ \t]+(?P<value>'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`|[^\s,;]+)")
_CREDENTIAL: Final = re.compile(r"(password|secret|token|api_?key|private_?key)$", re.IGNORECASE)
_QUOTES: Final = "'\"`"


def repaired(schema: Schema) -> tuple[dict[str, Any], list[str]]:
    """The schema itself, not what is inside it, after all repairs; and what each of them did."""
    found, done = dict(schema), []
    for repair in _REPAIRS:
        if (result := repair(found)) is not None:
            found, said = result
            done.append(said)
    return found, done


def with_prose_default(schema: Schema) -> tuple[dict[str, Any], str] | None:
    """A default that stands in the description only, `@default 20`, where it fits the type.

    For properties that may be left out alone: a default of a required one would mean nothing.
    """
    matched = _PROSE.search(str(schema.get("description", "")))
    if matched is None or "default" in schema:
        return None
    told = matched["value"].strip(_QUOTES).rstrip(".")
    for value in _readings(told):
        if _fits(value, schema):
            return {**schema, "default": value}, f"the default {told} stood in prose"
    return None


def with_secrecy(name: str, schema: Schema) -> Schema:
    """A text whose name says that it is a credential, marked as one.

    No OpenAPI says so, and a credential that is new must not be shown on its first day.
    """
    if types(schema) != ["string"] or constants(schema) or not _CREDENTIAL.search(name):
        return schema
    return {"x-secret": "always", **schema}


def _enum_of_an_object(schema: Schema) -> tuple[dict[str, Any], str] | None:
    """`type: object` over an enum of texts or numbers: the values know better."""
    allowed = types({"enum": listed}) if (listed := constants(schema)) else []
    if schema.get("type") != "object" or "properties" in schema or not allowed:
        return None
    kind: Any = allowed[0] if len(allowed) == 1 else allowed
    return {**schema, "type": kind}, f"an enum of type object is one of {' or '.join(allowed)}"


def _keyword_of_items_on_the_list(schema: Schema) -> tuple[dict[str, Any], str] | None:
    """An enum or a bound of the items, put on the list: it holds for the items."""
    misplaced = {key: schema[key] for key in _OF_ITEMS if key in schema}
    if schema.get("type") != "array" or not misplaced:
        return None
    rest = {key: each for key, each in schema.items() if key not in misplaced}
    items = schema.get("items")
    inner = items if isinstance(items, Mapping) else {}
    # What a reference leads to says for itself what it may be.
    moved = inner if "$ref" in inner else {**misplaced, **inner}
    said = f"{', '.join(misplaced)} on a list holds for its items"
    return {**rest, "items": moved}, said


def _numbers_called_objects(schema: Schema) -> tuple[dict[str, Any], str] | None:
    """Items of `type: object` without properties, where the list's own example holds scalars."""
    items = schema.get("items")
    if not isinstance(items, Mapping) or items.get("type") != "object":
        return None
    if items.keys() & {"properties", "additionalProperties", "allOf", "oneOf", "anyOf", "$ref"}:
        return None
    shown = [each for key in ("example", "default") for each in _listed(schema.get(key))]
    kinds = (
        types({"enum": shown}) if shown and len(constants({"enum": shown})) == len(shown) else []
    )
    if len(kinds) != 1:
        return None
    said = f"items of type object are of type {kinds[0]}, as its example shows"
    return {**schema, "items": {**items, "type": kinds[0]}}, said


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_REPAIRS: Final[tuple[Repair, ...]] = (
    _enum_of_an_object,
    _keyword_of_items_on_the_list,
    _numbers_called_objects,
)


def _readings(text: str) -> Iterator[Any]:
    """What a word of prose may mean: a number or truth value, or the word itself."""
    with suppress(ValueError):
        yield loads(text)
    yield text


def _fits(value: Any, schema: Schema) -> bool:
    if listed := constants(schema):
        return value in listed and type(value) is not bool
    match types(schema):
        case ["boolean"]:
            return isinstance(value, bool)
        case ["number" | "integer"]:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case _:
            # Prose about a text may be an example of it as well as its default.
            return False
