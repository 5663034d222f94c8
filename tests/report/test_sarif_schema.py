"""SARIF, against the schema that its committee published."""

import json
import sys
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from reconciler.model import Place, Severity
from tests.report.samples import diagnostic, diagnostics_as

# Installed beside the environment by the Makefile, where there is npm.
SCHEMA = Path(
    sys.prefix, "node", "node_modules", "@microsoft", "jest-sarif",
    "lib", "schemas", "sarif-2.1.0-rtm.5.json",
)  # fmt: skip

pytestmark = pytest.mark.skipif(
    not SCHEMA.exists(), reason="the schema of SARIF is not at hand: node and npm, then make test"
)


def test_what_validate_says_is_sarif_to_the_letter() -> None:
    related = (Place("b.yaml", 2, 1),)
    found = [
        diagnostic("it is wrong", code="R201", path="spec.squadId", help="remove one"),
        diagnostic("it is odd", severity=Severity.WARNING, code="R213", related=related),
        diagnostic("a file by itself", place=Place("numbers/ö b.yaml", 1, 1)),
    ]
    validator = Draft7Validator(json.loads(SCHEMA.read_bytes()))
    for shown in (diagnostics_as("sarif", *found), diagnostics_as("sarif")):
        document = json.loads(shown)
        assert [each.message for each in validator.iter_errors(document)] == []
    (run,) = json.loads(diagnostics_as("sarif", *found))["runs"]
    rules = {each["id"]: each for each in run["tool"]["driver"]["rules"]}
    assert {"R201", "R213"} <= rules.keys()
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules.values())
