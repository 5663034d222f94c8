"""What `--base` finds at an earlier revision: all that was declared there, or a word about it."""

import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.journeys.desk import Desk

SIP = {"provider": "vapi", "sipUri": "sip:old@sip.vapi.ai"}


def git(desk: Desk, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    command = ["git", *identity, *arguments]
    done = subprocess.run(command, cwd=desk.directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(desk: Desk) -> None:
    git(desk, "init", "-q")
    git(desk, "add", ".")
    git(desk, "commit", "-qm", "before")


def overlay(desk: Desk, **parts: Any) -> None:
    path = desk.directory / "overlays" / "old.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({"metadata": {"name": "old"}, **parts}), "utf-8")


def applied(desk: Desk) -> None:
    """An account that is as the repository says, which is committed."""
    desk.manifest("kept", {**SIP, "sipUri": "sip:kept@sip.vapi.ai"})
    ended = desk.run("apply", "--no-lock", "--auto-approve")
    assert ended.code == 0, ended.err
    commit(desk)


def plan(desk: Desk, *arguments: str, base: str = "HEAD") -> Any:
    ended = desk.run("plan", "--no-lock", "--base", base, "--format", "json", *arguments)
    assert ended.code == 0, ended.err
    return ended.json


def released(desk: Desk, *arguments: str, base: str = "HEAD") -> list[str]:
    document = plan(desk, *arguments, base=base)
    assert document["warnings"] == []
    return [each["address"] for each in document["operations"] if each["action"] == "delete"]


def remove(desk: Desk, key: str = "old") -> None:
    (desk.directory / "numbers" / f"{key}.yaml").unlink()


def test_a_manifest_is_found_as_variables_and_overlays_made_it_then(desk: Desk) -> None:
    overlay(desk, spec={"sipUri": "sip:${var.stage}@sip.vapi.ai"})
    desk.manifest("old", {"provider": "vapi", "name": "Old ${var.stage}"})
    desk.configure(vars={"stage": "prod"}, overlays=["overlays"])
    applied(desk)
    # What it was made with goes with it, in the same change.
    remove(desk)
    shutil.rmtree(desk.directory / "overlays")
    desk.configure()
    assert released(desk) == ["PhoneNumber/old"]


def test_a_directory_that_left_the_configuration_is_found_where_it_was(desk: Desk) -> None:
    desk.manifest("old", SIP)
    (desk.directory / "more").mkdir()
    (desk.directory / "numbers" / "old.yaml").rename(desk.directory / "more" / "old.yaml")
    desk.configure(manifests=["numbers", "more"])
    applied(desk)
    shutil.rmtree(desk.directory / "more")
    desk.configure()
    assert released(desk) == ["PhoneNumber/old"]


def test_a_manifest_that_would_not_meet_the_rules_of_today_is_found(desk: Desk) -> None:
    headers = {"X-Token": {"env": "HOOK_TOKEN"}}
    desk.manifest("old", {**SIP, "server": {"url": "http://x.example", "headers": headers}})
    desk.configure(secrets={"env": ["HOOK_*"]})
    desk = Desk(desk.directory, desk.url, {"HOOK_TOKEN": "t" * 20})
    applied(desk)
    remove(desk)
    (desk.directory / "p.json").write_text('{"properties": {"spec": {"required": ["provider"]}}}')
    desk.configure(policy=["p.json"])
    assert released(desk) == ["PhoneNumber/old"]


def test_what_was_no_manifest_then_is_not_taken_for_one(desk: Desk) -> None:
    desk.manifest("old", SIP)
    desk.configure(manifests=["."])
    (desk.directory / ".hidden.yaml").write_text("a: [\n")
    applied(desk)
    remove(desk)
    assert released(desk) == ["PhoneNumber/old"]


@pytest.mark.parametrize(
    ("content", "address", "reason"),
    [
        ("spec: {provider: nobody}", "PhoneNumber/old", "its name, provider, binding or lifecycle"),
        ("spec: {provider: vapi}\nlifecycle: {state: absnt}", "PhoneNumber/old", "lifecycle"),
        ("spec: {provider: vapi}\nbinding: {number: 14155550999}", "PhoneNumber/old", "binding"),
        ("spec: {provider: vapi}\nbinding: {id: {a: b}}", "PhoneNumber/old", "binding"),
        ("spec: {provider: vapi}\nbinding: {assistantId: a}", "PhoneNumber/old", "binding"),
        ("spec: {provider: vapi, name: '${var.x}'}", "PhoneNumber/old", "'x' is not defined"),
        ("spec: [", "PhoneNumber/numbers/old.yaml", "not valid YAML"),
    ],
)
def test_what_cannot_be_read_there_is_a_warning_and_never_silence(
    desk: Desk, content: str, address: str, reason: str
) -> None:
    desk.configure()
    path = desk.manifest("old", SIP)
    desk.manifest("kept", {**SIP, "sipUri": "sip:kept@sip.vapi.ai"})
    head = "apiVersion: vapi-reconciler/v1\nkind: PhoneNumber\nmetadata: {name: old}\n"
    path.write_text(f"{head}{content}\n")
    commit(desk)
    path.unlink()
    (warning,) = plan(desk)["warnings"]
    assert warning["address"] == address
    assert reason in warning["message"]
    assert "nothing is released for it" in warning["message"]
    offline = plan(desk, "--offline")
    assert [each["outlook"] for each in offline["expected"] if each["address"] == address] == [
        "unknown"
    ]


def test_before_a_revision_of_zeros_there_was_nothing(desk: Desk) -> None:
    desk.configure()
    desk.manifest("old", SIP)
    applied(desk)
    remove(desk)
    assert released(desk, base="0" * 40) == []


@pytest.mark.parametrize("rest", [0, 60])
@pytest.mark.parametrize("file", ["numbers/old.yaml", "reconciler.yaml"])
def test_a_clone_that_lacks_a_file_or_a_part_of_it_is_an_error(
    desk: Desk, rest: int, file: str
) -> None:
    desk.configure()
    desk.manifest("old", SIP)
    applied(desk)
    blob = git(desk, "rev-parse", f"HEAD:{file}")
    path = desk.directory / ".git" / "objects" / blob[:2] / blob[2:]
    part = path.read_bytes()[:rest]
    path.unlink()
    if part:
        path.write_bytes(part)
    remove(desk)
    ended = desk.run("plan", "--no-lock", "--base", "HEAD")
    assert (ended.code, "Traceback" in ended.err) == (1, False), ended.err
    assert "git cannot read" in ended.err
    assert "clone the repository anew" in ended.err


def test_a_path_outside_of_the_repository_is_an_error(desk: Desk) -> None:
    inside = desk.directory / "inside"
    inside.mkdir()
    desk.manifest("old", SIP)
    (inside / "any").touch()
    commit(Desk(inside, desk.url))
    ended = Desk(inside, desk.url).run("plan", "../numbers", "--base", "HEAD")
    assert (ended.code, "outside of the git repository" in ended.err) == (1, True), ended.err
