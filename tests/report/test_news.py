"""What is worth telling of a pass, after what was told before."""

from dataclasses import replace
from typing import Any

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
    Precondition,
    Reason,
    Result,
    Secret,
    Status,
    Summary,
    Unhealthy,
    Warned,
)
from reconciler.report.news import (
    EVERYBODY,
    PATIENCE,
    RECOVERED,
    Told,
    mood,
    news,
    read_told,
    told_json,
)

PLAN = Plan("prod", "", None, "", "", (), (), (), (), (), Summary())
FINE = PassReport("prod", "", 0.1, Ending.SYNCED, plan=PLAN)
DOWN = PassReport("prod", "", 0.1, Ending.FAILED, "no answer in time", "outage")
PATCH = Operation("op-1", Action.PATCH, "PhoneNumber/a", "vapi", "1", Reason.DRIFTED)


def story(*reports: PassReport, minutes: float = 5) -> list[tuple[str, ...]]:
    """What is told of passes, one after the other; what was told goes through its file's form."""
    told, lines = Told(), []
    for index, report in enumerate(reports):
        said, told = news(told, report, index * minutes * 60)
        told = read_told(told_json(told))
        lines.append(said)
    return lines


def planned(**parts: object) -> PassReport:
    return replace(FINE, plan=replace(PLAN, **parts))  # type: ignore[arg-type]


def test_a_year_of_passes_with_nothing_to_do_says_nothing() -> None:
    assert story(*[FINE] * 50) == [()] * 50


def test_what_was_done_is_told_each_time() -> None:
    done = Outcome("prod", (Result(PATCH, Status.DONE, "1"),))
    changed = replace(FINE, ending=Ending.CHANGED, outcome=done)
    assert story(changed, changed) == [("patch PhoneNumber/a: done",)] * 2


def test_an_outage_is_told_once_with_all_its_faces_and_once_when_it_is_over() -> None:
    other = replace(DOWN, ending=Ending.PARTIAL, message="the API answered 502")
    assert story(DOWN, other, DOWN, FINE, FINE) == [
        ("failed: no answer in time",),
        (),
        (),
        ("recovered: the last pass had failed or was refused, and this one was not",),
        (),
    ]


def test_what_is_never_taken_is_told_once_and_what_is_done_beside_it_each_time() -> None:
    def short(*whole: str) -> PassReport:
        untaken = Result(PATCH, Status.DONE, "1", not_taken=("server.url",))
        done = (replace(PATCH, address=f"PhoneNumber/{each}") for each in whole)
        results = (untaken, *(Result(each, Status.DONE, "1") for each in done))
        ended = replace(FINE, ending=Ending.PARTIAL, message="not taken", cause="operations 1")
        return replace(ended, outcome=Outcome("prod", results))

    assert story(short(), short(), short("b"), FINE, short()) == [
        ("patch PhoneNumber/a: done", "partial: not taken"),
        (),
        ("patch PhoneNumber/b: done",),
        (RECOVERED,),
        ("patch PhoneNumber/a: done", "partial: not taken"),
    ]


@pytest.mark.parametrize("ending", [Ending.INTERRUPTED, Ending.FROZEN])
def test_a_pass_that_proves_nothing_recovers_from_nothing(ending: Ending) -> None:
    refused = replace(FINE, ending=Ending.REFUSED, cause="guard 1")
    told = story(refused, replace(FINE, ending=ending), refused, FINE)
    assert [len(each) for each in told] == [1, 0, 0, 1]


def test_news_are_of_a_failure_of_a_success_or_neither() -> None:
    done = Outcome("prod", (Result(PATCH, Status.DONE, "1"),))
    changed = replace(FINE, ending=Ending.CHANGED, outcome=done)
    assert mood(DOWN, ("failed: no answer",)) == "failure"
    assert mood(changed, ("patch PhoneNumber/a: done",)) == "success"
    begun = replace(changed, ending=Ending.FROZEN)
    assert mood(begun, ("patch PhoneNumber/a: done",)) == "success"
    assert mood(FINE, (RECOVERED,)) == "success"
    assert mood(FINE, ("PhoneNumber/a is blocked by the provider",)) == "info"


def test_another_refusal_is_news() -> None:
    first = replace(FINE, ending=Ending.REFUSED, cause="guard 1")
    second = replace(first, cause="guard 2")
    assert [len(each) for each in story(first, first, second, second)] == [1, 0, 1, 0]


