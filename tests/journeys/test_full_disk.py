"""A disk that refuses: what was done is told, and the next run finds it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.journeys.desk import COMMAND, Desk

USERS = ("a", "b", "c", "d")


@pytest.fixture
def crowded(desk: Desk) -> Desk:
    """A lock that holds three numbers, and four more to be made."""
    for user in ("x", "y", "z"):
        desk.manifest(user, {"provider": "vapi", "sipUri": f"sip:{user}@sip.vapi.ai"})
    assert desk.apply().code == 0
    for user in USERS:
        desk.manifest(user, {"provider": "vapi", "sipUri": f"sip:{user}@sip.vapi.ai"})
    return desk


def apply_on_a_full_disk(desk: Desk, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Apply where no file may grow beyond 1 KiB: a write that fails as on a full disk."""
    limited = 'ulimit -f 1 && exec "$@"'
    return subprocess.run(
        ["bash", "-c", limited, "bash", *COMMAND, "apply", "numbers", "--auto-approve", *arguments],
        cwd=desk.directory,
        env=os.environ | {"VAPI_API_KEY": "key", "VAPI_BASE_URL": desk.url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def files(directory: Path) -> set[str]:
    return {each.name for each in directory.iterdir()}


def test_a_lock_that_cannot_be_written_stops_the_run_before_anything_is_sent(
    crowded: Desk,
) -> None:
    assert crowded.apply().code == 0
    (crowded.directory / "reconciler.lock.json").unlink()
    crowded.manifest("new", {"provider": "vapi", "sipUri": "sip:new@sip.vapi.ai"})
    there = files(crowded.directory)
    crowded.forget_requests()
    ended = apply_on_a_full_disk(crowded)
    assert (ended.returncode, files(crowded.directory)) == (1, there)
    assert "reconciler.lock.json" in ended.stderr
    assert {method for method, _ in crowded.requests()} == {"GET"}


def test_what_landed_and_could_not_be_remembered_is_told_and_found_again(crowded: Desk) -> None:
    ended = apply_on_a_full_disk(crowded, "--parallel", "1", "--format", "json")
    told = json.loads(ended.stdout)
    assert ended.returncode == 4
    assert [each["status"] for each in told["operations"]] == [
        "done",
        "skipped",
        "skipped",
        "skipped",
    ]
    assert told["operations"][0]["error"]["kind"] == "lock"
    assert crowded.apply().code == 0
    assert sorted(each["name"] for each in crowded.numbers()) == [*USERS, "x", "y", "z"]


def test_a_record_that_cannot_be_written_ends_and_the_run_goes_on(desk: Desk) -> None:
    for user in USERS:
        desk.manifest(user, {"provider": "vapi", "sipUri": f"sip:{user}@sip.vapi.ai"})
    ended = apply_on_a_full_disk(desk, "--no-lock", "--record", "records")
    assert ended.returncode == 0, ended.stderr
    assert "the record ends here, and the run goes on: File too large" in ended.stderr
    assert len(desk.numbers()) == len(USERS)


@pytest.mark.parametrize("command", ["plan", "validate", "apply"])
def test_a_full_disk_behind_stdout_is_told_in_words(desk: Desk, command: str) -> None:
    desk.manifest("a", {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})
    approve = ["--auto-approve"] if command == "apply" else []
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [*COMMAND, command, "numbers", *approve],
            cwd=desk.directory,
            env=os.environ | {"VAPI_API_KEY": "key", "VAPI_BASE_URL": desk.url},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.returncode == 1
    assert "No space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_plan_that_cannot_be_saved_leaves_the_old_one(desk: Desk) -> None:
    desk.manifest("a", {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})
    saved = desk.directory / "p.json"
    saved.write_text("old")
    limited = 'ulimit -f 1 && exec "$@"'
    ended = subprocess.run(
        ["bash", "-c", limited, "bash", *COMMAND, "plan", "numbers", "--out", "p.json"],
        cwd=desk.directory,
        env=os.environ | {"VAPI_API_KEY": "key", "VAPI_BASE_URL": desk.url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, saved.read_text()) == (1, "old")
    assert files(desk.directory) == {"numbers", "p.json"}
