"""One set of manifests, two accounts: overlays, variables, references, secrets, policy."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.desk import Desk, sandbox

SIP = {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"}
SPEC = {
    "provider": "vapi",
    "sipUri": "sip:${var.stage}-line@sip.vapi.ai",
    "assistantId": {"name": "Bot"},
    "server": {
        "url": "https://${var.stage}.example.com",
        "headers": {"X-Token": {"env": "HOOK_TOKEN"}},
    },
}


def target(url: str, stage: str, **more: Any) -> dict[str, Any]:
    return {
        "baseUrl": url,
        "apiKey": {"env": f"{stage.upper()}_KEY"},
        "manifests": ["numbers"],
        "vars": {"stage": stage},
        "secrets": {"env": ["HOOK_*"]},
        **more,
    }


def configure(directory: Path, **targets: dict[str, Any]) -> None:
    document = {"apiVersion": "vapi-reconciler/v1", "kind": "Config", "targets": targets}
    (directory / "reconciler.yaml").write_text(yaml.safe_dump(document))


def overlay(directory: Path, name: str, **parts: Any) -> None:
    path = directory / "overlays" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({"metadata": {"name": name}, **parts}))


def test_the_same_manifests_are_promoted_from_staging_to_production(tmp_path: Path) -> None:
    with (
        sandbox({"assistant": [{"id": "staging-bot", "name": "Bot"}]}) as staging,
        sandbox({"assistant": [{"id": "prod-bot", "name": "Bot"}]}) as prod,
    ):
        desk = Desk(tmp_path, staging, {"STAGING_KEY": "key", "PROD_KEY": "key"})
        desk.manifest("line", SPEC)
        overlay(tmp_path, "line", spec={"server": {"timeoutSeconds": 60}})
        configure(
            tmp_path,
            staging=target(staging, "staging"),
            prod=target(prod, "prod", overlays=["overlays"]),
        )
        assert desk.run("plan").code == 1, "which target is meant must be said"
        for name in ("staging", "prod"):
            arguments = ("--auto-approve", "--target", name)
            assert desk.run("apply", *arguments, HOOK_TOKEN=f"{name}-token").code == 0
        for name in ("staging", "prod"):
            ended = desk.run("plan", "--target", name, HOOK_TOKEN=f"{name}-token")
            assert "No changes." in ended.out, ended.out
        (tested,) = desk.numbers()
        (real,) = Desk(tmp_path, prod).numbers()
    assert (tested["assistantId"], real["assistantId"]) == ("staging-bot", "prod-bot")
    assert (tested["sipUri"], real["sipUri"]) == (
        "sip:staging-line@sip.vapi.ai",
        "sip:prod-line@sip.vapi.ai",
    )
    assert real["server"] == {
        "url": "https://prod.example.com",
        "headers": {"X-Token": "prod-token"},
        "timeoutSeconds": 60,
    }
    assert "timeoutSeconds" not in tested["server"]
    lock = json.loads((tmp_path / "reconciler.lock.json").read_text())
    assert sorted(lock["targets"]) == ["prod", "staging"]


def test_a_reference_may_come_from_the_gitops_state(desk: Desk) -> None:
    state = {"assistants": {"support": {"uuid": "bot-id"}}}
    (desk.directory / "state.json").write_text(json.dumps(state))
    desk.configure(gitopsState="state.json")
    desk.manifest(
        "a",
        {**SIP, "assistantId": {"gitops": "support"}},
    )
    assert desk.apply().code == 0
    assert desk.numbers()[0]["assistantId"] == "bot-id"
    desk.manifest(
        "a",
        {**SIP, "assistantId": {"gitops": "suport"}},
    )
    ended = desk.run("plan")
    assert (ended.code, "R304" in ended.err, "there are: support" in ended.err) == (1, True, True)


@pytest.mark.parametrize(
    ("assistants", "code", "says"),
    [
        ([{"name": "Other"}], "R303", "there are: Other"),
        ([{"name": "Bot"}, {"name": "Bot"}], "R302", "2 assistants are named 'Bot'"),
    ],
)
def test_a_name_that_is_missing_or_ambiguous_lists_what_there_is(
    tmp_path: Path, assistants: list[dict[str, str]], code: str, says: str
) -> None:
    with sandbox({"assistant": assistants}) as url:
        desk = Desk(tmp_path, url)
        desk.manifest("a", {**SIP, "assistantId": {"name": "Bot"}})
        ended = desk.run("plan", "numbers")
    assert ended.code == 1
    assert f"error[{code}]" in ended.err
    assert says in ended.err


def test_a_plan_shows_names_behind_ids(tmp_path: Path) -> None:
    bots = [{"id": "11111111", "name": "Old bot"}, {"id": "22222222", "name": "Bot"}]
    with sandbox({"assistant": bots}) as url:
        desk = Desk(tmp_path, url)
        desk.manifest("a", {**SIP, "assistantId": {"name": "Bot"}})
        desk.apply()
        desk.edit(desk.numbers()[0]["id"], {"assistantId": "11111111"})
        shown = desk.run("plan", "numbers").out
    assert "Old bot (111111…) -> Bot (222222…)" in shown


def test_a_policy_refuses_in_the_manner_of_the_built_in_rules(desk: Desk) -> None:
    policy = {"properties": {"spec": {"required": ["fallbackDestination"]}}}
    (desk.directory / "policy.json").write_text(json.dumps(policy))
    desk.configure(policy=["policy.json"])
    desk.manifest("a", SIP)
    ended = desk.run("validate")
    assert ended.code == 1
    assert "error[R501]: spec.fallbackDestination is missing (policy policy.json)" in ended.out


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ({"env": "HOME"}, "HOME"),
        ({"env": "VAPI_API_KEY"}, "API key"),
        ({"env": "HOOK_UNSET"}, "not set"),
        ({"file": "../outside.txt"}, "may not read the file"),
        ({"file": "secrets/link.txt"}, "may not read the file"),
        ({"file": "/etc/hostname"}, "may not read the file"),
        ({"file": "secrets/nothing.txt"}, "cannot be read"),
    ],
)
def test_a_pull_request_cannot_read_what_it_should_not(
    desk: Desk, reference: dict[str, str], says: str
) -> None:
    (desk.directory / "secrets").mkdir()
    (desk.directory / "reconciler.txt").write_text("outside")
    (desk.directory / "secrets" / "link.txt").symlink_to(desk.directory / "reconciler.txt")
    desk.configure(secrets={"env": ["HOOK_*", "VAPI_*"], "files": ["secrets"]})
    headers = {"X-Token": reference}
    server = {"url": "https://x.example.com", "headers": headers}
    desk.manifest("a", {**SIP, "server": server})
    ended = desk.run("plan")
    assert (ended.code, says in ended.err) == (1, True), ended.err


def test_a_secret_from_a_file_reaches_the_account_and_nothing_else(desk: Desk) -> None:
    canary = "canary-0123456789-file"
    (desk.directory / "secrets").mkdir()
    (desk.directory / "secrets" / "token.txt").write_text(canary + "\n")
    desk.configure(secrets={"files": ["secrets"]})
    server = {"url": "https://x.example.com", "headers": {"X-Token": {"file": "secrets/token.txt"}}}
    desk.manifest("a", {**SIP, "server": server})
    outputs = [
        desk.run("validate", "--verbose"),
        desk.run("plan", "--verbose", "--out", "plan.json"),
        desk.run("apply", "--auto-approve", "--format", "json"),
        desk.run("show", "plan.json"),
    ]
    assert desk.numbers()[0]["server"]["headers"] == {"X-Token": canary}
    assert all(canary not in each.out + each.err for each in outputs)
    written = [each for each in desk.directory.rglob("*") if each.is_file()]
    holding = [each.name for each in written if canary in each.read_text()]
    assert holding == ["token.txt"]


def test_a_part_of_the_manifests_may_leave_out_one_that_has_an_overlay(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "http://127.0.0.1:1", {"PROD_KEY": "key"})
    desk.manifest("line", SIP)
    desk.manifest("other", {**SIP, "sipUri": "sip:b@sip.vapi.ai"})
    overlay(tmp_path, "line", spec={"server": {"url": "https://prod.example.com"}})
    overlay(tmp_path, "lost", spec={"name": "Lost"})
    configure(tmp_path, prod=target(desk.url, "prod", overlays=["overlays"]))
    part = desk.run("validate", "numbers/other.yaml")
    assert (part.code, "R020" in part.out) == (0, False), part.out
    whole = desk.run("validate")
    assert (whole.code, whole.out.count("R020")) == (1, 1)
