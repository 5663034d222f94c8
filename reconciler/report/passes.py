"""An unattended pass -> one line that sums it up, or the document of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from textwrap import dedent
from typing import Any, Final

from reconciler.errors import Frozen
from reconciler.model import WRITTEN, Action, Ending, Operation, Outcome, PassReport
from reconciler.report.escape import json_line, terminal
from reconciler.report.outcome import outcome_document
from reconciler.report.views import PassView
from reconciler.report.words import count

_DONE: Final = {Action.CREATE: "created", Action.PATCH: "changed", Action.DELETE: "released"}


def pass_text(view: PassView) -> str:
    """The line that sums a pass up, and what is new in it beside that."""
    said = f"{view.report.ending.value}: "
    new = (f"  {each}" for each in view.news if not each.startswith(said))
    return "\n".join([summary_line(view.report), *_details(view.report), *new]) + "\n"


def pass_json(view: PassView) -> str:
    """The document of a pass, on one line: passes that repeat are JSON lines.

    It is the document of an apply, with what only a pass has beside it.
    """
    report = view.report
    plan = report.plan
    document: dict[str, Any] = {
        **outcome_document(report.outcome or Outcome(report.target, ())),
        "ending": report.ending.value,
        "message": report.message,
        "startedAt": report.started,
        "seconds": round(report.seconds, 3),
        "requests": report.requests,
        "throttled": report.throttled,
        "managed": managed(report) if plan else None,
        "pending": [_pending(each) for each in _waiting(report)],
        "drift": [_pending(each) for each in report.held],
        "blocked": [
            {"address": each.address, "guard": each.guard, "message": each.message}
            for each in (plan.blocked if plan else ())
        ],
        "news": list(view.news),
    }
    if plan and not report.outcome and plan.health:
        document["health"] = [
            {"address": each.address, "status": each.status} for each in plan.health
        ]
    return json_line(document)


def summary_line(report: PassReport) -> str:
    """What a pass came to, in one line."""
    spent = f"({report.seconds:.1f} s, {count(report.requests, 'request')})"
    numbers = f", {count(managed(report), 'number')}" if report.plan else ""
    target = f"{terminal(report.target)}: " if report.target else ""
    return f"{target}{_ending(report)}{numbers} {spent}"


def managed(report: PassReport) -> int:
    """How many live numbers manifests declare, once the pass has ended; 0 if it saw no plan."""
    bound = dict(report.plan.bindings) if report.plan else {}
    for each in report.outcome.results if report.outcome else ():
        key = each.operation.address.partition("/")[2]
        if each.status not in WRITTEN:
            continue
        if each.operation.action is Action.CREATE and each.live_id:
            bound[key] = each.live_id
        # What no manifest declared was not counted either.
        elif each.operation.action is Action.DELETE and bound.get(key) == each.operation.live_id:
            del bound[key]
    return len(bound)


def _ending(report: PassReport) -> str:
    waiting = len(_waiting(report))
    message = terminal(report.message.partition("\n")[0].removesuffix(":"))
    said = {
        Ending.SYNCED: "in sync",
        Ending.CHANGED: _written(report),
        Ending.DRIFT: _drift(waiting, len(report.held)),
        Ending.FROZEN: f"{_before(report)}{message}, {count(waiting, 'operation')} waiting",
        Ending.PARTIAL: f"applied in part: {_written(report)}, {message}",
        Ending.INTERRUPTED: f"interrupted: {_written(report)}",
    }
    return said.get(report.ending) or f"{report.ending.value}: {message}"


def _waiting(report: PassReport) -> tuple[Operation, ...]:
    """What is still to be done, and was not tried: for nothing may be written now."""
    if report.outcome is None:
        return report.plan.operations if report.plan else ()
    results = report.outcome.results
    return tuple(each.operation for each in results if each.error_kind == Frozen.kind)


def _before(report: PassReport) -> str:
    """What was written before a window began; "" where it had begun before the pass."""
    return f"{_written(report)}, then " if report.outcome else ""


def _drift(waiting: int, held: int) -> str:
    """What is left to do, and what is left as it is."""
    would = f"{count(waiting, 'operation')} would make it so"
    left = f"{count(held, 'operation')} held back by onDrift: report"
    return ", ".join([would] * bool(waiting or not held) + [left] * bool(held))


def _details(report: PassReport) -> Iterator[str]:
    """What stands below the first line of a message, all of it indented."""
    for line in dedent(report.message.partition("\n")[2]).splitlines():
        yield f"  {terminal(line)}"


def _written(report: PassReport) -> str:
    results = report.outcome.results if report.outcome else ()
    counted = Counter(each.operation.action for each in results if each.status in WRITTEN)
    return ", ".join(f"{counted[action]} {verb}" for action, verb in _DONE.items())


def _pending(operation: Operation) -> dict[str, Any]:
    return {
        "address": operation.address,
        "action": operation.action.value,
        "reason": operation.reason.value,
        "paths": [each.path for each in operation.changes],
    }
