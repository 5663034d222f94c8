"""A pass, summed up in one line or as a document."""

import json
from dataclasses import replace

import pytest

from reconciler.model import (
    Action,
    Blocked,
    Change,
    Ending,
    Operation,
    Outcome,
    PassReport,
    Plan,
    Reason,
    Result,
    Status,
    Summary,
)
from reconciler.report import PASS_FORMATS, PassView
from reconciler.report.passes import managed

CHANGES = (Change("squadId", "a", "b"),)
PATCH = Operation("op-1", Action.PATCH, "PhoneNumber/a", "vapi", "1", Reason.DRIFTED, CHANGES)
PLAN = Plan("prod", "", None, "", "", (PATCH,), (), (), (), (), Summary(), bindings={"a": "1"})
REPORT = PassReport("prod", "2026-11-23T12:00:00Z", 0.42, Ending.SYNCED, plan=PLAN, requests=1)
DONE = Outcome("prod", (Result(PATCH, Status.DONE, "1"),))


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({"plan": replace(PLAN, operations=())}, "prod: in sync, 1 number (0.4 s, 1 request)"),
        (
            {"ending": Ending.CHANGED, "outcome": DONE},
            "prod: 0 created, 1 changed, 0 released, 1 number (0.4 s, 1 request)",
        ),
        (
            {"ending": Ending.DRIFT},
            "prod: 1 operation would make it so, 1 number (0.4 s, 1 request)",
        ),
        (
            {"ending": Ending.FROZEN, "message": "frozen until 2027"},
            "prod: frozen until 2027, 1 operation waiting, 1 number (0.4 s, 1 request)",
        ),
        (
            {"ending": Ending.FAILED, "message": "no answer in time", "plan": None},
            "prod: failed: no answer in time (0.4 s, 1 request)",
        ),
        (
            {"ending": Ending.FAILED, "message": "which target is meant?", "target": ""},
            "failed: which target is meant?, 1 number (0.4 s, 1 request)",
        ),
        (
            {"ending": Ending.DRIFT, "plan": replace(PLAN, operations=()), "held": (PATCH,)},
            "prod: 1 operation held back by onDrift: report, 1 number (0.4 s, 1 request)",
        ),
        (
            {"ending": Ending.DRIFT, "held": (PATCH,)},
            (
                "prod: 1 operation would make it so, 1 operation held back by onDrift: report, "
                "1 number (0.4 s, 1 request)"
            ),
        ),
        (
            {"ending": Ending.INTERRUPTED, "outcome": DONE},
            "prod: interrupted: 0 created, 1 changed, 0 released, 1 number (0.4 s, 1 request)",
        ),
    ],
)
def test_a_pass_is_summed_up_in_one_line(parts: dict[str, object], line: str) -> None:
    report = replace(REPORT, **parts)  # type: ignore[arg-type]
    assert PASS_FORMATS["text"](PassView(report)) == line + "\n"


def wrote(
    action: Action, key: str, live_id: str | None, status: Status = Status.DONE, new_id: str = ""
) -> Result:
    operation = Operation("op", action, f"PhoneNumber/{key}", "vapi", live_id, Reason.DECLARED)
    return Result(operation, status, new_id or live_id)


CREATE, DELETE = Action.CREATE, Action.DELETE


@pytest.mark.parametrize(
    ("what", "results", "count"),
    [
        ("nothing", (), 2),
        ("a number is bought", (wrote(CREATE, "c", None, new_id="3"),), 3),
        ("its answer was lost", (wrote(CREATE, "c", None, Status.RECOVERED, "3"),), 3),
        ("it was refused", (wrote(CREATE, "c", None, Status.FAILED),), 2),
        ("a manifest is gone", (wrote(DELETE, "gone", "9"),), 2),
        ("exclusive: nobody's", (wrote(DELETE, "9", "9"),), 2),
        ("a tombstone", (wrote(DELETE, "a", "1"),), 1),
        ("a tombstone that stays", (wrote(DELETE, "a", "1", Status.FAILED),), 2),
        ("replaced", (wrote(CREATE, "a", None, new_id="3"), wrote(DELETE, "a", "1")), 2),
        ("the old one first", (wrote(DELETE, "a", "1"), wrote(CREATE, "a", None, new_id="3")), 2),
        (
            "the old one stays",
            (wrote(CREATE, "a", None, new_id="3"), wrote(DELETE, "a", "1", Status.SKIPPED)),
            2,
        ),
        (
            "the new one is not there",
            (wrote(DELETE, "a", "1"), wrote(CREATE, "a", None, Status.FAILED)),
            1,
        ),
        ("a replace of an earlier run ends", (wrote(DELETE, "a", "0"),), 2),
    ],
)
def test_managed_are_the_numbers_that_manifests_declare_in_the_end(
    what: str, results: tuple[Result, ...], count: int
) -> None:
    plan = replace(PLAN, bindings={"a": "1", "b": "2"})
    outcome = Outcome("prod", results)
    assert managed(replace(REPORT, plan=plan, outcome=outcome)) == count, what


def test_what_a_message_has_beside_its_first_line_stands_below_the_sum() -> None:
    message = "nothing was applied, a guard refuses:\n  PhoneNumber/a: x\n    --max-changes 4"
    report = replace(REPORT, ending=Ending.REFUSED, message=message)
    assert PASS_FORMATS["text"](PassView(report, (f"refused: {message}",))).splitlines() == [
        "prod: refused: nothing was applied, a guard refuses, 1 number (0.4 s, 1 request)",
        "  PhoneNumber/a: x",
        "    --max-changes 4",
    ]


def test_news_follow_and_repeat_nothing() -> None:
    report = replace(REPORT, ending=Ending.FAILED, message="no answer", plan=None)
    news = ("failed: no answer", "over: PhoneNumber/a is blocked by the provider")
    assert PASS_FORMATS["text"](PassView(report, news)).splitlines() == [
        "prod: failed: no answer (0.4 s, 1 request)",
        "  over: PhoneNumber/a is blocked by the provider",
    ]


def test_the_document_is_one_line_and_holds_what_only_a_pass_knows() -> None:
    blocked = Blocked("PhoneNumber/b", "recreate", "it vanished")
    report = replace(
        REPORT, ending=Ending.REFUSED, plan=replace(PLAN, blocked=(blocked,)), held=(PATCH,)
    )
    text = PASS_FORMATS["json"](PassView(report, ("news",)))
    assert text.count("\n") == 1
    document = json.loads(text)
    assert document["blocked"] == [
        {"address": "PhoneNumber/b", "guard": "recreate", "message": "it vanished"}
    ]
    drift = {"address": "PhoneNumber/a", "action": "patch", "reason": "drifted"}
    assert document["drift"] == document["pending"] == [{**drift, "paths": ["squadId"]}]
    assert (document["ending"], document["news"], document["operations"]) == (
        "refused",
        ["news"],
        [],
    )
