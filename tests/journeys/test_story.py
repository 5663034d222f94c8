"""Plan and apply as users and pipelines meet them: exit codes, formats, promises."""

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import COMMAND, Desk, sandbox

SIP = {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"}


def test_planning_never_writes(desk: Desk) -> None:
    desk.manifest("a", SIP)
    before = sorted(each.name for each in desk.directory.rglob("*"))
    assert desk.run("plan", "numbers").code == 0
    assert {method for method, _ in desk.requests()} == {"GET"}
    assert sorted(each.name for each in desk.directory.rglob("*")) == before


def test_an_unchanged_target_costs_one_list_and_one_for_each_kind_referred_to(
    tmp_path: Path,
) -> None:
    with sandbox({"assistant": [{"name": "Bot"}], "squad": [{"name": "Crew"}]}) as url:
        desk = Desk(tmp_path, url)
        desk.manifest("a", SIP | {"assistantId": {"name": "Bot"}})
        desk.manifest("b", {"provider": "vapi", "sipUri": "sip:b@sip.vapi.ai", "squadId": "x"})
        assert desk.apply().code == 0
        desk.forget_requests()
        assert desk.apply().code == 0
        assert sorted(desk.requests()) == [("GET", "/assistant"), ("GET", "/phone-number")]


def test_a_drifted_number_is_put_right_and_said_to_have_drifted(desk: Desk) -> None:
    desk.manifest("a", SIP)
    desk.apply()
    desk.edit(desk.numbers()[0]["id"], {"assistantId": "elsewhere"})
    (operation,) = desk.plan()["operations"]
    assert (operation["action"], operation["reason"]) == ("patch", "drifted")
    assert desk.apply().code == 0
    assert "assistantId" not in desk.numbers()[0]


def test_a_lost_lock_costs_nothing_but_explanations(desk: Desk) -> None:
    desk.manifest("a", SIP)
    desk.apply()
    (desk.directory / "reconciler.lock.json").unlink()
    assert desk.plan()["summary"]["unchanged"] == 1
    desk.manifest("a", SIP | {"assistantId": "new"})
    assert desk.plan()["operations"][0]["reason"] == "changed"


def test_exit_2_only_where_it_was_asked_for_and_there_are_changes(desk: Desk) -> None:
    desk.manifest("a", SIP)
    assert desk.run("plan", "numbers").code == 0
    assert desk.run("plan", "numbers", "--detailed-exitcode").code == 2
    desk.apply()
    assert desk.run("plan", "numbers", "--detailed-exitcode").code == 0


def test_a_refused_plan_writes_nothing_not_even_the_harmless_part(desk: Desk) -> None:
    desk.manifest("a", SIP)
    desk.apply()
    desk.manifest("a", SIP, lifecycle={"state": "absent"})
    desk.manifest("b", {"provider": "vapi", "sipUri": "sip:b@sip.vapi.ai"})
    desk.forget_requests()
    refused = desk.apply()
    assert refused.code == 3
    assert "--max-deletes 1" in refused.err
    assert {method for method, _ in desk.requests()} == {"GET"}
    assert desk.apply("--max-deletes", "1").code == 0
    assert [each["sipUri"] for each in desk.numbers()] == ["sip:b@sip.vapi.ai"]


def test_what_the_api_refuses_is_told_and_the_rest_is_done(desk: Desk) -> None:
    desk.manifest("a", {"provider": "vapi", "numberDesiredAreaCode": "415"})
    with sandbox(stock={"212": 1}) as url:
        short = Desk(desk.directory, url)
        short.manifest("b", {"provider": "vapi", "numberDesiredAreaCode": "212"})
        ended = short.apply("--format", "json")
    assert ended.code == 4
    statuses = {each["address"]: each["status"] for each in ended.json["operations"]}
    assert statuses == {"PhoneNumber/a": "failed", "PhoneNumber/b": "done"}
    (failed,) = (each for each in ended.json["operations"] if each["status"] == "failed")
    assert failed["error"]["status"] == 400
    assert "not available" in failed["error"]["message"]


def test_a_field_that_the_api_did_not_take_is_named(tmp_path: Path) -> None:
    with sandbox(not_cleared=frozenset({"squadId"})) as url:
        desk = Desk(tmp_path, url)
        desk.manifest("a", SIP | {"squadId": "crew"})
        desk.apply()
        desk.manifest("a", SIP)
        ended = desk.apply("--format", "json")
    assert ended.code == 4
    assert ended.json["operations"][0]["notTaken"] == ["squadId"]


@pytest.mark.parametrize("fault", ["POST:drop-after@1", "POST:500-after@1", "POST:cut-body@1"])
def test_a_create_whose_answer_is_lost_is_found_and_never_sent_again(
    tmp_path: Path, fault: str
) -> None:
    with sandbox(faults=[fault]) as url:
        desk = Desk(tmp_path, url)
        desk.manifest("a", {"provider": "vapi", "numberDesiredAreaCode": "415"})
        ended = desk.apply("--format", "json")
        assert (ended.code, ended.json["summary"]["recovered"]) == (0, 1)
        assert len(desk.numbers()) == 1
        assert [method for method, _ in desk.requests()].count("POST") == 1


@pytest.mark.parametrize("fault", ["POST:drop-before@1", "POST:500-before@1", "POST:429=0@1"])
def test_a_create_that_did_not_land_is_sent_again(tmp_path: Path, fault: str) -> None:
    with sandbox(faults=[fault]) as url:
        desk = Desk(tmp_path, url)
        desk.manifest("a", {"provider": "vapi", "numberDesiredAreaCode": "415"})
        assert desk.apply().code == 0
        assert len(desk.numbers()) == 1


def test_nobody_to_ask_is_an_error(desk: Desk) -> None:
    desk.manifest("a", SIP)
    ended = desk.run("apply", "numbers")
    assert (ended.code, desk.numbers()) == (1, [])
    assert "--auto-approve" in ended.err


@pytest.mark.parametrize(("answer", "code", "count"), [("yes", 0, 1), ("y", 1, 0)])
def test_on_a_terminal_only_yes_applies(desk: Desk, answer: str, code: int, count: int) -> None:
    desk.manifest("a", SIP)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "apply", "numbers"],
        cwd=desk.directory,
        env=os.environ | {"VAPI_API_KEY": "key", "VAPI_BASE_URL": desk.url},
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.write(ours, f"{answer}\n".encode())
    assert process.wait(30) == code
    assert len(desk.numbers()) == count


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "numbers", "--dry-runn"),
        ("plan", "numbers", "--format", "xml"),
        ("plan", "nowhere"),
        ("plan", "numbers", "--only", "nobody"),
        ("plan", "numbers", "--target", "nobody"),
        ("plan", "numbers", "--selector", "team"),
        ("plan", "numbers", "--config", "nowhere.yaml"),
        ("bogus",),
        ("apply", "numbers", "--plan", "nowhere.json"),
    ],
)
def test_bad_usage_and_bad_input_end_with_1_and_no_traceback(
    desk: Desk, arguments: tuple[str, ...]
) -> None:
    desk.manifest("a", SIP)
    ended = desk.run(*arguments)
    assert ended.code == 1
    assert "Traceback" not in ended.err + ended.out


