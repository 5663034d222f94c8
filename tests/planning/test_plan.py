"""The table over `make_plan`, row by row."""

from dataclasses import replace

import pytest

from reconciler.errors import InputError
from reconciler.model import (
    Binding,
    IgnoreRule,
    Json,
    Lifecycle,
    Limit,
    Limits,
    Lock,
    LockEntry,
    OnImmutableChange,
    Ownership,
    State,
    Undeclared,
)
from tests.planning.numbers import calls, desired, guards, live, lock, plan

TOMBSTONE = Lifecycle(state=State.ABSENT)
# Something that stays, beside what is taken away.
KEPT, HELD = desired("kept"), live("0", {"name": "kept"})


def test_a_manifest_without_a_number_creates_one() -> None:
    made = plan([desired("a", {"sipUri": "sip:a@sip.vapi.ai"})], [])
    assert calls(made) == [("create", "a", "declared")]
    assert made.operations[0].body == {
        "provider": "vapi",
        "name": "a",
        "sipUri": "sip:a@sip.vapi.ai",
    }


def test_a_number_that_vanished_is_blocked() -> None:
    made = plan([desired("a", {"numberDesiredAreaCode": "415"})], [], lock=lock(a="gone"))
    assert guards(made) == [("a", "recreate")]
    assert made.blocked[0].help == "--max-recreates 1"


def test_a_number_that_vanished_is_created_again_when_the_limit_allows() -> None:
    limits = Limits(recreates=Limit(count=1), creates=Limit(count=0))
    made = plan([desired("a")], [], lock=lock(a="gone"), limits=limits)
    assert calls(made) == [("create", "a", "declared")]
    assert made.blocked == ()


def test_a_number_that_is_the_same_needs_nothing() -> None:
    made = plan(
        [desired("a", {"assistantId": "x"})], [live("1", {"name": "a", "assistantId": "x"})]
    )
    assert made.operations == ()
    assert made.summary.unchanged == 1


def test_a_difference_is_patched() -> None:
    made = plan(
        [desired("a", {"assistantId": "x"})], [live("1", {"name": "a", "assistantId": "y"})]
    )
    assert calls(made) == [("patch", "a", "changed")]
    assert made.operations[0].body == {"assistantId": "x"}


def test_an_unset_field_is_cleared_with_null() -> None:
    made = plan([desired("a")], [live("1", {"name": "a", "squadId": "night"})])
    assert made.operations[0].body == {"squadId": None}


def test_a_patch_never_sends_the_provider() -> None:
    made = plan([desired("a", {"assistantId": "x"})], [live("1", {"name": "a"})])
    assert "provider" not in made.operations[0].body


def test_a_nested_value_is_sent_whole() -> None:
    server: Json = {"url": "https://new.example.com", "timeoutSeconds": 30}
    held = {"url": "https://old.example.com", "timeoutSeconds": 30}
    made = plan([desired("a", {"server": server})], [live("1", {"name": "a", "server": held})])
    assert made.operations[0].body == {"server": server}
    assert [each.path for each in made.operations[0].changes] == ["server.url"]


def test_a_live_number_that_moved_is_drift() -> None:
    entry = LockEntry("1", "vapi", {"name": "a", "assistantId": "x", "provider": "vapi"})
    held = live("1", {"name": "a", "assistantId": "y"})
    made = plan([desired("a", {"assistantId": "x"})], [held], lock=Lock("s", "", {"a": entry}))
    assert calls(made) == [("patch", "a", "drifted")]


def test_a_manifest_that_moved_is_declared() -> None:
    entry = LockEntry("1", "vapi", {"name": "a", "assistantId": "y", "provider": "vapi"})
    held = live("1", {"name": "a", "assistantId": "y"})
    made = plan([desired("a", {"assistantId": "x"})], [held], lock=Lock("s", "", {"a": entry}))
    assert calls(made) == [("patch", "a", "declared")]


def test_a_change_that_only_a_new_number_could_take_is_blocked() -> None:
    held = live("1", {"name": "a", "number": "+14155550100"})
    made = plan([desired("a", {"numberDesiredAreaCode": "212"})], [held])
    assert (calls(made), guards(made)) == ([], [("a", "immutable")])
    assert '"415"' in made.blocked[0].message


