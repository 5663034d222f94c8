"""`reconciler schema`: the manifest schema, shown or built from an OpenAPI description."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.errors import InputError


@click.group()
def schema() -> None:
    """Show or build the JSON Schema of manifests."""


@schema.command()
def show() -> None:
    """Print the JSON Schema of manifests, for editors and other tools."""
    from reconciler.schema.packaged import MANIFEST_SCHEMA, read_packaged

    click.echo(read_packaged(MANIFEST_SCHEMA).decode(), nl=False)


@schema.command()
@click.option("--openapi", metavar="FILE", help="OpenAPI description [default: the packaged one].")
@click.option("--overlay", metavar="FILE", help="OpenAPI overlay [default: the packaged one].")
@click.option("--out", metavar="DIR", default="schemas", help="Where to write.", show_default=True)
@click.option("--check", is_flag=True, help="Write nothing; fail where a file is out of date.")
def build(openapi: str | None, overlay: str | None, out: str, check: bool) -> None:
    """Build the manifest schema and the field table from an OpenAPI description."""
    from reconciler.lockfile import write_atomically
    from reconciler.schema.build import build_schema
    from reconciler.schema.packaged import FIELD_TABLE, MANIFEST_SCHEMA, OPENAPI, OVERLAY

    built = build_schema(_read(openapi, OPENAPI), _read(overlay, OVERLAY), name=openapi or OPENAPI)
    files = {MANIFEST_SCHEMA: built.manifest_schema, FIELD_TABLE: built.field_table}
    for name, content in files.items():
        path = Path(out) / name
        if path.exists() and path.read_bytes() == content:
            click.echo(f"{path} is up to date")
        elif check:
            raise InputError(f"{path} is out of date", help="run: make schemas")
        else:
            write_atomically(path, content.decode())
            click.echo(f"{path} written")


def _read(path: str | None, packaged: str) -> bytes:
    from reconciler.schema.packaged import read_packaged

    if path is None:
        return read_packaged(packaged)
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
