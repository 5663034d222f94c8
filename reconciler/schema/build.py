"""OpenAPI description and overlay -> the manifest schema and the field table, as file contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from json import dumps, loads
from typing import Any, Final

from reconciler.documents import read_plain
from reconciler.errors import InputError
from reconciler.model import Json
from reconciler.schema.description import Bodies, Description
from reconciler.schema.field_table import field_table, readable
from reconciler.schema.manifest_schema import manifest_schema
from reconciler.schema.overlay import apply_overlay
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
    return BuiltSchema(
        manifest_schema=_content(manifest_schema(read.description, read.bodies)),
        field_table=_content(field_table(read.description, read.bodies)),
        description=_content(standard(read.document, read.bodies)),
        notes=read.notes,
    )


def describe(openapi: bytes, overlay: bytes | None, *, name: str = "openapi") -> Described:
    """Read a description: repair it, do the overlay's actions, and find the bodies in it.

    Raises InputError for what is no OpenAPI document of phone numbers.
    """
    document = _read(openapi, name)
    if not isinstance(document, Mapping) or "paths" not in document:
        raise InputError(f"{name} is not an OpenAPI document")
    whole, repairs = sound(document)
    notes = list(repairs)
    if overlay is not None:
        missed: list[str] = []
        whole = apply_overlay(whole, read_plain(overlay, "overlay"), missed.append)
        notes += [Note(each, _MISSED) for each in missed]
    description = Description(whole)
    bodies, opened = readable(description, description.bodies())
    return Described(description, bodies, whole, (*notes, *opened))


def _read(data: bytes, name: str) -> Json:
    """YAML or JSON. The published document is 3 MB of JSON: too much for a YAML parser."""
    if data.lstrip()[:1] == b"{":
        try:
            value: Json = loads(data)
        except (ValueError, RecursionError):
            # Told with its place below, or read after all: YAML's flow style starts so too.
            pass
        else:
            return value
    return read_plain(data, name)


def _content(value: Mapping[str, Any]) -> bytes:
    return (dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
