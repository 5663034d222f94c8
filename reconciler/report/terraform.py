"""A plan -> the shape of `terraform show -json`, for policies and bots that read that. Pure.

Of each number it holds what moves, and nothing else: a value that stays is not in a plan of ours.
Secrets are placeholders, marked in `before_sensitive` and `after_sensitive`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from reconciler.fields import parse_path
from reconciler.model import Action, Change, Operation, Path, Plan, Reason, Secret
from reconciler.report.escape import json_text
from reconciler.report.views import PlanView

FORMAT_VERSION: Final = "1.2"
_TYPE: Final = "vapi_phone_number"
_ACTIONS: Final = {Action.CREATE: "create", Action.PATCH: "update", Action.DELETE: "delete"}


def plan_terraform(view: PlanView) -> str:
    """The document; `terraform_version` is this program's own version."""
    plan = view.plan
    tool: Any = view.document.get("tool", {})
    document = {
        "format_version": FORMAT_VERSION,
        "terraform_version": tool.get("version", ""),
        "resource_drift": [
            _resource(plan, each) for each in plan.operations if each.reason is Reason.DRIFTED
        ],
        "resource_changes": list(_changes(plan)),
        "output_changes": {},
        "timestamp": plan.created_at,
        "applyable": bool(plan.operations) and not plan.blocked,
        "complete": True,
        "errored": False,
    }
    return json_text(document)


def _changes(plan: Plan) -> Iterator[dict[str, Any]]:
    """One change a number: a replace is one, and making way first is no change of its own."""
    creates = {
        each.address: each
        for each in plan.operations
        if each.reason is Reason.REPLACE and each.action is Action.CREATE
    }
    for each in plan.operations:
        if each.reason is Reason.VACATE:
            continue
        half = creates.get(each.address) if each.reason is Reason.REPLACE else None
        if half is None:
            yield _resource(plan, each)
        elif each.action is Action.DELETE:
            yield _replaced(plan, each, half)


def _resource(plan: Plan, operation: Operation) -> dict[str, Any]:
    change = _change([_ACTIONS[operation.action]], operation.changes)
    if operation.action is Action.CREATE:
        change |= {"before": None, "after_unknown": {"id": True}}
    if operation.action is Action.DELETE:
        change |= {"after": None}
    return _framed(plan, operation, change, _why(operation))


def _replaced(plan: Plan, delete: Operation, create: Operation) -> dict[str, Any]:
    order = ["delete", "create"] if delete.id in create.requires else ["create", "delete"]
    moved = [each for each in create.changes if each.before is not None]
    change = _change(order, (*delete.changes, *create.changes))
    change |= {
        "after_unknown": {"id": True},
        "replace_paths": [list(parse_path(each.path)) for each in moved],
    }
    return _framed(plan, create, change, "replace_because_cannot_update")


def _framed(
    plan: Plan, operation: Operation, change: dict[str, Any], reason: str
) -> dict[str, Any]:
    key = operation.address.partition("/")[2]
    # What an earlier run replaced stands beside its successor, as Terraform's deposed objects do.
    shared = sum(each.address == operation.address for each in plan.operations) > 1
    deposed = operation.action is Action.DELETE and operation.reason is Reason.REMOVED and shared
    return {
        "address": f"{_TYPE}.{key}",
        "mode": "managed",
        "type": _TYPE,
        "name": key,
        "provider_name": operation.provider,
        **({"deposed": (operation.live_id or "")[:8]} if deposed else {}),
        "change": change,
        **({"action_reason": reason} if reason else {}),
    }


def _why(operation: Operation) -> str:
    gone = operation.action is Action.DELETE and operation.reason is not Reason.REPLACE
    return "delete_because_no_resource_config" if gone else ""


def _change(actions: list[str], changes: Iterable[Change]) -> dict[str, Any]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    hidden: tuple[dict[str, Any], dict[str, Any]] = {}, {}
    for each in changes:
        path = parse_path(each.path)
        for values, value, marks in (
            (before, each.before, hidden[0]),
            (after, each.after, hidden[1]),
        ):
            if value is None:
                continue
            _put(values, path, Secret.SHOWN if each.sensitive else value)
            if each.sensitive:
                _put(marks, path, True)  # noqa: FBT003 - the mark is the value
    return {
        "actions": actions,
        "before": before,
        "after": after,
        "after_unknown": {},
        "before_sensitive": hidden[0],
        "after_sensitive": hidden[1],
    }


def _put(values: dict[str, Any], path: Path, value: Any) -> None:
    """Set a value below its path; a list is a mapping by index, for not all of it is known."""
    *steps, last = (str(each) for each in path) if path else ("",)
    for step in steps:
        inner = values.setdefault(step, {})
        if not isinstance(inner, dict):
            return  # The whole of it is told already.
        values = inner
    values[last] = value
