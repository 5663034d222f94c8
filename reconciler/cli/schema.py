"""`reconciler schema`: the manifest schema, shown or built from an OpenAPI description."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.errors import InputError

if TYPE_CHECKING:
    from reconciler.schema.build import BuiltSchema


@click.group()
def schema() -> None:
    """Show or build the JSON Schema of manifests."""


@schema.command()
def show() -> None:
    """Print the JSON Schema of manifests, for editors and other tools."""
    from reconciler.schema.packaged import MANIFEST_SCHEMA, read_packaged

    click.echo(read_packaged(MANIFEST_SCHEMA).decode(), nl=False)


@schema.command()
@click.option(
    "--openapi", metavar="FILE-OR-URL", help="OpenAPI description [default: the packaged one]."
)
@click.option("--overlay", metavar="FILE", help="OpenAPI overlay [default: the packaged one].")
@click.option("--out", metavar="DIR", default="schemas", help="Where to write.", show_default=True)
@click.option("--check", is_flag=True, help="Write nothing; fail where a file is out of date.")
def build(openapi: str | None, overlay: str | None, out: str, check: bool) -> None:
    """Build the manifest schema and the field table from an OpenAPI description."""
    from reconciler.lockfile import write_atomically
    from reconciler.report.escape import terminal
    from reconciler.schema.build import build_schema
    from reconciler.schema.packaged import OPENAPI, OVERLAY

    built = build_schema(_read(openapi, OPENAPI), _read(overlay, OVERLAY), name=openapi or OPENAPI)
    # The packaged description is written by hand: what is to be told of it stands in its overlay.
    for note in built.notes if openapi else ():
        click.echo(f"note: {terminal(str(note))}", err=True)
    for name, content in _files(built, whole=openapi is not None).items():
        path = Path(out) / name
        if path.exists() and path.read_bytes() == content:
            click.echo(f"{path} is up to date")
        elif check:
            raise InputError(f"{path} is out of date", help="run: make schemas")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content.decode())
            click.echo(f"{path} written")


def _files(built: BuiltSchema, *, whole: bool) -> dict[str, bytes]:
    """What is written; `whole` where the description itself does not stand there already."""
    from reconciler.schema.chosen import DESCRIPTION
    from reconciler.schema.packaged import FIELD_TABLE, MANIFEST_SCHEMA

    files = {MANIFEST_SCHEMA: built.manifest_schema, FIELD_TABLE: built.field_table}
    return files | ({DESCRIPTION: built.description} if whole else {})


def _read(place: str | None, packaged: str) -> bytes:
    """A file, what a URL answers, or the packaged file where no place is given."""
    from reconciler.schema.chosen import read_file
    from reconciler.schema.packaged import read_packaged

    if place is None:
        return read_packaged(packaged)
    if re.match(r"(?i)https?://", place):
        from reconciler.api.document import fetch_document

        return fetch_document(place)
    return read_file(Path(place))
