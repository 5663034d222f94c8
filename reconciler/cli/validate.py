"""`reconciler validate`: manifests -> diagnostics, offline."""

from __future__ import annotations

import click

from reconciler.cli.options import Shared, with_shared
from reconciler.report import VALIDATION_FORMATS


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@with_shared(*VALIDATION_FORMATS)
def validate(shared: Shared, paths: tuple[str, ...]) -> int:
    """Check manifests offline: syntax, schema, cross-file and semantic rules."""
    from reconciler import reconcile
    from reconciler.cli.session import open_session, show_validation

    session = open_session(shared)
    validation, _ = reconcile.validate(session.job(paths))
    click.echo(show_validation(shared, validation, shared.format or "text"), nl=False)
    return 0 if validation.valid else 1
