"""The schemas that travel with the program: beside it in a checkout, inside it in a wheel."""

from __future__ import annotations

from json import loads
from pathlib import Path
from typing import Any, Final

from reconciler.errors import InputError
from reconciler.fields import FieldTable, read_field_table

OPENAPI: Final = "vapi.openapi.yaml"
OVERLAY: Final = "vapi.overlay.yaml"
MANIFEST_SCHEMA: Final = "phone-number.schema.json"
FIELD_TABLE: Final = "fields.json"
CONFIG_SCHEMA: Final = "config.schema.json"
PLAN_SCHEMA: Final = "plan.schema.json"


def read_packaged(name: str) -> bytes:
    """The content of one file of `schemas/`. Raises InputError where it is not installed."""
    package = Path(__file__).parent.parent
    installed = package / "_schemas" / name
    found = installed if installed.exists() else package.parent / "schemas" / name
    try:
        return found.read_bytes()
    except OSError as error:
        raise InputError(
            f"this installation lacks schemas/{name}: {error.strerror}",
            help="install vapi-reconciler again",
        ) from error


def load_fields() -> FieldTable:
    """The field table of the packaged description."""
    return read_field_table(loads(read_packaged(FIELD_TABLE)))


def load_manifest_schema() -> dict[str, Any]:
    """The JSON Schema of a manifest."""
    schema: dict[str, Any] = loads(read_packaged(MANIFEST_SCHEMA))
    return schema


def load_config_schema() -> dict[str, Any]:
    """The JSON Schema of `reconciler.yaml`."""
    schema: dict[str, Any] = loads(read_packaged(CONFIG_SCHEMA))
    return schema
