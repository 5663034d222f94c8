"""Streams that nobody reads: what is said on stderr is dropped, a result that is lost is told."""

import fcntl
import json
import os
import pty
import subprocess
import termios
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.desk import COMMAND, Desk, sandbox, sip
from tests.journeys.test_reconcile import until

USERS = ("a", "b", "c")
APPLY = ("apply", "numbers", "--auto-approve", "--record", "records")
# What becomes of a stream, and in which words writing to it fails.
BROKEN = {
    "full": "No space left on device",
    "closed": "Bad file descriptor",
    "unread": "Broken pipe",
}
# How much a pipe holds, in bytes, at least.
ROOM = 4096


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Three numbers to be made."""
    for user in USERS:
        desk.manifest(user, sip(user))
    return desk


@contextmanager
def broken(how: str) -> Iterator[int]:
    """A file that takes nothing; a process closes the `closed` one itself."""
    if how == "unread":
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open("/dev/full" if how == "full" else os.devnull, os.O_WRONLY)
    yield writer
    os.close(writer)


def run(
    desk: Desk, *arguments: str, out: str = "", err: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the command with broken streams, and wait for its end."""
    closed = " ".join(f"{fd}>&-" for fd, how in ((1, out), (2, err)) if how == "closed")
    with broken(out) as bad_out, broken(err) as bad_err:
        return subprocess.run(
            ["bash", "-c", f'exec "$@" {closed}', "bash", *COMMAND, *arguments],
            cwd=desk.directory,
            env=os.environ | {"VAPI_API_KEY": "key", "VAPI_BASE_URL": desk.url},
            stdin=subprocess.DEVNULL,
            stdout=bad_out if out else subprocess.PIPE,
            stderr=bad_err if err else subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )


def remembered(desk: Desk) -> list[str]:
    lock = json.loads((desk.directory / "reconciler.lock.json").read_text())
    return sorted(lock["targets"]["default"]["numbers"])


def last_event(desk: Desk) -> str:
    (record,) = (desk.directory / "records").iterdir()
    return str(json.loads(record.read_text().splitlines()[-1])["event"])


@pytest.mark.parametrize("how", BROKEN)
def test_a_run_that_nobody_hears_of_is_the_run_it_would_have_been(desk: Desk, how: str) -> None:
    ended = run(desk, *APPLY, err=how)
    assert (ended.returncode, remembered(desk), last_event(desk)) == (0, list(USERS), "end")
    assert ended.stdout.endswith("Apply complete! Resources: 3 added, 0 changed, 0 destroyed.\n")


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize(
    "arguments", [("nosuch",), ("show", "nosuch"), ("plan", "--bad"), ("apply", "numbers")]
)
def test_an_error_that_nobody_hears_of_keeps_its_exit_code(
    desk: Desk, how: str, arguments: tuple[str, ...]
) -> None:
    ended = run(desk, *arguments, err=how)
    assert (ended.returncode, ended.stdout) == (1, "")


@pytest.mark.parametrize("how", BROKEN)
def test_a_report_that_is_lost_is_told_and_what_was_done_is_remembered(
    desk: Desk, how: str
) -> None:
    ended = run(desk, *APPLY, out=how)
    assert (ended.returncode, remembered(desk), last_event(desk)) == (1, list(USERS), "end")
    assert ended.stderr.splitlines()[-1] == f"error: stdout: {BROKEN[how]}"
    assert "Traceback" not in ended.stderr


def test_a_run_that_can_say_nothing_at_all_is_remembered_too(desk: Desk) -> None:
    assert run(desk, *APPLY, out="closed", err="closed").returncode == 1
    assert (remembered(desk), last_event(desk)) == (list(USERS), "end")


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "numbers"),
        ("validate", "numbers"),
        ("reconcile", "numbers"),
        ("schema", "show"),
        ("--version",),
        ("apply", "--help"),
    ],
)
def test_a_result_that_is_lost_is_an_error_in_one_line(
    desk: Desk, how: str, arguments: tuple[str, ...]
) -> None:
    ended = run(desk, *arguments, out=how)
    errors = [
        each for each in ended.stderr.splitlines() if not each.startswith("warning: the pass")
    ]
    assert (ended.returncode, errors) == (1, [f"error: stdout: {BROKEN[how]}"])


@contextmanager
def unwaiting() -> Iterator[tuple[int, int]]:
    """A pipe of 4 KiB, and a write to it that does not wait for room."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, ROOM)
    os.set_blocking(writer, False)
    yield reader, writer
    os.close(reader)


def read_late(reader: int) -> str:
    """All that is written to a pipe, read once it is full."""
    held = array("i", [0])

    def is_full() -> bool:
        fcntl.ioctl(reader, termios.FIONREAD, held)
        return held[0] == ROOM

    until(is_full)
    with os.fdopen(os.dup(reader)) as file:
        return file.read()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_result_waits_for_a_slow_reader(tmp_path: Path, unbuffered: str) -> None:
    with unwaiting() as (reader, writer):
        process = subprocess.Popen(
            [*COMMAND, "schema", "show"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.close(writer)
        shown = read_late(reader)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert json.loads(shown)["$schema"]


def test_an_error_waits_for_a_slow_reader(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "http://127.0.0.1:9")
    for index in range(40):
        desk.manifest(f"bad-{index}", {"provider": "none"})
    whole = run(desk, "plan", "numbers").stderr
    assert len(whole) > 2 * ROOM
    with unwaiting() as (reader, writer):
        process = subprocess.Popen(
            [*COMMAND, "plan", "numbers"],
            cwd=tmp_path,
            env=os.environ | {"VAPI_API_KEY": "key", "VAPI_BASE_URL": desk.url},
            stdout=subprocess.DEVNULL,
            stderr=writer,
        )
        os.close(writer)
        shown = read_late(reader)
        assert process.wait(30) == 1
    assert shown == whole


def test_a_run_whose_remarks_find_no_room_does_not_hang(desk: Desk) -> None:
    with unwaiting() as (_, writer):
        os.write(writer, b"x" * ROOM)
        process = subprocess.Popen(
            [*COMMAND, *APPLY],
            cwd=desk.directory,
            env=os.environ | {"VAPI_API_KEY": "key", "VAPI_BASE_URL": desk.url},
            stdout=subprocess.DEVNULL,
            stderr=writer,
        )
        os.close(writer)
        assert process.wait(30) == 0
    assert (remembered(desk), last_event(desk)) == (list(USERS), "end")


def test_a_terminal_that_goes_away_with_its_bar_stops_nothing(tmp_path: Path) -> None:
    with sandbox(faults=["POST:delay=300"]) as url:
        desk = Desk(tmp_path, url)
        for user in USERS:
            desk.manifest(user, sip(user))
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*COMMAND, *APPLY, "--parallel", "1"],
            cwd=desk.directory,
            env={key: each for key, each in os.environ.items() if key != "CI"}
            | {"VAPI_API_KEY": "key", "VAPI_BASE_URL": url, "TERM": "xterm"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            # Of a session of its own, it is told of no hang-up.
            start_new_session=True,
        )
        os.close(theirs)
        assert b"\x1b" in os.read(ours, 4096)
        os.close(ours)
        out, _ = process.communicate(timeout=30)
    assert (process.returncode, remembered(desk), last_event(desk)) == (0, list(USERS), "end")
    assert "Apply complete! Resources: 3 added" in out
