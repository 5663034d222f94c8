"""Policies: read with all that they refer to, from beside them and from nowhere else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.checks import Context, check
from reconciler.errors import InputError
from reconciler.model import Diagnostic
from reconciler.schema.policies import read_policy
from tests.checks.checking import FIELDS, REACH, SCHEMA, parse, sip

LABELLED = {"properties": {"metadata": {"required": ["labels"]}}}
X = "{$defs: {x: {type: string}}}"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository within a directory that holds more."""
    repository = tmp_path / "repository"
    (repository / "policies").mkdir(parents=True)
    monkeypatch.chdir(repository)
    return repository


def write(file: str, schema: Any) -> None:
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(schema if isinstance(schema, str) else json.dumps(schema), "utf-8")


def judged(schema: Any, manifest: str = sip()) -> tuple[Diagnostic, ...]:
    write("policies/p.json", schema)
    policy = read_policy("policies/p.json", Path())
    against = Context(SCHEMA, FIELDS, reach=REACH, policies=(policy,))
    return check(parse(manifest), against)


def refused(schema: Any) -> InputError:
    write("policies/p.json", schema)
    with pytest.raises(InputError) as raised:
        read_policy("policies/p.json", Path())
    return raised.value


@pytest.mark.parametrize(
    "files",
    [
        {"policies/common.json": LABELLED},
        {"policies/common.json": {"$ref": "sub/deep.yaml#/$defs/x"}},
        {"policies/common.json": {"$ref": "../shared/more.json"}, "shared/more.json": LABELLED},
        {"policies/common.json": {"$id": "https://example.com/elsewhere.json", **LABELLED}},
    ],
)
def test_a_relative_reference_leads_to_a_file_beside(files: Mapping[str, Any]) -> None:
    write("policies/sub/deep.yaml", "$defs: {x: {$ref: 'leaf.json'}}\n")
    write("policies/sub/leaf.json", LABELLED)
    for file, schema in files.items():
        write(file, schema)
    (fault,) = judged({"$ref": "common.json"})
    assert (fault.code, fault.path) == ("R501", "metadata.labels")


