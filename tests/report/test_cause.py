"""What makes the trouble of one pass the same as that of another."""

import pytest

from reconciler.errors import (
    ApiError,
    InputError,
    Refused,
    Throttled,
    Unauthorized,
    Uncertain,
)
from reconciler.model import Action, Operation, Reason, Result, Status
from reconciler.report.cause import cause_of, cause_of_results


def test_an_outage_has_many_faces_and_is_one() -> None:
    faces: list[ApiError] = [
        Refused("127.0.0.1:9 cannot be reached"),
        Uncertain("no answer in time"),
        Uncertain("the API answered 502", status=502),
        Uncertain("the API answered 408", status=408),
        Throttled("the API answered 429", status=429),
    ]
    assert {cause_of(each, each.message) for each in faces} == {"outage"}


def test_a_key_that_is_refused_is_no_outage_whoever_refuses_it() -> None:
    faces = [Unauthorized("no such key", status=401), Unauthorized("the edge", status=403)]
    assert {cause_of(each, each.message) for each in faces} == {"key"}


def test_any_other_refusal_is_one_by_its_status() -> None:
    moved, gone, too = Refused("a", status=302), Refused("b", status=404), Refused("c", status=404)
    assert [cause_of(each, each.message) for each in (moved, gone, too)] == [
        "refused 302",
        "refused 404",
        "refused 404",
    ]


def test_bad_input_and_a_file_that_cannot_be_read_are_none_of_these() -> None:
    causes = {cause_of(each, "x") for each in (InputError("x"), OSError("x"))}
    assert len(causes | {"outage", "key"}) == 4


def short(
    kind: str = "", status: int | None = None, *, key: str = "a", untaken: tuple[str, ...] = ()
) -> Result:
    operation = Operation(key, Action.PATCH, f"PhoneNumber/{key}", "vapi", "1", Reason.DRIFTED)
    ended = {"skipped": Status.SKIPPED, "": Status.DONE}.get(kind, Status.FAILED)
    return Result(operation, ended, "1", kind, kind, status, not_taken=untaken)


@pytest.mark.parametrize(
    "results",
    [
        [short("uncertain", 502), short("skipped")],
        [short("throttled", 429), short("refused", None)],
        [short("skipped")],
    ],
)
def test_an_outage_in_the_middle_of_a_run_is_the_same_outage(results: list[Result]) -> None:
    assert cause_of_results(results, "x") == "outage"


def test_a_key_that_is_refused_in_the_middle_of_a_run_is_the_same_refusal() -> None:
    results = [short("unauthorized", 401), short("refused", 400), short("skipped")]
    assert cause_of_results(results, "x") == "key"


@pytest.mark.parametrize(
    "result", [short("refused", 400), short("lock"), short(untaken=("server",))]
)
def test_what_is_wrong_with_one_operation_is_no_outage(result: Result) -> None:
    assert cause_of_results([result, short("uncertain", 502)], "x") not in {"outage", "key"}
