"""`reconciler validate`: manifests -> diagnostics, offline."""

from __future__ import annotations

import click

from reconciler.cli.options import Shared, with_shared
from reconciler.cli.targets import all_targets_option, over_targets
from reconciler.report import VALIDATION_FORMATS


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--no-secrets",
    is_flag=True,
    expose_value=False,
    help="As for plan; validate never reads a secret anyway.",
)
@all_targets_option
@with_shared(*VALIDATION_FORMATS)
def validate(shared: Shared, paths: tuple[str, ...], *, all_targets: bool) -> int:
    """Check manifests offline: syntax, schema, cross-file and semantic rules."""
    from reconciler.cli.session import Session, show_validation
    from reconciler.job import validate as validate_manifests

    def one(session: Session) -> tuple[str, int]:
        validation, _ = validate_manifests(session.job(paths))
        shown = show_validation(shared, validation, shared.format or "text")
        name = f"{session.target.name}\n" if all_targets and shared.format in (None, "text") else ""
        return name + shown, 0 if validation.valid else 1

    return over_targets(shared, one, all_targets=all_targets)
