"""Two descriptions -> what changed, in words for people."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.fields import FieldTable, read_field_table
from reconciler.model import (
    Consequence,
    FieldChange,
    FieldChangeKind,
    Place,
    SchemaDiff,
    Standing,
)
from reconciler.report import SCHEMA_DIFF_FORMATS, SchemaDiffView
from reconciler.schema.build import build_schema
from reconciler.schema.diff import diff_fields
from reconciler.schema.packaged import OVERLAY, read_packaged
from tests.schema.published import (
    Document,
    bodies,
    encoded,
    fields,
    plain,
    server_as_two_texts,
    without_telnyx,
)

Change = Callable[[Document], None]


def table(change: Change | None = None) -> FieldTable:
    document = plain()
    if change:
        change(document)
    built = build_schema(encoded(document), read_packaged(OVERLAY))
    return read_field_table(json.loads(built.field_table))


NOW = table()


def of(*changes: FieldChange) -> SchemaDiff:
    return SchemaDiff("old", "new", changes, providers=tuple(NOW.providers))


def lines(diff: SchemaDiff) -> list[str]:
    """The lines of the changes."""
    text = SCHEMA_DIFF_FORMATS["text"](SchemaDiffView(diff))
    return [each.strip() for each in text.splitlines()[3:-2]]


def vapi(document: Document, name: str, kind: str = "") -> Any:
    known = document["components"]["schemas"]
    return known[f"{kind}VapiPhoneNumber{'DTO' if kind else ''}"]["properties"][name]


def new_field(document: Document) -> None:
    for each in bodies(document):
        each["recordCalls"] = {"type": "boolean"}


def new_value(document: Document) -> None:
    vapi(document, "status")["enum"].append("paused")


def moved_bound(document: Document) -> None:
    for each in bodies(document):
        each["name"]["maxLength"] = 64


def became_create_only(document: Document) -> None:
    for each in bodies(document, "Update"):
        del each["name"]


def moved_default(document: Document) -> None:
    """One that the overlay would set too."""
    fields(document, "Server")["timeoutSeconds"]["default"] = 30


def moved_default_in_prose(document: Document) -> None:
    fields(document, "Server")["timeoutSeconds"]["description"] = "How long it is. @default 30"


def became_required(document: Document) -> None:
    document["components"]["schemas"]["CreateVapiPhoneNumberDTO"]["required"].append("name")


def became_required_inside(document: Document) -> None:
    document["components"]["schemas"]["Server"]["required"] = ["url", "timeoutSeconds"]


def became_create_only_with_all_in_it(document: Document) -> None:
    for each in bodies(document, "Update"):
        del each["server"]


def of_a_format(document: Document) -> None:
    fields(document, "Server")["url"]["format"] = "uri"


def of_a_pattern(document: Document) -> None:
    fields(document, "Server")["url"]["pattern"] = "^https:"


def open_to_other_keys(document: Document) -> None:
    document["components"]["schemas"]["Server"]["additionalProperties"] = True


def became_deprecated(document: Document) -> None:
    for each in bodies(document):
        each["workflowId"]["deprecated"] = True


def became_a_number(document: Document) -> None:
    fields(document, "SipAuthentication")["realm"] = {"type": "number"}


def free_of_choice(document: Document) -> None:
    del vapi(document, "status")["enum"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (new_field, ["+ recordCalls  new field: true or false, can be changed"]),
        (new_value, ['+ status  new value "paused"  (vapi)']),
        (moved_bound, ["~ name  maxLength moved from 40 to 64"]),
        (became_create_only, ["~ name  became create-only: only a new number takes another value"]),
        (became_required, ["~ name  a create needs it now  (vapi)"]),
        (became_deprecated, ["~ workflowId  became deprecated"]),
        (became_a_number, ["~ authentication.realm  was text, is number now  (vapi)"]),
        (
            free_of_choice,
            ["~ status  takes any value now, and not only those that were listed  (vapi)"],
        ),
        (without_telnyx, ["- provider  provider telnyx is gone"]),
        (
            server_as_two_texts,
            [
                "- server  is gone; it was mapping, can be changed",
                "+ serverUrl  new field: text, can be changed",
                "+ serverUrlSecret  new field: text, can be changed",
            ],
        ),
    ],
)
def test_a_change_is_told_once_and_in_words(change: Change, said: list[str]) -> None:
    assert lines(of(*diff_fields(NOW, table(change)))) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (moved_default, "timeoutSeconds  default moved from 20 to 30"),
        (moved_default_in_prose, "timeoutSeconds  default moved from 20 to 30"),
        (became_required_inside, "timeoutSeconds  a create needs it now"),
        (of_a_format, 'url  new bound: format "uri"'),
        (of_a_pattern, 'url  new bound: pattern "^https:"'),
    ],
)
def test_a_change_inside_of_a_field_is_told(change: Change, said: str) -> None:
    assert f"~ server.{said}" in lines(of(*diff_fields(NOW, table(change))))


def test_what_takes_other_keys_now_is_told() -> None:
    there, back = table(open_to_other_keys), NOW
    assert "~ server  takes other keys too" in lines(of(*diff_fields(NOW, there)))
    assert "~ server  takes no other keys now" in lines(of(*diff_fields(there, back)))


def test_what_became_of_all_that_is_in_a_field_is_told_once() -> None:
    told = lines(of(*diff_fields(NOW, table(became_create_only_with_all_in_it))))
    assert told == ["~ server  became create-only: only a new number takes another value"]


def test_a_description_does_not_differ_from_itself() -> None:
    assert diff_fields(NOW, table()) == ()


def test_what_is_newly_invalid_is_a_difference_though_no_field_changed() -> None:
    place = Place("a.yaml", 1, 1)
    still = Consequence("a", place, Standing.STILL_VALID)
    assert not SchemaDiff("old", "new", (), (still,)).differs
    diff = SchemaDiff("old", "new", (), (still, Consequence("b", place, Standing.NEWLY_INVALID)))
    assert diff.differs
    text = SCHEMA_DIFF_FORMATS["text"](SchemaDiffView(diff))
    assert "No field changed, but what is valid did. 2 manifests: 1 still valid, 1 newly" in text


def _mirror(kind: FieldChangeKind) -> FieldChangeKind:
    swapped = {
        FieldChangeKind.FIELD_NEW: FieldChangeKind.FIELD_GONE,
        FieldChangeKind.PROVIDER_NEW: FieldChangeKind.PROVIDER_GONE,
        FieldChangeKind.VALUE_NEW: FieldChangeKind.VALUE_GONE,
    }
    return (swapped | {gone: new for new, gone in swapped.items()}).get(kind, kind)


@pytest.mark.parametrize(
    "change",
    [new_field, new_value, moved_bound, moved_default, became_required, without_telnyx],
)
def test_the_way_back_is_the_way_there_mirrored(change: Change) -> None:
    after = table(change)
    there = {
        (_mirror(each.kind), each.path, each.providers, str(each.after), str(each.before))
        for each in diff_fields(NOW, after)
    }
    back = {
        (each.kind, each.path, each.providers, str(each.before), str(each.after))
        for each in diff_fields(after, NOW)
    }
    assert there == back


def test_every_kind_of_change_has_its_words() -> None:
    for kind in FieldChangeKind:
        before, after = {"maxLength": 1}, {"maxLength": 2}
        told: Any = {"types": ["string"], "nature": "mutable"}
        match kind:
            case FieldChangeKind.FIELD_NEW | FieldChangeKind.FIELD_GONE:
                change = FieldChange(kind, "a", ("vapi",), told, told)
            case FieldChangeKind.NATURE:
                change = FieldChange(kind, "a", ("vapi",), "mutable", "read-only")
            case FieldChangeKind.TYPE:
                change = FieldChange(kind, "a", ("vapi",), ["string"], ["number"])
            case _:
                change = FieldChange(kind, "a", ("vapi",), before, after)
        (line,) = lines(of(change))
        assert line.count("  ") >= 1


def test_a_name_of_a_description_cannot_paint_the_terminal() -> None:
    change = FieldChange(FieldChangeKind.REQUIRED, "a\x1b[31m", ("\u202evapi",), False, True)
    text = SCHEMA_DIFF_FORMATS["text"](SchemaDiffView(of(change)))
    assert "\x1b" not in text
    assert "\u202e" not in text
