"""OpenAPI description and overlay -> the manifest schema and the field table, as file contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any

from reconciler.documents import read_plain
from reconciler.errors import InputError
from reconciler.schema.description import Description
from reconciler.schema.field_table import field_table
from reconciler.schema.manifest_schema import manifest_schema
from reconciler.schema.overlay import apply_overlay


@dataclass(frozen=True, slots=True)
class BuiltSchema:
    """The two generated files, byte for byte the same for the same sources."""

    manifest_schema: bytes
    field_table: bytes


def build_schema(openapi: bytes, overlay: bytes | None, *, name: str = "openapi") -> BuiltSchema:
    """Build both files from the bytes of a description (YAML or JSON) and an overlay.

    `name` is what errors call the description. Raises InputError for what cannot be read.
    """
    document = read_plain(openapi, name)
    if not isinstance(document, Mapping) or "paths" not in document:
        raise InputError(f"{name} is not an OpenAPI document")
    if overlay is not None:
        document = apply_overlay(document, read_plain(overlay, "overlay"))
    described = dict(document)
    return BuiltSchema(
        manifest_schema=_content(manifest_schema(Description(described))),
        field_table=_content(field_table(Description(described))),
    )


def _content(value: dict[str, Any]) -> bytes:
    return (dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
