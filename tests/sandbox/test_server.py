"""The served sandbox as a process: it says where it is, stops when told, and forgets nothing."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import httpx
import pytest

from reconciler.errors import InputError
from reconciler.sandbox.server import serve

COMMAND = [sys.executable, "-c", "from reconciler.cli.sandbox import sandbox; sandbox()"]
HEADERS = {"User-Agent": "sandbox-tests/1", "Authorization": "Bearer a-key"}


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its URL; it is killed at the end if it still runs."""
    with subprocess.Popen(
        [*COMMAND, "--port", "0", *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            said, _, url = line.rstrip().rpartition(" ")
            assert said == "sandbox listening on", line
            yield process, url
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(number: signal.Signals) -> None:
    with started() as (process, url):
        assert httpx.get(f"{url}/_sandbox/health").status_code == 200
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


def test_a_killed_sandbox_keeps_every_answered_write(tmp_path: Path) -> None:
    file = str(tmp_path / "account.db")
    names = [f"n{index}" for index in range(20)]
    with started("--db", file) as (process, url):
        for name in names:
            body = {"provider": "vapi", "sipUri": f"sip:{name}@sip.vapi.ai", "name": name}
            httpx.post(f"{url}/phone-number", json=body, headers=HEADERS).raise_for_status()
        process.kill()
    with started("--db", file) as (_, url):
        listed = httpx.get(f"{url}/phone-number", headers=HEADERS).json()
    assert sorted(each["name"] for each in listed) == sorted(names)


def test_switches_and_seed_reach_the_account(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("phoneNumbers:\n  - {name: Old, provider: vapi, hooks: [{on: call.ringing}]}\n")
    switches = ["--seed", str(seed), "--key", "k", "--stock", "212=1", "--secrets", "masked"]
    with started(*switches) as (_, url):
        headers = {**HEADERS, "Authorization": "Bearer k"}
        assert httpx.get(f"{url}/phone-number", headers=HEADERS).status_code == 401
        listed = httpx.get(f"{url}/phone-number", headers=headers).json()
        body = {"provider": "vapi", "numberDesiredAreaCode": "415"}
        refused = httpx.post(f"{url}/phone-number", json=body, headers=headers)
    assert [each["hooks"] for each in listed] == [[{"on": "call.ringing"}]]
    assert "Try one of 212." in refused.json()["message"]


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with started() as (_, url), httpx.Client(base_url=url) as client:
        client.get("/_sandbox/health")
        start = perf_counter()
        for _ in range(25):
            client.get("/_sandbox/health")
        # Nagle's delay would make it a second.
        assert perf_counter() - start < 0.7


@pytest.mark.parametrize("part", ["starlette", "uvicorn"])
def test_without_the_extra_it_says_how_to_get_it(part: str) -> None:
    script = f"""
import sys
sys.modules[{part!r}] = None
from reconciler.cli.sandbox import sandbox
from reconciler.errors import InputError
try:
    sandbox([])
except InputError as error:
    print(error.message, error.help, sep="; ")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == (
        f"the sandbox needs {part}, which is not installed; pip install 'vapi-reconciler[sandbox]'"
    )


def test_a_port_that_is_taken_is_told() -> None:
    async def nothing(*_: object) -> None:
        """Never called."""

    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(InputError, match=f"cannot listen on 127.0.0.1 port {port}"):
            serve(nothing, "127.0.0.1", port, lambda _: None)