def test_a_replace_is_a_create_and_then_a_delete() -> None:
    replacing = Lifecycle(on_immutable_change=OnImmutableChange.REPLACE)
    wanted = desired("a", {"numberDesiredAreaCode": "212"}, lifecycle=replacing)
    held = live("1", {"name": "a", "number": "+14155550100"})
    made = plan([wanted], [held], limits=Limits(replaces=Limit(count=1)))
    assert calls(made) == [("create", "a", "replace"), ("delete", "a", "replace")]
    assert made.operations[1].requires == (made.operations[0].id,)
    assert (made.summary.replace, made.blocked) == (1, ())


def test_a_replace_shows_the_digits_that_are_lost() -> None:
    replacing = Lifecycle(on_immutable_change=OnImmutableChange.REPLACE)
    wanted = desired("a", {"numberDesiredAreaCode": "212"}, lifecycle=replacing)
    made = plan([wanted], [live("1", {"name": "a", "number": "+14155550100"})])
    lost = made.operations[1].changes[0]
    assert (lost.before, lost.note) == ("+14155550100", "these digits cannot be bought back")


def test_a_tombstone_releases_its_number() -> None:
    made = plan([desired("a", lifecycle=TOMBSTONE)], [live("1", {"name": "a"})])
    assert (calls(made), guards(made)) == (
        [("delete", "a", "tombstone")],
        [("a", "limits.deletes")],
    )


def test_a_tombstone_without_a_number_is_done() -> None:
    assert calls(plan([desired("a", lifecycle=TOMBSTONE)], [], lock=lock(a="gone"))) == []


def test_a_locked_number_whose_manifest_is_gone_is_released() -> None:
    made = plan([KEPT], [live("1", {"name": "a"}), HELD], lock=lock(a="1"))
    assert calls(made) == [("delete", "a", "removed")]


def test_no_manifest_at_all_never_means_to_release_everything() -> None:
    with pytest.raises(InputError, match="no manifest is left"):
        plan([], [live("1", {"name": "a"})], lock=lock(a="1"))


def test_a_number_that_nobody_declared_is_left_alone() -> None:
    made = plan([], [live("1", {"name": "a"})])
    assert (calls(made), [each.id for each in made.unmanaged]) == ([], ["1"])


def test_with_exclusive_ownership_what_nobody_declared_goes() -> None:
    ignore = (IgnoreRule(name="demo-*"), IgnoreRule(provider="twilio", number="+14155550100"))
    held = [
        live("1", {"name": "a"}),
        live("2", {"name": "demo-x"}),
        live("3", {"number": "+14155550100"}, provider="twilio"),
        live("4", {"number": "+14155550100"}, provider="telnyx"),
        HELD,
    ]
    made = plan([KEPT], held, ownership=Ownership.EXCLUSIVE, ignore=ignore)
    assert calls(made) == [("delete", "1", "unowned"), ("delete", "4", "unowned")]


def test_a_partial_plan_releases_only_what_it_was_told_of() -> None:
    wanted = [desired("a"), desired("b", lifecycle=TOMBSTONE)]
    held = [live("2", {"name": "b"}), live("3", {"name": "c"}), live("4", {"name": "d"})]
    made = plan(
        wanted,
        held,
        lock=lock(b="2", c="3"),
        ownership=Ownership.EXCLUSIVE,
        selected=frozenset({"a"}),
    )
    assert calls(made) == [("create", "a", "declared")]


def test_what_stood_at_the_base_revision_and_is_gone_is_released() -> None:
    held = [live("1", {"name": "old"}), live("2"), HELD]
    made = plan([KEPT], held, former=(desired("old"),))
    assert calls(made) == [("delete", "old", "removed")]


def test_what_cannot_be_told_apart_at_the_base_revision_is_left_alone() -> None:
    held = [live("1", {"name": "old"}), live("2", {"name": "old"})]
    made = plan([], held, former=(desired("old"),))
    assert calls(made) == []
    assert "cannot be told apart" in made.warnings[0].message


def test_a_renamed_manifest_keeps_its_number() -> None:
    wanted = desired("new", {"name": "Support"}, previously=("old",))
    made = plan([wanted], [live("1", {"name": "Support"})], lock=lock(old="1"))
    assert (calls(made), made.bindings) == ([], {"new": "1"})


