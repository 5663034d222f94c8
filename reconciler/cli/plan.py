"""`reconciler plan`: manifests and live numbers -> the ordered plan; nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconciler.cli.limits import limit_options, limits_over
from reconciler.cli.options import Shared, with_shared
from reconciler.model import Plan
from reconciler.report import PLAN_FORMATS

EXIT_CHANGES = 2


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--out", metavar="FILE", help="Save the plan, for: apply --plan FILE.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where there are changes.")
@click.option("--base", metavar="REF", help="Release what this git revision declared, now gone.")
@click.option("--no-lock", is_flag=True, help="Do not read the lock file.")
@limit_options
@with_shared(*PLAN_FORMATS)
def plan(
    shared: Shared,
    paths: tuple[str, ...],
    out: str | None,
    detailed_exitcode: bool,
    base: str | None,
    no_lock: bool,
    **said: Any,
) -> int:
    """Show what apply would do, in order. Nothing is written but --out FILE."""
    from reconciler import reconcile
    from reconciler.cli.session import open_session

    session = open_session(shared)
    limits = limits_over(session.target.limits, said)
    job = session.job(paths, use_lock=not no_lock, base=base)
    with session.account() as account:
        made = reconcile.plan(job, account, limits).plan
    if out:
        save(made, Path(out))
    click.echo(show_plan(shared, made), nl=False)
    return EXIT_CHANGES if detailed_exitcode and has_changes(made) else 0


def show_plan(shared: Shared, made: Plan) -> str:
    """The plan in the format that was asked for."""
    from reconciler import __version__
    from reconciler.cli.session import style
    from reconciler.planning import to_document
    from reconciler.report import PlanView

    view = PlanView(made, to_document(made, __version__), style(shared))
    return PLAN_FORMATS[shared.format or "text"](view)


def save(made: Plan, path: Path) -> None:
    """Write the plan document whole, or not at all. Raises OSError."""
    from reconciler import __version__
    from reconciler.lockfile import write_atomically
    from reconciler.planning import to_document
    from reconciler.report.escape import json_text

    document = to_document(made, __version__)
    write_atomically(path, json_text(document))


def has_changes(made: Plan) -> bool:
    """Whether anything is left to do, be it allowed or blocked."""
    return bool(made.operations or made.blocked)
