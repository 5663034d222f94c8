"""What became of a plan -> text and JSON. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from json import dumps
from typing import Any, Final

from reconciler.model import Action, Outcome, Result, Status
from reconciler.report.escape import terminal
from reconciler.report.views import OutcomeView, Style
from reconciler.report.words import count

_DONE: Final = {Action.CREATE: "created", Action.PATCH: "changed", Action.DELETE: "destroyed"}


def outcome_text(view: OutcomeView) -> str:
    """One line an operation, then a summary in Terraform's words."""
    lines = [line for each in view.outcome.results for line in _result(each, view.style)]
    return "\n".join([*lines, *([""] if lines else []), _closing(view.outcome, view.style)]) + "\n"


def outcome_json(view: OutcomeView) -> str:
    """The document of the contract."""
    outcome = view.outcome
    counted = Counter(each.status for each in outcome.results)
    document = {
        "target": outcome.target,
        "operations": [_document(each) for each in outcome.results],
        "summary": {status.value: counted[status] for status in Status},
    }
    return dumps(document, indent=2, ensure_ascii=False) + "\n"


def _document(result: Result) -> dict[str, Any]:
    error = {
        "kind": result.error_kind,
        "message": result.error_message,
        "status": result.error_status,
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
    operation = result.operation
    address = operation.address
    match result.status:
        case Status.DONE:
            yield f"  {style.green(address)} {_DONE[operation.action]}"
        case Status.RECOVERED:
            yield f"  {style.green(address)} created; its answer was lost, and it was found"
        case Status.FAILED:
            message = terminal(result.error_message)
            yield f"  {style.red(address)} {operation.action.value} failed: {message}"
        case Status.SKIPPED:
            yield f"  {style.yellow(address)} {operation.action.value} {result.error_message}"
    for path in result.not_taken:
        yield f"    {style.yellow('not taken by the API:')} {path}"


def _closing(outcome: Outcome, style: Style) -> str:
    written = Counter(
        each.operation.action
        for each in outcome.results
        if each.status in (Status.DONE, Status.RECOVERED)
    )
    resources = (
        f"Resources: {written[Action.CREATE]} added, {written[Action.PATCH]} changed, "
        f"{written[Action.DELETE]} destroyed."
    )
    statuses = Counter(each.status for each in outcome.results)
    failed, skipped = statuses[Status.FAILED], statuses[Status.SKIPPED]
    if not failed and not skipped:
        return f"{style.bold('Apply complete!')} {resources}"
    left = f"{count(failed, 'operation')} failed, {skipped} not tried."
    return f"{style.bold('Apply incomplete.')} {resources} {left}"
