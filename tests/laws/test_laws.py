"""The laws: whatever is declared, and whatever the account holds."""

import json
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.model import Action, Desired, Json, Lock, LockEntry, Reason, Secret, Status
from reconciler.planning import to_document
from tests.laws.accounts import TOMBSTONE, Account
from tests.laws.worlds import CANARY, UNLIMITED, worlds
from tests.planning.numbers import desired, live, plan

# What a dashboard may do to a number of any provider; empty where it is left alone.
edits: st.SearchStrategy[dict[str, Json]] = st.sampled_from(
    [
        {},
        {"workflowId": "drifted"},
        {"server": {"url": "https://drifted.example.com"}},
        {"hooks": [{"on": "call.ringing", "do": [{"type": "say", "exact": "Drifted"}]}]},
        {"fallbackDestination": {"type": "number", "number": "+14155550177"}},
        {"server": {"url": f"https://user:{CANARY}@drifted.example.com"}},
        {"server": {"url": f"https://drifted.example.com/?token={CANARY}"}},
    ]
)
# What the account may hold of secrets that no manifest knows of.
typed: st.SearchStrategy[dict[str, Json]] = st.sampled_from(
    [f"https://user:{CANARY}@x.example.com", f"https://x.example.com/?page=1&token={CANARY}"]
).flatmap(
    lambda url: st.fixed_dictionaries(
        {},
        optional={
            "name": st.just(url),
            "server": st.just({"url": url}),
            "hooks": st.just([{"on": "call.ringing", "do": [{"type": "say", "exact": url}]}]),
            "fallbackDestination": st.just({"type": "sip", "sipUri": "sip:a@b", "message": url}),
        },
    )
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(before=worlds(), after=worlds())
def test_applying_a_plan_leaves_an_empty_plan_and_no_call_is_refused(
    secretive: Account, before: tuple[Desired, ...], after: tuple[Desired, ...]
) -> None:
    kept = {each.key for each in after}
    gone = tuple(replace(each, lifecycle=TOMBSTONE) for each in before if each.key not in kept)
    secretive.fresh()
    for wanted in (before, (*after, *gone)):
        assert set(secretive.apply(wanted)) <= {Status.DONE}
        assert secretive.plan(wanted).operations == ()
    assert len(secretive.client.list_numbers()) == len(after)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(wanted=worlds(), elsewhere=st.data())
def test_whatever_was_edited_elsewhere_is_put_right_and_told_as_drift(
    held: Account, wanted: tuple[Desired, ...], elsewhere: st.DataObject
) -> None:
    held.fresh()
    held.apply(wanted)
    moved = set()
    for each in held.client.list_numbers():
        edit = elsewhere.draw(edits)
        held.client.patch_number(each.id, edit)
        moved |= {each.name} if edit else set()
    drifted = held.plan(wanted).operations
    assert {each.reason for each in drifted} <= {Reason.DRIFTED}
    assert len(drifted) == len(moved)
    assert set(held.apply(wanted)) <= {Status.DONE}
    assert held.plan(wanted).operations == ()


# One number, of which a manifest and a dashboard move parts of the same fields.
nested = st.fixed_dictionaries(
    {
        "sipUri": st.just("sip:a@sip.vapi.ai"),
        "authentication": st.sampled_from(
            [{"username": each * 20, "password": Secret(CANARY)} for each in "uv"]
        ),
        "server": st.fixed_dictionaries(
            {"url": st.sampled_from(["https://x.example.com", "https://y.example.com"])},
            optional={
                "timeoutSeconds": st.sampled_from([30, 40]),
                "headers": st.sampled_from([{"X-Token": Secret(CANARY)}, {"X-Other": "o"}]),
            },
        ),
        "fallbackDestination": st.sampled_from(
            [
                {"type": "number", "number": "+14155550199"},
                {"type": "number", "number": "+14155550188", "extension": "1"},
                {"type": "sip", "sipUri": "sip:help@example.com"},
            ]
        ),
    }
)
inner_edits: st.SearchStrategy[dict[str, Json]] = st.sampled_from(
    [
        {"server": {"url": "https://drifted.example.com", "headers": {"X-More": "m"}}},
        {"server": {"timeoutSeconds": 55, "headers": {"X-Token": "t", "X-More": "m"}}},
        {"server": None, "authentication": {"username": "d" * 20, "password": "d" * 20}},
        {"fallbackDestination": {"type": "number", "number": "+14155550177", "extension": "9"}},
        {"fallbackDestination": {"type": "sip", "sipUri": "sip:drifted@example.com"}},
    ]
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(before=nested, after=nested, edit=inner_edits)
def test_where_drift_is_held_a_change_is_taken_and_leaves_nothing_but_drift(
    secretive: Account, before: dict[str, Json], after: dict[str, Json], edit: dict[str, Json]
) -> None:
    secretive.fresh()
    secretive.apply((desired("a", before),))
    (number,) = secretive.client.list_numbers()
    secretive.client.patch_number(number.id, edit)
    wanted = (desired("a", after),)
    assert set(secretive.apply(wanted, hold_drift=True)) <= {Status.DONE}
    left = secretive.plan(wanted, hold_drift=True)
    assert {each.reason for each in left.operations} <= {Reason.DRIFTED}
    assert set(secretive.apply(wanted)) <= {Status.DONE}
    assert secretive.plan(wanted).operations == ()


@settings(max_examples=15, deadline=None, derandomize=True)
@given(wanted=worlds())
def test_a_lost_lock_changes_nothing(held: Account, wanted: tuple[Desired, ...]) -> None:
    held.fresh()
    held.apply(wanted)
    held.lock = Lock("other")
    assert held.plan(wanted).operations == ()


@settings(max_examples=10, deadline=None, derandomize=True)
@given(wanted=worlds())
def test_planning_never_writes(held: Account, wanted: tuple[Desired, ...]) -> None:
    held.fresh()
    held.plan(wanted)
    assert held.methods() == {"GET"}


@given(wanted=worlds(), shuffled=st.randoms())
def test_the_order_of_manifests_and_numbers_changes_no_byte(
    wanted: tuple[Desired, ...], shuffled: Random
) -> None:
    held = [live(f"id-{each.key}", {"name": each.key}, provider=each.provider) for each in wanted]
    other, numbers = list(wanted), list(held)
    shuffled.shuffle(other)
    shuffled.shuffle(numbers)
    one = json.dumps(to_document(plan(wanted, held), "0"))
    assert json.dumps(to_document(plan(other, numbers), "0")) == one


@given(before=worlds(), after=worlds(), elsewhere=st.data())
def test_a_plan_holds_no_secret(
    before: tuple[Desired, ...], after: tuple[Desired, ...], elsewhere: st.DataObject
) -> None:
    bodies = {each.key: _clear(dict(each.spec)) | elsewhere.draw(typed) for each in before}
    held = [live(each.key, bodies[each.key], provider=each.provider) for each in before]
    entries = {each.key: LockEntry(each.key, each.provider) for each in before}
    made = plan(after, held, lock=Lock("salt", "", entries), limits=UNLIMITED)
    assert CANARY not in json.dumps(to_document(made, "0"))
    assert CANARY not in repr(made)


@given(wanted=worlds(), others=worlds(), data=st.data())
def test_no_plan_releases_a_number_that_is_not_ours(
    wanted: tuple[Desired, ...], others: tuple[Desired, ...], data: st.DataObject
) -> None:
    held = [live(f"id-{each.key}", dict(each.spec), provider=each.provider) for each in others]
    locked = data.draw(st.lists(st.sampled_from(held), unique_by=lambda each: each.id))
    entries = {each.name: LockEntry(each.id, each.provider) for each in locked}
    ours = {each.id for each in locked}
    made = plan(wanted, held, lock=Lock("salt", "", entries), limits=UNLIMITED)
    removed = {
        each.live_id
        for each in made.operations
        if each.action is Action.DELETE and each.reason.value == "removed"
    }
    released = {each.live_id for each in made.operations if each.action is Action.DELETE}
    assert removed <= ours
    assert released - removed <= set(made.bindings.values())


def _clear(value: object) -> dict[str, object]:
    """The values as an account shows them: secrets in clear."""

    def shown(each: object) -> object:
        if isinstance(each, Secret):
            return each.reveal()
        if isinstance(each, dict):
            return {key: shown(child) for key, child in each.items()}
        return each

    found = shown(value)
    assert isinstance(found, dict)
    return found
