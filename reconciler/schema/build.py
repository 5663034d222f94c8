"""OpenAPI description and overlay -> the manifest schema and the field table, as file contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any, Final

from reconciler.checks.validators import verdict
from reconciler.documents import read_plain
from reconciler.errors import InputError
from reconciler.schema.description import Bodies, Description, properties
from reconciler.schema.field_table import field_table, readable
from reconciler.schema.manifest_schema import manifest_schema
from reconciler.schema.overlay import apply_overlay
from reconciler.schema.reading import read_document
from reconciler.schema.sound import Note, sound
from reconciler.schema.standard import standard

_MISSED: Final = "the overlay speaks of it, and the description has nothing there"


@dataclass(frozen=True, slots=True)
class BuiltSchema:
    """The generated files, byte for byte the same for the same sources.

    `description` is the document that the others were made from: the part that phone numbers
    need, repaired, with the overlay's actions done. `notes` say what was repaired or left open.
    """

    manifest_schema: bytes
    field_table: bytes
    description: bytes
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Described:
    """A description that was read to its end: the bodies of each provider."""

    description: Description
    bodies: Mapping[str, Bodies]
    document: Mapping[str, Any]
    notes: tuple[Note, ...]


def build_schema(openapi: bytes, overlay: bytes | None, *, name: str = "openapi") -> BuiltSchema:
    """Build all files from the bytes of a description (YAML or JSON) and an overlay.

    `name` is what errors call the description. Raises InputError for what cannot be read.
    """
    read = describe(openapi, overlay, name=name)
    schema = manifest_schema(read.description, read.bodies)
    verdict(schema, f"the schema that {name} makes")
    return BuiltSchema(
        manifest_schema=content(schema),
        field_table=content(field_table(read.description, read.bodies)),
        description=content(standard(read.document, read.bodies)),
        notes=read.notes,
    )


def describe(openapi: bytes, overlay: bytes | None, *, name: str = "openapi") -> Described:
    """Read a description: repair it, do the overlay's actions, and find the bodies in it.

    Raises InputError for what is no OpenAPI document of phone numbers.
    """
    document, said = read_document(openapi, name)
    if not isinstance(document, Mapping) or "paths" not in document:
        raise InputError(f"{name} is not an OpenAPI document")
    whole, mended = sound(document)
    notes = [*(Note(name, each) for each in said), *mended]
    if overlay is not None:
        missed: list[str] = []
        whole = apply_overlay(whole, read_plain(overlay, "overlay"), missed.append)
        # What an overlay brings may be as odd as what it is laid over.
        whole, brought = sound(whole, mend=False)
        notes += [*(Note(each, _MISSED) for each in missed), *brought]
    description = Description(whole)
    bodies, opened = readable(description, description.bodies())
    bodies, refused = _accepted(description, bodies)
    found = tuple(dict.fromkeys((*notes, *opened, *refused)))
    return Described(description, bodies, whole, found)


def _accepted(
    description: Description, bodies: dict[str, Bodies]
) -> tuple[dict[str, Bodies], list[Note]]:
    """The bodies, with each field left open whose schema no validator would take; and which."""
    if not _refusal(description, bodies):
        return bodies, []
    found, notes = {}, []
    for provider, each in bodies.items():
        refused: dict[str, str] = {}
        for field in properties(each.create) | properties(each.update):
            if why := _refusal(description, {provider: each.only(field)}):
                refused[field] = why
        notes += [
            Note(f"{provider}.{field}", f"{why}; left open") for field, why in refused.items()
        ]
        found[provider] = each.opened(refused)
    return found, notes


def _refusal(description: Description, bodies: Mapping[str, Bodies]) -> str:
    """Why the manifest schema of some bodies would be none; "" where it is one."""
    try:
        verdict(manifest_schema(description, bodies), "its schema")
    except InputError as error:
        return error.message
    except RecursionError:
        return "it nests schemas too deep"
    return ""


def content(value: Mapping[str, Any]) -> bytes:
    """A generated file: JSON, always laid out in the same way."""
    return (dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
