"""The part of the manifest schema that is ours: everything around `spec`."""

from __future__ import annotations

from typing import Any, Final

_KEY: Final[dict[str, Any]] = {
    "description": "Lower-case letters, digits and '-'; at most 40.",
    "type": "string",
    "pattern": r"^[a-z0-9-]{1,40}$(?!\n)",
}


def exactly_one(description: str, properties: dict[str, Any]) -> dict[str, Any]:
    """An object with exactly one of some keys: an unknown key is one error, not two."""
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "if": {"propertyNames": {"enum": list(properties)}},
        "then": {
            "description": f"Exactly one of {', '.join(properties)}.",
            "minProperties": 1,
            "maxProperties": 1,
        },
        "else": {"properties": dict.fromkeys(properties, True), "additionalProperties": False},
    }


def _text(description: str) -> dict[str, Any]:
    return {"description": description, "type": "string", "minLength": 1}


_SOURCES: Final = {
    "env": _text("An environment variable that the target's secrets.env allows."),
    "file": _text("A file within the target's secrets.files."),
}

SECRET_REFERENCE: Final = exactly_one("A text that does not stand in git.", _SOURCES)

RESOURCE_REFERENCE: Final = exactly_one(
    "Which resource is meant, in place of its id.",
    {
        "name": _text("Its name in the account; it must be the only one of that name."),
        "gitops": _text("Its key in the state file of Vapi's own GitOps tool."),
        **_SOURCES,
    },
)

FRAME: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://vapi-reconciler.dev/schemas/phone-number.schema.json",
    "title": "PhoneNumber manifest",
    "description": "A phone number of a Vapi account, declared in git.",
    "type": "object",
    "additionalProperties": False,
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "apiVersion": {"description": "The format of this file.", "const": "vapi-reconciler/v1"},
        "kind": {"description": "What this file declares.", "const": "PhoneNumber"},
        "metadata": {
            "description": "Who this manifest is.",
            "type": "object",
            "additionalProperties": False,
            "required": ["name"],
            "properties": {
                "name": _KEY | {"description": f"Unique in a target. {_KEY['description']}"},
                "labels": {
                    "description": "For --selector.",
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                },
                "previously": {
                    "description": "Earlier names of this manifest: renaming never re-creates.",
                    "type": "array",
                    "items": _KEY,
                },
            },
        },
        "lifecycle": {
            "description": "What may happen to the number.",
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "state": {
                    "description": "absent makes this a tombstone: the number is to be released.",
                    "enum": ["present", "absent"],
                    "default": "present",
                },
                "preventDestroy": {
                    "description": "Refuse any plan that would release the number.",
                    "type": "boolean",
                    "default": False,
                },
                "onImmutableChange": {
                    "description": "What to do where only a new number could take a value.",
                    "enum": ["block", "replace"],
                    "default": "block",
                },
                "ignoreChanges": {
                    "description": "Field paths of spec that are left to the live side.",
                    "type": "array",
                    "items": {"type": "string", "minLength": 1},
                },
            },
        },
        "binding": exactly_one(
            "Which live number this is: exactly one of these.",
            {
                "id": _text("Its id."),
                "number": _text("Its digits, in E.164."),
                "sipUri": _text("Its SIP address."),
                "name": _text("Its name."),
            },
        ),
    },
}
