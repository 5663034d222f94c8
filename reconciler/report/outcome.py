"""What became of a plan -> text and JSON. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from reconciler.model import WRITTEN, Action, Outcome, Result, Status
from reconciler.report.escape import json_text, terminal
from reconciler.report.health import health_lines
from reconciler.report.plan import NO_CHANGES
from reconciler.report.views import OutcomeView, Style
from reconciler.report.words import count

_DONE: Final = {Action.CREATE: "created", Action.PATCH: "changed", Action.DELETE: "destroyed"}


def outcome_text(view: OutcomeView) -> str:
    """One line an operation, then a summary in Terraform's words."""
    lines = [line for each in view.outcome.results for line in _result(each, view.style)]
    lines += [] if view.outcome.results else [NO_CHANGES]
    lines += health_lines(view.outcome.health, view.style)
    return "\n".join([*lines, *([""] if lines else []), _closing(view.outcome, view.style)]) + "\n"


def outcome_json(view: OutcomeView) -> str:
    """The document of the contract."""
    return json_text(outcome_document(view.outcome))


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """What became of a plan, as the contract writes it; `health` only where something is ill."""
    counted = Counter(each.status for each in outcome.results)
    ill = [{"address": each.address, "status": each.status} for each in outcome.health]
    return {
        "target": outcome.target,
        "operations": [_document(each) for each in outcome.results],
        "summary": {status.value: counted[status] for status in Status},
        **({"health": ill} if ill else {}),
    }


def _document(result: Result) -> dict[str, Any]:
    error = {
        "kind": result.error_kind,
        "message": result.error_message,
        "status": result.error_status,
        **({"help": result.help} if result.help else {}),
    }
    return {
        "id": result.operation.id,
        "address": result.operation.address,
        "action": result.operation.action.value,
        "status": result.status.value,
        "liveId": result.live_id,
        "error": error if result.error_kind else None,
        "notTaken": list(result.not_taken),
    }


def _result(result: Result, style: Style) -> Iterator[str]:
    operation, message = result.operation, terminal(result.error_message)
    address, action = terminal(operation.address), operation.action
    new = f"  {style.dim(terminal(result.live_id or ''))}" if action is Action.CREATE else ""
    match result.status:
        case Status.DONE:
            yield f"  {style.green(address)} {_DONE[action]}{new}"
        case Status.RECOVERED:
            yield f"  {style.green(address)} created{new}  its answer was lost, and it was found"
        case Status.FAILED:
            yield f"  {style.red(address)} {action.value} failed: {message}"
        case Status.SKIPPED:
            yield f"  {style.yellow(address)} {action.value} {message}"
    for line in result.help.splitlines():
        yield f"    = help: {terminal(line)}"
    if result.error_kind and result.status in WRITTEN:
        yield f"    {style.red(message)}"
    for path in result.not_taken:
        yield f"    {style.yellow('not taken by the API:')} {terminal(path)}"


def _closing(outcome: Outcome, style: Style) -> str:
    written = Counter(each.operation.action for each in outcome.results if each.status in WRITTEN)
    resources = (
        f"Resources: {written[Action.CREATE]} added, {written[Action.PATCH]} changed, "
        f"{written[Action.DELETE]} destroyed."
    )
    left = ", ".join(_left(outcome))
    if not left:
        return f"{style.bold('Apply complete!')} {resources}"
    return f"{style.bold('Apply incomplete.')} {resources} {left}."


def _left(outcome: Outcome) -> Iterator[str]:
    """What keeps an apply from being complete."""
    statuses = Counter(each.status for each in outcome.results)
    if failed := statuses[Status.FAILED]:
        yield f"{count(failed, 'operation')} failed"
    if skipped := statuses[Status.SKIPPED]:
        yield f"{count(skipped, 'operation')} not tried"
    if forgotten := sum(
        each.status in WRITTEN and bool(each.error_kind) for each in outcome.results
    ):
        yield f"{count(forgotten, 'write')} not in the lock: make room, and run again"
    if untaken := sum(len(each.not_taken) for each in outcome.results):
        yield f"{count(untaken, 'field')} not taken"
    if outcome.late:
        verb = "serves" if len(outcome.late) == 1 else "serve"
        yield f"{count(len(outcome.late), 'number')} {verb} no calls, and --wait is over"
