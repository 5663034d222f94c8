"""What `schema:` of a configuration names -> the manifest schema and the fields to work with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from json import loads
from pathlib import Path
from typing import Any, Final, TypeVar

from reconciler.checks.validators import verdict
from reconciler.documents import read_plain
from reconciler.errors import InputError
from reconciler.fields import FieldTable, read_field_table
from reconciler.files import parse_json, read_given
from reconciler.model import Json
from reconciler.schema.build import build_schema
from reconciler.schema.manifest_schema import framed
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
MAX_DESCRIPTION_BYTES: Final = 20_000_000
_BUILD_HELP: Final = "make it with: reconciler schema build --openapi FILE-OR-URL --out DIR"


Read = TypeVar("Read")


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
        return _built(Path(path))
    return chosen_of(read_file(Path(path)), path)


def known_providers(path: str | None) -> Collection[str]:
    """The providers that a choice knows. Raises InputError for what is none."""
    return choose(path).fields.providers


def chosen_of(description: bytes, name: str) -> Chosen:
    """What a description makes with the packaged overlay. Raises InputError for what is none."""
    built = build_schema(description, read_packaged(OVERLAY), name=name)
    return Chosen(loads(built.manifest_schema), read_field_table(loads(built.field_table)))


def chosen_description(path: str | None) -> Json:
    """The description behind a choice, in the standard form; without a path, the packaged one."""
    if path is None:
        return read_plain(read_packaged(OPENAPI), OPENAPI)
    whole = Path(path) / DESCRIPTION if Path(path).is_dir() else Path(path)
    # The overlay's actions are done in what was built; that is read once more, as it may have been
    # edited since.
    overlay = read_packaged(OVERLAY) if whole == Path(path) else None
    built = build_schema(read_file(whole), overlay, name=str(whole))
    described: Json = loads(built.description)
    return described


def read_file(path: Path) -> bytes:
    """The content of a file of at most MAX_DESCRIPTION_BYTES.

    Raises InputError where it cannot be read.
    """
    try:
        data = read_given(path, MAX_DESCRIPTION_BYTES)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", help=_BUILD_HELP) from error
    if len(data) > MAX_DESCRIPTION_BYTES:
        raise InputError(f"{path}: is larger than {MAX_DESCRIPTION_BYTES // 1_000_000} MB")
    return data


def _built(directory: Path) -> Chosen:
    """What stands in a directory; the frame of a manifest is the program's own, whatever it says.

    Raises InputError for files that somebody edited into something else.
    """
    place = directory / MANIFEST_SCHEMA
    made = _of_file(place, lambda value: value)
    fields = _of_file(directory / FIELD_TABLE, read_field_table)
    try:
        schema = framed(made, list(fields.providers), fields.version)
        verdict(schema, "it")
    except InputError as error:
        raise InputError(f"{place}: {error.message}", help=_BUILD_HELP) from None
    return Chosen(schema, fields)


def _of_file(path: Path, read: Callable[[Any], Read]) -> Read:
    """What is read from the JSON of a file; errors name the file."""
    data = read_file(path)
    try:
        return read(parse_json(data))
    except ValueError as error:
        raise InputError(f"{path}: is not whole JSON: {error}", help=_BUILD_HELP) from error
    except InputError as error:
        raise InputError(f"{path}: {error.message}", help=error.help) from None
