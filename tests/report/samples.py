"""Short ways to write what the formats are given."""

from typing import Any

from reconciler.model import (
    Action,
    Change,
    Diagnostic,
    Live,
    Operation,
    Outcome,
    Place,
    Plan,
    Reason,
    Result,
    Severity,
    Status,
    Summary,
    Validation,
)
from reconciler.planning import to_document
from reconciler.report import (
    OUTCOME_FORMATS,
    PLAN_FORMATS,
    VALIDATION_FORMATS,
    OutcomeView,
    PlanView,
    Style,
    ValidationView,
)


def operation(
    action: Action = Action.PATCH,
    key: str = "sales",
    *changes: Change,
    reason: Reason = Reason.DRIFTED,
    **more: Any,
) -> Operation:
    known: dict[str, Any] = {
        "id": "op-1",
        "address": f"PhoneNumber/{key}",
        "provider": "vapi",
        "live_id": None if action is Action.CREATE else f"live-{key}",
        "source": Place(f"numbers/{key}.yaml", 1, 1),
    }
    return Operation(action=action, reason=reason, changes=changes, **(known | more))


def live(number_id: str, name: str = "", number: str = "", sip_uri: str = "") -> Live:
    return Live(number_id, "vapi", {}, name=name, number=number, sip_uri=sip_uri)


def plan(*operations: Operation, **more: Any) -> Plan:
    known: dict[str, Any] = {
        "target": "prod",
        "base_url": "https://api.vapi.ai",
        "org_id": "3c0b2f1e-0000-4000-8000-000000000001",
        "created_at": "2026-08-20T09:30:00.000Z",
        "manifests_digest": f"sha256:{'0' * 64}",
        "blocked": (),
        "unmanaged": (),
        "warnings": (),
        "health": (),
        "summary": Summary(patch=len(operations)),
        "manifests": 13,
        "live": 15,
    }
    return Plan(operations=operations, **(known | more))


def diagnostic(
    message: str = "it is wrong", line: int = 1, column: int = 1, **more: Any
) -> Diagnostic:
    place = Place("a.yaml", line, column)
    known: dict[str, Any] = {"severity": Severity.ERROR, "code": "R999", "place": place}
    return Diagnostic(message=message, **(known | more))


def result(
    status: Status = Status.DONE, action: Action = Action.PATCH, key: str = "sales", **more: Any
) -> Result:
    return Result(operation(action, key), status, **more)


def plan_as(name: str, made: Plan, **style: bool) -> str:
    return PLAN_FORMATS[name](PlanView(made, to_document(made, "1.2.3"), Style(**style)))


def outcome_as(name: str, *results: Result, **style: bool) -> str:
    return OUTCOME_FORMATS[name](OutcomeView(Outcome("prod", results), Style(**style)))


def diagnostics_as(name: str, *found: Diagnostic, text: str = "", **style: bool) -> str:
    view = ValidationView(Validation(1, found), {"a.yaml": text.splitlines()}, Style(**style))
    return VALIDATION_FORMATS[name](view)
