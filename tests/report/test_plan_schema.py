"""The published schema of the plan document fits what is written, and no more than that."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.schema.packaged import read_packaged
from tests.report.samples import everything, plan, plan_as

SCHEMA = json.loads(read_packaged("plan.schema.json"))


def written() -> Any:
    return json.loads(plan_as("json", everything()))


def faults(document: Any) -> list[str]:
    return [each.json_path for each in Draft202012Validator(SCHEMA).iter_errors(document)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_a_plan_of_everything_fits() -> None:
    assert faults(written()) == []


def test_a_plan_of_nothing_fits() -> None:
    assert faults(json.loads(plan_as("json", plan(org_id=None)))) == []


def test_a_key_of_a_later_minor_version_fits_everywhere() -> None:
    document = written() | {"formatVersion": "1.7", "later": 1}
    for each in ("operations", "blocked", "unmanaged", "warnings", "health"):
        document[each][0]["later"] = {}
    document["operations"][0]["changes"][0]["later"] = True
    document["summary"]["later"] = 0
    assert faults(document) == []


@pytest.mark.parametrize("version", ["2.0", "1", 1.0, "01.0"])
def test_another_major_version_does_not(version: object) -> None:
    assert faults(written() | {"formatVersion": version}) != []


@pytest.mark.parametrize("key", SCHEMA["required"])
def test_a_plan_without_one_of_its_keys_does_not(key: str) -> None:
    document = written()
    del document[key]
    assert faults(document) == ["$"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("action", "update"),
        ("reason", "because"),
        ("address", "support-us"),
        ("requires", ["the first"]),
        ("precondition", {}),
        ("source", {"file": "a.yaml", "line": 0}),
    ],
)
def test_an_operation_that_no_reader_knows_does_not(key: str, value: object) -> None:
    document = written()
    document["operations"][0][key] = value
    assert {path.startswith(f"$.operations[0].{key}") for path in faults(document)} == {True}
