"""The bodies of each provider -> an OpenAPI document that says them plainly. Pure.

Whatever shape the published document had, this one names each body by its verb and provider and
tells them apart by a discriminator, as the sandbox and other tools expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reconciler.errors import InputError
from reconciler.schema.description import COLLECTION, Bodies, Description, named
from reconciler.schema.sound import sound

ITEM: Final = f"{COLLECTION}/{{id}}"
_PAGES: Final = f"/v2{COLLECTION}"


def standard(document: Mapping[str, Any], bodies: Mapping[str, Bodies]) -> dict[str, Any]:
    """The document with `bodies` as the only ones of its verbs; its lists stay as they are."""
    paths = document["paths"]
    pages = _listing(document, paths.get(_PAGES))
    plain = {
        named(verb, provider): getattr(each, verb)
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
                "get": _listing(document, paths[COLLECTION]),
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
            **({_PAGES: {"get": pages}} if pages else {}),
        },
        "components": {**components, "schemas": {**components.get("schemas", {}), **plain}},
    }
    reduced, _ = sound(whole, mend=False)
    return reduced


def _listing(document: Mapping[str, Any], path: Any) -> Mapping[str, Any]:
    """How a path lists, with the parameters that can be read; nothing where it does not."""
    operation = path.get("get") if isinstance(path, Mapping) else None
    if not isinstance(operation, Mapping):
        return {}
    listed = operation.get("parameters")
    known = [_parameter(document, each) for each in (listed if isinstance(listed, list) else [])]
    return {**operation, "parameters": [each for each in known if each]}


def _parameter(document: Mapping[str, Any], parameter: Any) -> Mapping[str, Any]:
    if not isinstance(parameter, Mapping):
        return {}
    try:
        told = Description(document).resolve(parameter)
    except InputError:
        return {}
    is_whole = isinstance(told.get("name"), str) and isinstance(told.get("schema"), Mapping)
    return told if is_whole and isinstance(told.get("in"), str) else {}


def _union(verb: str, bodies: Mapping[str, Bodies]) -> dict[str, Any]:
    places = {name: f"#/components/schemas/{named(verb, name)}" for name in bodies}
    return {
        "oneOf": [{"$ref": each} for each in places.values()],
        "discriminator": {"propertyName": "provider", "mapping": places},
    }


def _content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
