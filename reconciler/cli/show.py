"""`reconciler show`: a saved plan -> any format."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import Shared, with_shared
from reconciler.report import PLAN_FORMATS


@click.command()
@click.argument("file", metavar="FILE")
@with_shared(*PLAN_FORMATS)
def show(shared: Shared, file: str) -> None:
    """Render a plan that was saved with plan --out."""
    from reconciler.cli.plan import show_plan
    from reconciler.cli.session import read_json
    from reconciler.planning import read_document

    click.echo(show_plan(shared, read_document(read_json(Path(file)))), nl=False)
