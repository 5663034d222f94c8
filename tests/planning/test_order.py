"""The order of calls: nobody waits for what comes later, and no caller hears silence."""

from reconciler.model import Lifecycle, Limit, Limits, OnImmutableChange, Operation, State
from tests.planning.numbers import calls, desired, live, lock, plan

TOMBSTONE = Lifecycle(state=State.ABSENT)
FREE = Limits(deletes=Limit(), replaces=Limit())


def uri(user: str) -> str:
    return f"sip:{user}@sip.vapi.ai"


def sip(operation: Operation) -> object:
    return operation.body.get("sipUri")


def test_creates_come_first_and_deletes_last() -> None:
    wanted = [desired("a", lifecycle=TOMBSTONE), desired("b", {"assistantId": "x"}), desired("c")]
    made = plan(wanted, [live("1", {"name": "a"}), live("2", {"name": "b"})], limits=FREE)
    assert [action for action, _, _ in calls(made)] == ["create", "patch", "delete"]
    assert [each.id for each in made.operations] == ["op-1", "op-2", "op-3"]


def test_a_unique_value_is_let_go_before_it_is_taken() -> None:
    wanted = [desired("a", {"sipUri": uri("one")}), desired("b", {"sipUri": uri("two")})]
    held = live("1", {"name": "b", "sipUri": uri("one")})
    made = plan(wanted, [held], lock=lock(b="1"))
    assert calls(made) == [("patch", "b", "changed"), ("create", "a", "declared")]
    assert made.operations[1].requires == ("op-1",)


def test_a_swap_parks_one_value() -> None:
    wanted = [desired("a", {"sipUri": uri("two")}), desired("b", {"sipUri": uri("one")})]
    held = [
        live("1", {"name": "a", "sipUri": uri("one")}),
        live("2", {"name": "b", "sipUri": uri("two")}),
    ]
    made = plan(wanted, held, lock=lock(a="1", b="2"))
    assert [reason for _, _, reason in calls(made)] == ["vacate", "changed", "changed"]
    parked, *moves = made.operations
    assert str(sip(parked)).endswith("@sip.vapi.ai")
    assert [sip(each) for each in moves] == [uri("one"), uri("two")]


def test_two_rings_need_two_parkings() -> None:
    users = ("a", "b", "c", "d", "e")
    taken = dict(zip(users, ("b", "c", "a", "e", "d"), strict=True))
    wanted = [desired(each, {"sipUri": uri(taken[each])}) for each in users]
    held = [live(each.upper(), {"name": each, "sipUri": uri(each)}) for each in users]
    made = plan(wanted, held, lock=lock(**{each: each.upper() for each in users}))
    assert [reason for _, _, reason in calls(made)].count("vacate") == 2
    assert len(made.operations) == 7


def test_a_full_account_releases_before_it_buys() -> None:
    wanted = [desired("new", {"numberDesiredAreaCode": "212"}), desired("n1", lifecycle=TOMBSTONE)]
    held = [live(str(i), {"name": f"n{i}", "number": f"+1415555010{i}"}) for i in range(1, 6)]
    made = plan(wanted, held, limits=FREE)
    assert calls(made) == [("delete", "n1", "tombstone"), ("create", "new", "declared")]
    assert made.operations[1].requires == ("op-1",)


def test_sip_numbers_fill_no_account() -> None:
    wanted = [desired("new", {"numberDesiredAreaCode": "212"}), desired("n1", lifecycle=TOMBSTONE)]
    held = [live(str(i), {"name": f"n{i}", "sipUri": uri(f"n{i}")}) for i in range(1, 6)]
    assert calls(plan(wanted, held, limits=FREE))[0] == ("create", "new", "declared")


def test_a_replace_that_keeps_its_unique_value_lets_go_first() -> None:
    replacing = Lifecycle(on_immutable_change=OnImmutableChange.REPLACE)
    wanted = desired("a", {"sipUri": uri("a"), "numberDesiredAreaCode": "212"}, lifecycle=replacing)
    held = live("1", {"name": "a", "sipUri": uri("a"), "numberDesiredAreaCode": "415"})
    made = plan([wanted], [held], limits=FREE)
    assert [action for action, _, _ in calls(made)] == ["delete", "create"]


def test_the_order_of_manifests_and_numbers_changes_nothing() -> None:
    wanted = [desired(each, {"assistantId": each}) for each in "cab"]
    held = [live(each, {"name": each}) for each in "bca"]
    assert plan(wanted, held) == plan(wanted[::-1], held[::-1])
