"""How a run ended -> the exit code of the contract."""

import pytest

from reconciler.cli.apply import exit_code
from reconciler.cli.plan import has_changes
from reconciler.model import (
    Action,
    Blocked,
    Operation,
    Outcome,
    Plan,
    Reason,
    Result,
    Status,
    Summary,
    Unhealthy,
)

OPERATION = Operation("op-1", Action.PATCH, "PhoneNumber/a", "vapi", "1", Reason.DRIFTED)
EMPTY = ("prod", "https://api.vapi.ai", None, "", "")


def outcome(*statuses: Status, interrupted: bool = False) -> Outcome:
    return Outcome("prod", tuple(Result(OPERATION, each) for each in statuses), interrupted)


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ((), 0),
        ((Status.DONE, Status.RECOVERED), 0),
        ((Status.DONE, Status.FAILED), 4),
        ((Status.RECOVERED, Status.SKIPPED), 4),
        ((Status.FAILED,), 1),
        ((Status.FAILED, Status.SKIPPED), 1),
    ],
)
def test_done_is_0_partly_done_4_and_nothing_done_1(
    statuses: tuple[Status, ...], code: int
) -> None:
    assert exit_code(outcome(*statuses)) == code


@pytest.mark.parametrize("statuses", [(), (Status.DONE, Status.SKIPPED), (Status.SKIPPED,)])
def test_interrupted_is_130_whatever_was_done(statuses: tuple[Status, ...]) -> None:
    assert exit_code(outcome(*statuses, interrupted=True)) == 130


def test_a_number_that_was_waited_for_in_vain_makes_a_run_partial() -> None:
    late = (Unhealthy("PhoneNumber/a", "activating"),)
    assert exit_code(Outcome("prod", (Result(OPERATION, Status.DONE),), late=late)) == 4


def test_a_field_that_was_not_taken_makes_a_run_partial() -> None:
    half = Result(OPERATION, Status.DONE, not_taken=("server.url",))
    assert exit_code(Outcome("prod", (half,))) == 4


def test_what_is_blocked_is_a_change_too() -> None:
    blocked = (Blocked("PhoneNumber/a", "limits.deletes", "x"),)
    assert has_changes(Plan(*EMPTY, (OPERATION,), (), (), (), (), Summary()))
    assert has_changes(Plan(*EMPTY, (), blocked, (), (), (), Summary()))
    assert not has_changes(Plan(*EMPTY, (), (), (), (), (), Summary()))
