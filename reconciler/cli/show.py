"""`reconciler show`: a saved plan -> any format."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.log import warn
from reconciler.cli.options import Shared, with_shared
from reconciler.report import PLAN_FORMATS


@click.command()
@click.argument("file", metavar="FILE")
@with_shared(*PLAN_FORMATS)
def show(shared: Shared, file: str) -> None:
    """Render a plan that was saved with plan --out."""
    from reconciler.cli.plan import show_plan
    from reconciler.cli.saved import read_saved

    plan, altered = read_saved(Path(file))
    if altered:
        warn(shared, f"{altered.message}; apply refuses it")
    click.echo(show_plan(shared, plan), nl=False)
