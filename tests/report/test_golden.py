"""Every format, whole: a change of a golden file is a change that users see.

To renew one on purpose: delete it, run the test twice, and read the difference.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.model import (
    Action,
    Blocked,
    Change,
    Diagnostic,
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
SEEN = Precondition("2026-08-20T00:00:00.000Z", "sha256:" + "0" * 64)


def operation(index: int, action: Action, key: str, reason: Reason, *changes: Change) -> Operation:
    return Operation(
        id=f"op-{index}",
        action=action,
        address=f"PhoneNumber/{key}",
        provider="vapi",
        live_id=None if action is Action.CREATE else f"id-{key}",
        reason=reason,
        changes=changes,
        precondition=None if action is Action.CREATE else SEEN,
        source=None if reason is Reason.REMOVED else Place(f"numbers/{key}.yaml", 3, 1),
    )


LOST = "these digits cannot be bought back"
CREATE = operation(
    1,
    Action.CREATE,
    "support-us",
    Reason.DECLARED,
    Change("numberDesiredAreaCode", None, "415", note="buys a new number in area code 415"),
    Change("assistantId", None, "4f2c1d00", after_name="Support bot (4f2c1d…)"),
    Change("server.headers.X-Token", None, "(sensitive)", sensitive=True),
)
PATCH = operation(
    3,
    Action.PATCH,
    "sales",
    Reason.DRIFTED,
    Change("server.url", "https://old.example.com", "https://hooks.example.com"),
    Change("squadId", "9a0b4400", None, before_name="Night crew (9a0b44…)"),
    Change("authentication.password", "(sensitive)", "(sensitive)", sensitive=True),
    Change("hooks", None, [{"on": "call.ending", "do": {"type": "say", "exact": "Bye"}}]),
)
REPLACE_CREATE = replace(
    operation(
        2,
        Action.CREATE,
        "berlin",
        Reason.REPLACE,
        Change("numberDesiredAreaCode", "415", "212"),
    ),
)
REPLACE_DELETE = replace(
    operation(
        4,
        Action.DELETE,
        "berlin",
        Reason.REPLACE,
        Change("number", "+14155550101", None, note=LOST),
    ),
    requires=("op-2",),
)
DELETE = operation(
    5,
    Action.DELETE,
    "fax",
    Reason.REMOVED,
    Change("number", "+14155550100", None, note=LOST),
    Change("name", "fax", None),
)
FULL = Plan(
    target="prod",
    base_url="https://api.vapi.ai",
    org_id="org",
    created_at="2026-08-20T00:00:00.000Z",
    manifests_digest="sha256:" + "1" * 64,
    operations=(CREATE, REPLACE_CREATE, PATCH, REPLACE_DELETE, DELETE),
    blocked=(
        Blocked(
            "PhoneNumber/fax",
            "limits.deletes",
            "limits.deletes is 0, and 1 number would be released",
            "--max-deletes 1",
        ),
        Blocked("PhoneNumber/paris", "immutable", "number is given once", "put it back"),
    ),
    unmanaged=(
        Live("id-1", "vapi", {}, name="demo", number="+14155550109"),
        Live("id-2", "vapi", {}),
    ),
    warnings=(Warned("PhoneNumber/support-us", "may exist already: id-1\n  pin it"),),
    health=(Unhealthy("PhoneNumber/sales", "activating"),),
    summary=Summary(2, 1, 2, 1, 12, 2, 2),
    manifests=13,
    live=15,
)
EMPTY = replace(
    FULL,
    operations=(),
    blocked=(),
    unmanaged=(),
    warnings=(),
    health=(),
    summary=Summary(unchanged=13),
)
OUTCOME = Outcome(
    "prod",
    (
        Result(CREATE, Status.RECOVERED, "id-new"),
        Result(PATCH, Status.DONE, "id-sales", not_taken=("server.url",)),
        Result(
            DELETE,
            Status.FAILED,
            "id-fax",
            error_kind="refused",
            error_message="the API answered 400: no",
            error_status=400,
        ),
        Result(REPLACE_DELETE, Status.SKIPPED, "id-berlin", "skipped", "not tried: op-2 failed"),
    ),
)
SOURCE = (
    "apiVersion: vapi-reconciler/v1",
    "spec:",
    "  assistantId: {name: Support bot}",
    "  name: 電話番号",
    "  squadId: 2f0c1f0a-6c1e-4f0e-9a53-0d8f5a1b7c11",
    "  twilioAuthToken: canary-0123456789",
)
VALIDATION = Validation(
    13,
    (
        Diagnostic(
            Severity.ERROR,
            "R201",
            "a number routes to at most one of assistantId, squadId, workflowId",
            Place("numbers/support.yaml", 5, 3),
            "spec.squadId",
            "remove one of the two",
            (Place("numbers/support.yaml", 3, 3),),
        ),
        Diagnostic(
            Severity.ERROR,
            "R216",
            "a secret is written out",
            Place("numbers/support.yaml", 6, 3),
            "spec.twilioAuthToken",
            "write {env: NAME}",
        ),
        Diagnostic(
            Severity.WARNING,
            "R013",
            "the file holds no document",
            Place("numbers/empty.yaml", 1, 1),
            related=(Place("numbers/other.yaml", 2, 1),),
        ),
    ),
)


def plan_view(plan: Plan, style: Style) -> PlanView:
    return PlanView(plan, to_document(plan, "0.0.0"), style)


CASES: dict[str, Callable[[], str]] = {
    **{
        f"plan.{name}": lambda form=form: form(plan_view(FULL, Style()))  # type: ignore[misc]
        for name, form in PLAN_FORMATS.items()
    },
    "plan-empty.text": lambda: PLAN_FORMATS["text"](plan_view(EMPTY, Style())),
    "plan-verbose.text": lambda: PLAN_FORMATS["text"](plan_view(FULL, Style(verbose=True))),
    "plan-color.text": lambda: PLAN_FORMATS["text"](plan_view(FULL, Style(color=True))),
    **{
        f"outcome.{name}": lambda form=form: form(OutcomeView(OUTCOME))  # type: ignore[misc]
        for name, form in OUTCOME_FORMATS.items()
    },
    **{
        f"validation.{name}": lambda form=form: form(  # type: ignore[misc]
            ValidationView(VALIDATION, {"numbers/support.yaml": SOURCE})
        )
        for name, form in VALIDATION_FORMATS.items()
    },
}


@pytest.mark.parametrize("name", CASES)
def test_it_reads_as_it_did(name: str) -> None:
    path = GOLDEN / name
    text = CASES[name]()
    if not path.exists():
        path.write_text(text, "utf-8")
        pytest.fail(f"{path.name} was missing and is written: read it, and run again")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", CASES)
def test_no_format_shows_a_secret(name: str) -> None:
    assert "canary" not in CASES[name]()
