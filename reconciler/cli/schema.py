"""`reconciler schema`: the manifest schema, shown, built from a description, or compared."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import EXIT_CHANGES, EXIT_DONE
from reconciler.cli.log import note
from reconciler.cli.options import Shared, with_shared
from reconciler.errors import InputError
from reconciler.model import Consequence, SchemaDiff
from reconciler.report import SCHEMA_DIFF_FORMATS

if TYPE_CHECKING:
    from reconciler.cli.session import Session
    from reconciler.schema.build import BuiltSchema
    from reconciler.schema.chosen import Chosen


@click.group()
def schema() -> None:
    """Show, build or compare the JSON Schema of manifests."""


@schema.command()
@with_shared()
def show(shared: Shared) -> None:
    """Print the JSON Schema of manifests that is in use, for editors and other tools."""
    from reconciler.cli.session import read_schema_path
    from reconciler.schema.build import content
    from reconciler.schema.chosen import choose

    click.echo(content(choose(read_schema_path(shared)).schema).decode(), nl=False)


@schema.command()
@click.option(
    "--openapi", metavar="FILE-OR-URL", help="OpenAPI description [default: the packaged one]."
)
@click.option("--overlay", metavar="FILE", help="OpenAPI overlay [default: the packaged one].")
@click.option("--out", metavar="DIR", default="schemas", help="Where to write.", show_default=True)
@click.option("--check", is_flag=True, help="Write nothing; fail where a file is out of date.")
@click.pass_obj
def build(shared: Shared, openapi: str | None, overlay: str | None, out: str, check: bool) -> None:
    """Build the manifest schema and the field table from an OpenAPI description."""
    from reconciler.lockfile import write_atomically
    from reconciler.report.escape import terminal
    from reconciler.schema.build import build_schema
    from reconciler.schema.packaged import OPENAPI, OVERLAY

    built = build_schema(_read(openapi, OPENAPI), _read(overlay, OVERLAY), name=openapi or OPENAPI)
    # The packaged description is written by hand: what is to be told of it stands in its overlay.
    for each in built.notes if openapi else ():
        note(shared, f"note: {terminal(str(each))}")
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


@schema.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="[B]", required=False)
@click.option(
    "--manifests", multiple=True, metavar="PATH", help="Manifests [default: the configured ones]."
)
@with_shared(*SCHEMA_DIFF_FORMATS)
def diff(shared: Shared, one: str, other: str | None, manifests: tuple[str, ...]) -> int:
    """Tell what changed from A to B, or to A from what is in use; 2 where they differ.

    Each is an OpenAPI description, as a file or a URL, or a directory that schema build wrote.
    """
    from reconciler.cli.session import style
    from reconciler.report import SchemaDiffView

    made = _diff(shared, one, other, manifests)
    view = SchemaDiffView(made, style(shared))
    click.echo(SCHEMA_DIFF_FORMATS[shared.format or "text"](view), nl=False)
    return EXIT_CHANGES if made.differs else EXIT_DONE


def _diff(shared: Shared, one: str, other: str | None, manifests: tuple[str, ...]) -> SchemaDiff:
    from reconciler.schema.diff import diff_fields

    session = _session(shared, manifests)
    in_use = session.config.schema if session else None
    old = _chosen(one) if other else _chosen(in_use)
    new = _chosen(other or one)
    names = (one, other) if other else (in_use or "the packaged description", one)
    return SchemaDiff(
        before=_named(names[0], old),
        after=_named(names[1], new),
        changes=diff_fields(old.fields, new.fields),
        consequences=_consequences(session, manifests, old, new) if session else (),
        providers=tuple(old.fields.providers.keys() & new.fields.providers.keys()),
    )


def _session(shared: Shared, manifests: tuple[str, ...]) -> Session | None:
    """The target whose manifests are meant; None where there are none at hand."""
    from reconciler.cli.session import open_session
    from reconciler.config import CONFIG_NAME

    if not manifests and shared.config is None and not Path(CONFIG_NAME).exists():
        return None
    return open_session(shared)


def _consequences(
    session: Session, manifests: tuple[str, ...], old: Chosen, new: Chosen
) -> tuple[Consequence, ...]:
    """What the newer description means for the manifests; those that are no YAML are left out."""
    from reconciler.checks import Context, consequences
    from reconciler.job import validate as validate_manifests

    _, found = validate_manifests(session.job(manifests))
    target, policies = session.target, session.policies()
    before, after = (
        Context(each.schema, each.fields, target.base_url, target.reach, policies)
        for each in (old, new)
    )
    return consequences(found, before, after)


def _chosen(place: str | None) -> Chosen:
    """A description, or what was built from one, wherever it is."""
    from reconciler.schema.chosen import choose, chosen_of

    if place is not None and _is_url(place):
        return chosen_of(_read(place, ""), place)
    return choose(place)


def _named(place: str, chosen: Chosen) -> str:
    version = chosen.fields.version
    return f"{place} ({version})" if version else place


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
    if _is_url(place):
        from reconciler.api.document import fetch_document
        from reconciler.schema.chosen import MAX_DESCRIPTION_BYTES

        return fetch_document(place, most=MAX_DESCRIPTION_BYTES)
    return read_file(Path(place))


def _is_url(place: str) -> bool:
    return re.match(r"(?i)https?://", place) is not None
