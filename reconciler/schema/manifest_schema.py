"""The bodies of each provider -> the JSON Schema of a manifest (draft 2020-12). Pure.

Branches are chosen by `if/then` on what tells the variants apart, never by `oneOf`, so that an
error names the field that is wrong and not the branch that did not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reconciler.schema.description import Bodies, Description, constants, reference
from reconciler.schema.frame import FRAME, REFERENCES, SECRET_REFERENCE

_BOUNDS: Final = (
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "pattern",
    "default",
    "deprecated",
)


def manifest_schema(description: Description) -> dict[str, Any]:
    """The schema as JSON values: the frame of a manifest, and a branch for each provider."""
    definitions = _Definitions(description)
    bodies = description.bodies()
    for name, each in bodies.items():
        definitions.add(_spec_name(name), _spec(definitions, description, each))
    schema = FRAME | {
        "properties": FRAME["properties"] | {"spec": _spec_frame(list(bodies))},
        "allOf": [branch for name, each in bodies.items() for branch in _branches(name, each)],
        "$defs": {
            "SecretReference": SECRET_REFERENCE,
            "ResourceReference": REFERENCES,
            **definitions.found,
        },
    }
    schema["description"] = f"{FRAME['description']} Fields as of {description.version}."
    return schema


def _spec_frame(providers: list[str]) -> dict[str, Any]:
    return {
        "description": "What the account should hold: the create body of this provider.",
        "type": "object",
        "required": ["provider"],
        "properties": {"provider": {"description": "Who provides the number.", "enum": providers}},
    }


def _spec_name(provider: str) -> str:
    return f"spec-{provider}"


def _branches(provider: str, bodies: Bodies) -> list[dict[str, Any]]:
    """What holds for this provider always, and what a number that is to exist needs too."""
    chosen = {
        "type": "object",
        "required": ["provider"],
        "properties": {"provider": {"const": provider}},
    }
    is_chosen = {"required": ["spec"], "properties": {"spec": chosen}}
    required = [each for each in bodies.create.get("required", []) if each != "provider"]
    always = {
        "if": is_chosen,
        "then": {"properties": {"spec": {"$ref": f"#/$defs/{_spec_name(provider)}"}}},
    }
    if not required:
        return [always]
    absent = {"type": "object", "required": ["state"], "properties": {"state": {"const": "absent"}}}
    is_tombstone = {"required": ["lifecycle"], "properties": {"lifecycle": absent}}
    present = {
        "if": {**is_chosen, "not": is_tombstone},
        "then": {"properties": {"spec": {"required": required}}},
    }
    return [always, present]


def _spec(definitions: _Definitions, description: Description, bodies: Bodies) -> dict[str, Any]:
    """All that a create or an update takes; what only answers carry is not for manifests."""
    settable = {**description.properties(bodies.update), **description.properties(bodies.create)}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: definitions.schema(each) for name, each in settable.items()},
    }


class _Definitions:
    """Turns OpenAPI schemas into JSON Schema, each named component once."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self.found: dict[str, Any] = {}

    def add(self, name: str, schema: dict[str, Any]) -> None:
        """Keep a definition under a name of our own."""
        self.found[name] = schema

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON Schema of one OpenAPI schema, with its description."""
        described = {key: schema[key] for key in ("description", "default") if key in schema}
        target = reference(schema)
        if target is not None:
            return described | {"$ref": f"#/$defs/{self._component(target)}"}
        return described | self._inline(schema)

    def _component(self, target: str) -> str:
        name = target.rpartition("/")[2]
        if name not in self.found:
            self.found[name] = {}  # a component that holds itself finds this
            self.found[name] = self.schema(self._description.resolve({"$ref": target}))
        return name

    def _inline(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        if schema.get("oneOf") or schema.get("anyOf"):
            return self._union(schema)
        if listed := constants(schema):
            return {"enum": listed}
        bounds = {key: schema[key] for key in _BOUNDS if key in schema}
        match schema.get("type"):
            case "string":
                return _text(schema, {"type": "string"} | bounds)
            case "array":
                items = schema.get("items")
                each = {"items": self.schema(items)} if isinstance(items, Mapping) else {}
                return {"type": "array"} | bounds | each
            case "object" | None if not schema.get("properties"):
                return self._map(schema)
            case "object" | None:
                return self._object(schema)
            case other:
                return {"type": other} | bounds

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        properties = self._description.properties(schema)
        required = {"required": schema["required"]} if schema.get("required") else {}
        return {
            "type": "object",
            "additionalProperties": False,
            **required,
            "properties": {name: self.schema(each) for name, each in properties.items()},
        }

    def _map(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        values = schema.get("additionalProperties")
        if isinstance(values, Mapping):
            return {"type": "object", "additionalProperties": self.schema(values)}
        return {"type": "object"} if schema.get("type") == "object" else {}

    def _union(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        variants = self._description.variants(schema)
        if len(variants) == 1:
            return self.schema(variants[0])
        resolved = [self._description.resolve(each) for each in variants]
        texts = [each for each in resolved if each.get("type") == "string"]
        objects = [
            variant
            for variant, each in zip(variants, resolved, strict=True)
            if each.get("type") != "string"
        ]
        if not texts:
            return self._tagged(objects)
        if not objects:
            return self.schema(texts[0])
        return {
            "if": {"type": "object"},
            "then": {
                "if": {"anyOf": [{"required": ["env"]}, {"required": ["file"]}]},
                "then": {"$ref": "#/$defs/SecretReference"},
                "else": self._tagged(objects),
            },
            "else": {"type": "string"},
        }

    def _tagged(self, variants: list[Mapping[str, Any]]) -> dict[str, Any]:
        """A union of objects, chosen by the property whose constant tells them apart."""
        if len(variants) == 1:
            return self.schema(variants[0])
        bodies = [self._description.properties(self._description.resolve(v)) for v in variants]
        tag = _tag(bodies)
        if tag is None:
            return {"anyOf": [self.schema(each) for each in variants]}
        chosen = {
            constants(body[tag])[0]: each for body, each in zip(bodies, variants, strict=True)
        }
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
                    "then": self.schema(each),
                }
                for value, each in chosen.items()
            ],
        }


def _tag(bodies: list[Mapping[str, Mapping[str, Any]]]) -> str | None:
    """The property that each variant has with one constant of its own."""
    for name in bodies[0]:
        values = [tuple(constants(body.get(name, {}))) for body in bodies]
        if all(len(each) == 1 for each in values) and len(set(values)) == len(values):
            return name
    return None


def _text(schema: Mapping[str, Any], literal: dict[str, Any]) -> dict[str, Any]:
    """A text may come from the environment or a file; an id may also be given by name."""
    what = "ResourceReference" if schema.get("x-reference") else "SecretReference"
    return {
        "if": {"type": "object"},
        "then": {"$ref": f"#/$defs/{what}"},
        "else": literal,
    }
