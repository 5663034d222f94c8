"""A replace that was cut short: the new number is known, and the old one is not forgotten."""

import pytest

from reconciler.errors import InputError
from reconciler.model import (
    Desired,
    Lifecycle,
    Limit,
    Limits,
    Live,
    Lock,
    LockEntry,
    OnImmutableChange,
    State,
)
from reconciler.planning.memory import released
from tests.planning.numbers import calls, desired, guards, live, plan

REPLACES = Limits(replaces=Limit(count=1))
REPLACING = Lifecycle(on_immutable_change=OnImmutableChange.REPLACE)
OLD = live("old", {"name": "a", "number": "+14155550100"}, provider="twilio")
NEW = live(
    "new", {"name": "a", "number": "+12125550100", "twilioAccountSid": "1"}, provider="vonage"
)


def wanted(lifecycle: Lifecycle = REPLACING, provider: str = "vonage") -> Desired:
    spec = {"number": "+12125550100"} if provider == "vonage" else {"number": "+14155550100"}
    return desired("a", dict(spec), provider=provider, lifecycle=lifecycle)


def lock(entry: LockEntry) -> Lock:
    return Lock("salt", "", {"a": entry})


def twilio() -> LockEntry:
    """The old number, with a replace begun when nothing else looked like the new one."""
    return LockEntry("old", "twilio", replacing=())


def test_what_was_replaced_and_not_released_is_released() -> None:
    entry = LockEntry("new", "vonage", replaced=("old",))
    made = plan([wanted()], [OLD, NEW], lock=lock(entry), limits=REPLACES)
    assert (calls(made), guards(made)) == ([("delete", "a", "removed")], [])
    assert made.operations[0].live_id == "old"
    assert made.unmanaged == ()


def test_its_release_counts_as_the_replace_that_it_belongs_to() -> None:
    entry = LockEntry("new", "vonage", replaced=("old",))
    assert guards(plan([wanted()], [OLD, NEW], lock=lock(entry))) == [("a", "limits.replaces")]


def test_prevent_destroy_protects_what_was_replaced() -> None:
    entry = LockEntry("new", "vonage", replaced=("old",))
    kept = Lifecycle(prevent_destroy=True, on_immutable_change=OnImmutableChange.REPLACE)
    made = plan([wanted(kept)], [OLD, NEW], lock=lock(entry), limits=REPLACES)
    assert guards(made) == [("a", "preventDestroy")]


def test_a_new_number_that_nobody_remembers_is_the_one_that_was_being_made() -> None:
    made = plan([wanted()], [OLD, NEW], lock=lock(twilio()), limits=REPLACES)
    assert calls(made) == [("delete", "a", "removed")]
    assert (made.bindings, made.leaving) == ({"a": "new"}, {"a": ("old",)})


def test_a_number_that_was_there_before_is_not_taken_for_it() -> None:
    entry = LockEntry("old", "twilio", replacing=("new",))
    made = plan([wanted()], [OLD, NEW], lock=lock(entry), limits=REPLACES)
    assert calls(made) == [("create", "a", "replace"), ("delete", "a", "replace")]


def test_without_a_replace_begun_nothing_is_taken_for_it() -> None:
    entry = LockEntry("old", "twilio")
    made = plan([wanted()], [OLD, NEW], lock=lock(entry), limits=REPLACES)
    assert calls(made) == [("create", "a", "replace"), ("delete", "a", "replace")]


def test_a_manifest_that_wants_the_old_number_again_keeps_it() -> None:
    made = plan([wanted(provider="twilio")], [OLD, NEW], lock=lock(twilio()))
    assert (calls(made), made.bindings) == ([], {"a": "old"})
    assert [each.id for each in made.unmanaged] == ["new"]


def test_a_number_that_a_replace_released_first_is_created_and_has_not_vanished() -> None:
    made = plan([wanted()], [], lock=lock(twilio()))
    assert (calls(made), guards(made)) == ([("create", "a", "declared")], [])


def test_two_new_numbers_are_told_and_none_is_taken() -> None:
    other = live("other", dict(NEW.body) | {"id": "other"}, provider="vonage")
    with pytest.raises(InputError, match=r"new[\s\S]*other"):
        plan([wanted()], [OLD, NEW, other], lock=lock(twilio()), limits=REPLACES)


def test_a_tombstone_and_a_manifest_that_is_gone_release_both() -> None:
    entry = LockEntry("new", "vonage", replaced=("old",))
    deletes = Limits(deletes=Limit(count=1), replaces=Limit(count=1))
    grave = desired("a", provider="vonage", lifecycle=Lifecycle(state=State.ABSENT))
    other = desired("b", {"sipUri": "sip:b@sip.vapi.ai"})
    held: list[Live] = [OLD, NEW, live("b", {"name": "b", "sipUri": "sip:b@sip.vapi.ai"})]
    for declared in ([grave, other], [other]):
        made = plan(declared, held, lock=lock(entry), limits=deletes)
        assert {each.live_id for each in made.operations} == {"old", "new"}
        assert guards(made) == []


def test_a_second_replace_releases_what_the_first_left() -> None:
    entry = LockEntry("new", "vonage", replaced=("old",))
    again = desired("a", {"number": "+12125550111"}, provider="telnyx", lifecycle=REPLACING)
    made = plan([again], [OLD, NEW], lock=lock(entry), limits=REPLACES)
    assert [(each.action.value, each.live_id) for each in made.operations] == [
        ("create", None),
        ("delete", "new"),
        ("delete", "old"),
    ]
    assert guards(made) == []


def test_the_lock_remembers_what_is_left_to_release() -> None:
    entry = LockEntry("new", "vonage", {"name": "a"}, replaced=("old", "older"))
    assert released(entry, "old") == LockEntry("new", "vonage", {"name": "a"}, replaced=("older",))
    assert released(entry, "new") == LockEntry("old", "vonage", replaced=("older",))
    assert released(LockEntry("new", "vonage"), "new") is None


def test_a_release_that_nobody_remembers_is_forgotten() -> None:
    grave = desired("a", provider="vonage", lifecycle=Lifecycle(state=State.ABSENT))
    other = desired("b", {"sipUri": "sip:b@sip.vapi.ai"})
    held = [live("b", {"name": "b", "sipUri": "sip:b@sip.vapi.ai"})]
    entry = LockEntry("new", "vonage", replaced=("old",))
    assert plan([grave, other], held, lock=lock(entry)).forgotten == {"a"}
    assert plan([other], held, lock=lock(entry)).forgotten == {"a"}
    assert plan([other], held, lock=lock(entry), selected=frozenset({"b"})).forgotten == set()


def test_a_number_that_vanished_is_not_forgotten() -> None:
    made = plan([wanted()], [], lock=lock(LockEntry("new", "vonage")))
    assert (made.forgotten, guards(made)) == (frozenset(), [("a", "recreate")])
