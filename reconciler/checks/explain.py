"""A value and a JSON Schema -> one fault for each mistake, in words for people. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from reconciler.fields import dotted
from reconciler.model import Json, Path, holds_credentials

if TYPE_CHECKING:  # jsonschema takes longer to import than all manifests take to check
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_LONGEST_SHOWN: Final = 60
# So many characters of one class, such as a key has.
# The end may say that no line break follows: Python's $ lets one.
_CLASS: Final = re.compile(
    r"\^(?P<characters>\[[^\]]+\])\{(?P<least>\d+),(?P<most>\d+)\}\$(?:\(\?!\\n\))?"
)
_NO_MERGE_KEYS: Final = "YAML 1.2 has no merge keys (<<): write the values out"
_MOST_LISTED: Final = 8


class Kind(Enum):
    """What sort of mistake a fault is."""

    UNKNOWN = auto()
    MISSING = auto()
    TYPE = auto()
    CHOICE = auto()
    TEXT = auto()
    RANGE = auto()
    COUNT = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """One mistake: `path` leads to it, and to where a missing field should stand."""

    kind: Kind
    path: Path
    message: str
    help: str = ""
    # The name that an unknown key was probably meant to be.
    meant: str = ""


def explain(validator: Validator, value: Json) -> tuple[SchemaFault, ...]:
    """All faults of `value`. A misspelt key is not told a second time as a missing one."""
    faults = dict.fromkeys(
        fault
        for error in validator.iter_errors(value)
        for fault in (_forbidden(error, value) if error.schema is False else _faults(error))
    )
    meant = {(*fault.path[:-1], fault.meant) for fault in faults if fault.meant}
    return tuple(
        fault for fault in faults if fault.kind is not Kind.MISSING or fault.path not in meant
    )


def closest(word: str, known: Iterable[str], *, alike: float = 0.6) -> str:
    """The known word that `word` was probably meant to be, or an empty text."""
    by_case = {each.lower(): each for each in known}
    found = get_close_matches(word.lower(), by_case, n=1, cutoff=alike)
    return by_case[found[0]] if found else ""


@dataclass(frozen=True, slots=True)
class _Failed:
    """A keyword of a schema that a value does not meet."""

    keyword: str
    wanted: Any
    given: Any
    schema: Mapping[str, Any]
    path: Path


def _faults(error: ValidationError) -> Iterator[SchemaFault]:
    path = tuple(error.absolute_path)
    failed = _Failed(
        keyword=str(error.validator),
        wanted=error.validator_value,
        given=error.instance,
        schema=error.schema if isinstance(error.schema, Mapping) else {},
        # A name that its mapping does not allow is a key of it, and not the mapping.
        path=(*path, str(error.instance)) if _is_of_a_name(error) else path,
    )
    for each in _READERS.get(failed.keyword, _other)(failed):
        yield replace(each, help=_NO_MERGE_KEYS) if "<<" in each.path else each


def _is_of_a_name(error: ValidationError) -> bool:
    keywords = list(error.relative_schema_path)[:-1]
    is_a_property = keywords[-2:-1] == ["properties"]
    return keywords[-1:] == ["propertyNames"] and not is_a_property


def _forbidden(error: ValidationError, value: Json) -> Iterator[SchemaFault]:
    """The fault of a value that the schema `false` is for.

    Its own key is not on the path of such an error: it is the one that holds the very value.
    """
    path = tuple(error.absolute_path)
    held: Any = value
    for step in path:
        held = held[step]
    paths = [path]
    if held is not error.instance:
        children = held.items() if isinstance(held, Mapping) else enumerate(held)
        paths = [(*path, key) for key, child in children if child is error.instance]
    one_of = "one of " if len(paths) > 1 else ""
    message = f"{one_of}{', '.join(map(_named, paths))} is not allowed here"
    yield SchemaFault(Kind.OTHER, paths[0], message)


def _unknown(failed: _Failed) -> Iterator[SchemaFault]:
    known = _properties(failed)
    for key in failed.given:
        if key not in known:
            yield unknown_key(failed.path, key, known)


def unknown_key(path: Path, key: str, known: Iterable[str]) -> SchemaFault:
    """The fault of a key that the mapping at `path` does not have."""
    names = list(known)
    meant = closest(key, names)
    listed = f"there are: {', '.join(names)}" if 0 < len(names) <= _MOST_LISTED else ""
    full = (*path, key)
    help_text = f"did you mean {meant}?" if meant else listed
    return SchemaFault(Kind.UNKNOWN, full, f"there is no field {dotted(full)}", help_text, meant)


def _missing(failed: _Failed) -> Iterator[SchemaFault]:
    known = _properties(failed)
    for key in failed.wanted:
        if key in failed.given:
            continue
        strangers = [each for each in failed.given if each not in known] if known else []
        if misspelt := closest(key, strangers, alike=0.75):
            yield unknown_key(failed.path, misspelt, [key])
        else:
            full = (*failed.path, key)
            yield SchemaFault(Kind.MISSING, full, f"{dotted(full)} is missing")


def _type(failed: _Failed) -> Iterator[SchemaFault]:
    expected = failed.wanted
    names = [expected] if isinstance(expected, str) else expected
    wanted = " or ".join(_TYPES.get(each, each) for each in names)
    given = _type_of(failed.given)
    message = f"{_named(failed.path)} must be {wanted}, and this is {_TYPES[given]}"
    yield SchemaFault(Kind.TYPE, failed.path, message, _type_help(names, given, failed.path))


def _type_help(expected: list[str], given: str, path: Path) -> str:
    key = path[-1] if path and isinstance(path[-1], str) else ""
    match given:
        case "null":
            return "leave the field out to unset it"
        case "number" | "boolean" if "string" in expected:
            return f'put it in quotes: {key}: "…"' if key else "put it in quotes"
        case "string" if {"number", "integer"} & set(expected):
            return "write a number, without quotes"
        case "string" if "boolean" in expected:
            return "write true or false, without quotes"
        case _:
            return ""


def _choice(failed: _Failed) -> Iterator[SchemaFault]:
    allowed = [failed.wanted] if failed.keyword == "const" else list(failed.wanted)
    words = [str(each) for each in allowed]
    given = failed.given
    shown = f", and {given!r} is not" if _may_be_shown(given) else ""
    listed = ", ".join(words) if len(words) <= _MOST_LISTED else "those in the schema"
    one_of = "must be" if len(words) == 1 else "must be one of"
    meant = closest(given, words) if isinstance(given, str) else ""
    help_text = f"did you mean {meant}?" if meant else ""
    message = f"{_named(failed.path)} {one_of} {listed}{shown}"
    yield SchemaFault(Kind.CHOICE, failed.path, message, help_text)


def _length(failed: _Failed) -> Iterator[SchemaFault]:
    bound, given = failed.wanted, len(failed.given)
    at = "at least" if failed.keyword == "minLength" else "at most"
    message = f"{_named(failed.path)} must have {at} {_count(bound, 'character')}, and has {given}"
    yield SchemaFault(Kind.TEXT, failed.path, message)


def _pattern(failed: _Failed) -> Iterator[SchemaFault]:
    wrong = (
        _against_a_class(failed.wanted, failed.given) or "does not have the form that is expected"
    )
    message = f"{_named(failed.path)} {wrong}"
    yield SchemaFault(Kind.TEXT, failed.path, message, _described(failed))


def _against_a_class(pattern: str, text: str) -> str:
    """What is wrong with a text that is to be so many characters of one class, if that is it."""
    found = _CLASS.fullmatch(pattern)
    if not found:
        return ""
    least, most = int(found["least"]), int(found["most"])
    if not least <= len(text) <= most:
        at, bound = ("at most", most) if len(text) > most else ("at least", least)
        return f"must have {at} {_count(bound, 'character')}, and has {len(text)}"
    strange = sorted({each for each in text if not re.fullmatch(found["characters"], each)})
    return f"must not have {', '.join(map(repr, strange[:_MOST_LISTED]))} in it" if strange else ""


def _range(failed: _Failed) -> Iterator[SchemaFault]:
    at = _BOUNDS[failed.keyword]
    message = f"{_named(failed.path)} must be {at} {failed.wanted}, and is {failed.given}"
    yield SchemaFault(Kind.RANGE, failed.path, message)


def _entries(failed: _Failed) -> Iterator[SchemaFault]:
    at = "at least" if failed.keyword.startswith("min") else "at most"
    wanted = _count(failed.wanted, "entry", "entries")
    message = f"{_named(failed.path)} must have {at} {wanted}, and has {len(failed.given)}"
    yield SchemaFault(Kind.COUNT, failed.path, message, _described(failed))


def _other(failed: _Failed) -> Iterator[SchemaFault]:
    message = f"{_named(failed.path)} does not meet the schema ({failed.keyword})"
    yield SchemaFault(Kind.OTHER, failed.path, message, _described(failed))


def _properties(failed: _Failed) -> list[str]:
    return list(failed.schema.get("properties", {}))


def _described(failed: _Failed) -> str:
    return str(failed.schema.get("description", ""))


def _named(path: Path) -> str:
    return dotted(path) or "the document"


def _may_be_shown(value: Json) -> bool:
    """Whether a value is short, and no secret by what it looks like."""
    if isinstance(value, str):
        return len(value) <= _LONGEST_SHOWN and not holds_credentials(value)
    return isinstance(value, bool | int | float)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


_TYPES: Final = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}


def _type_of(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case Mapping():
            return "object"
        case _:
            return "array"


_BOUNDS: Final = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}

_READERS: Final[Mapping[str, Callable[[_Failed], Iterable[SchemaFault]]]] = {
    "additionalProperties": _unknown,
    "required": _missing,
    "type": _type,
    "enum": _choice,
    "const": _choice,
    "minLength": _length,
    "maxLength": _length,
    "pattern": _pattern,
    **dict.fromkeys(_BOUNDS, _range),
    **dict.fromkeys(("minProperties", "maxProperties", "minItems", "maxItems"), _entries),
}
