"""The bodies of each provider -> the JSON Schema of a manifest (draft 2020-12). Pure.

Branches are chosen by `if/then` on what tells the variants apart, never by `oneOf`, so that an
error names the field that is wrong and not the branch that did not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reconciler.errors import InputError
from reconciler.schema.components import Components
from reconciler.schema.description import Bodies, Description, named, properties
from reconciler.schema.frame import FRAME, RESOURCE_REFERENCE, SECRET_REFERENCE

_OURS: Final = {"SecretReference": SECRET_REFERENCE, "ResourceReference": RESOURCE_REFERENCE}
_TOMBSTONE: Final = {
    "required": ["lifecycle"],
    "properties": {
        "lifecycle": {
            "type": "object",
            "required": ["state"],
            "properties": {"state": {"const": "absent"}},
        }
    },
}


def manifest_schema(description: Description, bodies: Mapping[str, Bodies]) -> dict[str, Any]:
    """The schema as JSON values: the frame of a manifest, and a branch for each provider."""
    components = Components(description, frozenset([*_OURS, *map(_spec_name, bodies)]))
    specs: dict[str, Any] = {}
    for name, each in bodies.items():
        description.refill()
        specs[_spec_name(name)] = _spec(components, each)
    made = {
        "allOf": [branch for name, each in bodies.items() for branch in _branches(name, each)],
        "$defs": {**specs, **components.found},
    }
    return framed(made, list(bodies), description.version)


def framed(schema: Any, providers: list[str], version: str) -> dict[str, Any]:
    """The frame of a manifest around what a schema says of each provider's spec.

    Raises InputError for a schema without that.
    """
    branches, defined = (
        (schema.get("allOf"), schema.get("$defs")) if isinstance(schema, Mapping) else (None, None)
    )
    if not isinstance(branches, list) or not isinstance(defined, Mapping):
        raise InputError("this is not the schema of a manifest", help="build it again")
    return {
        **FRAME,
        "description": f"{FRAME['description']} Fields as of {version}.",
        "properties": FRAME["properties"] | {"spec": _spec_frame(providers)},
        "allOf": branches,
        "$defs": {**_OURS, **{key: each for key, each in defined.items() if key not in _OURS}},
    }


def _spec_frame(providers: list[str]) -> dict[str, Any]:
    return {
        "description": "What the account should hold: the create body of this provider.",
        "type": "object",
        "required": ["provider"],
        "properties": {"provider": {"description": "Who provides the number.", "enum": providers}},
    }


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
    # Types and properties are said again for ajv's strict mode, which editors and CI may use.
    needed = {
        "description": "A number that is to exist needs more than its tombstone.",
        "type": "object",
        "required": required,
        "properties": dict.fromkeys(required, True),
    }
    present = {
        "if": {**is_chosen, "not": _TOMBSTONE},
        "then": {"properties": {"spec": needed}},
    }
    return [always, present] if required else [always]


def _spec_name(provider: str) -> str:
    return named("spec", provider)


def _spec(components: Components, bodies: Bodies) -> dict[str, Any]:
    """All that a create or an update takes; what only answers carry is not for manifests."""
    settable: Mapping[str, Any] = {**properties(bodies.update), **properties(bodies.create)}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: components.schema(each) for name, each in settable.items()},
    }
