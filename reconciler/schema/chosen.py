"""What `schema:` of a configuration names -> the manifest schema and the fields to work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from json import loads
from pathlib import Path
from typing import Any, Final

from reconciler.documents import MAX_PLAIN_BYTES, read_plain
from reconciler.errors import InputError
from reconciler.fields import FieldTable, read_field_table
from reconciler.files import parse_json, read_given
from reconciler.model import Json
from reconciler.schema.build import build_schema
from reconciler.schema.packaged import (
    FIELD_TABLE,
    MANIFEST_SCHEMA,
    OPENAPI,
    OVERLAY,
    load_fields,
    load_manifest_schema,
    read_packaged,
)

DESCRIPTION: Final = "vapi.openapi.json"
_BUILD_HELP: Final = "make it with: reconciler schema build --openapi FILE-OR-URL --out DIR"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What manifests are checked against, and what is known of their fields."""

    schema: Mapping[str, Any]
    fields: FieldTable


def choose(path: str | None) -> Chosen:
    """The files of a directory that `schema build` wrote, or what a description makes now.

    Without a path, those that travel with the program. Raises InputError for what is neither.
    """
    if path is None:
        return Chosen(load_manifest_schema(), load_fields())
    if Path(path).is_dir():
        schema = _json(Path(path) / MANIFEST_SCHEMA)
        return Chosen(schema, read_field_table(_json(Path(path) / FIELD_TABLE)))
    return chosen_of(read_file(Path(path)), path)


def chosen_of(description: bytes, name: str) -> Chosen:
    """What a description makes with the packaged overlay. Raises InputError for what is none."""
    built = build_schema(description, read_packaged(OVERLAY), name=name)
    return Chosen(loads(built.manifest_schema), read_field_table(loads(built.field_table)))


def chosen_description(path: str | None) -> Json:
    """The description behind a choice, in the standard form; without a path, the packaged one."""
    if path is None:
        return read_plain(read_packaged(OPENAPI), OPENAPI)
    described: Json
    if Path(path).is_dir():
        described = _json(Path(path) / DESCRIPTION)
    else:
        built = build_schema(read_file(Path(path)), read_packaged(OVERLAY), name=path)
        described = loads(built.description)
    return described


def read_file(path: Path) -> bytes:
    """The content of a file. Raises InputError where it cannot be read."""
    try:
        return read_given(path, MAX_PLAIN_BYTES)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", help=_BUILD_HELP) from error


def _json(path: Path) -> Any:
    try:
        return parse_json(read_file(path))
    except ValueError as error:
        raise InputError(f"{path}: is not whole JSON: {error}", help=_BUILD_HELP) from error