def test_a_key_that_is_refused_is_explained(desk: Desk) -> None:
    desk.manifest("a", SIP)
    ended = desk.run("plan", "numbers", VAPI_API_KEY="pk_public")
    assert ended.code == 1
    assert "private key" in ended.err


def test_shared_options_stand_before_or_after_the_command(desk: Desk) -> None:
    desk.manifest("a", SIP)
    before = desk.run("--format", "json", "plan", "numbers").json
    after = desk.run("plan", "numbers", "--format", "json").json
    assert before["operations"] == after["operations"]


def test_validation_as_json_is_the_document_of_the_contract(desk: Desk) -> None:
    path = desk.manifest("a", SIP | {"assistantId": "x", "squadId": "y"})
    line = path.read_text().splitlines().index("  squadId: y") + 1
    ended = desk.run("validate", "numbers", "--format", "json")
    assert ended.code == 1
    assert ended.json["summary"] == {"manifests": 1, "errors": 1, "warnings": 0}
    (fault,) = ended.json["diagnostics"]
    assert (fault["code"], fault["file"], fault["line"], fault["column"], fault["path"]) == (
        "R201",
        "numbers/a.yaml",
        line,
        3,
        "spec.squadId",
    )


def test_a_partial_run_touches_only_what_was_selected(desk: Desk) -> None:
    desk.manifest("a", SIP, metadata={"labels": {"team": "one"}})
    desk.manifest("b", {"provider": "vapi", "sipUri": "sip:b@sip.vapi.ai"})
    by_label = desk.plan("--selector", "team=one")["operations"]
    by_name = desk.plan("--only", "b")["operations"]
    assert [each["address"] for each in by_label] == ["PhoneNumber/a"]
    assert [each["address"] for each in by_name] == ["PhoneNumber/b"]


