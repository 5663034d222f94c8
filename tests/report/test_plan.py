"""A plan as people read it, and as programs do."""

import json
from typing import Any

import pytest

from reconciler.model import (
    Action,
    Blocked,
    Change,
    Json,
    Place,
    Reason,
    Summary,
    Unhealthy,
    Warned,
)
from reconciler.planning import to_document
from tests.report.samples import everything, golden, live, operation, plan, plan_as


def text_of(*changes: Change, **more: Any) -> str:
    return plan_as("text", plan(operation(Action.PATCH, "sales", *changes, **more)))


def last_lines(text: str) -> list[str]:
    return text.rpartition("\n\n")[2].splitlines()


def test_a_plan_is_shown_whole() -> None:
    assert plan_as("text", everything()) == golden("every-plan.txt")


def test_the_json_is_the_plan_document() -> None:
    assert plan_as("json", everything()) == golden("every-plan.json")
    assert json.loads(golden("every-plan.json")) == to_document(everything(), "1.2.3")


def test_verbose_lists_the_unmanaged_numbers() -> None:
    text = plan_as("text", everything(), verbose=True)
    assert (
        "  Unmanaged numbers, left alone:\n"
        "    77aa  Old line  +1 415 555 0111\n"
        "    88bb  (no name)  sip:test@sip.vapi.ai\n"
        "    99cc  Husk  no number\n" in text
    )
    assert text.endswith("3 unmanaged numbers are left alone.\n")


def test_an_empty_plan_says_so_in_the_words_of_terraform() -> None:
    assert last_lines(plan_as("text", plan())) == [
        "No changes. Your infrastructure matches the configuration."
    ]


def test_what_is_left_alone_is_told_where_nothing_changes_too() -> None:
    made = plan(unmanaged=(live("1"),), summary=Summary(unmanaged=1))
    assert last_lines(plan_as("text", made))[1] == (
        "1 unmanaged number is left alone (--verbose lists them)."
    )


def test_a_plan_of_nothing_but_refusals_is_not_without_changes() -> None:
    made = plan(
        blocked=(Blocked("PhoneNumber/a", "immutable", "given once"),), summary=Summary(blocked=1)
    )
    assert last_lines(plan_as("text", made)) == [
        "Plan: 0 to add, 0 to change, 0 to destroy.",
        "1 operation is blocked; apply would refuse.",
    ]


def test_every_guard_that_refuses_an_operation_is_told() -> None:
    guards = ("limits.deletes", "preventDestroy")
    blocked = tuple(Blocked("PhoneNumber/fax", each, f"because of {each}") for each in guards)
    text = plan_as("text", plan(operation(Action.DELETE, "fax"), blocked=blocked))
    assert "blocked by limits.deletes, preventDestroy" in text
    assert text.count("because of") == 2


def test_a_refusal_is_told_once_though_two_operations_are_of_the_number() -> None:
    blocked = (Blocked("PhoneNumber/sales", "limits.changes", "too many"),)
    made = plan(operation(reason=Reason.VACATE), operation(), blocked=blocked)
    assert plan_as("text", made).count("too many") == 1


def test_a_number_without_a_manifest_has_no_place() -> None:
    made = plan(operation(Action.DELETE, "fax", reason=Reason.UNOWNED, source=None))
    assert "  # PhoneNumber/fax will be destroyed, not declared here\n" in plan_as("text", made)


@pytest.mark.parametrize(
    ("reason", "remark"),
    [
        (Reason.DRIFTED, "set elsewhere, not in the manifest"),
        (Reason.DECLARED, "not in the manifest"),
        (Reason.CHANGED, "not in the manifest"),
    ],
)
def test_a_field_that_goes_says_why(reason: Reason, remark: str) -> None:
    line = text_of(Change("squadId", "9a0b", None), reason=reason).splitlines()[3]
    assert line.split(maxsplit=3) == ["-", "squadId", '"9a0b"', remark]


