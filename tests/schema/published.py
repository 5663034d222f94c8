"""A document of the shape of the published one: its size, its noise, its defects; and its past."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from reconciler.documents import read_plain
from reconciler.schema.packaged import OPENAPI, read_packaged
from reconciler.schema.sound import sound

Document = dict[str, Any]
TEXT = {"type": "string"}
ROUTES = ("assistantId", "squadId", "workflowId")


def plain() -> Document:
    """Our own description, as JSON values. It has the published defects in their places."""
    document: Any = read_plain(read_packaged(OPENAPI), OPENAPI)
    return json.loads(json.dumps(document))  # type: ignore[no-any-return]


def small() -> Document:
    """The part of our description that one provider needs, so that many can be made of it."""
    document = plain()
    number = document["paths"]["/phone-number/{id}"]
    for holder in (
        document["paths"]["/phone-number"]["post"]["requestBody"],
        number["patch"]["requestBody"],
        number["get"]["responses"]["200"],
    ):
        schema = holder["content"]["application/json"]["schema"]
        schema["oneOf"] = [each for each in schema["oneOf"] if "Vapi" in each["$ref"]]
        mapping = schema["discriminator"]["mapping"]
        schema["discriminator"]["mapping"] = {"vapi": mapping["vapi"]}
    reduced, _ = sound(document, mend=False)
    return reduced


def published(*, noise: int = 700) -> Document:
    """All of the API: `noise` schemas and paths that phone numbers do not use, and defects."""
    document = plain()
    for change in (defaults_in_prose, twins_of_the_defects):
        change(document)
    schemas, paths = document["components"]["schemas"], document["paths"]
    for index in range(noise):
        name = f"Assistant{index}DTO"
        fields = {
            f"field{each}": {
                "type": "object" if each % 5 else "string",
                "description": f"Field {each} of {name}. " + "It says much about little. " * 8,
                "enum": [f"value-{each}-{choice}" for choice in range(8)],
            }
            for each in range(8)
        }
        # Each leads to the next, in a ring of all: nothing may follow them.
        following = {"$ref": f"#/components/schemas/Assistant{(index + 1) % noise}DTO"}
        schemas[name] = {"type": "object", "properties": {**fields, "next": following}}
        body = {"content": {"application/json": {"schema": following}}}
        paths[f"/assistant{index}"] = {"post": {"requestBody": body}}
    schemas["Dangling"] = {"properties": {"gone": {"$ref": "#/components/schemas/Gone"}}}
    return document


def fields(document: Document, component: str) -> Document:
    """The properties of a component."""
    found: Document = document["components"]["schemas"][component]["properties"]
    return found


def bodies(document: Document, kind: str = "") -> list[Document]:
    """The properties of every body of a verb: Create, Update, or all."""
    return [
        each["properties"]
        for name, each in document["components"]["schemas"].items()
        if name.endswith(("PhoneNumberDTO", "PhoneNumber")) and name.startswith(kind)
    ]


def defaults_in_prose(document: Document) -> None:
    """Defaults that stand in descriptions alone, as prose puts them."""
    told = {
        ("Server", "timeoutSeconds"): "20",
        ("BackoffPlan", "maxRetries"): "0",
        ("BackoffPlan", "type"): "fixed",
        ("SummaryPlan", "timeoutSeconds"): "5 seconds",
        ("TransferPlan", "sipHeadersInReferToEnabled"): "false",
    }
    for (component, name), default in told.items():
        fields(document, component)[name]["description"] = f"How it is.\n\n@default {default}"


def twins_of_the_defects(document: Document) -> None:
    """The known defects, again, in places and under names that nobody has seen."""
    for each in bodies(document):
        each["strange"] = {
            "type": "object",
            "properties": {
                "mode": {"type": "object", "enum": ["a", "b"]},
                "level": {"type": "object", "enum": [1, 2]},
                "codes": {"type": "array", "items": {"type": "object"}, "example": [1, 2]},
                "words": {"type": "array", "items": TEXT, "enum": ["x", "y"], "maxLength": 4},
                "wait": {"type": "number", "description": "Seconds. @default 7."},
                "quiet": {"type": "boolean", "description": "@default `true`"},
            },
        }


# --- what the document looked like before ---------------------------------------------------------


def without_telnyx(document: Document) -> None:
    """A provider that did not exist."""
    places = [
        (document["paths"]["/phone-number"]["post"]["requestBody"], "Create"),
        (document["paths"]["/phone-number/{id}"]["patch"]["requestBody"], "Update"),
        (document["paths"]["/phone-number/{id}"]["get"]["responses"]["200"], ""),
    ]
    for holder, _ in places:
        schema = holder["content"]["application/json"]["schema"]
        schema["oneOf"] = [each for each in schema["oneOf"] if "Telnyx" not in each["$ref"]]
        schema["discriminator"]["mapping"].pop("telnyx")


def server_as_two_texts(document: Document) -> None:
    """Until 2025-01: serverUrl and serverUrlSecret in place of server."""
    for each in bodies(document):
        del each["server"]
        each |= {"serverUrl": dict(TEXT), "serverUrlSecret": dict(TEXT)}


def server_with_a_secret(document: Document) -> None:
    """Until 2025-05: server.secret."""
    server = fields(document, "Server")
    server["secret"] = dict(TEXT)
    del server["credentialId"]


def one_update_body(document: Document) -> None:
    """Until 2025: one update body for all providers, and nothing that says whose it is."""
    union: Document = {}
    for each in bodies(document, "Update"):
        union |= deepcopy(each)
    union.pop("provider", None)
    document["components"]["schemas"]["UpdatePhoneNumberDTO"] = {
        "type": "object",
        "properties": union,
    }
    document["paths"]["/phone-number/{id}"]["patch"]["requestBody"] = {
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/UpdatePhoneNumberDTO"}}
        }
    }


def no_status_no_hooks(document: Document) -> None:
    """Until 2025-02 and 2025-04."""
    for each in bodies(document):
        each.pop("status", None)
        each.pop("hooks", None)
        each.pop("workflowId", None)


def no_discriminators(document: Document) -> None:
    """The variants of a body told apart by their own `provider` alone."""
    patch = document["paths"]["/phone-number/{id}"]["patch"]
    for holder in (
        document["paths"]["/phone-number"]["post"]["requestBody"],
        patch["requestBody"],
        document["paths"]["/phone-number/{id}"]["get"]["responses"]["200"],
    ):
        holder["content"]["application/json"]["schema"].pop("discriminator")


def update_bodies_without_provider(document: Document) -> None:
    """Until 2026-07."""
    for each in bodies(document, "Update"):
        each.pop("provider", None)
    document["paths"]["/phone-number/{id}"]["patch"]["requestBody"]["content"]["application/json"][
        "schema"
    ].pop("discriminator")


def no_second_list(document: Document) -> None:
    """Before there was a list with pages."""
    del document["paths"]["/v2/phone-number"]


def other_names(document: Document) -> None:
    """Components under names that say nothing: only what uses them tells what they are."""
    schemas = document["components"]["schemas"]
    renamed = {name: f"Model{index}" for index, name in enumerate(schemas)}
    text = json.dumps(document)
    for old, new in renamed.items():
        text = text.replace(f'#/components/schemas/{old}"', f'#/components/schemas/{new}"')
    document.clear()
    document.update(json.loads(text))
    document["components"]["schemas"] = {
        renamed[name]: each for name, each in document["components"]["schemas"].items()
    }


ERAS: dict[str, Callable[[Document], None]] = {
    each.__name__: each
    for each in (
        without_telnyx,
        server_as_two_texts,
        server_with_a_secret,
        one_update_body,
        no_status_no_hooks,
        no_discriminators,
        update_bodies_without_provider,
        no_second_list,
        other_names,
    )
}


def of_2024(document: Document) -> None:
    """All of it at once: the document as it began."""
    for change in (
        no_discriminators,
        one_update_body,
        server_as_two_texts,
        no_status_no_hooks,
        no_second_list,
    ):
        change(document)


def encoded(document: Document) -> bytes:
    """The document as it is served."""
    return json.dumps(document).encode()
