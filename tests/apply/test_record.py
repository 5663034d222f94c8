"""The record of a run: what was asked and answered, when, by which plan, and no secret."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from reconciler.apply.record import Answered, Asked, Failed, Record, recording
from reconciler.errors import Down, InputError, Refused
from reconciler.model import (
    Action,
    Desired,
    Json,
    Live,
    Lock,
    Operation,
    Outcome,
    Plan,
    Reason,
    Result,
    Secret,
    Status,
    Summary,
)
from reconciler.planning.hiding import Hiding
from tests.planning.numbers import FIELDS, desired, live

NOW = "2026-08-20T10:15:00.123Z"
CANARY = "canary-0123456789"


def create(body: dict[str, Json] | None = None) -> Operation:
    sent: dict[str, Json] = {"provider": "vapi", "name": "a", **(body or {})}
    return Operation(
        "op-1", Action.CREATE, "PhoneNumber/a", "vapi", None, Reason.DECLARED, body=sent
    )


def plan(*operations: Operation) -> Plan:
    return Plan(
        "prod", "https://api.vapi.ai", "org", NOW, "sha256:m", operations, (), (), (), (), Summary()
    )


def recorded(
    directory: Path, *tell: Callable[[Record], None], wanted: Sequence[Desired] = ()
) -> list[dict[str, Any]]:
    """What stands in the record of a run in which all of this happened."""
    with recording(
        directory,
        plan(create()),
        commit="4f2c1d0",
        hiding=Hiding(FIELDS, Lock(), wanted),
        now=lambda: NOW,
        complain=fail,
    ) as record:
        for each in tell:
            each(record)
    [file] = directory.iterdir()
    return [json.loads(line) for line in file.read_text().splitlines()]


def fail(message: str) -> None:
    raise AssertionError(message)


def test_the_first_line_says_which_plan_of_which_commit_was_run_when(tmp_path: Path) -> None:
    [header] = recorded(tmp_path)
    assert header["event"] == "run"
    assert header["at"] == NOW
    assert header["commit"] == "4f2c1d0"
    assert header["target"] == "prod"
    assert header["plan"].startswith("sha256:")


def test_each_run_has_a_file_of_its_own_named_by_time_and_plan(tmp_path: Path) -> None:
    [header] = recorded(tmp_path / "new" / "directory")
    [file] = (tmp_path / "new" / "directory").iterdir()
    assert file.name == f"20260820T101500.123Z-{header['plan'][7:19]}.jsonl"


def test_the_release_of_a_number_of_an_unknown_provider_is_recorded(tmp_path: Path) -> None:
    release = Operation(
        "op-1", Action.DELETE, "PhoneNumber/1", "future", "id-1", Reason.UNOWNED, body={}
    )
    [_, asked] = recorded(tmp_path, lambda record: record.tell(Asked(release)))
    assert (asked["provider"], asked["body"]) == ("future", {})


def test_a_record_is_never_written_over(tmp_path: Path) -> None:
    recorded(tmp_path)
    with pytest.raises(InputError, match="File exists"):
        recorded(tmp_path)


def test_what_is_asked_and_answered_is_written_as_it_happens(tmp_path: Path) -> None:
    seen: list[str] = []

    def peek(_: Record) -> None:
        [file] = tmp_path.iterdir()
        seen.append(json.loads(file.read_text().splitlines()[-1])["event"])

    number = live("id-1", {"name": "a"})
    recorded(
        tmp_path,
        lambda record: record.tell(Asked(create())),
        peek,
        lambda record: record.tell(Answered(create(), number, Status.DONE)),
        peek,
        lambda record: record.tell(Failed(create(), Refused("no", status=400))),
        peek,
    )
    assert seen == ["asked", "answered", "failed"]


def test_an_answer_is_kept_with_its_status_and_the_id_it_gave(tmp_path: Path) -> None:
    answered = Answered(create(), live("id-1", {"name": "a"}), Status.RECOVERED)
    [_, line] = recorded(tmp_path, lambda record: record.tell(answered))
    assert (line["status"], line["liveId"], line["body"]["name"]) == ("recovered", "id-1", "a")


def test_a_release_has_no_body(tmp_path: Path) -> None:
    operation = Operation("op-1", Action.DELETE, "PhoneNumber/a", "vapi", "id-1", Reason.TOMBSTONE)
    answered = Answered(operation, None, Status.DONE)
    [_, line] = recorded(tmp_path, lambda record: record.tell(answered))
    assert (line["liveId"], line["body"]) == ("id-1", None)


def test_an_error_is_kept_in_the_words_of_the_outcome(tmp_path: Path) -> None:
    failed = Failed(create(), Refused("name is too long", status=400))
    [_, line] = recorded(tmp_path, lambda record: record.tell(failed))
    assert line["error"] == {"kind": "refused", "message": "name is too long", "status": 400}


def test_what_was_asked_and_not_sent_after_all_is_told_as_skipped(tmp_path: Path) -> None:
    failed = Failed(create(), Down("not tried: every POST has failed for 60 s"))
    [_, line] = recorded(tmp_path, lambda record: record.tell(failed))
    assert (line["status"], line["error"]["kind"]) == ("skipped", "outage")


def test_no_secret_is_kept_of_what_was_sent(tmp_path: Path) -> None:
    body: dict[str, Json] = {
        "server": {"url": "https://a.example", "headers": {"X-Token": Secret(CANARY)}},
        "authentication": {"username": "u" * 20, "password": CANARY},
    }
    [_, line] = recorded(tmp_path, lambda record: record.tell(Asked(create(body))))
    assert line["body"]["server"]["url"] == "https://a.example"
    assert line["body"]["server"]["headers"] == {"X-Token": "(sensitive)"}
    assert CANARY not in json.dumps(line)


@pytest.mark.parametrize(
    "body",
    [
        {"authentication": {"password": CANARY}},
        {"server": {"headers": {"X": CANARY}}},
        {"server": {"url": "https://a.example", "secret": CANARY}},
        {"serverUrlSecret": CANARY},
        {"hooks": [{"on": "call.ringing", "new": CANARY}]},
    ],
)
def test_no_secret_is_kept_of_what_was_answered(tmp_path: Path, body: dict[str, Json]) -> None:
    answered = Answered(create(), live("id-1", body), Status.DONE)
    [_, line] = recorded(tmp_path, lambda record: record.tell(answered))
    assert CANARY not in json.dumps(line)


READ: dict[str, Json] = {
    "name": Secret(CANARY),
    "server": {"url": Secret(f"https://{CANARY}"), "headers": {"X-Token": Secret("t" * 20)}},
    "fallbackDestination": {"type": "number", "description": Secret("short")},
    "hooks": [{"on": "call.ringing", "do": [{"type": "say", "exact": Secret(f"say {CANARY}")}]}],
}


@pytest.mark.parametrize(
    "body",
    [
        {"name": CANARY},
        {"name": "somebody typed another over it"},
        {"server": {"url": f"https://{CANARY}"}},
        {"fallbackDestination": {"description": "short"}},
        {"hooks": [{"do": [{"exact": "first"}]}, {"do": [{"exact": f"say {CANARY}"}]}]},
        {"server": {"url": f"https://a.example?token={'t' * 20}"}},
    ],
)
def test_what_a_manifest_reads_is_kept_of_no_answer_whatever_its_field(
    tmp_path: Path, body: dict[str, Json]
) -> None:
    answered = Answered(create({"assistantId": None}), live("id-1", body), Status.DONE)
    [_, line] = recorded(
        tmp_path, lambda record: record.tell(answered), wanted=[desired("a", READ)]
    )
    kept = json.dumps(line["body"])
    assert "(sensitive)" in kept
    assert not any(each in kept for each in (CANARY, "somebody", "short", "t" * 20))


def test_what_a_manifest_writes_out_is_kept_of_an_answer(tmp_path: Path) -> None:
    body: dict[str, Json] = {"name": "a", "server": {"url": "https://a.example"}}
    answered = Answered(create(), live("id-1", body), Status.DONE)
    [_, line] = recorded(
        tmp_path, lambda record: record.tell(answered), wanted=[desired("a", READ | body)]
    )
    assert line["body"]["server"] == {"url": "https://a.example"}


def test_the_last_line_sums_up(tmp_path: Path) -> None:
    done = Result(create(), Status.DONE, "id-1", not_taken=("server.url",))
    skipped = Operation("op-2", Action.CREATE, "PhoneNumber/b", "vapi", None, Reason.DECLARED)
    outcome = Outcome("prod", (done, Result(skipped, Status.SKIPPED)), interrupted=True)
    [_, line] = recorded(tmp_path, lambda record: record.end(outcome))
    assert line["interrupted"]
    assert line["summary"] == {"done": 1, "recovered": 0, "failed": 0, "skipped": 1}
    assert line["skipped"] == ["op-2"]
    assert line["notTaken"] == {"op-1": ["server.url"]}


def test_lines_of_several_threads_stay_whole(tmp_path: Path) -> None:
    together = Barrier(4)

    def many(record: Record) -> None:
        together.wait()
        for _ in range(50):
            record.tell(Asked(create({"assistantId": "x" * 5000})))

    def at_once(record: Record) -> None:
        threads = [Thread(target=many, args=(record,)) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    assert len(recorded(tmp_path, at_once)) == 201


def test_a_full_disk_is_told_once_and_the_run_goes_on() -> None:
    told: list[str] = []
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    file = full.open("wb", buffering=0)
    with file:
        record = Record(file, Hiding(FIELDS, Lock()), lambda: NOW, told.append)
        record.tell(Asked(create()))
        record.tell(Answered(create(), Live("id-1", "vapi", {}), Status.DONE))
    assert told == ["the record ends here, and the run goes on: No space left on device"]


def test_a_directory_that_cannot_be_written_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="the record cannot be written") as raised:
        recorded(tmp_path / "file")
    assert "--record" in raised.value.help
