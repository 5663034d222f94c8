"""A request's body or query, and the schema it must meet -> all that is wrong with it. Pure.

The messages are the API's own, which are those of NestJS' class-validator. Where the published
description is wrong the more specific statement decides: an `enum` over `type: object`, and the
enum of a list holds for its items.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from reconciler.sandbox.clock import parse_time
from reconciler.sandbox.description import Description, Schema

E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_TRUNK_NUMBER: Final = re.compile(r"\+?[A-Za-z0-9]+", re.ASCII)


def check(value: Mapping[str, Any], schema: Schema, description: Description) -> list[str]:
    """Every fault of an object, one message each; an empty list is a good one."""
    return list(dict.fromkeys(_Checker(description).object(value, schema, "")))


class _Checker:
    """Walks a value along its schema. `prefix` is the path of the object that is walked."""

    def __init__(self, description: Description) -> None:
        self._resolve: Callable[[Schema], Schema] = description.resolve

    def object(self, value: Mapping[str, Any], schema: Schema, prefix: str) -> Iterator[str]:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        for name in value:
            if name not in properties:
                yield f"{prefix}property {name} should not exist"
        for name, described in properties.items():
            # Null equals absent: an optional field takes it, whatever its type.
            if value.get(name) is not None or name in schema.get("required", ()):
                yield from self._property(value.get(name), described, prefix, name)
        if "numberE164CheckEnabled" in properties:
            yield from _check_digits(value, prefix)

    def _property(self, value: Any, described: Schema, prefix: str, name: str) -> Iterator[str]:
        schema = self._resolve(described)
        if "oneOf" in schema:
            yield from self._union(value, schema["oneOf"], prefix, name)
        elif schema.get("type") == "array":
            yield from self._array(value, schema, prefix, name)
        elif "properties" in schema:
            if isinstance(value, Mapping):
                yield from self.object(value, schema, f"{prefix}{name}.")
            else:
                yield f"{prefix}nested property {name} must be either object or array"
        else:
            yield from (f"{prefix}{name} {fault}" for fault in _scalar_faults(value, schema))

    def _array(self, value: Any, schema: Schema, prefix: str, name: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{prefix}{name} must be an array"
            return
        items = self._resolve(schema.get("items", {}))
        if "enum" in schema:
            items = {**items, "enum": schema["enum"]}
        for index, item in enumerate(value):
            if "oneOf" in items or "properties" in items:
                yield from self._property(item, items, f"{prefix}{name}.", str(index))
            # A list whose items are said to be just objects holds anything, numbers too.
            elif items.get("type") != "object" or "enum" in items:
                faults = _scalar_faults(item, items)
                yield from (f"{prefix}each value in {name} {fault}" for fault in faults)

    def _union(
        self, value: Any, variants: Sequence[Schema], prefix: str, name: str
    ) -> Iterator[str]:
        resolved = [self._resolve(each) for each in variants]
        objects = [each for each in resolved if "properties" in each]
        scalars = [each for each in resolved if "properties" not in each]
        if not isinstance(value, Mapping) or not objects:
            if all(_scalar_faults(value, each) for each in scalars):
                yield f"{prefix}{name} must be an object"
            return
        tags = _tags(objects)
        chosen = [each for tag, each in tags if value.get(tag) in each["properties"][tag]["enum"]]
        if chosen or len(objects) == 1:
            yield from self.object(value, (chosen or objects)[0], f"{prefix}{name}.")
            return
        allowed = [word for tag, each in tags for word in each["properties"][tag]["enum"]]
        yield f"{prefix}{name}.{tags[0][0]} {_one_of(allowed)}"


def _tags(variants: Sequence[Schema]) -> list[tuple[str, Schema]]:
    """Each variant with the property that tells it from the others: a required enum of one."""
    return [
        (name, variant)
        for variant in variants
        for name, described in variant["properties"].items()
        if len(described.get("enum", ())) == 1 and name in variant.get("required", ())
    ]


def _check_digits(value: Mapping[str, Any], prefix: str) -> Iterator[str]:
    number = value.get("number")
    if not isinstance(number, str):
        return
    if value.get("numberE164CheckEnabled") is False:
        if not _TRUNK_NUMBER.fullmatch(number):
            yield f"{prefix}number must be letters and digits with an optional leading plus"
    elif not E164.fullmatch(number):
        yield f"{prefix}number must be a valid phone number in the E.164 format"


def _scalar_faults(value: Any, schema: Schema) -> list[str]:
    if "enum" in schema:
        return [] if value in schema["enum"] else [_one_of(schema["enum"])]
    return _TYPES.get(str(schema.get("type", "")), _no_faults)(value, schema)


def _one_of(allowed: Sequence[Any]) -> str:
    return "must be one of the following values: " + ", ".join(str(each) for each in allowed)


def _string_faults(value: Any, schema: Schema) -> list[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    text = value if isinstance(value, str) else None
    faults = []
    if most is not None and (text is None or len(text) > most):
        faults.append(f"must be shorter than or equal to {most} characters")
    if least and (text is None or len(text) < least):
        faults.append(f"must be longer than or equal to {least} characters")
    if text is None:
        faults.append("must be a string")
    elif schema.get("format") == "date-time" and parse_time(text) is None:
        faults.append("must be a valid ISO 8601 date string")
    return faults


def _number_faults(value: Any, schema: Schema) -> list[str]:
    number = None if isinstance(value, bool) or not isinstance(value, int | float) else value
    least, most = schema.get("minimum"), schema.get("maximum")
    faults = []
    if most is not None and (number is None or number > most):
        faults.append(f"must not be greater than {most}")
    if least is not None and (number is None or number < least):
        faults.append(f"must not be less than {least}")
    if number is None:
        faults.append("must be a number conforming to the specified constraints")
    return faults


def _boolean_faults(value: Any, _: Schema) -> list[str]:
    return [] if isinstance(value, bool) else ["must be a boolean value"]


def _object_faults(value: Any, _: Schema) -> list[str]:
    return [] if isinstance(value, Mapping) else ["must be an object"]


def _no_faults(_value: Any, _schema: Schema) -> list[str]:
    return []


_TYPES: Final[Mapping[str, Callable[[Any, Schema], list[str]]]] = {
    "string": _string_faults,
    "number": _number_faults,
    "integer": _number_faults,
    "boolean": _boolean_faults,
    "object": _object_faults,
    "": _no_faults,
}
