"""`reconciler plan`: manifests and live numbers -> the ordered plan; nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconciler.cli.limits import limit_options, limits_over
from reconciler.cli.options import Shared, with_shared
from reconciler.cli.targets import all_targets_option, over_targets
from reconciler.model import Plan
from reconciler.report import PLAN_FORMATS

EXIT_CHANGES = 2


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--out", metavar="FILE", help="Save the plan, for: apply --plan FILE.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where there are changes.")
@click.option("--base", metavar="REF", help="Release what this git revision declared, now gone.")
@click.option("--no-lock", is_flag=True, help="Do not read the lock file.")
@click.option("--no-secrets", is_flag=True, help="Read no secret; tell what is not compared.")
@all_targets_option
@limit_options
@with_shared(*PLAN_FORMATS)
def plan(
    shared: Shared,
    paths: tuple[str, ...],
    *,
    out: str | None,
    detailed_exitcode: bool,
    base: str | None,
    no_lock: bool,
    no_secrets: bool,
    all_targets: bool,
    **said: Any,
) -> int:
    """Show what apply would do, in order. Nothing is written but --out FILE."""
    from reconciler import reconcile
    from reconciler.cli.session import Session

    if out and all_targets:
        raise click.UsageError("--out saves the plan of one target: say which with --target")

    def one(session: Session) -> tuple[str, int]:
        limits = limits_over(session.target.limits, dict(said))
        job = session.job(paths, use_lock=not no_lock, use_secrets=not no_secrets, base=base)
        with session.account() as account:
            made = reconcile.plan(job, account, limits).plan
        if out:
            save(made, Path(out))
        changed = detailed_exitcode and has_changes(made)
        return show_plan(shared, made), EXIT_CHANGES if changed else 0

    return over_targets(shared, one, all_targets=all_targets)


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
