"""The laws of order: unique values and quotas change hands, and the account refuses no call."""

from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Action, Desired, Operation, Plan, Reason, Status
from tests.laws.accounts import TOMBSTONE, Account
from tests.planning.numbers import desired

USERS = ("u1", "u2", "u3", "u4", "u5", "u6", "u7")
MOVES = settings(max_examples=25, deadline=None, derandomize=True)


def sip(key: str, user: str) -> Desired:
    return desired(key, {"sipUri": f"sip:{user}@sip.vapi.ai"})


def pstn(key: str) -> Desired:
    return desired(key, {"numberDesiredAreaCode": "415"})


def declared(holders: Mapping[str, str]) -> tuple[Desired, ...]:
    return tuple(sip(key, user) for key, user in sorted(holders.items()))


def released(numbers: Sequence[Desired]) -> tuple[Desired, ...]:
    return tuple(desired(each.key, each.spec, lifecycle=TOMBSTONE) for each in numbers)


@st.composite
def holdings(draw: st.DrawFn) -> dict[str, str]:
    """Who holds which user; keys and users come from one pool each, so that they often move."""
    keys = draw(st.lists(st.sampled_from("abcdefg"), unique=True, min_size=1))
    return dict(zip(keys, draw(st.permutations(USERS)), strict=False))


@MOVES
@given(before=holdings(), after=holdings())
def test_any_exchange_of_unique_values_is_accepted(
    held: Account, before: dict[str, str], after: dict[str, str]
) -> None:
    gone = {key: user for key, user in before.items() if key not in after}
    held.fresh()
    held.apply(declared(before))
    wanted = (*declared(after), *released(declared(gone)))
    assert set(held.apply(wanted)) <= {Status.DONE}
    assert held.plan(wanted).operations == ()
    live = {each.name: each.sip_uri for each in held.client.list_numbers()}
    assert live == {key: f"sip:{user}@sip.vapi.ai" for key, user in after.items()}


@MOVES
@given(users=st.permutations(USERS))
def test_each_ring_costs_one_parking_and_no_other_call_more(
    held: Account, users: list[str]
) -> None:
    before = dict(zip("abcdefg", USERS, strict=True))
    after = dict(zip("abcdefg", users, strict=True))
    moved = [key for key in before if before[key] != after[key]]
    held.fresh()
    held.apply(declared(before))
    made = held.plan(declared(after))
    assert len(parked(made)) == rings(before, after)
    assert len(made.operations) == len(moved) + rings(before, after)
    assert set(held.apply(declared(after))) <= {Status.DONE}


@MOVES
@given(
    kept=st.integers(0, 3), gone=st.integers(0, 3), new=st.integers(0, 3), spare=st.integers(0, 2)
)
def test_a_quota_that_suffices_in_the_end_suffices_on_the_way(
    held: Account, kept: int, gone: int, new: int, spare: int
) -> None:
    stay = tuple(pstn(f"kept-{index}") for index in range(min(kept, 5 - gone)))
    leave = tuple(pstn(f"gone-{index}") for index in range(gone))
    come = tuple(pstn(f"new-{index}") for index in range(min(new, 5 - len(stay) - spare)))
    held.fresh()
    held.apply((*stay, *leave))
    made = held.plan((*stay, *released(leave), *come))
    assert set(held.apply((*stay, *released(leave), *come))) <= {Status.DONE}
    live = {each.name for each in held.client.list_numbers()}
    assert live == {each.key for each in (*stay, *come)}
    waiting = [each for each in made.operations if each.action is Action.CREATE and each.requires]
    assert len(waiting) == max(0, len(stay) + len(leave) + len(come) - 5)


def parked(made: Plan) -> list[Operation]:
    return [each for each in made.operations if each.reason is Reason.VACATE]


def rings(before: Mapping[str, str], after: Mapping[str, str]) -> int:
    """How many rings of two and more a permutation has."""
    holder = {user: key for key, user in before.items()}
    seen: set[str] = set()
    found = 0
    for start in before:
        ring = []
        key = start
        while key not in seen:
            seen.add(key)
            ring.append(key)
            key = holder[after[key]]
        found += len(ring) > 1
    return found
