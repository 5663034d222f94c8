"""Specs made along the description, mostly right and sometimes wrong in one place."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from reconciler.fields import Nature
from reconciler.schema.packaged import load_fields
from tests.schema.published import plain

Schema = Mapping[str, Any]

_COMPONENTS: Final[Mapping[str, Schema]] = plain()["components"]["schemas"]
_FIELDS: Final = load_fields()
_CREATES: Final[Mapping[str, str]] = plain()["paths"]["/phone-number"]["post"]["requestBody"][
    "content"
]["application/json"]["schema"]["discriminator"]["mapping"]
PROVIDERS: Final = tuple(_CREATES)
# What no OpenAPI says of a text: how it must look to be of use.
_TEXTS: Final[Mapping[str, list[Any]]] = {
    "number": ["+14155550100", "+442071838750"],
    "callerId": ["+14155550101"],
    "sipUri": ["sip:support@sip.vapi.ai", "sip:desk@sip.vapi.ai"],
    "url": ["https://hooks.example.com/calls"],
    "holdAudioUrl": ["https://cdn.example.com/wait.mp3"],
    "numberDesiredAreaCode": ["415", "212"],
}
_WRONG: Final[tuple[Any, ...]] = (
    None,
    7,
    True,
    "",
    "x" * 5000,
    {},
    {"odd": 1},
    [],
    ["odd"],
    -1,
    10**9,
)


def spec(random: Random) -> dict[str, Any]:
    """The spec of a number, without the secrets that no file may hold."""
    provider = random.choice(PROVIDERS)
    body = _resolved({"$ref": _CREATES[provider]})
    made = _object(body, random)
    made["provider"] = provider
    for name in list(made):
        if _FIELDS.providers[provider].fields[name].nature is Nature.READ_ONLY:
            del made[name]
    if random.random() < 0.4:
        _spoil(made, random)
    return made


def _resolved(schema: Schema) -> Schema:
    while "$ref" in schema or len(schema.get("allOf", ())) == 1:
        inner = schema.get("$ref") or schema["allOf"][0].get("$ref")
        schema = _COMPONENTS[inner.rpartition("/")[2]]
    return schema


def _object(schema: Schema, random: Random) -> dict[str, Any]:
    required = schema.get("required", ())
    return {
        name: _value(name, _resolved(each), random)
        for name, each in schema.get("properties", {}).items()
        if name in required or random.random() < 0.3
    }


def _value(name: str, schema: Schema, random: Random) -> Any:
    if "oneOf" in schema:
        return _value(name, _resolved(random.choice(schema["oneOf"])), random)
    if "properties" in schema:
        return _object(schema, random)
    if schema.get("type") == "array":
        listed = {"enum": schema["enum"]} if "enum" in schema else {}
        items = {**_resolved(schema.get("items", {})), **listed}
        length = random.randint(schema.get("minItems", 0), schema.get("minItems", 0) + 2)
        return [_item(name, items, random) for _ in range(length)]
    return random.choice(_choices(name, schema))


def _choices(name: str, schema: Schema) -> list[Any]:
    """Values that a schema of no parts allows: the ends of its bounds."""
    if "enum" in schema:
        return list(schema["enum"])
    match schema.get("type"):
        case "number" | "integer":
            low = schema.get("minimum", 0)
            return [low, schema.get("maximum", low + 5)]
        case "boolean":
            return [True, False]
        case "string" if name in _TEXTS:
            return _TEXTS[name]
        case "string":
            shortest = schema.get("minLength", 1)
            return ["a" * each for each in (shortest, schema.get("maxLength", shortest + 5))]
        case _:
            return [{}]


def _item(name: str, schema: Schema, random: Random) -> Any:
    """An item of a list; the status codes are numbers, whatever the description says."""
    return 503 if name == "excludedStatusCodes" else _value(name, schema, random)


def _spoil(value: Any, random: Random) -> None:
    """Put something else in one place of a mapping or list, or take something away."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    if not keys:
        return
    key = random.choice(keys)
    if isinstance(value[key], dict | list) and value[key] and random.random() < 0.7:
        _spoil(value[key], random)
    elif isinstance(value, dict) and random.random() < 0.4:
        value[random.choice([f"{key}s", "unheardOf"])] = value.pop(key)
    else:
        value[key] = random.choice(_WRONG)
