"""One repository, several accounts, in one command; and plans that read no secret."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.desk import Desk, sandbox


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Targets `one` and `two`, with an account each, and a manifest for both."""
    with sandbox() as one, sandbox() as two:
        desk = Desk(tmp_path, one, {"ONE_KEY": "key", "TWO_KEY": "key"})
        desk.manifest("a", {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})
        configure(desk, one=target(one, "ONE_KEY"), two=target(two, "TWO_KEY"))
        yield desk


def target(url: str, key: str, **more: Any) -> dict[str, Any]:
    return {"baseUrl": url, "apiKey": {"env": key}, "manifests": ["numbers"], **more}


def configure(desk: Desk, **targets: Any) -> None:
    document = {"apiVersion": "vapi-reconciler/v1", "kind": "Config", "targets": targets}
    (desk.directory / "reconciler.yaml").write_text(yaml.safe_dump(document))


def test_all_targets_have_a_plan_each(desk: Desk) -> None:
    ended = desk.run("plan", "--all-targets")
    assert [line.split()[0] for line in ended.out.splitlines() if "live numbers" in line] == [
        "one",
        "two",
    ]
    documents = desk.run("plan", "--all-targets", "--format", "json").json
    assert {name: each["summary"]["create"] for name, each in documents.items()} == {
        "one": 1,
        "two": 1,
    }


def test_one_target_that_fails_stops_no_other_and_decides_the_exit_code(desk: Desk) -> None:
    ended = desk.run("plan", "--all-targets", "--format", "json", ONE_KEY="public-key")
    assert ended.code == 1
    assert ended.json["one"]["error"]["kind"] == "unauthorized"
    assert ended.json["two"]["summary"]["create"] == 1
    shown = desk.run("plan", "--all-targets", ONE_KEY="public-key")
    assert shown.err.startswith("error: one: the API answered 401")
    assert "Plan: 1 to add" in shown.out


def test_the_worst_exit_code_is_that_of_all(desk: Desk) -> None:
    assert desk.run("apply", "--target", "one", "--auto-approve").code == 0
    assert desk.run("plan", "--target", "one", "--detailed-exitcode").code == 0
    assert desk.run("plan", "--all-targets", "--detailed-exitcode").code == 2


def test_all_targets_are_validated(desk: Desk) -> None:
    assert desk.run("validate", "--all-targets").out.startswith("one\n1 manifest, 0 errors")
    documents = desk.run("validate", "--all-targets", "--format", "json").json
    assert {name: each["valid"] for name, each in documents.items()} == {"one": True, "two": True}
    desk.manifest("b", {"provider": "nobody"})
    assert desk.run("validate", "--all-targets").code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("plan", "--all-targets", "--target", "one"), "--all-targets means every one"),
        (("plan", "--all-targets", "--out", "p.json"), "--out saves the plan of one target"),
        (("validate", "--all-targets", "--format", "sarif"), "--format sarif is of one target"),
        (("plan",), "add --target with one of: one, two"),
    ],
)
def test_what_makes_no_sense_of_all_targets_is_told(
    desk: Desk, arguments: tuple[str, ...], message: str
) -> None:
    ended = desk.run(*arguments)
    assert (ended.code, message in ended.err) == (1, True), ended.err


TOKEN = {"env": "HOOK_TOKEN"}
SPEC = {
    "provider": "vapi",
    "sipUri": "sip:a@sip.vapi.ai",
    "server": {"url": "https://hooks.example.com", "headers": {"X-Token": TOKEN}},
}


@pytest.fixture
def hooked(tmp_path: Path) -> Iterator[Desk]:
    """A number that was applied with a secret, which is not at hand any more."""
    with sandbox() as url:
        desk = Desk(tmp_path, url)
        desk.configure(secrets={"env": ["HOOK_*"]})
        desk.manifest("a", SPEC)
        assert desk.run("apply", "--auto-approve", HOOK_TOKEN="t" * 20).code == 0
        yield desk


def test_without_secrets_a_plan_says_what_it_did_not_compare(hooked: Desk) -> None:
    assert hooked.run("plan").code == 1
    ended = hooked.run("plan", "--no-secrets", "--format", "json")
    assert (ended.code, ended.json["operations"]) == (0, [])
    assert ended.json["warnings"] == [
        {
            "address": "PhoneNumber/a",
            "message": "server.headers.X-Token is not compared: its value was not read",
        }
    ]


def test_without_secrets_everything_else_is_compared(hooked: Desk) -> None:
    hooked.manifest("a", SPEC | {"assistantId": "b" * 8})
    hooked.manifest("b", SPEC | {"sipUri": "sip:b@sip.vapi.ai"})
    operations = hooked.run("plan", "--no-secrets", "--format", "json").json["operations"]
    assert [(each["action"], each["address"]) for each in operations] == [
        ("create", "PhoneNumber/b"),
        ("patch", "PhoneNumber/a"),
    ]
    assert [each["path"] for each in operations[1]["changes"]] == ["assistantId"]


def test_a_plan_made_without_secrets_is_applied_only_where_they_change_nothing(
    hooked: Desk,
) -> None:
    hooked.manifest("a", SPEC | {"assistantId": "b" * 8})
    assert hooked.run("plan", "--no-secrets", "--out", "p.json").code == 0
    stale = hooked.run("apply", "--plan", "p.json", HOOK_TOKEN="u" * 20)
    assert (stale.code, "would change other values now" in stale.err) == (3, True)
    assert hooked.run("apply", "--plan", "p.json", HOOK_TOKEN="t" * 20).code == 0


def test_a_number_that_is_known_by_a_secret_is_not_taken_for_another(tmp_path: Path) -> None:
    with sandbox() as url:
        desk = Desk(tmp_path, url, {"HOOK_URI": "sip:hidden@sip.vapi.ai"})
        desk.configure(secrets={"env": ["HOOK_*"]})
        desk.manifest("a", {"provider": "vapi", "sipUri": {"env": "HOOK_URI"}})
        assert desk.run("apply", "--auto-approve").code == 0
        assert desk.run("plan", "--no-secrets", "--format", "json").json["operations"] == []
        imported = {"provider": "twilio", "number": {"env": "HOOK_NUMBER"}, "twilioAccountSid": "1"}
        desk.manifest("b", imported)
        applied = desk.run("apply", "--auto-approve", HOOK_NUMBER="+14155550100")
        assert applied.code == 0, applied.err
        planned = desk.run("plan", "--no-secrets", "--format", "json").json
        assert (planned["operations"], planned["blocked"]) == ([], [])


def test_validate_needs_no_secret(hooked: Desk) -> None:
    assert hooked.run("validate", "--no-secrets").code == 0
