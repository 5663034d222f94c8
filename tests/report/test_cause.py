"""What makes the trouble of one pass the same as that of another."""

from dataclasses import replace

import pytest

from reconciler.errors import (
    ApiError,
    GuardError,
    InputError,
    Refused,
    Throttled,
    Unauthorized,
    Uncertain,
)
from reconciler.job import InvalidManifestsError
from reconciler.model import (
    Action,
    Blocked,
    Diagnostic,
    Operation,
    Place,
    Reason,
    Result,
    Severity,
    Status,
    Validation,
)
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
    assert cause_of_results(results) == "outage"


def test_a_key_that_is_refused_in_the_middle_of_a_run_is_the_same_refusal() -> None:
    results = [short("unauthorized", 401), short("refused", 400), short("skipped")]
    assert cause_of_results(results) == "key"


def test_a_lock_that_cannot_be_written_is_one_trouble_whatever_was_written_last() -> None:
    first, second = short("lock", key="a"), short("lock", key="b")
    assert cause_of_results([first]) == cause_of_results([second, short("skipped")]) == "lock"


@pytest.mark.parametrize("result", [short("refused", 400), short(untaken=("server",))])
def test_what_is_wrong_with_one_operation_is_no_outage(result: Result) -> None:
    assert cause_of_results([result, short("uncertain", 502)]) not in {"outage", "key"}


def test_the_words_of_the_api_make_no_other_trouble() -> None:
    hints = [
        replace(short("refused", 400), error_message=f"try one of {code}", help=code)
        for code in ("415", "628")
    ]
    assert cause_of_results(hints[:1]) == cause_of_results(hints[1:])
    assert cause_of_results([*hints, short("skipped", key="b")]) == cause_of_results(hints[:1])


def test_what_fell_short_is_another_trouble_by_address_kind_status_and_fields() -> None:
    fallen = [
        short("refused", 400),
        short("refused", 400, key="b"),
        short("refused", 404),
        short("input", 400),
        short(untaken=("server",)),
        short(untaken=("server.url",)),
    ]
    assert len({cause_of_results([each]) for each in fallen}) == len(fallen)


def test_in_which_order_operations_fell_short_is_no_matter() -> None:
    one, other = short("refused", 400), short("refused", 400, key="b")
    assert cause_of_results([one, other]) == cause_of_results([other, one])


def test_a_refusal_of_guards_is_the_same_while_they_refuse_the_same() -> None:
    def refused(*pairs: tuple[str, str], count: int = 1) -> str:
        blocked = [Blocked(address, guard, f"{count}") for guard, address in pairs]
        return cause_of(GuardError(f"{count}"), f"{count}", blocked)

    first = refused(("recreate", "a"))
    assert refused(("recreate", "a"), count=2) == first
    others = [refused(("recreate", "a"), ("recreate", "b")), refused(("limits.deletes", "a"))]
    assert len({first, *others}) == 3


def test_faults_are_the_same_trouble_while_they_stand_where_they_stood() -> None:
    def invalid(line: int, code: str, message: str) -> str:
        fault = Diagnostic(Severity.ERROR, code, message, Place("a.yaml", line, 1))
        beside = Diagnostic(Severity.WARNING, "R900", message, Place("b.yaml", line, 1))
        return cause_of(InvalidManifestsError(Validation(1, (fault, beside))), "the same")

    first = invalid(1, "R303", "try one of a")
    assert invalid(1, "R303", "try one of b") == first
    assert len({first, invalid(2, "R303", ""), invalid(1, "R304", "")}) == 3