def test_without_a_lock_none_is_written(desk: Desk) -> None:
    desk.manifest("a", SIP)
    assert desk.apply("--no-lock").code == 0
    assert not (desk.directory / "reconciler.lock.json").exists()


@pytest.mark.parametrize(
    "era",
    [
        {"secrets": "clear", "provider_in_patch": False},
        {"secrets": "masked", "nulls_kept": True},
        {"secrets": "omitted", "echo_defaults": True},
    ],
)
def test_the_second_plan_is_empty_in_every_era(tmp_path: Path, era: dict[str, Any]) -> None:
    with sandbox(**era) as url:
        desk = Desk(tmp_path, url, {"HOOK_TOKEN": "t" * 24})
        desk.configure(secrets={"env": ["HOOK_*"]})
        headers = {"X-Token": {"env": "HOOK_TOKEN"}}
        credentials = {"username": "u" * 20, "password": {"env": "HOOK_TOKEN"}}
        server = {"url": "https://hooks.example.com", "headers": headers}
        desk.manifest("a", SIP | {"authentication": credentials, "server": server})
        assert desk.apply().code == 0
        assert desk.plan()["operations"] == []
        rotated = desk.run("plan", "--format", "json", HOOK_TOKEN="r" * 24).json
        assert [each["sensitive"] for each in rotated["operations"][0]["changes"]] == [True, True]


@pytest.mark.parametrize(
    ("patience", "code", "health"), [("20s", 0, []), ("1s", 4, ["activating"])]
)
def test_apply_can_wait_until_a_number_serves_calls(
    tmp_path: Path, patience: str, code: int, health: list[str]
) -> None:
    with sandbox(activation_seconds=3 if code == 0 else 60) as url:
        desk = Desk(tmp_path, url)
        desk.manifest("a", {"provider": "vapi", "numberDesiredAreaCode": "415"})
        ended = desk.apply("--wait", patience, "--format", "json")
    assert ended.code == code
    assert [each["status"] for each in ended.json.get("health", [])] == health


def test_a_record_tells_what_was_asked_and_answered_without_secrets(desk: Desk) -> None:
    desk.configure(secrets={"env": ["HOOK_*"]})
    server = {"url": "https://x.example.com", "headers": {"X-Token": {"env": "HOOK_TOKEN"}}}
    desk.manifest("a", SIP | {"server": server})
    assert desk.apply("--record", "runs", HOOK_TOKEN="canary" * 4).code == 0
    (path,) = (desk.directory / "runs").iterdir()
    text = path.read_text()
    assert [json.loads(line)["event"] for line in text.splitlines()] == [
        "run",
        "asked",
        "answered",
        "end",
    ]
    assert "canary" not in text
