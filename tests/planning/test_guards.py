"""What is refused, and how to let it pass."""

import pytest

from reconciler.errors import GuardError
from reconciler.model import Lifecycle, Limit, Limits, Lock, LockEntry, OnImmutableChange, State
from reconciler.planning.guards import allowance, raise_if_blocked
from tests.planning.numbers import desired, guards, live, lock, plan

TOMBSTONE = Lifecycle(state=State.ABSENT)


@pytest.mark.parametrize(
    ("limit", "managed", "allowed"),
    [
        (Limit(), 10, float("inf")),
        (Limit(count=3), 10, 3),
        (Limit(percent=30), 10, 3),
        (Limit(percent=30), 9, 2),
        (Limit(percent=100), 0, 0),
        (Limit(count=1, percent=50), 10, 1),
    ],
)
def test_a_limit_allows(limit: Limit, managed: int, allowed: float) -> None:
    assert allowance(limit, managed) == allowed


def test_a_limit_that_is_passed_refuses_all_that_it_counts() -> None:
    wanted = [desired(each) for each in "abc"]
    made = plan(wanted, [], limits=Limits(creates=Limit(count=2)))
    assert guards(made) == [(each, "limits.creates") for each in "abc"]
    assert made.blocked[0].help == "--max-creates 3"
    assert len(made.operations) == 3


def test_a_limit_that_is_passed_is_told_once_however_many_it_counts() -> None:
    made = plan([desired(each) for each in "abcde"], [], limits=Limits(creates=Limit(count=2)))
    with pytest.raises(GuardError) as raised:
        raise_if_blocked(made)
    first = "  PhoneNumber/a, PhoneNumber/b, PhoneNumber/c and 2 more: "
    assert raised.value.message.splitlines() == [
        "nothing was applied, a guard refuses:",
        f"{first}limits.creates is 2, and 5 numbers would be created",
        "    --max-creates 5",
    ]


def test_a_limit_in_percent_counts_the_managed_numbers() -> None:
    wanted = [desired(each, {"assistantId": "x"}) for each in "abcd"]
    held = [live(each, {"name": each}) for each in "abcd"]
    made = plan(wanted, held, limits=Limits(changes=Limit(percent=50)))
    assert made.blocked[0].message == "limits.changes is 50%, here 2, and 4 numbers would change"


def test_a_replace_counts_once_and_as_nothing_else() -> None:
    replacing = Lifecycle(on_immutable_change=OnImmutableChange.REPLACE)
    wanted = desired("a", {"numberDesiredAreaCode": "212"}, lifecycle=replacing)
    held = live("1", {"name": "a", "number": "+14155550100"})
    allowed = Limits(replaces=Limit(count=1), creates=Limit(count=0))
    assert guards(plan([wanted], [held], limits=allowed)) == []
    assert guards(plan([wanted], [held])) == [("a", "limits.replaces")]


def test_a_protected_number_is_never_replaced() -> None:
    protected = Lifecycle(prevent_destroy=True, on_immutable_change=OnImmutableChange.REPLACE)
    wanted = desired("a", {"numberDesiredAreaCode": "212"}, lifecycle=protected)
    held = live("1", {"name": "a", "number": "+14155550100"})
    made = plan([wanted], [held], limits=Limits(replaces=Limit()))
    assert guards(made) == [("a", "preventDestroy")]


def test_protection_outlives_the_manifest() -> None:
    entry = LockEntry("1", "vapi", prevent_destroy=True)
    held = [live("1"), live("2", {"name": "kept"})]
    known = Lock("s", "", {"a": entry})
    made = plan([desired("kept")], held, lock=known, limits=Limits(deletes=Limit()))
    assert guards(made) == [("a", "preventDestroy")]


def test_a_tombstone_within_the_limit_passes() -> None:
    made = plan(
        [desired("a", lifecycle=TOMBSTONE)],
        [live("1", {"name": "a"})],
        limits=Limits(deletes=Limit(count=1)),
    )
    assert guards(made) == []


def test_a_recreate_does_not_count_as_a_create() -> None:
    made = plan([desired("a")], [], lock=lock(a="9"), limits=Limits(creates=Limit(count=0)))
    assert guards(made) == [("a", "recreate")]
