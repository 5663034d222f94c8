"""What is promised of every run: what it costs, what it tells, and how it ends when cut short."""

import json
import os
import signal
import subprocess
import time
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from reconciler.report import PLAN_FORMATS
from tests.api.server import Exchange, serving
from tests.journeys.desk import COMMAND, Desk, sandbox
from tests.journeys.runner import git

CANARY = "canary-token-0123456789"


def sip(user: str, **more: Any) -> dict[str, Any]:
    return {"provider": "vapi", "sipUri": f"sip:{user}@sip.vapi.ai", **more}


@pytest.mark.parametrize(("count", "lists"), [(999, 1), (1001, 2)])
def test_an_account_costs_one_list_request_for_each_thousand(
    tmp_path: Path, count: int, lists: int
) -> None:
    numbers = [sip(f"u{index}", name=f"n{index}") for index in range(count)]
    with sandbox({"phone-number": numbers}) as url:
        desk = Desk(tmp_path, url)
        desk.manifest("n7", sip("u7"))
        planned = desk.plan()
        assert desk.requests() == [("GET", "/phone-number")] * lists
    assert (planned["summary"]["unchanged"], planned["summary"]["unmanaged"]) == (1, count - 1)


def test_the_lock_tells_an_edit_of_the_manifest_from_one_of_the_number(desk: Desk) -> None:
    for key in ("edited", "drifted"):
        desk.manifest(key, sip(key))
    desk.apply()
    desk.manifest("edited", sip("edited", assistantId="new"))
    (drifted,) = (each for each in desk.numbers() if each["name"] == "drifted")
    desk.edit(drifted["id"], {"assistantId": "elsewhere"})
    reasons = {each["address"]: each["reason"] for each in desk.plan()["operations"]}
    assert reasons == {"PhoneNumber/edited": "declared", "PhoneNumber/drifted": "drifted"}


def test_the_outcome_as_json_is_the_document_of_the_contract(desk: Desk) -> None:
    desk.manifest("a", sip("a"))
    ended = desk.apply("--format", "json")
    (number,) = desk.numbers()
    operation = {
        "id": "op-1",
        "address": "PhoneNumber/a",
        "action": "create",
        "status": "done",
        "liveId": number["id"],
        "error": None,
        "notTaken": [],
    }
    summary = {"done": 1, "recovered": 0, "failed": 0, "skipped": 0}
    assert ended.json == {"target": "default", "operations": [operation], "summary": summary}


def test_no_secret_that_was_set_elsewhere_is_printed_or_kept(tmp_path: Path) -> None:
    with sandbox() as url:
        desk = Desk(tmp_path, url, {"HOOK_TOKEN": CANARY})
        desk.configure(secrets={"env": ["HOOK_*"]})
        token = {"env": "HOOK_TOKEN"}
        server = {"url": "https://hooks.example.com", "headers": {"X-Token": token}}
        credentials = {"username": "u" * 20, "password": token}
        desk.manifest("a", sip("a", server=server, authentication=credentials))
        desk.manifest("bare", sip("bare"))
        said = [desk.run("plan", "--verbose", "--out", "created.json")]
        said += [desk.apply("--verbose", "--log-format", "json")]
        elsewhere = {"X-Token": CANARY, "X-Other": CANARY, "Authorization": CANARY}
        helper = {"type": "sip", "sipUri": "sip:help@example.com", "sipHeaders": elsewhere}
        edit = {
            "server": {"url": server["url"], "headers": elsewhere},
            "fallbackDestination": helper,
            "hooks": [{"on": "call.ringing", "do": [{"type": "transfer", "destination": helper}]}],
        }
        for number in desk.numbers():
            desk.edit(number["id"], edit)
        desk.ask("POST", "/phone-number", sip("stray", server={**server, "headers": elsewhere}))
        said += [desk.run("plan", "--verbose", "--format", each) for each in PLAN_FORMATS]
        said += [desk.run("plan", "--out", "patched.json"), desk.apply("--format", "json")]
        said += [desk.run("show", "patched.json", "--format", each) for each in PLAN_FORMATS]
        assert [each.code for each in said] == [0] * len(said), [each.err for each in said]
        kept = [each.read_text() for each in tmp_path.rglob("*") if each.is_file()]
        assert not [each for each in (*said, *kept) if CANARY in str(each)]


