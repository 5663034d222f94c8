"""Each keyword of a published schema in the shape that is meant for it, or left out and told."""

import json
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.checks import Context, check
from reconciler.fields import read_field_table
from reconciler.model import Layer, Manifest
from reconciler.schema.build import BuiltSchema, build_schema
from tests.schema.published import Document, bodies, encoded, plain, small

SMALL = small()


def built(strange: Any) -> BuiltSchema:
    """What our description makes with one property more in each body."""
    document = deepcopy(SMALL)
    for each in bodies(document):
        each["strange"] = strange
    made = build_schema(encoded(document), None)
    Draft202012Validator.check_schema(json.loads(made.manifest_schema))
    return made


def takes(made: BuiltSchema, value: Any) -> bool:
    """Whether a manifest may hold a value; both validators are asked, one of them for the why."""
    schema = json.loads(made.manifest_schema)
    context = Context(schema, read_field_table(json.loads(made.field_table)))
    manifest: dict[str, Any] = {
        "apiVersion": "vapi-reconciler/v1",
        "kind": "PhoneNumber",
        "metadata": {"name": "a"},
        "spec": {"provider": "vapi", "numberDesiredAreaCode": "415", "strange": value},
    }
    return check([Manifest(manifest, (Layer("a.yaml", 0),))], context) == ()


def told(made: BuiltSchema) -> str:
    return " ".join(each.message for each in made.notes if "strange" in each.where)


@pytest.mark.parametrize(
    ("strange", "said", "good", "bad"),
    [
        ({"type": "string", "minLength": "3"}, 'minLength "3"', "a", 1),
        ({"type": "string", "maxLength": -1}, "maxLength -1", "a", 1),
        ({"type": "string", "pattern": 5}, "pattern 5", "a", 1),
        ({"type": "string", "pattern": "(["}, 'pattern "(["', "a", 1),
        ({"type": "string", "enum": "abc"}, 'enum "abc"', "z", 1),
        ({"type": "string", "enum": ["a", {}]}, 'enum ["a", {}]', "a", "b"),
        ({"type": "number", "maximum": float("inf")}, "maximum null", 5, "a"),
        ({"type": "number", "maximum": 10**400}, "maximum null", 5, "a"),
        ({"type": "number", "multipleOf": 0}, "multipleOf 0", 5, "a"),
        ({"type": "array", "items": [{"type": "string"}]}, "items [", [1], 1),
        ({"type": "object", "required": True}, "required true", {}, 1),
        ({"type": "object", "required": "a"}, 'required "a"', {}, 1),
        ({"type": "object", "required": [1, "a", "a"]}, "required [1", {"a": 1}, {}),
        ({"allOf": [{"required": True, "type": "object"}]}, "required true", {}, 1),
        ({"allOf": [5, {"type": "string"}]}, "allOf [5", "a", 1),
        ({"type": ["string", "file", None]}, 'type ["string"', "a", 1),
    ],
)  # fmt: skip
def test_a_keyword_that_means_nothing_is_left_out_and_told(
    strange: Any, said: str, good: Any, bad: Any
) -> None:
    made = built(strange)
    assert said in told(made)
    assert "left out" in told(made)
    assert (takes(made, good), takes(made, bad)) == (True, False)


@pytest.mark.parametrize(
    "strange",
    [
        {"type": "file"},
        {"type": None},
        {"type": 42},
        {"type": {"a": 1}},
        {"const": None},
        {"oneOf": {"type": "string"}},
        {"oneOf": [5, {"type": "string"}]},
        {"properties": ["a"]},
    ],
)
def test_what_says_nothing_that_can_be_read_takes_any_value(strange: Any) -> None:
    made = built(strange)
    assert "left out" in told(made)
    values: list[Any] = ["a", 1, [{}], {"b": 1}]
    assert all(takes(made, each) for each in values)


@pytest.mark.parametrize(
    ("bounds", "least"),
    [
        ({"minimum": 0, "exclusiveMinimum": True}, 0.5),
        ({"minimum": 0, "exclusiveMinimum": False}, 0),
        ({"exclusiveMinimum": 0}, 0.5),
        ({"exclusiveMinimum": True}, -1),
    ],
)
def test_a_bound_may_be_exclusive_as_openapi_3_0_has_it(
    bounds: dict[str, Any], least: float
) -> None:
    made = built({"type": "number", **bounds})
    assert told(made) == ""
    assert takes(made, least)
    assert takes(made, 0) == (least <= 0)


def test_a_number_that_json_cannot_carry_stands_nowhere() -> None:
    made = built({"type": "number", "default": float("nan"), "enum": [float("inf"), 1]})
    assert any("cannot carry" in each.message for each in made.notes)
    for content in (made.manifest_schema, made.field_table, made.description):
        json.loads(content, parse_constant=pytest.fail)


@pytest.mark.parametrize(
    "strange",
    [
        {"type": "string", "description": "bad \ud83d"},
        {"type": "string", "enum": ["a\udc00", "b"]},
        {"properties": {"k\ud800": {"type": "string"}}},
    ],
)
def test_half_a_letter_is_replaced_and_told(strange: Any) -> None:
    made = built(strange)
    assert any("half a letter" in each.message for each in made.notes)
    assert "\ufffd" in made.manifest_schema.decode()


def test_a_letter_of_two_halves_stays() -> None:
    strange = "\U0001f4de \\ud83d"
    made = built({"type": "string", "description": strange})
    assert json.dumps(strange, ensure_ascii=False) in made.manifest_schema.decode()


@pytest.mark.parametrize(
    ("strange", "good", "bad"),
    [
        ({"oneOf": [{"anyOf": [{"type": "string"}, {"type": "number"}]}, {"type": "null"}]}, 1, []),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": True}, {"b": 1}, 1),
        ({"type": "object", "properties": {"a": {}}}, {"a": 1}, {"b": 1}),
        ({"type": "object", "additionalProperties": False}, {}, {"b": 1}),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, 1, "a"),
        ({"oneOf": [{"type": "string"}, {"description": "Anything."}]}, [1], None),
    ],
)  # fmt: skip
def test_what_can_be_read_means_what_it_says(strange: Any, good: Any, bad: Any) -> None:
    made = built(strange)
    assert takes(made, good)
    assert bad is None or not takes(made, bad)


def test_a_provider_and_a_component_may_have_any_name() -> None:
    name = "acme/phones #1 ~ä%"
    document: Document = json.loads(json.dumps(plain()).replace('"telnyx"', json.dumps(name)))
    schemas = document["components"]["schemas"]
    schemas["odd name%#"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    for each in bodies(document):
        each["strange"] = {"$ref": "#/components/schemas/odd name%#"}
    made = build_schema(encoded(document), None)
    assert name in read_field_table(json.loads(made.field_table)).providers
    assert takes(made, {"a": "b"})
    assert not takes(made, {"b": "b"})
