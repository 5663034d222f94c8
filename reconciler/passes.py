"""A target -> one unattended pass over it: validate, plan, hold back, guard, apply, report.

Whatever goes wrong in a pass is in its report; none of it stops the next pass from trying.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from reconciler import reconcile
from reconciler.apply import Run
from reconciler.errors import ApiError, GuardError, ReconcilerError
from reconciler.job import Account, InvalidManifestsError, Job, Planned
from reconciler.model import (
    WRITTEN,
    Ending,
    Limits,
    OnDrift,
    Operation,
    Outcome,
    PassReport,
    Result,
    Status,
    Validation,
)
from reconciler.planning import unattended, without_drift
from reconciler.planning.freeze import frozen

_SHOWN: Final = 3
# What an API that is down makes of operations.
_OUTAGE: Final = frozenset({"uncertain", "throttled", "skipped"})


@dataclass(frozen=True, slots=True)
class Course:
    """How a pass goes: `limits` as said for this run, and `now` the time with its zone."""

    limits: Limits
    run: Run
    now: Callable[[], datetime]
    dry_run: bool = False


def one_pass(job: Job, account: Account, course: Course) -> PassReport:
    """Make the account what the manifests say, as far as guards, drift policy and freeze allow."""
    started = course.now()
    report = PassReport(job.target.name, job.now(), 0.0, Ending.SYNCED)
    try:
        holds = job.target.on_drift is OnDrift.REPORT
        planned = reconcile.plan(job, account, unattended(course.limits), hold_drift=holds)
        report = _go_on(report, job, planned, account, course)
    except (ReconcilerError, OSError) as error:
        report = failed(report, error)
    seconds = (course.now() - started).total_seconds()
    return replace(report, seconds=seconds)


def failed(report: PassReport, error: ReconcilerError | OSError) -> PassReport:
    """The report of a pass that an error ended."""
    ending = Ending.REFUSED if isinstance(error, GuardError) else Ending.FAILED
    kind = "api" if isinstance(error, ApiError) else getattr(error, "kind", "system")
    return replace(report, ending=ending, kind=kind, message=_message(error))


def _go_on(
    report: PassReport, job: Job, planned: Planned, account: Account, course: Course
) -> PassReport:
    """What follows once there is a plan."""
    plan, held = planned.plan, tuple[Operation, ...]()
    if job.target.on_drift is OnDrift.REPORT:
        plan, held = without_drift(plan)
    report = replace(report, plan=plan, held=held)
    if course.dry_run:
        waiting = plan.operations or plan.blocked or held
        return replace(report, ending=Ending.DRIFT if waiting else Ending.SYNCED)
    if plan.operations and (window := frozen(job.target.freeze, course.now())):
        return replace(report, ending=Ending.FROZEN, message=window)
    try:
        outcome = reconcile.apply(job, replace(planned, plan=plan), account, course.run)
    except (GuardError, OSError) as error:
        return failed(report, error)
    return _applied(replace(report, outcome=outcome), outcome)


def _applied(report: PassReport, outcome: Outcome) -> PassReport:
    """The report of a pass whose plan was run."""
    if outcome.interrupted and any(each.status is Status.SKIPPED for each in outcome.results):
        return replace(report, ending=Ending.INTERRUPTED, message="told to stop")
    short = [each for each in outcome.results if each.error_kind or each.not_taken]
    if short:
        return _fell_short(report, outcome, short)
    if outcome.results:
        return replace(report, ending=Ending.CHANGED)
    return replace(report, ending=Ending.DRIFT if report.held else Ending.SYNCED)


def _fell_short(report: PassReport, outcome: Outcome, short: Sequence[Result]) -> PassReport:
    """The report of a pass of which something failed, was not tried or was not taken."""
    written = any(each.status in WRITTEN for each in outcome.results)
    said = [f"{each.operation.address}: {_why(each)}" for each in short[:_SHOWN]]
    more = [f"and {len(short) - _SHOWN} more"] if len(short) > _SHOWN else []
    kinds = {each.error_kind for each in short}
    return replace(
        report,
        ending=Ending.PARTIAL if written else Ending.FAILED,
        kind="api" if kinds <= _OUTAGE else "operation",
        message="; ".join([*said, *more]),
    )


def _why(result: Result) -> str:
    return result.error_message or f"not taken by the API: {', '.join(result.not_taken)}"


def _message(error: ReconcilerError | OSError) -> str:
    if isinstance(error, InvalidManifestsError):
        return _faults(error.validation)
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or error}"
    return error.message


def _faults(validation: Validation) -> str:
    """The first errors of the manifests, each with its place."""
    errors = [each for each in validation.diagnostics if each.severity.value == "error"]
    said = [
        f"{each.place.file}:{each.place.line}:{each.place.column} {each.code} {each.message}"
        for each in errors[:_SHOWN]
    ]
    rest = [f"and {len(errors) - _SHOWN} more"] if len(errors) > _SHOWN else []
    return "\n".join(["the manifests have errors, and no number was touched:", *said, *rest])
