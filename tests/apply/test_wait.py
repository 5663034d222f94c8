"""`--wait`: numbers just created are looked at until they serve calls, or time is up."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from reconciler.apply.wait import LOOK_EVERY, Waited, wait_until_active
from reconciler.errors import ApiError, Throttled, Unauthorized, Uncertain
from reconciler.model import Action, Live, Operation, Outcome, Reason, Result, Status, Unhealthy

ADDRESS = "PhoneNumber/support"


class Hour:
    """A clock that only sleeping moves; `until` is when somebody asks to stop."""

    def __init__(self, until: float = float("inf")) -> None:
        self.now = 100.0
        self.until = 100.0 + until
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> bool:
        self.slept.append(seconds)
        self.now += seconds
        return self.now >= self.until


class Account:
    """Shows one number or error after the other, the last one for good."""

    def __init__(self, *shown: Live | ApiError | None) -> None:
        self._shown: Iterator[Live | ApiError | None] = iter(shown)
        self._last = shown[-1]
        # The seconds that each look was given.
        self.given: list[float] = []

    def look(self, seconds: float) -> tuple[Live, ...]:
        self.given.append(seconds)
        now = next(self._shown, self._last)
        if isinstance(now, ApiError):
            raise now
        return (now,) if now else ()


def number(status: str, digits: str = "") -> Live:
    return Live("id-1", "vapi", {}, number=digits, status=status)


ACTIVE = number("active", "+14155550100")
ACTIVATING = number("activating", "+14155550100")
HUSK = number("active")
BLOCKED = number("blocked", "+14155550100")


def outcome(
    status: Status = Status.DONE, action: Action = Action.CREATE, live_id: str | None = "id-1"
) -> Outcome:
    operation = Operation("op-1", action, ADDRESS, "vapi", None, Reason.DECLARED)
    return Outcome("prod", (Result(operation, status, live_id),))


def waited(account: Account, hour: Hour, run: Outcome | None = None) -> Waited:
    return wait_until_active(
        run or outcome(), account.look, seconds=60, clock=hour.clock, sleep=hour.sleep
    )


def wait(account: Account, hour: Hour, run: Outcome | None = None) -> tuple[Unhealthy, ...]:
    return waited(account, hour, run).ill


def test_a_number_that_is_active_is_not_waited_for() -> None:
    hour = Hour()
    assert (wait(Account(ACTIVE), hour), hour.slept) == ((), [])


@pytest.mark.parametrize("early", [ACTIVATING, HUSK, None])
def test_a_number_that_is_on_its_way_is_waited_for(early: Live | None) -> None:
    hour = Hour()
    assert wait(Account(early, early, ACTIVE), hour) == ()
    assert hour.slept == [LOOK_EVERY] * 2


@pytest.mark.parametrize(
    ("shown", "status"), [(ACTIVATING, "activating"), (HUSK, "incomplete"), (None, "incomplete")]
)
def test_what_never_becomes_active_is_told_when_time_is_up(shown: Live | None, status: str) -> None:
    hour = Hour()
    assert [(each.address, each.status) for each in wait(Account(shown), hour)] == [
        (ADDRESS, status)
    ]
    assert sum(hour.slept) == 60


def test_a_number_that_becomes_active_in_the_last_moment_is_seen() -> None:
    assert wait(Account(*[ACTIVATING] * 12, ACTIVE), Hour()) == ()


def test_a_blocked_number_is_told_and_not_waited_for() -> None:
    hour = Hour()
    assert [each.status for each in wait(Account(BLOCKED), hour)] == ["blocked"]
    assert hour.slept == []


def test_who_asks_to_stop_need_not_wait() -> None:
    hour = Hour(until=LOOK_EVERY)
    assert [each.status for each in wait(Account(ACTIVATING), hour)] == ["activating"]
    assert hour.slept == [LOOK_EVERY]


def test_a_create_that_was_recovered_is_waited_for_too() -> None:
    assert wait(Account(ACTIVATING, ACTIVE), Hour(), outcome(Status.RECOVERED)) == ()


@pytest.mark.parametrize(
    "run",
    [
        outcome(Status.FAILED, live_id=None),
        outcome(Status.SKIPPED, live_id=None),
        outcome(action=Action.PATCH),
        outcome(action=Action.DELETE),
        Outcome("prod", ()),
    ],
)
def test_a_run_that_created_nothing_costs_no_request(run: Outcome) -> None:
    account = Account(ACTIVATING)
    assert (waited(account, Hour(), run), account.given) == (Waited(), [])


OUTAGE = Uncertain("the API answered 500")


def test_a_look_that_fails_is_no_answer_and_the_next_one_may_be() -> None:
    hour = Hour()
    account = Account(OUTAGE, ACTIVATING, OUTAGE, ACTIVE)
    assert (waited(account, hour), hour.slept) == (Waited(), [LOOK_EVERY] * 3)


@pytest.mark.parametrize(
    ("shown", "status"), [((HUSK, OUTAGE), "incomplete"), ((OUTAGE,), "activating")]
)
def test_what_was_last_known_is_told_where_the_last_look_fails(
    shown: tuple[Live | ApiError, ...], status: str
) -> None:
    hour = Hour()
    ended = waited(Account(*shown), hour)
    assert ([each.status for each in ended.ill], ended.error) == ([status], OUTAGE)
    assert sum(hour.slept) == 60


def test_a_number_that_nobody_saw_is_what_its_own_answer_said() -> None:
    (made,) = outcome().results
    run = Outcome("prod", (replace(made, health=Unhealthy(ADDRESS, "blocked")),))
    assert [each.status for each in wait(Account(OUTAGE), Hour(), run)] == ["blocked"]


def test_a_key_that_was_refused_is_not_tried_again() -> None:
    hour, refused = Hour(), Unauthorized("the API answered 401", status=401)
    ended = waited(Account(ACTIVATING, refused), hour)
    assert ([each.status for each in ended.ill], ended.error) == (["activating"], refused)
    assert hour.slept == [LOOK_EVERY]


def test_who_asks_for_patience_is_not_looked_at_sooner() -> None:
    hour = Hour()
    throttled = Throttled("the API answered 429", status=429, retry_after=20)
    assert wait(Account(throttled, ACTIVE), hour) == ()
    assert hour.slept == [20]


def test_a_look_has_what_is_left_of_the_time_and_the_last_one_a_little_more() -> None:
    account = Account(ACTIVATING)
    wait(account, Hour())
    assert (account.given[:2], account.given[-2:]) == ([60, 55], [LOOK_EVERY] * 2)