@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_a_plan_names_what_it_is_about_in_every_format(desk: Desk, form: str) -> None:
    desk.manifest("support", sip("a"))
    ended = desk.run("plan", "numbers", "--format", form)
    assert ended.code == 0
    assert "support" in ended.out


def test_the_order_of_files_changes_no_byte_of_the_plan(desk: Desk) -> None:
    files = [str(desk.manifest(key, sip(key))) for key in "abc"]
    documents = set()
    for order in [*permutations(files)][::2]:
        planned = desk.run("plan", *order, "--format", "json").json
        moment = {"createdAt": "", "digest": ""}
        documents.add(json.dumps(planned | moment))
    assert len(documents) == 1


@pytest.mark.parametrize("command", [["plan"], ["apply", "--auto-approve"]])
def test_a_bad_manifest_ends_with_1_before_anything_is_asked(
    desk: Desk, command: list[str]
) -> None:
    desk.manifest("good", sip("good"))
    desk.manifest("bad", sip("bad", asistantId="x"))
    ended = desk.run(*command, "numbers")
    assert (ended.code, desk.requests()) == (1, [])
    assert "did you mean assistantId?" in ended.err


def test_a_partial_run_never_releases_what_it_did_not_look_at(desk: Desk) -> None:
    desk.configure(ownership="exclusive", limits={"deletes": 9})
    gone = desk.manifest("gone", sip("gone"))
    desk.manifest("a", sip("a"), metadata={"labels": {"team": "one"}})
    desk.run("apply", "--auto-approve")
    desk.ask("POST", "/phone-number", sip("stranger", name="stranger"))
    gone.unlink()
    desk.manifest("a", sip("a", assistantId="new"), metadata={"labels": {"team": "one"}})
    for narrow in (["--only", "a"], ["--selector", "team=one"]):
        (operation,) = desk.plan(*narrow)["operations"]
        assert (operation["action"], operation["address"]) == ("patch", "PhoneNumber/a")
    assert desk.run("--only", "a", "apply", "--auto-approve").code == 0
    assert {each["name"] for each in desk.numbers()} == {"a", "gone", "stranger"}


@pytest.mark.parametrize("command", [("apply", "--auto-approve"), ("reconcile",)])
def test_a_record_names_the_commit_of_the_manifests_wherever_it_is_run(
    desk: Desk, command: tuple[str, ...]
) -> None:
    desk.configure()
    desk.manifest("a", sip("a"))
    other = Desk(desk.directory / "other", desk.url)
    other.directory.mkdir()
    for checkout in (other.directory, desk.directory):
        (checkout / "note").write_text(checkout.name)
        git(checkout, "init", "-q")
        git(checkout, "add", "note")
        git(checkout, "commit", "-qm", "one")
    records = ("--record", str(desk.directory / "records"))
    assert desk.run(*command, *records).code == 0
    desk.manifest("a", sip("a", assistantId="new"))
    assert other.run(*command, *records, "--config", "../reconciler.yaml").code == 0
    assert other.run("apply", "--auto-approve", "../numbers", *records, "--no-lock").code == 0
    told = [each.read_text() for each in sorted((desk.directory / "records").iterdir())]
    ours, theirs = (git(each.directory, "rev-parse", "HEAD") for each in (desk, other))
    assert [json.loads(each.splitlines()[0])["commit"] for each in told] == [ours, ours, theirs]