def test_a_number_that_serves_no_calls_is_told_once_and_when_that_changes() -> None:
    blocked = planned(health=(Unhealthy("PhoneNumber/a", "blocked"),))
    husk = planned(health=(Unhealthy("PhoneNumber/a", "incomplete"),))
    assert story(blocked, blocked, husk, FINE, blocked) == [
        ("PhoneNumber/a is blocked by the provider",),
        (),
        ("PhoneNumber/a is active, but has no number",),
        ("over: PhoneNumber/a is active, but has no number",),
        ("PhoneNumber/a is blocked by the provider",),
    ]


def test_a_number_may_be_activating_for_a_while() -> None:
    activating = planned(health=(Unhealthy("PhoneNumber/a", "activating"),))
    minutes = PATIENCE / 60 / 2
    assert story(activating, activating, activating, activating, minutes=minutes) == [
        (),
        (),
        ("PhoneNumber/a is not active yet",),
        (),
    ]


def test_one_that_becomes_active_in_time_is_never_told() -> None:
    activating = planned(health=(Unhealthy("PhoneNumber/a", "activating"),))
    assert story(activating, FINE, activating) == [(), (), ()]


def test_dangling_references_and_vanished_numbers_are_told_once() -> None:
    dangling = Warned("PhoneNumber/a", "assistantId: no assistant of this account has the id x")
    gone = Blocked("PhoneNumber/b", "recreate", "the number vanished", "--max-recreates 1")
    report = planned(warnings=(dangling,), blocked=(gone,))
    assert story(report, report) == [
        (
            "PhoneNumber/b vanished, and limits.recreates keeps it from being created again",
            "PhoneNumber/a: assistantId: no assistant of this account has the id x",
        ),
        (),
    ]


def test_a_number_that_vanished_is_told_once_however_many_vanish_after_it() -> None:
    def gone(*addresses: str) -> PassReport:
        message = f"limits.recreates is 0, and {len(addresses)} would be created again"
        return planned(
            blocked=tuple(
                Blocked(each, "recreate", message, "--max-recreates 1") for each in addresses
            )
        )

    told = story(
        gone("PhoneNumber/a"), gone("PhoneNumber/a", "PhoneNumber/b"), gone("PhoneNumber/b")
    )
    assert [[each.partition(" vanished")[0] for each in lines] for lines in told] == [
        ["PhoneNumber/a"],
        ["PhoneNumber/b"],
        ["over: PhoneNumber/a"],
    ]


def test_a_manifest_that_looks_renamed_did_not_vanish() -> None:
    renamed = Blocked("PhoneNumber/b", "recreate", "this looks like a under a new name")
    assert story(planned(blocked=(renamed,))) == [()]


def drifted(*changes: Change, at: str = "") -> PassReport:
    held = replace(PATCH, changes=changes, precondition=Precondition(at, "sha256:"))
    return replace(FINE, ending=Ending.DRIFT, held=(held,))


LEFT = "PhoneNumber/a was changed elsewhere, and is left so: "


def test_drift_that_is_only_reported_is_told_once_and_again_when_it_moves() -> None:
    one, other = Change("squadId", "a", "b"), Change("hooks", None, [1])
    first, second = f'{LEFT}squadId is "a"', f'{LEFT}squadId is "a", hooks is unset'
    assert story(drifted(one), drifted(one, at="later"), drifted(one, other), FINE) == [
        (first,),
        (),
        (second,),
        (f"over: {second}",),
    ]


def test_drift_beside_a_change_of_the_manifest_is_not_over() -> None:
    drift = drifted(Change("squadId", "a", "b"))
    changing = planned(operations=(replace(PATCH, reason=Reason.DECLARED),))
    over = f'over: {LEFT}squadId is "a"'
    assert story(drift, changing, drift, FINE) == [(f'{LEFT}squadId is "a"',), (), (), (over,)]


