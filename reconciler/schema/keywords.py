"""One published schema -> the same with each keyword in the shape that is meant for it. Pure.

What a keyword says and cannot mean is left out, so that nothing further on has to expect it: a
`required` that is no list, a length that is a text, a type that JSON does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any, Final

from reconciler.checks.validators import is_pattern

JSON_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_SCALARS: Final = (bool, str, int, float, type(None))
_LONGEST_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a keyword must hold. `part` is what of a value can be kept; None where nothing can."""

    words: str
    part: Callable[[Any], Any]


def well_formed(schema: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The schema itself, not what is inside it, and what each keyword that was mended held."""
    found: dict[str, Any] = {}
    said: list[str] = []
    for key, value in _with_numeric_bounds(schema).items():
        shape = _SHAPES.get(key)
        part = shape.part(value) if shape else value
        if part is not None:
            found[key] = part
        if shape and (part is None or _lost(value, part)):
            what = "is left out" if part is None else "is left out in part"
            said.append(f"{key} {_shown(value)} is not {shape.words}; it {what}")
    return found, said


def _lost(value: Any, part: Any) -> bool:
    """Whether a list holds what was not kept of it."""
    return isinstance(value, list) and any(each not in part for each in value)


def _with_numeric_bounds(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """`exclusiveMinimum: true` beside a `minimum`, as OpenAPI 3.0 has it, as the bound itself."""
    found = schema
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        said = schema.get(exclusive)
        if not isinstance(said, bool):
            continue
        found = {key: each for key, each in found.items() if key != exclusive}
        if said and bound in found:
            found = {exclusive if key == bound else key: each for key, each in found.items()}
    return found


def _one_of(*kinds: type) -> Callable[[Any], Any]:
    return lambda value: value if isinstance(value, kinds) else None


def _true(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _word(*words: str) -> Callable[[Any], Any]:
    return lambda value: value if isinstance(value, str) and value in words else None


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _step(value: Any) -> Any:
    return value if _number(value) is not None and value > 0 else None


def _length(value: Any) -> Any:
    return value if _number(value) is not None and value >= 0 and value == int(value) else None


def _pattern(value: Any) -> Any:
    return value if isinstance(value, str) and is_pattern(value) else None


def _types(value: Any) -> Any:
    if isinstance(value, list):
        return _listed(lambda each: isinstance(each, str) and each in JSON_TYPES)(value)
    return value if isinstance(value, str) and value in JSON_TYPES else None


def _listed(is_kept: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """The items of a list that can be kept, each once; None where there is none."""

    def part(value: Any) -> Any:
        if not isinstance(value, list):
            return None
        # 1 and true are the same key to Python, and two values to JSON.
        kept = {(isinstance(each, bool), each): each for each in value if is_kept(each)}
        return list(kept.values()) or ([] if value == [] else None)

    return part


def _parts(value: Any) -> Any:
    return [each for each in value if isinstance(each, Mapping)] if _is_list(value) else None


def _variants(value: Any) -> Any:
    """A union with a variant that cannot be read takes any value."""
    is_whole = _is_list(value) and all(isinstance(each, Mapping) for each in value)
    return value if is_whole else None


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


_TEXT: Final = _Shape("a text", _one_of(str))
_NUMBER: Final = _Shape("a number", _number)
_LENGTH: Final = _Shape("a count", _length)
_FLAG: Final = _Shape("true or false", _true)
_UNION: Final = _Shape("a list of schemas", _variants)
_NAMES: Final = _Shape("a list of names", _listed(lambda each: isinstance(each, str)))

_SHAPES: Final[Mapping[str, _Shape]] = {
    "type": _Shape("a type of JSON", _types),
    "enum": _Shape("a list of single values", _listed(lambda each: isinstance(each, _SCALARS))),
    "const": _Shape("a single value", _one_of(bool, str, int, float)),
    "pattern": _Shape("a pattern that can be read", _pattern),
    "format": _TEXT,
    "description": _TEXT,
    "$ref": _TEXT,
    "deprecated": _FLAG,
    "required": _NAMES,
    "properties": _Shape("a mapping", _one_of(Mapping)),
    "items": _Shape("a schema", _one_of(Mapping, bool)),
    "additionalProperties": _Shape("a schema, true or false", _one_of(Mapping, bool)),
    "not": _Shape("a schema", _one_of(Mapping)),
    "allOf": _Shape("a list of schemas", _parts),
    "oneOf": _UNION,
    "anyOf": _UNION,
    "multipleOf": _Shape("a number above 0", _step),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _NUMBER),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _LENGTH),
    # Our own, which a document that was built carries, and an overlay may bring.
    "x-secret": _Shape("always or by-name", _word("always", "by-name")),
    "x-normal": _Shape("sip-uri or e164", _word("sip-uri", "e164")),
    "x-require-one-of": _NAMES,
    "x-shown-unset": _Shape("a list", _one_of(list)),
    **dict.fromkeys(("x-unique", "x-purchase"), _FLAG),
    **dict.fromkeys(("x-reference", "x-group"), _TEXT),
    **dict.fromkeys(("x-identity", "x-quota"), _LENGTH),
}


def _shown(value: Any) -> str:
    text = dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
