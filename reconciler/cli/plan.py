"""`reconciler plan`: manifests and live numbers -> the ordered plan; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from reconciler.cli.exits import EXIT_CHANGES, EXIT_DONE
from reconciler.cli.limits import limit_options, limits_over
from reconciler.cli.options import Shared, with_shared
from reconciler.cli.targets import all_targets_option, over_targets
from reconciler.model import Forecast, Plan
from reconciler.report import FORECAST_FORMATS, PLAN_FORMATS


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--out", metavar="FILE", help="Save the plan, for: apply --plan FILE.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where there are changes.")
@click.option("--base", metavar="REF", help="Release what this git revision declared, now gone.")
@click.option("--no-lock", is_flag=True, help="Do not read the lock file.")
@click.option("--no-secrets", is_flag=True, help="Read no secret; tell what is not compared.")
@click.option("--offline", is_flag=True, help="Ask no account: tell what the lock can.")
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
    offline: bool,
    all_targets: bool,
    **said: Any,
) -> int:
    """Show what apply would do, in order. Nothing is written but --out FILE."""
    from reconciler import reconcile
    from reconciler.cli.session import Session

    if out and all_targets:
        raise click.UsageError("--out saves the plan of one target: say which with --target")

    if offline:
        _check_offline(shared, bool(out), detailed_exitcode, said)

    def foreseen(session: Session) -> tuple[str, int]:
        job = session.job(paths, use_lock=not no_lock, use_secrets=False, base=base)
        return show_forecast(shared, reconcile.forecast(job)), 0

    def one(session: Session) -> tuple[str, int]:
        limits = limits_over(session.target.limits, dict(said))
        job = session.job(paths, use_lock=not no_lock, use_secrets=not no_secrets, base=base)
        with session.account() as account:
            made = reconcile.plan(job, account, limits).plan
        if out:
            save(made, Path(out))
        changed = detailed_exitcode and has_changes(made)
        return show_plan(shared, made), EXIT_CHANGES if changed else EXIT_DONE

    return over_targets(shared, foreseen if offline else one, all_targets=all_targets)


def _check_offline(
    shared: Shared, saves: bool, detailed_exitcode: bool, said: Mapping[str, Any]
) -> None:
    """Refuse what only a plan with the account could answer."""
    limits = [name for name, value in said.items() if value is not None]
    if saves:
        raise click.UsageError("--offline makes no plan that could be saved or applied")
    if detailed_exitcode:
        raise click.UsageError("--offline cannot tell whether there are changes")
    if limits:
        option = limits[0].replace("_", "-")
        raise click.UsageError(f"--offline looks at no limit: leave out --{option}")
    if shared.format not in (None, *FORECAST_FORMATS):
        choices = ", ".join(FORECAST_FORMATS)
        raise click.UsageError(f"--offline --format {shared.format} is not one of: {choices}")


def show_forecast(shared: Shared, made: Forecast) -> str:
    """What can be said without the account, in the format that was asked for."""
    from reconciler.cli.session import style
    from reconciler.report import ForecastView

    return FORECAST_FORMATS[shared.format or "text"](ForecastView(made, style(shared)))


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