def test_what_waits_for_drift_is_told_as_that_and_each_number_once() -> None:
    def operation(
        key: str, address: str, action: Action, reason: Reason, *requires: str
    ) -> Operation:
        return Operation(
            key, action, f"PhoneNumber/{address}", "vapi", None, reason, requires=requires
        )

    held = (
        operation("0", "a", Action.PATCH, Reason.VACATE),
        operation("1", "b", Action.PATCH, Reason.DECLARED, "0"),
        replace(PATCH, id="2", changes=(Change("sipUri", "sip:b", "sip:a"),), requires=("1",)),
        operation("3", "c", Action.CREATE, Reason.REPLACE, "2", "1", "free"),
        operation("4", "c", Action.DELETE, Reason.REPLACE, "3"),
    )
    assert story(replace(FINE, ending=Ending.DRIFT, held=held)) == [
        (
            "patch PhoneNumber/b: held back, for it waits for PhoneNumber/a",
            f'{LEFT}sipUri is "sip:b"',
            "create PhoneNumber/c: held back, for it waits for PhoneNumber/a, PhoneNumber/b",
        )
    ]


def test_another_value_of_the_same_field_is_news() -> None:
    values = ["x", "evil", "evil", "x"]
    told = story(*(drifted(Change("server.url", each, "b")) for each in values))
    assert told == [
        (f'{LEFT}server.url is "x"',),
        (f'{LEFT}server.url is "evil"',),
        (),
        (f'{LEFT}server.url is "x"',),
    ]


def test_a_long_value_is_cut_and_is_news_when_what_is_not_shown_of_it_moves() -> None:
    long = ["y" * 500 + end for end in "abb"]
    told = story(*(drifted(Change("name", each, "b")) for each in long))
    line = f'{LEFT}name is "{"y" * 79}…'
    assert told == [(line,), (line,), ()]


def test_a_value_is_shown_on_one_line_that_it_cannot_forge() -> None:
    value = {"a": "x" * 90, "b": "\n::error::\x1b[2J\u202e"}
    ((line,),) = story(drifted(Change("hooks", value, None)))
    assert line.isprintable()
    ((line,),) = story(drifted(Change("assistantId", "4f2c1d", "b", before_name="Bot\n(4f2c…)")))
    assert line == f"{LEFT}assistantId is Bot\\n(4f2c…)"


def test_a_value_that_may_not_be_shown_is_news_when_the_number_was_changed_once_more() -> None:
    secret = Change("server.secret", Secret.SHOWN, Secret.SHOWN, sensitive=True)
    times = ["09:00", "09:00", "09:30"]
    told = story(*(drifted(secret, at=each) for each in times))
    line = f"{LEFT}server.secret is (sensitive)"
    assert told == [(line,), (), (line,)]


def test_a_pass_that_could_not_look_forgets_nothing() -> None:
    blocked = planned(health=(Unhealthy("PhoneNumber/a", "blocked"),))
    assert [len(each) for each in story(blocked, DOWN, blocked)] == [1, 1, 1]
    assert story(blocked, DOWN, blocked)[2][0].startswith("recovered")


def test_foreign_text_cannot_forge_a_line() -> None:
    gone = Blocked("PhoneNumber/x\x1b[2Jy\u202e", "recreate", "", "--max-recreates 1")
    (line,) = story(planned(blocked=(gone,)))[0]
    assert line.startswith("PhoneNumber/x\\x1b[2Jy\\u202e vanished")


def test_what_was_told_and_cannot_be_read_is_told_once_more() -> None:
    broken: Any
    since: Any
    for broken in (None, [], {}, {"trouble": 1}, {"trouble": "", "matters": 3, "since": {}}):
        assert read_told(broken) == Told()
    assert read_told({"trouble": "", "matters": {}, "since": {}, "unsent": {"x": []}}) == Told()
    for since in ({"PhoneNumber/a": "x"}, {"PhoneNumber/a": None}, {"PhoneNumber/a": 10**400}, []):
        assert read_told({"trouble": "", "matters": {}, "since": since}) == Told()


def test_what_is_owed_to_each_url_is_kept_and_what_was_once_is_owed_to_all() -> None:
    told = Told(unsent={1: ("a", "b"), 3: ("c",)}, urls=3, complaints={"metrics": "x"})
    assert read_told(told_json(told)) == told
    before: dict[str, Any] = {"trouble": "", "matters": {}, "since": {}}
    assert read_told(before | {"unsent": ["a", "b"]}) == Told(unsent={EVERYBODY: ("a", "b")})
    assert read_told(before | {"unsent": []}) == read_told(before) == Told()
