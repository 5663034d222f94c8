"""Told to stop: what is under way ends, nothing more is sent, and the exit code is 130."""

import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest

from tests.api.server import Exchange, Handler, serving
from tests.journeys.desk import Desk, sip
from tests.journeys.test_reconcile import held, start, until

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
APPLY = ("apply", "--auto-approve")
# What a pause would last if it did not end: no test waits for it.
LONG = "600"


def desk_at(directory: Path, url: str) -> Desk:
    desk = Desk(directory, url)
    desk.configure()
    desk.manifest("a", sip("a"))
    return desk


def ended(process: "subprocess.Popen[str]", number: signal.Signals) -> tuple[int, str, str]:
    """Tell it to stop; its code and what it said, which it does well before any pause is over."""
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err


def told_to_stop(process: "subprocess.Popen[str]") -> None:
    """Tell it to stop, and go on once it has heard."""
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None
    assert "stopping after the calls in flight" in process.stderr.readline()


def answering(reads: Handler, writes: Handler) -> Handler:
    return lambda exchange: (reads if exchange.method == "GET" else writes)(exchange)


def nobody(exchange: Exchange) -> None:
    exchange.answer(200, [])


def busy(status: int) -> Handler:
    return lambda exchange: exchange.answer(status, None, Retry_After=LONG)


def methods(seen: Sequence[Exchange]) -> list[str]:
    return [each.method for each in seen]


@BOTH
@pytest.mark.parametrize("command", [("plan",), APPLY, ("import", "--all")])
def test_a_command_that_waits_for_a_list_ends_at_once(
    tmp_path: Path, command: tuple[str, ...], number: signal.Signals
) -> None:
    released = Event()

    def hanging(exchange: Exchange) -> None:
        released.wait(20)
        exchange.hang_up()

    with serving(hanging) as (url, seen):
        process = start(desk_at(tmp_path, url), *command)
        until(lambda: seen)
        told = ended(process, number)
        released.set()
    assert told == (130, "", told[2])
    assert told[2].strip() == "interrupted"


@BOTH
def test_a_pause_of_an_apply_ends_and_the_create_is_not_sent_again(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(answering(nobody, busy(429))) as (url, seen):
        process = start(desk_at(tmp_path, url), *APPLY, "--timeout", "3600")
        until(lambda: "POST" in methods(seen))
        time.sleep(0.3)
        code, out, _ = ended(process, number)
        assert (code, methods(seen)) == (130, ["GET", "POST"])
    assert "1 operation failed" in out


def test_a_create_that_may_have_landed_is_looked_for_and_stays_uncertain(tmp_path: Path) -> None:
    with serving(answering(nobody, busy(503))) as (url, seen):
        process = start(desk_at(tmp_path, url), *APPLY, "--format", "json", "--timeout", "3600")
        until(lambda: methods(seen) == ["GET", "POST", "GET"])
        time.sleep(0.3)
        code, out, _ = ended(process, signal.SIGTERM)
        assert (code, methods(seen)) == (130, ["GET", "POST", "GET", "GET", "GET"])
    assert '"kind": "uncertain"' in out


@pytest.mark.parametrize("arguments", [(), ("--every", "1h"), ("--dry-run",)])
def test_a_pass_that_an_outage_holds_up_is_cut_short(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with serving(busy(503)) as (url, seen):
        desk = desk_at(tmp_path, url)
        process = start(desk, "reconcile", "--timeout", "3600", *arguments)
        until(lambda: seen)
        time.sleep(0.3)
        code, out, _ = ended(process, signal.SIGTERM)
        assert (code, len(seen)) == (130, 1)
    assert out.startswith("prod: interrupted: ")


def test_a_pass_that_waits_for_another_to_end_is_cut_short(tmp_path: Path) -> None:
    desk = desk_at(tmp_path, "http://127.0.0.1:9")
    with held(tmp_path):
        process = start(desk, "reconcile", "--lock-wait", "10m")
        # Nothing shows from outside that it waits; until it does it takes far less than this.
        time.sleep(4)
        code, out, _ = ended(process, signal.SIGTERM)
    assert (code, out.startswith("prod: interrupted: ")) == (130, True)


@pytest.mark.parametrize("command", [APPLY, (*APPLY, "--wait", "10m"), ("reconcile",)])
def test_told_to_stop_when_all_is_done_a_run_ends_well(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    released = Event()
    made = {"id": "1", "provider": "vapi", "name": "a", "status": "active"}
    made["sipUri"] = "sip:a@sip.vapi.ai"

    def reads(exchange: Exchange) -> None:
        exchange.answer(200, [made] if released.is_set() else [])

    def create(exchange: Exchange) -> None:
        released.wait(20)
        exchange.answer(201, made)

    with serving(answering(reads, create)) as (url, seen):
        process = start(desk_at(tmp_path, url), *command)
        until(lambda: "POST" in methods(seen))
        told_to_stop(process)
        released.set()
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 0, out
    assert ("Apply complete!" if command[0] == "apply" else "1 created") in out


def test_told_to_stop_before_a_new_number_serves_calls_is_not_done(tmp_path: Path) -> None:
    released = Event()
    made = {"id": "1", "provider": "vapi", "name": "a", "status": "activating"}

    def create(exchange: Exchange) -> None:
        released.wait(20)
        exchange.answer(201, {**made, "sipUri": "sip:a@sip.vapi.ai"})

    with serving(answering(nobody, create)) as (url, seen):
        process = start(desk_at(tmp_path, url), *APPLY, "--wait", "10m")
        until(lambda: "POST" in methods(seen))
        told_to_stop(process)
        released.set()
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 130, out
    assert out.endswith("1 number serves no calls, and --wait is over.\n")


def test_waiting_for_a_new_number_ends_and_says_that_it_serves_no_calls(tmp_path: Path) -> None:
    made = {"id": "1", "provider": "vapi", "name": "a", "status": "activating"}

    def create(exchange: Exchange) -> None:
        exchange.answer(201, {**made, "sipUri": "sip:a@sip.vapi.ai"})

    with serving(answering(nobody, create)) as (url, seen):
        process = start(desk_at(tmp_path, url), *APPLY, "--wait", "10m")
        until(lambda: methods(seen) == ["GET", "POST", "GET"])
        time.sleep(0.3)
        code, out, _ = ended(process, signal.SIGTERM)
    assert code == 130
    assert out.endswith("1 number serves no calls, and --wait is over.\n")


def test_a_second_signal_stops_at_once(tmp_path: Path) -> None:
    released = Event()

    def hanging(exchange: Exchange) -> None:
        released.wait(20)
        exchange.hang_up()

    with serving(answering(nobody, hanging)) as (url, seen):
        process = start(desk_at(tmp_path, url), *APPLY)
        until(lambda: "POST" in methods(seen))
        told_to_stop(process)
        code, _, _ = ended(process, signal.SIGTERM)
        released.set()
    assert code == 130