def test_a_rename_that_was_not_declared_is_refused_and_explained() -> None:
    wanted = desired("new", {"numberDesiredAreaCode": "415"})
    held = live("1", {"name": "old", "number": "+14155550100"})
    made = plan([wanted], [held], lock=lock(old="1"), limits=Limits(deletes=Limit(count=1)))
    assert guards(made) == [("new", "recreate")]
    assert "metadata.previously: [old]" in made.blocked[0].help


def test_a_number_renamed_by_hand_is_never_bought_again_in_silence() -> None:
    wanted = desired("a", {"numberDesiredAreaCode": "415", "assistantId": "x"})
    renamed = live("1", {"name": "b", "number": "+14155550100", "assistantId": "x"})
    made = plan([wanted], [renamed])
    assert "id: 1" in made.warnings[0].message


def test_a_number_that_only_its_name_ties_to_a_manifest_is_warned_of() -> None:
    wanted = desired("desk", {"number": "+14155550188"}, provider="twilio")
    held = live("1", {"name": "desk", "number": "+14155550103"}, provider="twilio")
    (warning,) = plan([wanted], [held]).warnings
    assert warning.message.startswith("is found by its name alone, and differs in number: 1  desk")
    assert plan([wanted], [held], lock=lock(desk="1")).warnings == ()
    bound = replace(wanted, binding=Binding("name", "desk"))
    assert plan([bound], [held]).warnings == ()


def test_an_unlike_number_is_no_reason_to_warn() -> None:
    wanted = desired("a", {"numberDesiredAreaCode": "415"})
    made = plan([wanted], [live("1", {"name": "b", "number": "+12125550100"})])
    assert made.warnings == ()


def test_an_ignored_field_is_neither_shown_nor_sent() -> None:
    ignoring = Lifecycle(ignore_changes=(("assistantId",), ("server", "headers")))
    wanted = desired("a", {"server": {"url": "https://new.example.com"}}, lifecycle=ignoring)
    server = {"url": "https://old.example.com", "headers": {"X-Env": "prod"}, "unknown": 1}
    held = live("1", {"name": "a", "assistantId": "y", "server": server})
    made = plan([wanted], [held])
    kept: dict[str, Json] = {"url": "https://new.example.com", "headers": {"X-Env": "prod"}}
    assert made.operations[0].body == {"server": kept}


def test_what_is_kept_but_masked_is_not_sent_back() -> None:
    ignoring = Lifecycle(ignore_changes=(("server", "headers"),))
    wanted = desired("a", {"server": {"url": "https://new.example.com"}}, lifecycle=ignoring)
    server = {"url": "https://old.example.com", "headers": {"X-Token": "********"}}
    made = plan([wanted], [live("1", {"name": "a", "server": server})])
    assert guards(made) == [("a", "immutable")]


def test_undeclared_fields_can_be_kept() -> None:
    wanted = desired("a", {"server": {"url": "https://new.example.com"}})
    server = {"url": "https://old.example.com", "timeoutSeconds": 60}
    held = live("1", {"name": "a", "assistantId": "y", "server": server})
    made = plan([wanted], [held], undeclared=Undeclared.KEEP)
    assert made.operations[0].body == {
        "server": {"url": "https://new.example.com", "timeoutSeconds": 60}
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "activating"}, "activating"),
        ({"status": "blocked", "number": "+14155550100"}, "blocked"),
        ({}, "incomplete"),
    ],
)
def test_a_managed_number_that_serves_no_call_is_told(body: dict[str, str], status: str) -> None:
    made = plan([desired("a")], [live("1", {"name": "a", **body})])
    assert [(each.address, each.status) for each in made.health] == [("PhoneNumber/a", status)]


def test_a_binding_to_nothing_is_an_error_and_no_create() -> None:
    with pytest.raises(InputError, match=r"a\.yaml:1:1: a is bound to id 9"):
        plan([desired("a", binding=Binding("id", "9"))], [live("1", {"name": "a"})])


def test_a_lock_of_another_organisation_is_refused() -> None:
    held = replace(live("1"), org_id="theirs")
    with pytest.raises(InputError, match="locked for organisation ours"):
        plan([], [held], lock=Lock("s", "ours"))
