"""Documents that a random hand went over: what no publisher means, and some will publish."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any, Final

from tests.schema.published import Document

Holder = dict[str, Any] | list[Any]

JUNK: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**400,
    float("nan"),
    "",
    "string",
    "array",
    "([",
    r"^\p{L}+$",
    "^(a+)+$",
    "half \ud83d",
    "@default 20",
    [],
    [None, 1, "a", "a", {}],
    ["string", "null"],
    [{"type": "string"}, 5],
    {},
    {"type": "null"},
    {"a": [{"b": 1}]},
    {"$ref": "#/paths"},
    {"$ref": "#/components/schemas/Server"},
    {"$ref": "https://example.com/a.json#/a"},
    {"oneOf": [{"type": "string"}, {"anyOf": [{"type": "number"}, {}]}]},
)
KEYWORDS: Final = (
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "example",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "provider",
    "required",
    "type",
    "x-default",
    "x-group",
    "x-identity",
    "x-normal",
    "x-require-one-of",
    "x-secret",
    "x-shown-unset",
)


def mutated(document: Document, random: Random) -> Document:
    """A copy with a few nodes deleted, replaced, added, doubled, or in each other's place."""
    made: Document = deepcopy(document)
    for _ in range(random.randint(1, 6)):
        places = list(_places(made))
        holder, key = random.choice(places)
        match random.choice(("delete", "replace", "add", "double", "swap")):
            case "delete":
                del holder[key]
            case "replace":
                holder[key] = deepcopy(random.choice(JUNK))
            case "add" if isinstance(holder[key], dict):
                holder[key][random.choice(KEYWORDS)] = deepcopy(random.choice(JUNK))
            case "double" if isinstance(holder, list):
                holder.append(deepcopy(holder[key]))
            case "double":
                holder[random.choice(KEYWORDS)] = deepcopy(holder[key])
            case _:
                other, place = random.choice(places)
                # Through copies: what would hold itself is no document.
                holder[key], other[place] = deepcopy(other[place]), deepcopy(holder[key])
    return made


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each holder of a value with the value's key, from the top down."""
    keys: Any = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
