"""OpenAPI Overlay 1.0: what its actions do."""

from typing import Any

import jsonpath
import pytest

from reconciler.documents import read_plain
from reconciler.errors import InputError
from reconciler.model import Json
from reconciler.schema.overlay import apply_overlay
from reconciler.schema.packaged import OPENAPI, OVERLAY, read_packaged


def overlay(*actions: Any) -> Json:
    return {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": list(actions)}


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ({"a": {"b": 1}}, {"target": "$.a", "update": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": 1}}, {"target": "$.a", "update": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": {"c": 1}}}, {"target": "$", "update": {"a": {"b": {"d": 2}}}},
         {"a": {"b": {"c": 1, "d": 2}}}),
        ({"a": [1]}, {"target": "$", "update": {"a": [2]}}, {"a": [1, 2]}),
        ({"a": [1]}, {"target": "$.a", "update": {"b": 2}}, {"a": [1, {"b": 2}]}),
        ({"a": 1, "b": 2}, {"target": "$.a", "remove": True}, {"b": 2}),
        ({"a": [1, 2, 3]}, {"target": "$.a[?@ < 3]", "remove": True}, {"a": [3]}),
        ({"a": 1, "b": 2}, {"target": "$['a','a']", "remove": True}, {"b": 2}),
        ({"a": [1, 2, 3]}, {"target": "$.a[2,0,-1]", "remove": True}, {"a": [2]}),
        ({"a": {"b": 1, "c": [1, 2]}, "d": 1}, {"target": "$.a..*", "remove": True},
         {"a": {}, "d": 1}),
        ({"a": [1]}, {"target": "$['a','a']", "update": {"b": 2}}, {"a": [1, {"b": 2}]}),
        ({"a": 1}, {"target": "$.nothing", "remove": True}, {"a": 1}),
        ({"a": 1}, {"target": "$.nothing", "update": {"b": 2}}, {"a": 1}),
        ({"a": {"b": 1}}, {"target": "$.a", "update": {"c": 2}, "remove": True}, {}),
        ({"a": {"x": 1}, "b": {}}, {"target": "$[?@.x]", "update": {"y": 2}},
         {"a": {"x": 1, "y": 2}, "b": {}}),
    ],
)  # fmt: skip
def test_an_action_does_what_the_specification_says(
    before: dict[str, Any], action: Any, after: dict[str, Any]
) -> None:
    assert apply_overlay(before, overlay(action)) == after


def test_actions_are_done_in_their_order() -> None:
    actions = [
        {"target": "$.a", "update": {"b": 1}},
        {"target": "$.a[?@ == 1]", "remove": True},
    ]
    assert apply_overlay({"a": {}}, overlay(*actions)) == {"a": {}}


def test_the_description_that_was_given_stays_as_it_was() -> None:
    given = {"a": {"b": 1}}
    apply_overlay(given, overlay({"target": "$.a", "update": {"b": 2}}))
    assert given == {"a": {"b": 1}}


def test_parts_that_an_alias_shares_are_changed_one_by_one() -> None:
    shared = {"x": 1}
    changed = apply_overlay(
        {"a": shared, "b": shared}, overlay({"target": "$.a", "update": {"x": 2}})
    )
    assert changed == {"a": {"x": 2}, "b": {"x": 1}}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "not an OpenAPI Overlay"),
        ({"openapi": "3.0.0"}, "not an OpenAPI Overlay"),
        ({"overlay": "2.0.0", "actions": []}, "not an OpenAPI Overlay"),
        ({"overlay": "1.0.0"}, "`actions` is not a list"),
        (overlay("remove it all"), "action 1 has no target"),
        (overlay({"update": {}}), "action 1 has no target"),
        (overlay({"target": "$.a"}), "action 1 neither removes nor updates"),
        (overlay({"target": "$.a", "update": 1}), "action 1 neither removes nor updates"),
        (overlay({"target": "$.a[", "remove": True}), r"target '\$\.a\['"),
    ],
)
def test_what_is_no_overlay_is_refused(value: Json, says: str) -> None:
    with pytest.raises(InputError, match=says):
        apply_overlay({"a": {}}, value)


def test_each_action_of_our_overlay_finds_something() -> None:
    description: Any = read_plain(read_packaged(OPENAPI), OPENAPI)
    given: Any = read_plain(read_packaged(OVERLAY), OVERLAY)
    targets = [action["target"] for action in given["actions"]]
    assert [each for each in targets if not jsonpath.findall(each, description)] == []
