"""The schemas that travel with the program: beside it in a checkout, inside it in a wheel."""

from __future__ import annotations

from json import loads
from pathlib import Path
from typing import Any

from reconciler.fields import FieldTable, read_field_table

OPENAPI = "vapi.openapi.yaml"
OVERLAY = "vapi.overlay.yaml"
MANIFEST_SCHEMA = "phone-number.schema.json"
FIELD_TABLE = "fields.json"


def read_packaged(name: str) -> bytes:
    """The content of one file of `schemas/`."""
    package = Path(__file__).parent.parent
    installed = package / "_schemas" / name
    return (installed if installed.exists() else package.parent / "schemas" / name).read_bytes()


def load_fields() -> FieldTable:
    """The field table of the packaged description."""
    return read_field_table(loads(read_packaged(FIELD_TABLE)))


def load_manifest_schema() -> dict[str, Any]:
    """The JSON Schema of a manifest."""
    schema: dict[str, Any] = loads(read_packaged(MANIFEST_SCHEMA))
    return schema
