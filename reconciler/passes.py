"""A target -> one unattended pass over it: validate, plan, hold back, guard, apply, report.

Whatever goes wrong in a pass is in its report; none of it stops the next pass from trying.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from reconciler import reconcile
from reconciler.apply import Run
from reconciler.errors import ApiError, Frozen, GuardError, ReconcilerError, unbroken
from reconciler.job import Account, Job, Planned
from reconciler.model import (
    WRITTEN,
    Diagnostic,
    Ending,
    Limits,
    OnDrift,
    Operation,
    Outcome,
    PassReport,
    Result,
    Severity,
    Status,
    Validation,
)
from reconciler.planning import unattended, without_drift
from reconciler.planning.freeze import frozen
from reconciler.planning.guards import some_of
from reconciler.report.cause import cause_of, cause_of_results

# How many faults a pass tells one by one.
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Course:
    """How a pass goes: `limits` as said for this run, and `now` the time with its zone."""

    limits: Limits
    run: Run
    now: Callable[[], datetime]
    dry_run: bool = False


def one_pass(begun: PassReport, job: Job, account: Account, course: Course) -> PassReport:
    """Make the account what the manifests say, as far as guards, drift policy and freeze allow.

    `begun` is the report as the pass begins. How long it took is for the caller to say, who also
    knows how long it had to wait.
    """
    report = replace(begun, ending=Ending.SYNCED)
    try:
        holds = job.target.on_drift is OnDrift.REPORT
        planned = reconcile.plan(job, account, unattended(course.limits), hold_drift=holds)
        report = _go_on(report, job, planned, account, course)
    except (ReconcilerError, OSError) as error:
        report = failed(report, error)
        if isinstance(error, ApiError) and course.run.stop.asked.is_set():
            report = told_to_stop(report)
    return report


def told_to_stop(report: PassReport) -> PassReport:
    """The report of a pass that was cut short."""
    return replace(report, ending=Ending.INTERRUPTED, cause="", message="told to stop")


def failed(report: PassReport, error: ReconcilerError | OSError) -> PassReport:
    """The report of a pass that an error ended."""
    ending = Ending.REFUSED if isinstance(error, GuardError) else Ending.FAILED
    message, blocked = _message(error), report.plan.blocked if report.plan else ()
    return replace(report, ending=ending, cause=cause_of(error, message, blocked), message=message)


def _go_on(
    report: PassReport, job: Job, planned: Planned, account: Account, course: Course
) -> PassReport:
    """What follows once there is a plan."""
    plan, held = planned.plan, tuple[Operation, ...]()
    if job.target.on_drift is OnDrift.REPORT:
        plan, held = without_drift(plan)
    report = replace(report, plan=plan, held=held, found=planned.plan)
    if course.dry_run:
        waiting = plan.operations or plan.blocked or held
        return replace(report, ending=Ending.DRIFT if waiting else Ending.SYNCED)
    if plan.operations and (window := frozen(job.target.freeze, course.now())):
        return replace(report, ending=Ending.FROZEN, message=window)
    try:
        # A window may begin while the pass writes.
        run = replace(course.run, hold=lambda: frozen(job.target.freeze, course.now()))
        if not plan.operations:
            # Every five minutes is a hundred thousand a year.
            run = replace(run, record=None)
        outcome = reconcile.apply(job, replace(planned, plan=plan), account, run)
    except (GuardError, OSError) as error:
        return failed(report, error)
    return _applied(replace(report, outcome=outcome), outcome)


def _applied(report: PassReport, outcome: Outcome) -> PassReport:
    """The report of a pass whose plan was run."""
    if outcome.interrupted:
        return told_to_stop(report)
    short = [each for each in outcome.results if each.error_kind or each.not_taken]
    if outcome.frozen and all(each.error_kind == Frozen.kind for each in short):
        return replace(report, ending=Ending.FROZEN, message=outcome.frozen)
    if short:
        return _fell_short(report, outcome, short)
    if outcome.results:
        return replace(report, ending=Ending.CHANGED)
    return replace(report, ending=Ending.DRIFT if report.held else Ending.SYNCED)


def _fell_short(report: PassReport, outcome: Outcome, short: Sequence[Result]) -> PassReport:
    """The report of a pass of which something failed, was not tried or was not taken."""
    written = any(each.status in WRITTEN for each in outcome.results)
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in short:
        told[_why(each), each.help].append(unbroken(each.operation.address))
    lines = [f"{some_of(those)}: {why}{_help(way)}" for (why, way), those in told.items()]
    return replace(
        report,
        ending=Ending.PARTIAL if written else Ending.FAILED,
        cause=cause_of_results(short),
        message="\n".join([_counted(short), *_first(lines)]),
    )


def _counted(short: Sequence[Result]) -> str:
    """How many fell short, and how: `2 failed, 25 not tried`."""
    statuses = Counter(each.status for each in short)
    whole = sum(statuses[each] for each in WRITTEN)
    counts = {"failed": statuses[Status.FAILED], "not tried": statuses[Status.SKIPPED]}
    said = [f"{number} {what}" for what, number in counts.items() if number]
    return ", ".join([*said, *([f"{whole} not done whole"] if whole else [])])


def _why(result: Result) -> str:
    return result.error_message or f"not taken by the API: {', '.join(result.not_taken)}"


def _message(error: ReconcilerError | OSError) -> str:
    """What is wrong in the first line, and below it where, and what to do about it."""
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or error}"
    validation: Validation | None = getattr(error, "validation", None)
    if validation is not None:
        lines = _first([_fault(each) for each in validation.diagnostics if _is_error(each)])
        return "\n".join([f"{error.message}, and no number was touched:", *lines])
    return f"{error.message}{_help(error.help)}"


def _fault(fault: Diagnostic) -> str:
    return f"{fault.place} {fault.code} {fault.message}{_help(fault.help)}"


def _is_error(fault: Diagnostic) -> bool:
    return fault.severity is Severity.ERROR


def _help(text: str) -> str:
    return "".join(f"\n  = help: {line}" for line in text.splitlines())


def _first(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
