"""`--log-format json`: every line of stderr is one of JSON, whatever a command has to say."""

import json
import signal
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.api.server import Exchange, serving
from tests.journeys.desk import Desk, sip
from tests.journeys.test_interrupt import desk_at, methods
from tests.journeys.test_reconcile import start, until

JSON = ("--log-format", "json")


def lines(err: str) -> list[dict[str, Any]]:
    """What stderr says, each line of it an event with its time, level and message."""
    events: list[dict[str, Any]] = [json.loads(each) for each in err.splitlines()]
    assert all([*each][:3] == ["time", "level", "message"] for each in events)
    return events


def test_an_error_is_a_line_with_its_help(desk: Desk) -> None:
    ended = desk.run("validate", "--target", "nosuch", *JSON)
    (error,) = lines(ended.err)
    assert (ended.code, error["level"], error["help"]) == (1, "error", "there are: default")
    assert error["message"] == "there is no target 'nosuch'"


@pytest.mark.parametrize(
    "arguments",
    [
        (*JSON, "plan", "--bad"),
        ("plan", "numbers", *JSON, "--format", "xml"),
        ("plan", "numbers", "--selector", "team", *JSON),
        ("import", *JSON),
        (*JSON, "sandbox", "--fault", "nosuch"),
    ],
)
def test_misuse_is_a_line_once_the_format_is_known(desk: Desk, arguments: tuple[str, ...]) -> None:
    desk.manifest("a", sip("a"))
    ended = desk.run(*arguments)
    assert ended.code == 1
    assert [each["level"] for each in lines(ended.err)] == ["error"]


def test_each_fault_of_a_file_is_a_line_with_its_place(desk: Desk) -> None:
    path = desk.manifest("a", sip("a", naem="x", squadId="s", assistantId="a"))
    ended = desk.run("plan", "numbers", *JSON)
    places = {
        (each["level"], each["severity"], each["code"], each["file"], each["path"])
        for each in lines(ended.err)
    }
    file = str(path.relative_to(desk.directory))
    assert (ended.code, ended.out) == (1, "")
    assert {("error", "error", "R101", file, "spec.naem")} < places
    assert all(each["line"] > 0 and each["column"] > 0 for each in lines(ended.err))


@pytest.mark.parametrize("command", ["plan", "validate", "reconcile"])
def test_a_configuration_with_faults_is_told_line_by_line(desk: Desk, command: str) -> None:
    (desk.directory / "reconciler.yaml").write_text("kind: Config\n")
    ended = desk.run(command, *JSON)
    assert ended.code == 1
    told = lines(ended.err)
    assert bool(told) == (command == "plan")
    assert all(each["file"] == "reconciler.yaml" for each in told)


def test_of_several_targets_each_error_names_its_own(desk: Desk) -> None:
    target = {"apiKey": {"env": "NOSUCH"}, "manifests": ["numbers"], "baseUrl": desk.url}
    document = {
        "apiVersion": "vapi-reconciler/v1",
        "kind": "Config",
        "targets": {
            "prod": target,
            "stage": {**target, "apiKey": {"env": "VAPI_API_KEY"}, "manifests": ["nosuch"]},
        },
    }
    (desk.directory / "reconciler.yaml").write_text(json.dumps(document))
    desk.manifest("a", sip("a"))
    ended = desk.run("plan", "--all-targets", *JSON)
    told = [(each["target"], each.get("code")) for each in lines(ended.err)]
    assert (ended.code, told) == (1, [("prod", None), ("stage", "R010")])


def test_a_plan_that_nobody_can_approve_is_one_line(desk: Desk) -> None:
    desk.manifest("a", sip("a"))
    plan, error = lines(desk.run("apply", "numbers", *JSON).err)
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in plan["message"]
    assert error["message"] == "nobody is here to approve the plan"


def test_a_run_that_is_told_to_stop_says_so_in_a_line(tmp_path: Path) -> None:
    released = Event()

    def answer(exchange: Exchange) -> None:
        if exchange.method == "GET":
            exchange.answer(200, [])
            return
        released.wait(20)
        exchange.answer(400, {"message": "no"})

    with serving(answer) as (url, seen):
        process = start(desk_at(tmp_path, url), "apply", "--auto-approve", *JSON)
        until(lambda: "POST" in methods(seen))
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        first = process.stderr.readline()
        released.set()
        _, err = process.communicate(timeout=20)
    stopping, failed = lines(first + err)
    assert stopping["message"].startswith("stopping after the calls in flight")
    assert failed["message"] == "PhoneNumber/a: create failed"


def test_a_look_that_is_interrupted_says_so_in_a_line(tmp_path: Path) -> None:
    released = Event()

    def hanging(exchange: Exchange) -> None:
        released.wait(20)
        exchange.hang_up()

    with serving(hanging) as (url, seen):
        process = start(desk_at(tmp_path, url), "plan", *JSON)
        until(lambda: seen)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        released.set()
    assert (process.returncode, [each["message"] for each in lines(err)]) == (130, ["interrupted"])
