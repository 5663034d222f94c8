"""The bodies of each provider -> the field table that the thinkers read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.schema.description import Bodies, Description

FORMAT_VERSION: Final = "1.0"
MAX_DEPTH: Final = 24

# Extension of the overlay to key of the table.
_EXTENSIONS: Final = {
    "x-secret": "secret",
    "x-unique": "unique",
    "x-reference": "reference",
    "x-normal": "normal",
    "x-identity": "identity",
    "x-group": "group",
    "x-quota": "quota",
    "x-purchase": "purchase",
}


def field_table(description: Description) -> dict[str, Any]:
    """The table as JSON values; a key that says nothing is left out."""
    providers = {
        name: _provider(description, bodies) for name, bodies in description.bodies().items()
    }
    return {
        "formatVersion": FORMAT_VERSION,
        "version": description.version,
        "providers": providers,
    }


def _provider(description: Description, bodies: Bodies) -> dict[str, Any]:
    by_verb = {"create": bodies.create, "update": bodies.update, "answer": bodies.answer}
    names = dict.fromkeys(
        name for body in by_verb.values() for name in description.properties(body)
    )
    required = bodies.create.get("required", [])
    fields: dict[str, Any] = {}
    for name in names:
        nodes = {
            verb: properties[name]
            for verb, body in by_verb.items()
            if name in (properties := description.properties(body))
        }
        merged: dict[str, Any] = {}
        for node in nodes.values():
            merged = _merged(merged, _node(description, node, 0))
        needed = {"required": True} if name in required else {}
        fields[name] = {"verbs": list(nodes), **needed, **merged}
    groups = bodies.create.get("x-require-one-of")
    return {**({"requireOneOf": [groups]} if groups else {}), "fields": fields}


def _node(description: Description, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """One node of the tree, the variants of a union merged into it."""
    resolved = description.resolve(schema)
    node: dict[str, Any] = {}
    variants = description.variants(schema)
    if len(variants) > 1 or resolved.get("oneOf") or resolved.get("anyOf"):
        for variant in variants:
            node = _merged(node, _node(description, variant, depth))
    else:
        node["types"] = _types(resolved)
    if "default" in resolved:
        node["default"] = resolved["default"]
    node |= {key: resolved[name] for name, key in _EXTENSIONS.items() if name in resolved}
    if depth < MAX_DEPTH:
        node |= _children(description, resolved, depth + 1)
    return node


def _children(description: Description, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    children: dict[str, Any] = {}
    properties = {
        name: _node(description, each, depth)
        for name, each in description.properties(schema).items()
    }
    if properties:
        children["properties"] = properties
    if isinstance(schema.get("items"), Mapping):
        children["items"] = _node(description, schema["items"], depth)
    if isinstance(schema.get("additionalProperties"), Mapping):
        children["values"] = _node(description, schema["additionalProperties"], depth)
    return children


def _types(schema: Mapping[str, Any]) -> list[str]:
    listed = schema.get("type", [])
    types = [listed] if isinstance(listed, str) else list(listed)
    return sorted(str(each) for each in types)


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two nodes as one: what either takes; a default that only one of them has is dropped."""
    if not one:
        return other
    merged = {**other, **one}
    merged["types"] = sorted({*one.get("types", []), *other.get("types", [])})
    if one.get("default") != other.get("default"):
        merged.pop("default", None)
    for key in ("items", "values"):
        if key in one and key in other:
            merged[key] = _merged(one[key], other[key])
    if "properties" in one and "properties" in other:
        merged["properties"] = dict(_merged_properties(one["properties"], other["properties"]))
    return merged


def _merged_properties(
    one: Mapping[str, Any], other: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in dict.fromkeys((*one, *other)):
        yield name, _merged(one.get(name, {}), other.get(name, {}))
