"""The complete example of a repository with two targets, played through on two sandboxes."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from regopy import Interpreter

from reconciler.cli.demo import examples
from tests.journeys.desk import Desk, sandbox

SECRETS = {
    "VAPI_API_KEY_STAGING": "key",
    "VAPI_API_KEY_PROD": "key",
    "STAGING_HOOK_TOKEN": "staging-token",
    "PROD_HOOK_TOKEN": "prod-token",
}
CREW = {
    "staging": "1f0e8d1a-7c90-4c55-9d0e-6a1f0c2b7d31",
    "prod": "2f0c1f0a-6c1e-4f0e-9a53-0d8f5a1b7c11",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The example, with a sandbox in place of each account."""
    shutil.copytree(examples() / "two-targets", tmp_path, dirs_exist_ok=True)
    with sandbox(account("staging")) as staging, sandbox(account("prod")) as prod:
        config = tmp_path / "reconciler.yaml"
        text = config.read_text()
        for url in (staging, prod):
            text = text.replace("https://api.vapi.ai", url, 1)
        config.write_text(text)
        yield Desk(tmp_path, staging, {**SECRETS, "PROD_URL": prod})


def account(stage: str) -> dict[str, Any]:
    return {
        "assistant": [{"id": f"{stage}-support", "name": "Support bot"}],
        "squad": [{"id": CREW[stage], "name": "Night crew"}],
    }


def test_the_same_manifests_go_to_both_accounts_and_both_second_plans_are_empty(
    desk: Desk,
) -> None:
    assert desk.run("validate", "--all-targets").code == 0
    for name in ("staging", "prod"):
        applied = desk.run("apply", "--target", name, "--auto-approve")
        assert applied.code == 0, applied.err
    ended = desk.run("plan", "--all-targets", "--detailed-exitcode")
    assert (ended.code, ended.out.count("No changes.")) == (0, 2)
    staging = {each["name"]: each for each in desk.numbers()}
    prod = {each["name"]: each for each in Desk(desk.directory, desk.environ["PROD_URL"]).numbers()}
    assert staging["Support"]["assistantId"] == "staging-support"
    assert prod["Support"]["assistantId"] == "prod-support"
    assert staging["Night line"]["squadId"] == CREW["staging"]
    assert prod["Night line"]["squadId"] == CREW["prod"]
    assert prod["Support"]["server"] == {
        "url": "https://hooks.example.com/support",
        "timeoutSeconds": 40,
        "headers": {"X-Token": "prod-token"},
    }
    assert staging["Support"]["server"] == {
        "url": "https://hooks.staging.example.com/support",
        "headers": {"X-Token": "staging-token"},
    }


def test_a_plan_names_who_answers(desk: Desk) -> None:
    ended = desk.run("plan", "--target", "prod")
    assert "Support bot (prod-s…)" in ended.out


def test_house_rules_read_like_the_built_in_ones(desk: Desk) -> None:
    path = desk.directory / "numbers" / "night.yaml"
    path.write_text(path.read_text().replace("labels: {team: support}", "labels: {team: nobody}"))
    ended = desk.run("validate", "--target", "prod", "--format", "json")
    (fault,) = ended.json["diagnostics"]
    assert (ended.code, fault["file"], fault["path"]) == (
        1,
        "numbers/night.yaml",
        "metadata.labels.team",
    )
    assert "policies/numbers.schema.json" in fault["message"] + fault["help"]


def judged(desk: Desk, *arguments: str) -> dict[str, list[str]]:
    """What the example policy says of a plan, evaluated as OPA would."""
    document = desk.run("plan", "--target", "prod", "--format", "json", *arguments).json
    interpreter = Interpreter()
    policy = desk.directory / "policies" / "plan.rego"
    interpreter.add_module("plan", policy.read_text())
    interpreter.set_input(document)
    found = {}
    for rule in ("deny", "warn"):
        (said,) = json.loads(str(interpreter.query(f"data.main.{rule}")))["expressions"]
        found[rule] = sorted(said)
    return found


def test_the_example_policy_lets_a_harmless_plan_pass(desk: Desk) -> None:
    assert judged(desk) == {"deny": [], "warn": []}


def test_the_example_policy_denies_what_it_says_it_denies(desk: Desk) -> None:
    assert desk.run("apply", "--target", "prod", "--auto-approve").code == 0
    overlay = desk.directory / "overlays" / "prod" / "night.yaml"
    overlay.write_text("metadata: {name: night}\nspec: {fallbackDestination: null}\n")
    rules = desk.directory / "policies" / "numbers.schema.json"
    rules.write_text("{}")
    (desk.directory / "numbers" / "support.yaml").unlink()
    shutil.rmtree(desk.directory / "overlays" / "staging")
    (desk.directory / "overlays" / "prod" / "support.yaml").unlink()
    said = judged(desk, "--max-deletes", "1")
    assert said["deny"] == [
        "PhoneNumber/night would lose fallbackDestination.number",
        "PhoneNumber/night would lose fallbackDestination.type",
        "PhoneNumber/support would be released without a tombstone",
    ]
    assert len(said["warn"]) == 1
    assert "preventDestroy" in said["warn"][0]
