"""Short ways to write what the formats are given, and one plan that holds everything."""

from pathlib import Path
from typing import Any

from reconciler.model import (
    Action,
    Blocked,
    Change,
    Diagnostic,
    Json,
    Live,
    Operation,
    Outcome,
    Place,
    Plan,
    Precondition,
    Reason,
    Result,
    Severity,
    Status,
    Summary,
    Unhealthy,
    Validation,
    Warned,
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

GOLDEN = Path(__file__).parent.parent / "golden"
HEADERS = "server.headers"
NIGHT_HOOK: Json = [{"on": "call.ringing", "do": [{"type": "say", "exact": "We open at nine."}]}]


def golden(name: str) -> str:
    return (GOLDEN / name).read_text("utf-8")


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


def everything() -> Plan:
    """A plan with each kind of operation and of remark."""
    guard = "limits.deletes is 0, and 1 number would be released"
    return plan(
        operation(
            Action.CREATE,
            "support-us",
            Change("numberDesiredAreaCode", None, "415", note="buys a new number in area code 415"),
            Change("assistantId", None, "4f2c1d00", after_name="Support bot (4f2c1d…)"),
            Change(f"{HEADERS}.X-Token", None, "(sensitive)", sensitive=True),
            Change("hooks", None, NIGHT_HOOK),
            reason=Reason.DECLARED,
            source=Place("numbers/support.yaml", 3, 1),
        ),
        operation(
            Action.PATCH,
            "sales",
            Change("server.url", "https://old.example.com", "https://hooks.example.com"),
            Change("server.timeoutSeconds", None, 30),
            Change("squadId", "9a0b4400", None, before_name="Night crew (9a0b44…)"),
            Change(f"{HEADERS}.X-Token", "(sensitive)", "(sensitive)", sensitive=True),
            Change("name", "Sales, " + "first line " * 5, "Sales, " + "second line " * 5),
            id="op-2",
            precondition=Precondition("2026-08-19T00:00:00.000Z", f"sha256:{'1' * 64}"),
        ),
        operation(
            Action.PATCH,
            "desk",
            Change("sipUri", "sip:desk@sip.vapi.ai", "sip:p-1@sip.vapi.ai", note="to make way"),
            reason=Reason.VACATE,
            id="op-3",
        ),
        operation(
            Action.DELETE,
            "lobby",
            Change("number", "+14155550199", None, note="these digits cannot be bought back"),
            reason=Reason.REPLACE,
            id="op-4",
            label="+14155550199",
        ),
        operation(
            Action.CREATE,
            "lobby",
            Change("numberDesiredAreaCode", None, "628", note="buys a new number in area code 628"),
            reason=Reason.REPLACE,
            id="op-5",
            requires=("op-4",),
        ),
        operation(
            Action.DELETE,
            "fax",
            Change("number", "+14155550100", None, note="these digits cannot be bought back"),
            reason=Reason.TOMBSTONE,
            id="op-6",
            label="+14155550100",
            source=Place("numbers/fax.yaml", 5, 1),
        ),
        blocked=(
            Blocked("PhoneNumber/fax", "limits.deletes", guard, "--max-deletes 1"),
            Blocked("PhoneNumber/gone", "recreate", "its number vanished", "--max-recreates 1"),
        ),
        unmanaged=(
            live("77aa", "Old line", "+14155550111"),
            live("88bb", "", sip_uri="sip:test@sip.vapi.ai"),
            live("99cc", "Husk"),
        ),
        warnings=(Warned("PhoneNumber/sales", "its secret was not compared\nset HOOK_TOKEN"),),
        health=(Unhealthy("PhoneNumber/bar", "incomplete"),),
        summary=Summary(2, 2, 2, 1, unchanged=9, blocked=2, unmanaged=3),
    )


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
    sources, titles = {"a.yaml": text.splitlines()}, {"R201": "more than one route"}
    view = ValidationView(Validation(1, found), sources, Style(**style), titles)
    return VALIDATION_FORMATS[name](view)