def test_what_is_refused_for_good_is_partial_once_and_then_an_error(tmp_path: Path) -> None:
    with sandbox(quota=1) as url:
        desk = Desk(tmp_path, url)
        for key in ("first", "second"):
            desk.manifest(key, {"provider": "vapi", "numberDesiredAreaCode": "415"})
        assert desk.apply().code == 4
        assert desk.apply().code == 1
        assert len(desk.numbers()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        "PATCH:drop-after@1",
        "PATCH:500-before@1",
        "PATCH:cut-body@1",
        "DELETE:drop-after@1",
        "DELETE:500-after@1",
        "GET:html-502@1",
        "GET:cut-body@1",
    ],
)
def test_a_call_that_may_be_repeated_survives_one_fault(tmp_path: Path, fault: str) -> None:
    numbers = [sip(key, name=key) for key in ("kept", "gone")]
    with sandbox({"phone-number": numbers}, [fault]) as url:
        desk = Desk(tmp_path, url)
        desk.manifest("kept", sip("kept", assistantId="new"))
        desk.manifest("gone", sip("gone"), lifecycle={"state": "absent"})
        ended = desk.apply("--max-deletes", "1")
        assert ended.code == 0, ended.err
        assert [(each["name"], each["assistantId"]) for each in desk.numbers()] == [("kept", "new")]
        assert desk.plan()["operations"] == []


def test_a_create_is_not_sent_again_sooner_than_the_api_asked_for(tmp_path: Path) -> None:
    def busy(exchange: Exchange) -> None:
        if exchange.method == "GET":
            exchange.answer(200, [])
        else:
            exchange.answer(503, None, Retry_After="600")

    with serving(busy) as (url, seen):
        desk = Desk(tmp_path, url)
        desk.manifest("a", sip("a"))
        ended = desk.apply("--timeout", "1", "--format", "json")
        assert [each.method for each in seen] == ["GET", "POST", "GET", "GET"]
    assert (ended.code, ended.json["operations"][0]["error"]["kind"]) == (1, "uncertain")


def test_after_a_kill_the_next_run_converges_and_no_number_is_bought_twice(
    tmp_path: Path,
) -> None:
    with sandbox(faults=["POST:delay=200"]) as url:
        desk = Desk(tmp_path, url)
        for key in ("a", "b", "c", "d"):
            desk.manifest(key, {"provider": "vapi", "numberDesiredAreaCode": "415"})
        process = subprocess.Popen(
            [*COMMAND, "apply", "numbers", "--auto-approve", "--parallel", "1"],
            cwd=desk.directory,
            env=os.environ | {"VAPI_API_KEY": "key", "VAPI_BASE_URL": url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: len(desk.numbers()) == 2)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        time.sleep(0.5)  # a call in flight has landed by then, or never will
        assert len(desk.numbers()) < 4
        assert desk.apply().code == 0
        assert sorted(each["name"] for each in desk.numbers()) == ["a", "b", "c", "d"]
        assert desk.plan()["operations"] == []


def test_of_two_numbers_that_nothing_tells_apart_the_one_that_is_there_is_to_be_pinned(
    desk: Desk,
) -> None:
    bought = {"provider": "vapi", "name": "Same", "numberDesiredAreaCode": "415"}
    # As a run leaves it that was killed between the create of one and the lock.
    made = desk.ask("POST", "/phone-number", bought)
    for key in ("one", "two"):
        desk.manifest(key, bought)
    ended = desk.apply()
    assert (ended.code, len(desk.numbers())) == (1, 1)
    assert f"binding:\n      id: {made['id']}" in ended.err
    spec = {"provider": "vapi", "name": "Same"}
    desk.manifest("one", spec, binding={"id": made["id"]})
    assert desk.apply().code == 0
    assert (len(desk.numbers()), desk.plan()["operations"]) == (2, [])


def until(holds: Any) -> None:
    """Wait until the account is as told, at most 20 seconds."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
