"""A plan is run: each write once, in order, and nothing that depends on a failure."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier, Event
from typing import Any

import pytest

from reconciler.api import Client
from reconciler.api.retry import RetryPolicy
from reconciler.apply import Executor, Stop
from reconciler.apply.record import Answered, Step
from reconciler.documents import read_plain
from reconciler.errors import InputError, Refused, Throttled, Unauthorized, Uncertain, Unsent
from reconciler.model import (
    Action,
    Json,
    Live,
    Operation,
    Outcome,
    Plan,
    Reason,
    Result,
    Secret,
    Status,
    Summary,
    Unhealthy,
)
from reconciler.sandbox.app import create_app
from reconciler.sandbox.faults import parse_rule
from reconciler.sandbox.server import running
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import Store
from reconciler.schema.packaged import OPENAPI, read_packaged
from tests.planning.numbers import FIELDS

DESCRIPTION = read_plain(read_packaged(OPENAPI), OPENAPI)


@contextmanager
def account(*faults: str, budget: float = 3, **switches: Any) -> Iterator[Client]:
    settings = Settings(faults=tuple(parse_rule(each) for each in faults), **switches)
    policy = RetryPolicy(budget=budget, first_delay=0.001, longest_delay=0.01)
    with (
        Store(":memory:") as store,
        running(create_app(DESCRIPTION, store, settings)) as url,
        Client(url, Secret("key"), retry=policy, parallel=8) as client,
    ):
        yield client


def create(
    index: int, requires: tuple[str, ...] = (), *, name: str = "", code: str = "415"
) -> Operation:
    body: dict[str, Json] = {
        "provider": "vapi",
        "name": name or f"n{index}",
        "numberDesiredAreaCode": code,
    }
    return Operation(
        id=f"op-{index}",
        action=Action.CREATE,
        address=f"PhoneNumber/n{index}",
        provider="vapi",
        live_id=None,
        reason=Reason.DECLARED,
        requires=requires,
        body=body,
    )


def patch(index: int, live: Live, body: dict[str, Json]) -> Operation:
    return Operation(
        id=f"op-{index}",
        action=Action.PATCH,
        address=f"PhoneNumber/n{index}",
        provider="vapi",
        live_id=live.id,
        reason=Reason.CHANGED,
        body=body,
    )


def plan(*operations: Operation) -> Plan:
    return Plan("prod", "http://x", None, "", "", operations, (), (), (), (), Summary())


def run(
    account: Any, *operations: Operation, known: frozenset[str] = frozenset(), **more: Any
) -> Outcome:
    more = {"remember": lambda *_: None, **more}
    return Executor(account, FIELDS, **more).execute(plan(*operations), known)


def statuses(outcome: Outcome) -> list[str]:
    return [each.status.value for each in outcome.results]


def test_a_failure_stops_what_depends_on_it_and_nothing_else() -> None:
    with account(stock={"415": 9}) as client:
        outcome = run(
            client,
            create(1, code="212"),
            create(2, ("op-1",)),
            create(3, ("op-2",)),
            create(4),
        )
    assert statuses(outcome) == ["failed", "skipped", "skipped", "done"]
    assert "not available" in outcome.results[0].error_message
    assert outcome.results[0].error_status == 400


def test_a_failure_stops_a_chain_of_any_length() -> None:
    with account(stock={"415": 9}) as client:
        chain = [create(index, (f"op-{index - 1}",)) for index in range(2, 2001)]
        outcome = run(client, create(1, code="212"), *chain)
    assert statuses(outcome) == ["failed", *["skipped"] * 1999]


@pytest.mark.parametrize("fault", ["POST:drop-after@1", "POST:500-after@1", "POST:cut-body@1"])
def test_a_create_that_landed_is_found_and_not_repeated(fault: str) -> None:
    with account(fault) as client:
        outcome = run(client, create(1))
        assert statuses(outcome) == ["recovered"]
        assert [each.id for each in client.list_numbers()] == [outcome.results[0].live_id]


@pytest.mark.parametrize("fault", ["POST:drop-before@1", "POST:500-before@1", "POST:html-502@1"])
def test_a_create_that_did_not_land_is_sent_once_more(fault: str) -> None:
    looks: list[int] = []
    with account(fault) as client:
        outcome = run(client, create(1), pause=lambda _seconds: looks.append(1))
        assert statuses(outcome) == ["done"]
        assert (len(client.list_numbers()), looks) == (1, [1])


def test_a_create_that_never_lands_ends() -> None:
    with account("POST:500-before") as client:
        outcome = run(client, create(1))
        assert (statuses(outcome), client.list_numbers()) == (["failed"], ())
        assert outcome.results[0].error_kind == "uncertain"


class Unseen:
    """An account that loses the answer of every create, and lets nobody look."""

    def create_number(self, _: dict[str, Json]) -> Live:
        raise Uncertain("the answer was lost")

    def list_numbers(self) -> tuple[Live, ...]:
        raise Unauthorized("the key was revoked", status=401)


def test_a_create_that_nobody_can_look_for_may_have_landed() -> None:
    [result] = run(Unseen(), create(1)).results
    assert result.error_kind == "uncertain"
    assert result.error_message == (
        "the answer was lost; whether it landed cannot be seen: the key was revoked"
    )


def test_a_number_that_was_there_before_is_never_adopted() -> None:
    with account("POST:500-before@2") as client:
        old = client.create_number(create(1).body)
        outcome = run(client, create(1), known=frozenset({old.id}))
        assert outcome.results[0].live_id != old.id
        assert len(client.list_numbers()) == 2


def test_creates_that_nothing_tells_apart_never_adopt_each_other() -> None:
    with account("POST:drop-after@1", "POST:500-before@2") as client:
        twins = [create(index, name="same") for index in range(1, 5)]
        outcome = run(client, *twins, parallel=4)
        ids = {each.live_id for each in outcome.results}
        assert len(ids) == 4
        assert {each.id for each in client.list_numbers()} == ids


def test_results_are_told_in_the_order_of_the_plan() -> None:
    told: list[str] = []

    def tell(result: Result) -> None:
        told.append(result.operation.id)

    with account("POST:delay=80@1") as client:
        run(client, *[create(index) for index in range(1, 5)], parallel=4, observe=tell)
    assert told == ["op-1", "op-2", "op-3", "op-4"]


class Meeting:
    """An account whose creates wait for each other: it can only end if they run at once."""

    def __init__(self, parties: int) -> None:
        self.barrier = Barrier(parties, timeout=10)

    def create_number(self, body: dict[str, Json]) -> Live:
        self.barrier.wait()
        return Live(str(body["name"]), "vapi", {**body, "id": body["name"]})


def test_operations_run_at_once_as_far_as_they_may() -> None:
    outcome = run(Meeting(3), *[create(index) for index in (1, 2, 3)], parallel=3)
    assert statuses(outcome) == ["done"] * 3


def test_what_was_not_taken_is_named_after_a_second_look() -> None:
    with account(not_cleared=frozenset({"squadId"})) as client:
        number = client.create_number({**create(1).body, "squadId": "crew"})
        outcome = run(client, patch(1, number, {"squadId": None, "name": "new"}))
    assert outcome.results[0].not_taken == ("squadId",)


def test_a_write_that_cannot_be_looked_at_is_done_and_judged_by_its_answer() -> None:
    with account("GET:500-before", not_cleared=frozenset({"squadId"})) as client:
        number = client.create_number({**create(1).body, "squadId": "crew"})
        outcome = run(client, patch(1, number, {"squadId": None, "name": "new"}))
    assert statuses(outcome) == ["done"]
    assert outcome.results[0].not_taken == ("squadId",)


def test_a_requirement_is_done_before_what_requires_it_begins() -> None:
    began: list[str] = []

    class Noting(Meeting):
        def create_number(self, body: dict[str, Json]) -> Live:
            began.append(str(body["name"]))
            return super().create_number(body)

    first, second = create(1, ("op-2",)), create(2)
    run(Noting(1), first, second, parallel=4)
    assert began == ["n2", "n1"]


def test_what_requires_two_waits_for_both() -> None:
    with account(stock={"415": 9}) as client:
        outcome = run(client, create(1), create(2, code="212"), create(3, ("op-1", "op-2")))
    assert statuses(outcome) == ["done", "failed", "skipped"]
    assert "requires" in outcome.results[2].error_message


def test_a_delete_that_is_repeated_finds_its_work_done() -> None:
    with account("DELETE:drop-after@1") as client:
        number = client.create_number(create(1).body)
        outcome = run(client, replace(patch(1, number, {}), action=Action.DELETE))
        assert statuses(outcome) == ["done"]
        assert client.list_numbers() == ()


def test_a_patch_whose_answer_is_lost_is_sent_again() -> None:
    with account("PATCH:drop-after@1") as client:
        number = client.create_number(create(1).body)
        outcome = run(client, patch(1, number, {"name": "new"}))
        assert statuses(outcome) == ["done"]
        assert [each.name for each in client.list_numbers()] == ["new"]


def test_a_throttled_account_is_asked_until_it_answers() -> None:
    with account("POST:429@1", "POST:429@2") as client:
        outcome = run(client, *[create(index) for index in range(1, 4)], parallel=3)
        assert statuses(outcome) == ["done"] * 3
        assert len(client.list_numbers()) == 3


def test_every_write_that_landed_is_remembered_and_no_other() -> None:
    kept: dict[str, str | None] = {}

    def remember(operation: Operation, live: Live | None) -> None:
        kept[operation.id] = live.id if live else None

    with account("POST:drop-after@2", stock={"415": 9}) as client:
        old = client.create_number({**create(9).body, "name": "old"})
        gone = replace(patch(4, old, {}), action=Action.DELETE)
        outcome = run(client, create(1), create(2, code="212"), gone, remember=remember)
        made = outcome.results[0].live_id
    assert kept == {"op-1": made, "op-4": None}


def test_an_empty_plan_sends_nothing() -> None:
    with account() as client:
        assert run(client).results == ()
        assert client.requests == 0


def test_asked_to_stop_it_finishes_what_is_under_way_and_starts_nothing() -> None:
    stop = Stop(Event())

    def remember(operation: Operation, _: Live | None) -> None:
        if operation.id == "op-2":
            stop.asked.set()

    with account() as client:
        operations = [create(index) for index in range(1, 5)]
        outcome = run(client, *operations, parallel=1, stop=stop, remember=remember)
        assert len(client.list_numbers()) == 2
    assert outcome.interrupted
    assert statuses(outcome) == ["done", "done", "skipped", "skipped"]


def stopping(end: Exception | None) -> Outcome:
    """A run of one create that is told to stop when all that is left of it is its end."""
    stop = Stop(Event())

    class Last(Scripted):
        def create_number(self, body: dict[str, Json]) -> Live:
            stop.asked.set()
            return super().create_number(body)

    return run(Last(end), create(1), stop=stop)


def test_told_to_stop_too_late_a_run_is_done() -> None:
    outcome = stopping(None)
    assert (statuses(outcome), outcome.interrupted) == (["done"], False)


@pytest.mark.parametrize(
    ("end", "interrupted"),
    [
        (Refused("400: no", status=400), False),
        (Unauthorized("401: no", status=401), False),
        (Refused("the host cannot be reached"), True),
        (Throttled("429: no", status=429), True),
        (Unsent("told to stop"), True),
    ],
)
def test_what_would_have_been_tried_again_was_cut_short(end: Refused, *, interrupted: bool) -> None:
    assert stopping(end).interrupted is interrupted


def test_what_was_not_tried_for_another_reason_was_not_interrupted() -> None:
    stop = Stop(Event())

    class Halting(Scripted):
        def create_number(self, body: dict[str, Json]) -> Live:
            if body["name"] == "n2":
                halted.wait(10)
                stop.asked.set()
            return super().create_number(body)

    halted = Event()
    scripted = Halting(Unauthorized("401: no", status=401), None)
    told = [create(1), create(2), create(3)]
    outcome = run(scripted, *told, parallel=2, stop=stop, observe=lambda _: halted.set())
    assert (statuses(outcome), outcome.interrupted) == (["failed", "done", "skipped"], False)
    assert outcome.results[2].error_message == "not tried: the key was refused"


def freezing(at: int) -> dict[str, Any]:
    """A window that begins once `at` writes have landed."""
    landed: list[str] = []
    return {
        "remember": lambda operation, _live: landed.append(operation.id),
        "hold": lambda: "frozen by x (UTC)" if len(landed) >= at else "",
    }


def test_once_a_window_begins_nothing_is_begun_and_what_is_under_way_ends() -> None:
    with account() as client:
        operations = [create(1), create(2), create(3), create(4, ("op-3",)), create(5)]
        outcome = run(client, *operations, parallel=1, **freezing(2))
        assert len(client.list_numbers()) == 2
    assert statuses(outcome) == ["done", "done", "skipped", "skipped", "skipped"]
    assert {each.error_kind for each in outcome.results[2:]} == {"frozen"}
    assert outcome.results[2].error_message == "not tried: frozen by x (UTC)"
    assert (outcome.frozen, outcome.interrupted) == ("frozen by x (UTC)", False)


def test_a_window_that_begins_when_nothing_is_left_holds_nothing_back() -> None:
    with account() as client:
        outcome = run(client, create(1), create(2), parallel=1, **freezing(2))
    assert (statuses(outcome), outcome.frozen) == (["done", "done"], "")


def test_what_failed_before_a_window_stays_failed_and_so_does_what_requires_it() -> None:
    class Beginning(Scripted):
        window = ""

        def create_number(self, body: dict[str, Json]) -> Live:
            self.window = "frozen"
            return super().create_number(body)

    scripted = Beginning(Refused("400: no", status=400))
    operations = [create(1), create(2, ("op-1",)), create(3), create(4, ("op-3", "op-1"))]
    outcome = run(scripted, *operations, parallel=1, hold=lambda: scripted.window)
    kinds = [each.error_kind for each in outcome.results]
    assert kinds == ["refused", "skipped", "frozen", "skipped"]


def test_a_create_that_may_have_landed_is_not_sent_again_in_a_window() -> None:
    windows = iter(["", ""])
    scripted = Scripted(Uncertain("lost"))
    [result] = run(scripted, create(1), hold=lambda: next(windows, "frozen")).results
    assert (result.status, result.error_kind, scripted.sent) == (Status.FAILED, "uncertain", 1)
    assert result.error_message == "lost; it was looked for and not found yet, nor sent again"


def test_a_create_that_waits_for_its_turn_is_not_sent_once_a_window_began() -> None:
    windows = iter(["", ""])
    scripted = Scripted(Uncertain("lost"), None)
    twins = [create(index, name="same") for index in (1, 2)]
    outcome = run(scripted, *twins, parallel=2, hold=lambda: next(windows, "frozen"))
    assert (sorted(each.error_kind for each in outcome.results), scripted.sent) == (
        ["frozen", "uncertain"],
        1,
    )


@pytest.mark.parametrize("reason", [Reason.REPLACE, Reason.VACATE])
def test_what_was_let_go_is_taken_although_a_window_began(reason: Reason) -> None:
    with account() as client:
        old = client.create_number(create(9).body)
        letting_go = replace(patch(1, old, {"name": "parked"}), reason=reason)
        if reason is Reason.REPLACE:
            letting_go = replace(letting_go, action=Action.DELETE)
        chain = [letting_go, create(2, ("op-1",)), create(3, ("op-2",)), create(4)]
        outcome = run(client, *chain, parallel=1, **freezing(1))
    assert statuses(outcome) == ["done", "done", "done", "skipped"]
    assert outcome.frozen


def test_nothing_more_is_sent_once_a_write_cannot_be_remembered() -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with account() as client:
        operations = [create(index) for index in range(1, 5)]
        outcome = run(client, *operations, parallel=1, remember=full)
        assert len(client.list_numbers()) == 1
    assert statuses(outcome) == ["done", "skipped", "skipped", "skipped"]
    assert outcome.results[0].error_message == (
        "done, but the lock cannot be written: No space left on device"
    )
    assert "the lock cannot be written" in outcome.results[1].error_message
    assert not outcome.interrupted


def test_a_lock_that_went_bad_is_one_that_cannot_be_written() -> None:
    def conflict(*_: object) -> None:
        raise InputError("lock:2: a merge left its conflict in this file", help="take a side")

    with account() as client:
        outcome = run(client, create(1), create(2), parallel=1, remember=conflict)
    first, second = outcome.results
    assert (first.status, first.error_kind, first.help) == (Status.DONE, "lock", "take a side")
    assert first.error_message == (
        "done, but the lock cannot be written: lock:2: a merge left its conflict in this file"
    )
    assert (second.status, second.error_kind) == (Status.SKIPPED, "skipped")


class Scripted:
    """An account whose creates end one after the other as told; nothing of them can be seen."""

    def __init__(self, *ends: Exception | None) -> None:
        self.ends = list(ends)
        self.sent = 0

    def create_number(self, body: dict[str, Json]) -> Live:
        self.sent += 1
        end = self.ends.pop(0)
        if end:
            raise end
        return Live(str(body["name"]), "vapi", {**body, "id": body["name"]})

    def list_numbers(self) -> tuple[Live, ...]:
        return ()


def test_once_the_key_was_refused_nothing_more_is_sent() -> None:
    refused = Unauthorized("the API answered 401", status=401, help="use another key")
    scripted = Scripted(None, refused)
    outcome = run(scripted, *[create(index) for index in range(1, 6)], parallel=1)
    assert statuses(outcome) == ["done", "failed", "skipped", "skipped", "skipped"]
    assert scripted.sent == 2
    assert {each.error_message for each in outcome.results[2:]} == {
        "not tried: the key was refused"
    }
    assert outcome.results[1].help == "use another key"


def test_a_write_that_was_held_back_when_told_to_stop_was_not_tried() -> None:
    outcome = run(Scripted(Unsent("told to stop")), create(1))
    assert statuses(outcome) == ["skipped"]
    assert outcome.results[0].error_message == "not tried: the run was interrupted"


def test_a_create_that_may_have_landed_stays_uncertain_when_told_to_stop() -> None:
    [result] = run(Scripted(Uncertain("lost"), Unsent("told to stop")), create(1)).results
    assert (result.status, result.error_kind) == (Status.FAILED, "uncertain")
    assert result.error_message == "lost; it was looked for and not found yet, nor sent again"


@pytest.mark.parametrize(
    "refused",
    [Refused("400: no", status=400), Throttled("429: no", status=429), Unauthorized("401: no")],
)
def test_a_create_that_may_have_landed_is_not_refused_when_a_later_try_is(refused: Refused) -> None:
    [result] = run(Scripted(Uncertain("lost"), refused), create(1)).results
    assert (result.status, result.error_kind) == (Status.FAILED, "uncertain")
    assert result.error_message == (
        "lost; it was looked for and not found yet; sent again, it was refused: " + refused.message
    )


class Late(Scripted):
    """An account where a create whose answer was lost lands only after the second look."""

    looks = 0

    def list_numbers(self) -> tuple[Live, ...]:
        self.looks += 1
        return (Live("late", "vapi", {**create(1).body, "id": "late"}),) if self.looks > 2 else ()


@pytest.mark.parametrize("refused", [Refused("400: it exists", status=400), Unsent("told to stop")])
def test_a_create_that_lands_late_is_found_once_a_later_try_is_refused(refused: Refused) -> None:
    [result] = run(Late(Uncertain("lost"), refused), create(1)).results
    assert (result.status, result.live_id) == (Status.RECOVERED, "late")


def test_a_create_is_not_sent_again_sooner_than_the_api_asked_for() -> None:
    pauses: list[float] = []
    run(Scripted(Uncertain("503", status=503, retry_after=7), None), create(1), pause=pauses.append)
    assert pauses == [7]


def test_a_create_that_would_be_sent_too_early_is_looked_for_twice_and_stays_uncertain() -> None:
    lost = Late(Uncertain("503", status=503, retry_after=600), None)
    [result] = run(lost, create(1), pause=lambda _seconds: False).results
    assert (result.status, result.error_kind) == (Status.FAILED, "uncertain")
    assert (lost.sent, lost.looks) == (1, 2)
    assert result.error_message == (
        "503; it was looked for and not found yet, nor sent again: the API asked for 600 s, longer "
        "than a request may take"
    )


def test_what_serves_no_call_is_told_be_it_written_to_or_not() -> None:
    ill = Unhealthy("PhoneNumber/other", "blocked")
    with account(activation_seconds=60) as client:
        made = replace(plan(create(1)), health=(ill, Unhealthy("PhoneNumber/n1", "incomplete")))
        outcome = Executor(client, FIELDS, lambda *_: None).execute(made, frozenset())
    assert outcome.health == (ill, Unhealthy("PhoneNumber/n1", "activating"))


def test_every_write_is_witnessed_before_it_is_sent_and_when_it_ended() -> None:
    seen: list[Step] = []
    with account("POST:drop-after@1", stock={"415": 9}) as client:
        run(client, create(1), create(2, code="212"), parallel=1, witness=seen.append)
    told = [(type(each).__name__, each.operation.id) for each in seen]
    assert told == [("Asked", "op-1"), ("Answered", "op-1"), ("Asked", "op-2"), ("Failed", "op-2")]
    assert isinstance(seen[1], Answered)
    assert seen[1].status is Status.RECOVERED


def test_a_refused_patch_is_a_result_and_no_exception() -> None:
    with account() as client:
        number = client.create_number(create(1).body)
        outcome = run(client, patch(1, number, {"name": "x" * 41}), create(2))
    assert statuses(outcome) == ["failed", "done"]
    assert "name must be shorter" in outcome.results[0].error_message
    assert outcome.results[0].error_kind == Refused.kind
    assert outcome.results[0].status is Status.FAILED


def test_an_api_that_takes_no_write_is_given_up_once_and_not_for_each_operation() -> None:
    with account("POST:500-before", budget=0.2) as client:
        outcome = run(client, *(create(index) for index in range(40)), pause=lambda _seconds: None)
        asked = client.requests
    told = {each.error_message for each in outcome.results if each.status is Status.SKIPPED}
    assert told == {"not tried: every POST has failed for 0.2 s"}
    assert (len(outcome.results), outcome.interrupted) == (40, False)
    assert asked < 40 * 7 / 2


def test_creates_that_all_fail_hold_up_no_patch() -> None:
    faults = [f"POST:500-before@{index}" for index in range(2, 200)]
    with account(*faults, budget=0.2) as client:
        number = client.create_number({"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})
        creates = [create(index) for index in range(20)]
        outcome = run(
            client,
            *creates,
            patch(20, number, {"name": "new"}),
            pause=lambda _seconds: None,
        )
    assert [each.error_kind for each in outcome.results[-3:]] == ["outage", "outage", ""]
    assert outcome.results[-1].status is Status.DONE
