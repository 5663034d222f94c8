"""`reconciler validate`: manifests -> diagnostics, offline."""

from __future__ import annotations

from typing import Final

import click

from reconciler.cli.exits import EXIT_DONE, EXIT_ERROR
from reconciler.cli.options import Shared, with_shared
from reconciler.cli.targets import all_targets_option, over_targets
from reconciler.report import VALIDATION_FORMATS

# Formats in which each of several targets has its name over its diagnostics.
_HEADED: Final = frozenset({"text", "github"})


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
    from reconciler.cli.session import InvalidConfigError, Session, show_validation
    from reconciler.job import check_selection
    from reconciler.job import validate as validate_manifests

    name = shared.format or "text"

    def one(session: Session) -> tuple[str, int]:
        try:
            job = session.job(paths)
            validation, manifests = validate_manifests(job)
            if validation.valid:
                check_selection(job, manifests)
        except InvalidConfigError as error:
            validation = error.validation
        shown = show_validation(shared, validation, name)
        head = f"{session.target.name}\n" if all_targets and name in _HEADED else ""
        return head + shown, EXIT_DONE if validation.valid else EXIT_ERROR

    try:
        return over_targets(shared, one, all_targets=all_targets)
    except InvalidConfigError as error:
        # What is wrong with the configuration is a result here, as what is wrong with manifests.
        click.echo(show_validation(shared, error.validation, name), nl=False)
        return EXIT_ERROR
