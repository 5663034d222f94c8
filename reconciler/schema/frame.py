"""The part of the manifest schema that is ours: everything around `spec`."""

from __future__ import annotations

from typing import Any, Final

_KEY: Final[dict[str, Any]] = {
    "description": "Lower-case letters, digits and '-'; at most 40.",
    "type": "string",
    "pattern": "^[a-z0-9-]{1,40}$",
}

SECRET_REFERENCE: Final[dict[str, Any]] = {
    "description": "A text that does not stand in git.",
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
    "properties": {
        "env": {
            "description": "An environment variable that the target's secrets.env allows.",
            "type": "string",
            "minLength": 1,
        },
        "file": {
            "description": "A file within the target's secrets.files.",
            "type": "string",
            "minLength": 1,
        },
    },
}

REFERENCES: Final[dict[str, Any]] = {
    "description": "Which resource is meant, in place of its id.",
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
    "properties": {
        "name": {
            "description": "Its name in the account; it must be the only one of that name.",
            "type": "string",
            "minLength": 1,
        },
        "gitops": {
            "description": "Its key in the state file of Vapi's own GitOps tool.",
            "type": "string",
            "minLength": 1,
        },
        **SECRET_REFERENCE["properties"],
    },
}

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
        "binding": {
            "description": "Which live number this is: exactly one of these.",
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {
                "id": {"description": "Its id.", "type": "string", "minLength": 1},
                "number": {
                    "description": "Its digits, in E.164.",
                    "type": "string",
                    "minLength": 1,
                },
                "sipUri": {"description": "Its SIP address.", "type": "string", "minLength": 1},
                "name": {"description": "Its name.", "type": "string", "minLength": 1},
            },
        },
    },
}