@pytest.mark.parametrize(
    "schema",
    [
        {"$id": "https://example.com/policies/p.json", "$ref": "common.json"},
        {"$ref": "#/$defs/x", "$defs": {"x": LABELLED}},
        {"$ref": "#x", "$defs": {"x": {"$anchor": "x", **LABELLED}}},
        {"$ref": "https://example.com/x", "$defs": {"x": {"$id": "https://example.com/x"}}}
        | LABELLED,
        {"$schema": "http://json-schema.org/draft-07/schema#", "allOf": [{"$ref": "common.json"}]},
        {"allOf": [LABELLED], "$defs": {"any": {"additionalProperties": {"$ref": "#/$defs/any"}}}},
        {"$defs": {"s": {"$ref": "https://json-schema.org/draft/2020-12/schema"}}, **LABELLED},
    ],
)
def test_what_a_policy_holds_itself_and_its_own_values_may_be_referred_to(schema: Any) -> None:
    write("policies/common.json", LABELLED)
    assert [each.path for each in judged(schema)] == ["metadata.labels"]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"properties": {"spec": {"$ref": "#/$defs/x"}}}, "$ref #/$defs/x leads to nothing"),
        ({"$ref": "common.json"}, "policies/common.json: cannot be read"),
        ({"$ref": "/etc/hosts"}, "neither below the policy's directory"),
        ({"$ref": "../../outside.json"}, "neither below the policy's directory"),
        ({"$ref": "link.json"}, "neither below the policy's directory"),
        ({"$ref": "http://127.0.0.1:1/x"}, "nothing is fetched"),
        ({"$ref": "file:///etc/hosts"}, "nothing is fetched"),
        ({"$ref": "http://[bad"}, "leads to nothing"),
        ({"$ref": "#/$defs/x/type/y", "$defs": {"x": {"type": "string"}}}, "leads to nothing"),
        ({"$dynamicRef": "#nowhere"}, "leads to nothing"),
        ({"$ref": "#/rules/x", "rules": {"x": {"type": 5}}}, "is not a JSON Schema"),
        ({"$ref": "#/rules", "rules": "text"}, "a schema is a mapping"),
    ],
)
def test_a_reference_to_what_is_not_there_is_told_with_its_place(schema: Any, message: str) -> None:
    Path("../outside.json").write_text("{}", "utf-8")
    Path("policies/link.json").symlink_to("../../outside.json")
    error = refused(schema)
    assert message in error.message
    assert error.message.startswith("policies/p.json:1:")
    assert error.help


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"anyOf": [{"type": "string"}, {"not": {"$ref": "#"}}]},
        {"if": True, "then": {"$ref": "#/$defs/x"}, "$defs": {"x": {"$ref": "#"}}},
        {"$ref": "turn.json"},
        {"dependentSchemas": {"spec": {"$ref": "#"}}},
        {"$dynamicAnchor": "a", "allOf": [{"$dynamicRef": "#a"}]},
    ],
)
def test_a_policy_that_asks_itself_without_end_is_told_before_it_judges(schema: Any) -> None:
    write("policies/turn.json", {"$ref": "p.json"})
    assert "leads back to itself without end" in refused(schema).message


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("{]", "policies/p.json:1:2: not valid YAML"),
        ("", "policies/p.json: one document is expected, 0 were found"),
        ("[]", "policies/p.json:1:1: a schema is a mapping"),
        (
            '{\n  "properties": {"a": {"type": "txt"}}\n}',
            "policies/p.json:2:24: is not a JSON Schema",
        ),
        ('{"pattern": "("}', "policies/p.json:1:2: is not a JSON Schema"),
    ],
)
def test_what_is_no_schema_is_told_with_its_place(schema: str, message: str) -> None:
    assert refused(schema).message.startswith(message)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"policies/none\.json: cannot be read"):
        read_policy("policies/none.json", Path())


def test_values_nested_too_deep_for_a_policy_are_a_fault_and_no_crash() -> None:
    chain = {f"r{n}": {"$ref": f"#/$defs/r{n + 1}"} for n in range(20)}
    within = {"additionalProperties": {"$ref": "#/$defs/r0"}}
    schema = {**within, "$defs": {**chain, "r20": within}}
    deep = "metadata: {name: a}\nspec: " + "{a: " * 90 + "1" + "}" * 90 + "\n"
    refusals = [each.message for each in judged(schema, deep) if each.code == "R501"]
    assert refusals == ["the document is nested too deep to be judged (policy policies/p.json)"]


def test_a_policy_that_allows_nothing_says_so() -> None:
    (fault,) = judged("false")
    assert fault.message == "the document is not allowed here (policy policies/p.json)"


def test_a_field_that_a_policy_forbids_is_named() -> None:
    forbidden = {"properties": {"lifecycle": {"properties": {"state": False}}}}
    (fault,) = judged(forbidden, sip() + "lifecycle: {state: present}\n")
    assert fault.message.startswith("lifecycle.state is not allowed here")
    assert fault.path == "lifecycle.state"


NAMED = {"properties": {"spec": {"properties": {"name": {"pattern": "^Line "}}}}}


def test_a_policy_sees_the_name_that_a_number_has_by_default() -> None:
    (fault,) = judged(NAMED)
    assert (fault.code, fault.path, fault.place.line) == ("R501", "metadata.name", 3)
    assert "without spec.name" in fault.help


def test_a_name_that_is_written_is_judged_where_it_stands() -> None:
    assert [each.path for each in judged(NAMED, sip("name: Support"))] == ["spec.name"]
    assert judged(NAMED, sip("name: Line 1")) == ()


def test_a_tombstone_is_judged_by_no_policy() -> None:
    assert judged("false", sip() + "lifecycle: {state: absent}\n") == ()


def test_x_is_read_as_yaml_too() -> None:
    assert judged(X) == ()
