"""OpenAPI schemas -> JSON Schema, each named component once under `$defs`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from reconciler.schema.description import (
    BOUNDS,
    Description,
    constants,
    properties,
    reference,
    types,
    union,
)

_ODD: Final = re.compile(r"[^A-Za-z0-9._-]")

_REFERS_TO_A_SECRET: Final = {
    "type": "object",
    "anyOf": [{"required": [name], "properties": {name: True}} for name in ("env", "file")],
}


class Components:
    """Turns schemas into JSON Schema; `found` grows by the components that they refer to.

    `reserved` names are the caller's: no component stands under one of them.
    """

    def __init__(self, description: Description, reserved: frozenset[str]) -> None:
        self._description = description
        self._reserved = reserved
        self._names: dict[str, str] = {}
        self.found: dict[str, Any] = {}

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON Schema of one OpenAPI schema, with what an editor shows of it."""
        shown = {key: schema[key] for key in ("description", "default") if key in schema}
        if "example" in schema:
            shown["examples"] = [schema["example"]]
        target = reference(schema)
        if target is not None and not schema.keys() & {"properties", "required"}:
            return shown | {"$ref": f"#/$defs/{self._component(target)}"}
        return shown | self._inline(self._description.resolve(schema))

    def _component(self, target: str) -> str:
        """The name under which a component stands; one that holds itself finds it taken."""
        if target not in self._names:
            last = _ODD.sub("-", target.rpartition("/")[2])
            taken = self._reserved.union(self._names.values())
            name = last
            while name in taken:
                name = f"{name}-{len(self._names)}"
            self._names[target] = name
            self.found[name] = {}
            self.found[name] = self.schema(self._description.resolve({"$ref": target}))
        return self._names[target]

    def _inline(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        if union(schema):
            return self._union(self._description.variants(schema))
        if listed := constants(schema):
            return {"enum": listed}
        allowed = types(schema)
        if len(allowed) > 1:
            return self._union([{**schema, "type": each} for each in allowed])
        return self._typed(schema, allowed[0]) if allowed else {}

    def _typed(self, schema: Mapping[str, Any], kind: str) -> dict[str, Any]:
        match kind:
            case "string":
                return _text(schema)
            case "object":
                return self._object(schema)
            case "array" if isinstance(schema.get("items"), Mapping):
                return _bounded(schema, kind) | {"items": self.schema(schema["items"])}
            case _:
                return _bounded(schema, kind)

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """An object with known keys, a map, or one of which nothing is said.

        The API refuses keys that it does not know, unless the description says otherwise.
        """
        known = properties(schema)
        others = schema.get("additionalProperties", not known)
        found: dict[str, Any] = {"type": "object"}
        if isinstance(others, Mapping) and others:
            found["additionalProperties"] = self.schema(others)
        elif others is False:
            found["additionalProperties"] = False
        if schema.get("required"):
            found["required"] = schema["required"]
        if known:
            found["properties"] = {name: self.schema(each) for name, each in known.items()}
        return found

    def _union(self, variants: list[Mapping[str, Any]]) -> dict[str, Any]:
        """One branch for each JSON type, chosen by `if`; text comes last, so that it is named."""
        if len(variants) == 1:
            return self.schema(variants[0])
        by_type: dict[str, list[Mapping[str, Any]]] = {}
        for each in variants:
            told = self._description.resolve(each)
            if not types(told) and "required" not in told:
                return {}  # it takes anything, and so does the whole
            for name in types(told) or ["object"]:
                by_type.setdefault(name, []).append(each)
        if len(by_type) <= 1:
            return self._alternatives(variants) if variants else {}
        texts = by_type.pop("string", None)
        branches = {name: self._alternatives(each) for name, each in by_type.items()}
        if texts is not None:
            return _else_text(branches, self._alternatives(texts))
        *rest, last = branches.items()
        return _chained(dict(rest), last[1])

    def _alternatives(self, variants: list[Mapping[str, Any]]) -> dict[str, Any]:
        """Variants of one JSON type."""
        if len(variants) == 1:
            return self.schema(variants[0])
        resolved = [self._description.resolve(each) for each in variants]
        listed = [constants(each) for each in resolved]
        if all(listed):
            return {"enum": list(dict.fromkeys(each for some in listed for each in some))}
        tag = self._tag(resolved)
        if tag is None:
            return {"anyOf": [self.schema(each) for each in variants]}
        chosen = {
            self._constants(body, tag)[0]: self.schema(each)
            for body, each in zip(resolved, variants, strict=True)
        }
        return _tagged(tag, chosen)

    def _tag(self, bodies: list[Mapping[str, Any]]) -> str | None:
        """The property that each variant has with one constant of its own."""
        for name in properties(bodies[0]):
            values = [tuple(self._constants(each, name)) for each in bodies]
            if all(len(each) == 1 for each in values) and len(set(values)) == len(values):
                return name
        return None

    def _constants(self, body: Mapping[str, Any], name: str) -> list[Any]:
        return constants(self._description.resolve(properties(body).get(name, {})))


def _text(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A text may come from the environment or a file; an id may also be given by name."""
    what = "ResourceReference" if schema.get("x-reference") else "SecretReference"
    return {
        "if": {"type": "object"},
        "then": {"$ref": f"#/$defs/{what}"},
        "else": _bounded(schema, "string"),
    }


def _bounded(schema: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {"type": kind} | {key: schema[key] for key in BOUNDS.get(kind, ()) if key in schema}


def _else_text(branches: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
    """A text or something else, where `{env: NAME}` stands for the text."""
    reference_or_text = _chained(branches, text.get("else", text))
    if "then" not in text:
        return reference_or_text
    return {"if": _REFERS_TO_A_SECRET, "then": text["then"], "else": reference_or_text}


def _chained(branches: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
    for name, each in reversed(branches.items()):
        last = {"if": {"type": name}, "then": each, "else": last}
    return last


def _tagged(tag: str, chosen: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    """A union of objects, chosen by the property whose constant tells them apart."""
    return {
        "type": "object",
        "required": [tag],
        "properties": {tag: {"enum": list(chosen)}},
        "allOf": [
            {
                "if": {
                    "type": "object",
                    "required": [tag],
                    "properties": {tag: {"const": value}},
                },
                "then": each,
            }
            for value, each in chosen.items()
        ],
    }
