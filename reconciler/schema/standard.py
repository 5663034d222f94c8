"""The bodies of each provider -> an OpenAPI document that says them plainly. Pure.

Whatever shape the published document had, this one names each body by its verb and provider and
tells them apart by a discriminator, as the sandbox and other tools expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reconciler.schema.description import COLLECTION, Bodies
from reconciler.schema.sound import sound

ITEM: Final = f"{COLLECTION}/{{id}}"
_PAGES: Final = f"/v2{COLLECTION}"


def standard(document: Mapping[str, Any], bodies: Mapping[str, Bodies]) -> dict[str, Any]:
    """The document with `bodies` as the only ones of its verbs; its lists stay as they are."""
    paths = document["paths"]
    named = {
        f"{verb}-{provider}": getattr(each, verb)
        for provider, each in bodies.items()
        for verb in ("create", "update", "answer")
    }
    components = document.get("components", {})
    created = {"201": _content(_union("answer", bodies))}
    answered = {"responses": {"200": _content(_union("answer", bodies))}}
    whole = {
        **document,
        "paths": {
            COLLECTION: {
                "get": paths[COLLECTION].get("get", {}),
                "post": {
                    "requestBody": _content(_union("create", bodies)),
                    "responses": created,
                },
            },
            ITEM: {
                "get": answered,
                "patch": {"requestBody": _content(_union("update", bodies)), **answered},
                "delete": answered,
            },
            **({_PAGES: paths[_PAGES]} if _PAGES in paths else {}),
        },
        "components": {**components, "schemas": {**components.get("schemas", {}), **named}},
    }
    reduced, _ = sound(whole)
    return reduced


def _union(verb: str, bodies: Mapping[str, Bodies]) -> dict[str, Any]:
    places = {name: f"#/components/schemas/{verb}-{name}" for name in bodies}
    return {
        "oneOf": [{"$ref": each} for each in places.values()],
        "discriminator": {"propertyName": "provider", "mapping": places},
    }


def _content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
