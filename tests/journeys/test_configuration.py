"""What is wrong with the configuration is told as what is wrong with manifests is."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.desk import Desk

SIP = {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"}
NAMED = {"policy": ["policies/none.json"], "gitopsState": "state.json"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, "http://127.0.0.1:1")
    desk.manifest("a", SIP)
    return desk


def several(desk: Desk, **targets: dict[str, Any]) -> None:
    known = {"apiKey": {"env": "VAPI_API_KEY"}, "manifests": ["numbers"], "baseUrl": desk.url}
    document = {"apiVersion": "vapi-reconciler/v1", "kind": "Config"}
    whole = {name: known | each for name, each in targets.items()}
    (desk.directory / "reconciler.yaml").write_text(
        yaml.safe_dump({**document, "targets": whole}), "utf-8"
    )


@pytest.mark.parametrize(
    ("target", "code", "path"),
    [
        ({"ownership": "mine"}, "R403", "targets.prod.ownership"),
        ({"polcy": []}, "R401", "targets.prod.polcy"),
        ({"policy": ["policies/none.json"]}, "R406", "targets.prod.policy[0]"),
        ({"gitopsState": "state.json"}, "R406", "targets.prod.gitopsState"),
    ],
)
def test_validate_tells_a_fault_of_the_configuration_in_the_format_asked_for(
    desk: Desk, target: dict[str, Any], code: str, path: str
) -> None:
    desk.configure(**target)
    told = desk.run("validate", "--format", "json")
    assert (told.code, told.err) == (1, "")
    (fault,) = told.json["diagnostics"]
    assert (fault["code"], fault["file"], fault["path"]) == (code, "reconciler.yaml", path)
    assert fault["line"] > 5
    assert f"title={code}::" in desk.run("validate", "--format", "github").out
    (run,) = desk.run("validate", "--format", "sarif").json["runs"]
    assert [each["ruleId"] for each in run["results"]] == [code]
    shown = desk.run("validate")
    assert (f"error[{code}]" in shown.out, shown.err) == (True, "")


@pytest.mark.parametrize("schema", ["nowhere.json", "numbers", "numbers/a.yaml", "empty"])
def test_a_schema_that_cannot_be_used_is_told_where_it_is_named(desk: Desk, schema: str) -> None:
    empty = desk.directory / "empty"
    empty.mkdir()
    for name in ("phone-number.schema.json", "fields.json"):
        (empty / name).write_text("[]")
    desk.configure()
    path = desk.directory / "reconciler.yaml"
    path.write_text(path.read_text() + f"schema: {schema}\n")
    (fault,) = desk.run("validate", "--format", "json").json["diagnostics"]
    assert (fault["code"], fault["path"]) == ("R406", "schema")


def test_of_several_targets_each_tells_its_own(desk: Desk) -> None:
    several(desk, one={}, two=NAMED)
    documents = desk.run("validate", "--all-targets", "--format", "json").json
    assert documents["one"]["valid"]
    assert [each["path"] for each in documents["two"]["diagnostics"]] == ["targets.two.policy[0]"]
    annotated = desk.run("validate", "--all-targets", "--format", "github").out.splitlines()
    assert annotated[0] == "one"
    assert "two" in annotated


def test_a_plan_of_several_targets_carries_the_diagnostics_of_one_that_is_not_valid(
    desk: Desk,
) -> None:
    several(desk, one={}, two={})
    desk.manifest("b", {**SIP, "asistantId": "x"})
    said = desk.run("plan", "--all-targets", "--format", "json")
    wanted = desk.run("validate", "--target", "one", "--format", "json").json["diagnostics"]
    assert said.code == 1
    assert {name: each["error"]["diagnostics"] for name, each in said.json.items()} == {
        "one": wanted,
        "two": wanted,
    }
    shown = desk.run("plan", "--all-targets").err.splitlines()
    assert [each for each in shown if each in ("one", "two")] == ["one", "two"]


def test_other_commands_tell_such_a_fault_on_stderr(desk: Desk) -> None:
    desk.configure(policy=["policies/none.json"])
    planned = desk.run("plan")
    assert (planned.code, planned.out, "error[R406]" in planned.err) == (1, "", True)


def test_all_policies_that_cannot_be_used_are_told_at_once(desk: Desk) -> None:
    desk.configure(policy=["one.json", "numbers/a.yaml", "two.json"])
    faults = desk.run("validate", "--format", "json").json["diagnostics"]
    assert [each["path"] for each in faults] == ["targets.prod.policy[0]", "targets.prod.policy[2]"]


def test_a_policy_opens_no_connection(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.json"
        (desk.directory / "p.json").write_text(json.dumps({"$ref": url}))
        desk.configure(policy=["p.json"])
        ended = desk.run("validate")
        assert (ended.code, "nothing is fetched" in ended.out) == (1, True)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_policy_and_what_stands_beside_it_are_found_from_any_directory(desk: Desk) -> None:
    policies = desk.directory / "company" / "policies"
    policies.mkdir(parents=True)
    (policies / "p.json").write_text('{"$ref": "../shared/common.json"}')
    shared = desk.directory / "company" / "shared"
    shared.mkdir()
    (shared / "common.json").write_text('{"properties": {"metadata": {"required": ["labels"]}}}')
    desk.configure(policy=["policies/p.json"], manifests=["../numbers"])
    config = desk.directory / "reconciler.yaml"
    config.rename(desk.directory / "company" / "reconciler.yaml")
    ended = desk.run("validate", "--config", "company/reconciler.yaml")
    assert "error[R501]: metadata.labels is missing (policy company/policies/p.json)" in ended.out
