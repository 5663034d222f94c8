"""Description and overlay -> the generated files."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.documents import read_plain
from reconciler.errors import InputError
from reconciler.fields import Nature, Verb, field_at, read_field_table
from reconciler.schema.build import build_schema
from reconciler.schema.packaged import (
    FIELD_TABLE,
    MANIFEST_SCHEMA,
    OPENAPI,
    OVERLAY,
    read_packaged,
)

TEXT = {"type": "string"}


def body(provider: str | None, **fields: Any) -> dict[str, Any]:
    tag = {"provider": {"type": "string", "enum": [provider]}} if provider else {}
    return {"type": "object", "properties": tag | fields}


def document(
    create: Any,
    update: Any = None,
    answer: Any = None,
    components: dict[str, Any] | None = None,
) -> bytes:
    def content(schema: Any) -> dict[str, Any]:
        return {"content": {"application/json": {"schema": schema}}}

    paths: dict[str, Any] = {
        "/phone-number": {"post": {"requestBody": content(create)}},
        "/phone-number/{id}/logs": {"patch": {"requestBody": content({})}},
        "/phone-number/{id}": {
            "patch": {"requestBody": content(update or {})},
            "get": {"responses": {"200": content(answer or {})}},
        },
    }
    schemas = {"schemas": components or {}}
    info = {"version": "1.2.3"}
    return json.dumps({"info": info, "paths": paths, "components": schemas}).encode()


def built(data: bytes) -> tuple[dict[str, Any], dict[str, dict[str, Nature]]]:
    """The manifest schema, and of each provider the nature of each field."""
    both = build_schema(data, None)
    table = read_field_table(json.loads(both.field_table))
    natures = {
        name: {each: field.nature for each, field in provider.fields.items()}
        for name, provider in table.providers.items()
    }
    return json.loads(both.manifest_schema), natures


def test_the_committed_files_are_what_their_sources_make() -> None:
    made = build_schema(read_packaged(OPENAPI), read_packaged(OVERLAY))
    assert made.manifest_schema == read_packaged(MANIFEST_SCHEMA), "run: reconciler schema build"
    assert made.field_table == read_packaged(FIELD_TABLE), "run: reconciler schema build"


def test_a_description_in_json_makes_the_same_as_one_in_yaml() -> None:
    as_json = json.dumps(read_plain(read_packaged(OPENAPI), OPENAPI)).encode()
    made = build_schema(as_json, read_packaged(OVERLAY))
    assert made.manifest_schema == read_packaged(MANIFEST_SCHEMA)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"[]", "vapi.json is not an OpenAPI document"),
        (b"{]", "vapi.json:1"),
        (b'{"paths": {}}', "does not say which providers"),
        (b'{"paths": []}', "does not say which providers"),
        (b'{"paths": {"/phone-number": {"post": null}}}', "does not say which providers"),
        (document({"$ref": "#/components/schemas/Gone"}), "does not say which providers"),
    ],
)
def test_what_does_not_describe_phone_numbers_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        build_schema(data, None, name="vapi.json")


def test_the_verbs_that_carry_a_field_make_its_nature() -> None:
    _, natures = built(
        document(body("vapi", name=TEXT, area=TEXT), body("vapi", name=TEXT), body("vapi", id=TEXT))
    )
    assert natures["vapi"] == {
        "provider": Nature.MUTABLE,
        "name": Nature.MUTABLE,
        "area": Nature.CREATE_ONLY,
        "id": Nature.READ_ONLY,
    }


def test_a_provider_may_be_told_by_a_discriminator_alone() -> None:
    union = {
        "oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
        "discriminator": {
            "propertyName": "provider",
            "mapping": {"vapi": "#/components/schemas/B", "twilio": "A"},
        },
    }
    components = {"A": body(None, smsEnabled={"type": "boolean"}), "B": body(None, sipUri=TEXT)}
    _, natures = built(document(union, components=components))
    assert natures == {
        "twilio": {"provider": Nature.CREATE_ONLY, "smsEnabled": Nature.CREATE_ONLY},
        "vapi": {"provider": Nature.CREATE_ONLY, "sipUri": Nature.CREATE_ONLY},
    }


def test_an_update_body_that_names_no_provider_is_told_by_its_likeness() -> None:
    create = {
        "anyOf": [
            body("vapi", name=TEXT, sipUri=TEXT, area=TEXT),
            body("twilio", name=TEXT, number=TEXT, sid=TEXT),
        ]
    }
    update = {
        "anyOf": [
            body(None, name=TEXT, number=TEXT, sid=TEXT),
            body(None, name=TEXT, sipUri=TEXT),
        ]
    }
    _, natures = built(document(create, update))
    assert natures["vapi"]["sipUri"] is Nature.MUTABLE
    assert natures["vapi"]["area"] is Nature.CREATE_ONLY
    assert natures["twilio"]["number"] is Nature.MUTABLE


def test_one_update_body_for_all_makes_no_field_mutable_that_a_provider_does_not_have() -> None:
    create = {"oneOf": [body("vapi", name=TEXT), body("twilio", name=TEXT, number=TEXT)]}
    answer = {
        "oneOf": [body("vapi", name=TEXT, number=TEXT), body("twilio", name=TEXT, number=TEXT)]
    }
    _, natures = built(document(create, body(None, name=TEXT, number=TEXT), answer))
    assert natures["vapi"]["number"] is Nature.READ_ONLY
    assert natures["twilio"]["number"] is Nature.MUTABLE


def test_other_spellings_of_the_same_document_are_read() -> None:
    data = document(
        body("vapi", name={"allOf": [{"$ref": "#/components/schemas/Text"}]}),
        {"allOf": [body("vapi"), {"type": "object", "properties": {"name": TEXT}}]},
        components={"Text": TEXT},
    )
    respelt = data.replace(b"application/json", b"application/json; charset=utf-8")
    _, natures = built(respelt.replace(b"/{id}", b"/{phoneNumberId}"))
    assert natures["vapi"]["name"] is Nature.MUTABLE


def test_a_field_that_only_an_answer_nests_keeps_its_nature() -> None:
    def server(**fields: Any) -> dict[str, Any]:
        return body("vapi", server={"type": "object", "properties": fields})

    data = document(server(url=TEXT), server(url=TEXT), server(url=TEXT, health=TEXT))
    provider = read_field_table(json.loads(build_schema(data, None).field_table)).providers["vapi"]
    url, health = field_at(provider, ("server", "url")), field_at(provider, ("server", "health"))
    assert url is not None
    assert health is not None
    assert url.verbs == frozenset(Verb)
    assert health.verbs == frozenset({Verb.ANSWER})


def test_a_default_on_which_variants_do_not_agree_is_none() -> None:
    def variant(kind: str, **fields: Any) -> dict[str, Any]:
        return {"type": "object", "properties": {"type": {"enum": [kind]}} | fields}

    target = {
        "oneOf": [
            variant("a", same={"default": 1}, other={"default": 1}, partly={"default": 1}),
            variant("b", same={"default": 1}, other={"default": 2}, partly={}),
        ]
    }
    data = document(body("vapi", target=target))
    node = json.loads(build_schema(data, None).field_table)["providers"]["vapi"]["fields"]["target"]
    held = {name: each.get("default") for name, each in node["properties"].items()}
    assert held == {"type": None, "same": 1, "other": None, "partly": None}


def test_an_answer_has_no_say_in_a_default() -> None:
    sent = body("vapi", name={"type": "string", "default": "a"})
    data = document(sent, sent, body("vapi", name=TEXT))
    node = json.loads(build_schema(data, None).field_table)["providers"]["vapi"]["fields"]["name"]
    assert node["default"] == "a"


def test_what_stands_beside_a_union_holds_for_its_variants() -> None:
    plan = {"oneOf": [TEXT, {"type": "number"}], "default": "a", "x-secret": "always"}
    data = document(body("vapi", plan=plan))
    node = json.loads(build_schema(data, None).field_table)["providers"]["vapi"]["fields"]["plan"]
    assert node == {
        "verbs": ["create"],
        "types": ["number", "string"],
        "default": "a",
        "secret": "always",
    }


def test_a_component_that_holds_itself_is_described_once() -> None:
    tree = {
        "type": "object",
        "properties": {
            "name": TEXT,
            "left": {"$ref": "#/components/schemas/Tree"},
            "right": {"$ref": "#/components/schemas/Tree"},
        },
    }
    top = {"$ref": "#/components/schemas/Tree"}
    schema, natures = built(document(body("vapi", tree=top), components={"Tree": tree}))
    assert schema["$defs"]["Tree"]["properties"]["left"] == {"$ref": "#/$defs/Tree"}
    assert natures["vapi"]["tree"] is Nature.CREATE_ONLY


REFERRED = "#/components/schemas"


def twice(target: str) -> dict[str, Any]:
    both = {"$ref": f"{REFERRED}/{target}"}
    return {"type": "object", "properties": {"one": both, "two": both}}


def mesh(size: int) -> dict[str, Any]:
    """Components that each hold all of them: their expansion grows with the factorial."""
    names = [f"C{index}" for index in range(size)]
    fields = {name: {"$ref": f"{REFERRED}/{name}"} for name in names}
    return {name: {"type": "object", "properties": fields} for name in names}


def chain(length: int, **last: Any) -> dict[str, Any]:
    links = {f"C{at}": {"$ref": f"{REFERRED}/C{at + 1}"} for at in range(length)}
    return {**links, f"C{length}": last}


def well(depth: int) -> dict[str, Any]:
    deep: dict[str, Any] = TEXT
    for _ in range(depth):
        deep = {"type": "array", "items": deep}
    return deep


RING = {"C0": {"$ref": f"{REFERRED}/B"}, "B": {"allOf": [{"$ref": f"{REFERRED}/C0"}]}}


@pytest.mark.parametrize(
    ("components", "says"),
    [
        ({}, "refers to #/components/schemas/C0, which is not in the document"),
        ({"C0": {"$ref": "https://example.com/a"}}, "refers to https://example.com/a, which is"),
        (RING, "in a ring"),
        (chain(5000, **TEXT), "in a ring, or too far"),
        ({f"C{at}": twice(f"C{at + 1}") for at in range(22)} | {"C22": TEXT}, "expands to more"),
        (mesh(12), "expands to more"),
        ({"C0": well(30)}, "deeper than 24 levels"),
        ({"C0": well(500)}, "deeper than 60 levels"),
        ({"C0": {"type": "object", "properties": {"a": "text"}}}, "C0.a: is no schema"),
    ],
    ids=["gone", "elsewhere", "ring", "chain", "bomb", "mesh", "well", "deep well", "no schema"],
)
def test_what_cannot_be_read_is_told_and_the_rest_goes_on(
    components: dict[str, Any], says: str
) -> None:
    field = {"type": "object", "properties": {"odd": {"$ref": f"{REFERRED}/C0"}, "plain": TEXT}}
    data = document(body("vapi", x=field, name=TEXT), components=components)
    made = build_schema(data, None)
    assert says in " ".join(map(str, made.notes))
    table = read_field_table(json.loads(made.field_table)).providers["vapi"]
    assert table.fields["name"].nature is Nature.CREATE_ONLY
    validator = Draft202012Validator(json.loads(made.manifest_schema))
    assert is_valid(validator, {"x": {"odd": {"a": [1]}}})
    assert not is_valid(validator, {"x": {"odd": {"a": [1]}}, "name": 1})


def is_valid(validator: Draft202012Validator, spec: dict[str, Any]) -> bool:
    return validator.is_valid(
        {
            "apiVersion": "vapi-reconciler/v1",
            "kind": "PhoneNumber",
            "metadata": {"name": "a"},
            "spec": {"provider": "vapi", **spec},
        }
    )


def test_a_reference_to_nothing_leaves_open_no_more_than_itself() -> None:
    gone = {"$ref": f"{REFERRED}/Gone"}
    field = {"type": "object", "properties": {"odd": gone, "plain": TEXT}}
    made = build_schema(document(body("vapi", x=field)), None)
    validator = Draft202012Validator(json.loads(made.manifest_schema))
    (note,) = made.notes
    assert note.where == "/phone-number.x.odd"
    assert is_valid(validator, {"x": {"odd": 1}})
    assert not is_valid(validator, {"x": {"plain": 1}})


def test_a_component_cannot_take_the_name_of_a_definition_of_ours() -> None:
    component = {"type": "object", "properties": {"own": TEXT}}
    schema, _ = built(
        document(
            body("vapi", x={"$ref": "#/components/schemas/SecretReference"}),
            components={"SecretReference": component},
        )
    )
    target = schema["$defs"]["spec-vapi"]["properties"]["x"]["$ref"].rpartition("/")[2]
    assert "env" in schema["$defs"]["SecretReference"]["properties"]
    assert "own" in schema["$defs"][target]["properties"]


@pytest.mark.parametrize(
    ("described", "made"),
    [
        ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 1}),
        ({"type": ["boolean", "null"]}, {"type": "boolean"}),
        ({"const": "a"}, {"enum": ["a"]}),
        ({"type": "number", "enum": [1, 2, None]}, {"enum": [1, 2]}),
        ({"type": "object"}, {"type": "object"}),
        ({}, {}),
        ({"type": "array"}, {"type": "array"}),
        ({"oneOf": [{"type": "boolean"}]}, {"type": "boolean"}),
        ({"oneOf": [{"enum": ["a"]}, {"enum": ["b", "a"]}]}, {"enum": ["a", "b"]}),
        (
            {"type": ["number", "boolean"]},
            {"if": {"type": "number"}, "then": {"type": "number"}, "else": {"type": "boolean"}},
        ),
        (
            {"anyOf": [{"enum": ["auto"]}, {"type": "number"}]},
            {"if": {"type": "number"}, "then": {"type": "number"}, "else": {"enum": ["auto"]}},
        ),
    ],
)
def test_other_kinds_of_schema_are_carried_over(described: Any, made: Any) -> None:
    schema, _ = built(document(body("vapi", x=described)))
    assert schema["$defs"]["spec-vapi"]["properties"]["x"] == made
