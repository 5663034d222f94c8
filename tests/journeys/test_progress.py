"""What is told while a plan is applied: a bar to a person, lines to a build log, or nothing."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.api.server import Exchange, serving
from tests.journeys.desk import COMMAND, Desk, sandbox
from tests.journeys.test_reconcile import until


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Three numbers to be made, by an API that takes its time."""
    with sandbox(faults=["POST:delay=300"]) as url:
        desk = Desk(tmp_path, url)
        for user in ("a", "b", "c"):
            desk.manifest(user, {"provider": "vapi", "sipUri": f"sip:{user}@sip.vapi.ai"})
        yield desk


def begun(desk: Desk, *arguments: str, **environ: str) -> "tuple[subprocess.Popen[bytes], int]":
    """An apply on a terminal of 100 columns, and the terminal's other end."""
    ours, theirs = pty.openpty()
    unwanted = ("CI", "NO_COLOR")
    clean = {key: each for key, each in os.environ.items() if key not in unwanted}
    known = {"VAPI_API_KEY": "key", "VAPI_BASE_URL": desk.url, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        [*COMMAND, "apply", "numbers", "--auto-approve", "--parallel", "1", *arguments],
        cwd=desk.directory,
        env=clean | known | environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    return process, ours


def on_a_terminal(desk: Desk, *arguments: str, **environ: str) -> str:
    """What apply shows on a terminal beside its result."""
    process, ours = begun(desk, *arguments, **environ)
    shown = read_until(ours)
    assert process.wait(30) == 0
    os.close(ours)
    return shown


def read_until(ours: int, words: str = "") -> str:
    """What is shown until these words are, or until the end."""
    shown = bytearray()
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
            if words and words in plain(shown.decode(errors="replace")):
                break
    except OSError:
        pass  # The terminal's other end is closed: that is how a pty ends on Linux.
    return shown.decode(errors="replace")


def plain(shown: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)


def test_a_terminal_shows_a_bar_with_its_rate_and_the_current_number(desk: Desk) -> None:
    shown = on_a_terminal(desk)
    frames = plain(shown)
    assert re.search(r"[━╸]+ +1/3 .*create PhoneNumber/b", frames)
    assert re.search(r"3/3 +\d+\.\d/s", frames)
    assert "PhoneNumber/a: create done" not in frames


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (("--log-format", "json"), {}),
        ((), {"CI": "true"}),
        ((), {"TERM": "dumb"}),
    ],
)
def test_a_log_has_one_line_an_operation_and_no_bar(
    desk: Desk, arguments: tuple[str, ...], environ: dict[str, str]
) -> None:
    shown = on_a_terminal(desk, *arguments, **environ)
    lines = [each for each in shown.splitlines() if "create done" in each]
    assert [re.findall(r"PhoneNumber/\w", each) for each in lines] == [
        ["PhoneNumber/a"],
        ["PhoneNumber/b"],
        ["PhoneNumber/c"],
    ]
    assert "\x1b" not in shown


@pytest.mark.parametrize(("term", "moves"), [("xterm", True), ("dumb", False)])
def test_the_cursor_is_shown_again_where_a_second_signal_stops_at_once(
    tmp_path: Path, term: str, moves: bool
) -> None:
    released = Event()

    def hanging(exchange: Exchange) -> None:
        if exchange.method == "GET":
            exchange.answer(200, [])
        else:
            released.wait(20)
            exchange.hang_up()

    with serving(hanging) as (url, seen):
        desk = Desk(tmp_path, url)
        desk.manifest("a", {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})
        process, ours = begun(desk, TERM=term)
        until(lambda: "POST" in [each.method for each in seen])
        process.send_signal(signal.SIGINT)
        shown = read_until(ours, "once more stops at once")
        process.send_signal(signal.SIGINT)
        shown += read_until(ours)
        code = process.wait(20)
        released.set()
    os.close(ours)
    assert (code, shown.endswith("\x1b[?25h\r\n"), "\x1b" in shown) == (130, moves, moves)


def test_quiet_is_quiet(desk: Desk) -> None:
    assert on_a_terminal(desk, "--quiet") == ""


def test_a_pipe_gets_lines(desk: Desk) -> None:
    ended = desk.apply()
    assert ended.err.splitlines() == [
        f"PhoneNumber/{user}: create done" for user in ("a", "b", "c")
    ]