def test_a_sensitive_value_is_not_shown_even_where_one_is_given() -> None:
    text = text_of(Change("server.headers.X", "hunter2", "hunter3", sensitive=True))
    assert "~ server.headers.X  (sensitive) -> (sensitive)\n" in text
    assert "hunter" not in text


def test_a_name_stands_for_its_id() -> None:
    change = Change("f", "11", "22", before_name="Day crew (11…)", after_name="Night crew (22…)")
    assert "Day crew (11…) -> Night crew (22…)" in text_of(change)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (False, True, "~ f  false -> true"),
        (0, 20, "~ f  0 -> 20"),
        ("", "x", '~ f  "" -> "x"'),
        (None, "", '+ f  ""'),
        ([], ["a"], '~ f  [] -> ["a"]'),
        ("ü", "ß", '~ f  "ü" -> "ß"'),
    ],
)
def test_values_are_shown_as_in_json(before: str, after: str, shown: str) -> None:
    assert f"  {shown}\n" in text_of(Change("f", before, after))


def test_a_large_value_has_a_line_for_each_entry_of_what_does_not_fit_on_one() -> None:
    hooks: Json = [{"on": "call.ringing", "do": [{"exact": "x" * 60}], "filters": []}]
    assert text_of(Change("hooks", None, hooks)).splitlines()[3:10] == [
        "  + hooks",
        "      + [",
        "      +   {",
        '      +     "on": "call.ringing",',
        f'      +     "do": [{{"exact": "{"x" * 60}"}}],',
        '      +     "filters": []',
        "      +   }",
    ]


def test_long_texts_are_shown_whole_below_each_other() -> None:
    old, new = "a" * 300, "a" * 299 + "b"
    assert f'  ~ f\n      - "{old}"\n      + "{new}"\n' in text_of(Change("f", old, new))


def test_a_plan_without_remarks_has_no_blank_ends() -> None:
    text = plan_as("text", everything(), verbose=True)
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_remarks_stand_below_each_other_where_names_are_wide() -> None:
    text = text_of(Change("a", "電話", None), Change("bc", "tel", None))
    first, second = (line for line in text.splitlines() if "set elsewhere" in line)
    assert second.index("set") - first.index("set") == len("電話")


def test_a_message_of_several_lines_cannot_pass_for_a_line_of_the_plan() -> None:
    forged = "doubt\nPlan: 0 to add, 0 to change, 0 to destroy."
    blocked = (Blocked("PhoneNumber/a", "immutable", forged, help=forged),)
    text = plan_as("text", plan(warnings=(Warned("PhoneNumber/a", forged),), blocked=blocked))
    assert sum(line.startswith("Plan:") for line in text.splitlines()) == 1


def test_a_status_of_a_later_format_is_shown_as_it_is() -> None:
    status = "resting"
    made = plan(health=(Unhealthy("PhoneNumber/a", status),))  # type: ignore[arg-type]
    assert "unhealthy: PhoneNumber/a resting\n" in plan_as("text", made)


def test_colour_adds_nothing_but_colour() -> None:
    painted = plan_as("text", everything(), color=True)
    assert "\x1b[32m+\x1b[0m" in painted
    plain = painted
    for code in ("0", "1", "2", "31", "32", "33"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert plain == golden("every-plan.txt")


def test_a_place_is_told_with_its_line() -> None:
    made = plan(operation(source=Place("n/a.yaml", 7, 3)))
    assert plan_as("text", made).splitlines()[2].endswith("  n/a.yaml:7")


def test_what_forces_a_replacement_bears_terraforms_symbol() -> None:
    moved = Change("numberDesiredAreaCode", "415", "212")
    made = plan(operation(Action.CREATE, "sales", moved, reason=Reason.REPLACE))
    (line,) = (each for each in plan_as("text", made).splitlines() if "415" in each)
    assert line.startswith('-/+ numberDesiredAreaCode  "415" -> "212"')
    assert line.endswith("forces replacement")
