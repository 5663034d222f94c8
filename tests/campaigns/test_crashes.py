"""The crash sweep: killed at every call and every file write, one after the other, it converges."""

import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.documents import read_plain
from reconciler.sandbox.app import create_app
from reconciler.sandbox.journal import CONTROL
from reconciler.sandbox.seed import plant
from reconciler.sandbox.server import running
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import Store
from reconciler.schema.packaged import OPENAPI, read_packaged
from tests.forks import Ended, forks

DESCRIPTION = read_plain(read_packaged(OPENAPI), OPENAPI)
SHARDS = 8
OPERATIONS = 30
APPLY = [
    "apply",
    "numbers",
    "--auto-approve",
    "--record=records",
    "--max-deletes=9",
    "--max-replaces=9",
]


class Killer:
    """In front of the sandbox: kills the client at one call, before, after or once answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.pid = 0
        self.calls = 0
        self.kill_at = 0
        self.moment = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        self.calls += 1
        if self.calls != self.kill_at:
            await self._app(scope, receive, send)
        elif self.moment == "before":
            self._kill()
        elif self.moment == "landed":
            await self._app(scope, receive, _unheard)
            self._kill()
        else:
            await self._app(scope, receive, send)
            self._kill()

    def _kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


async def _unheard(_message: Message) -> None:
    """The answer goes nowhere."""


@dataclass(frozen=True)
class Scene:
    """A repository before the apply, and what the account held then."""

    directory: Path
    held: list[Any]


@dataclass(frozen=True)
class Killed:
    """How a run ended, and how many steps and calls it had until then."""

    code: int
    steps: int
    calls: int
    operations: int


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Seventeen numbers that a first apply made, and manifests that ask for thirty operations."""
    directory = tmp_path_factory.mktemp("scene")
    for index in range(10):
        declare(directory, f"patched-{index}", sip(f"p{index}", assistantId="before"))
    for index in range(4):
        declare(directory, f"gone-{index}", sip(f"g{index}"))
    for index in range(3):
        declare(directory, f"moved-{index}", imported(index, "twilio", twilioAccountSid="AC1"))
    with account([]) as (url, _):
        assert run(APPLY, directory, url).code == 0
        held = ask(url, "GET", "/phone-number?limit=1000")
    for index in range(10):
        declare(directory, f"patched-{index}", sip(f"p{index}", assistantId="after"))
    for index in range(4):
        declare(directory, f"gone-{index}", {"provider": "vapi"}, state="absent")
    for index in range(3):
        spec = imported(index, "vonage", credentialId="c1")
        declare(directory, f"moved-{index}", spec, onImmutableChange="replace")
    for index in range(5):
        declare(directory, f"new-{index}", sip(f"n{index}"))
        declare(directory, f"bought-{index}", {"provider": "vapi", "numberDesiredAreaCode": "415"})
    shutil.rmtree(directory / "records")
    return Scene(directory, held)


@pytest.fixture(scope="session")
def whole(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """A run that nobody kills: it tells how many steps and calls there are to be killed at."""
    run = killed(scene, tmp_path_factory.mktemp("run") / "whole")
    assert (run.code, run.operations) == (0, OPERATIONS)
    return run


SAMPLE = [pytest.param(None, id="sample")]
ALL = [pytest.param(each, marks=pytest.mark.campaign, id=f"shard-{each}") for each in range(SHARDS)]


@pytest.mark.parametrize("shard", [*SAMPLE, *ALL])
def test_killed_at_any_file_write_the_next_run_converges(
    scene: Scene, whole: Killed, tmp_path: Path, shard: int | None
) -> None:
    for step in points(whole.steps, shard):
        ended = killed(scene, tmp_path / str(step), at_file=step)
        assert ended.code == -signal.SIGKILL, f"step {step}"


@pytest.mark.parametrize("shard", [*SAMPLE, *ALL])
def test_killed_at_any_call_the_next_run_converges(
    scene: Scene, whole: Killed, tmp_path: Path, shard: int | None
) -> None:
    for call in points(whole.calls, shard):
        for moment in ("before", "landed", "answered"):
            directory = tmp_path / f"{call}-{moment}"
            ended = killed(scene, directory, at_call=call, moment=moment)
            assert ended.code == -signal.SIGKILL, f"call {call}, {moment}"


def points(count: int, shard: int | None) -> list[int]:
    """The steps of a shard, or a few of all."""
    every = range(1, count + 1)
    return (
        list(every[shard::SHARDS]) if shard is not None else list(every[count // 4 :: count // 2])
    )


def run(arguments: list[str], directory: Path, url: str, **more: Any) -> Ended:
    environ = {"VAPI_API_KEY": "key", "VAPI_BASE_URL": url}
    return forks().run(arguments, directory, environ, **more)


def killed(
    scene: Scene,
    directory: Path,
    *,
    at_file: int = 0,
    at_call: int = 0,
    moment: str = "",
) -> Killed:
    """Kill one apply, and check that the next one converges and no write was made twice."""
    shutil.copytree(scene.directory, directory)
    with account(scene.held) as (url, killer):
        killer.kill_at, killer.moment = at_call, moment

        def started(pid: int) -> None:
            killer.pid = pid

        # One file write after the other, but as many calls at once as in life.
        parallel = [f"--parallel={1 if not at_call else 4}"]
        first = run([*APPLY, *parallel], directory, url, kill_at=at_file, started=started)
        calls, killer.kill_at = killer.calls, 0
        point = f"killed at file {at_file}, call {at_call} {moment}"
        if first.code != 0:
            again = run(APPLY, directory, url)
            assert again.code == 0, f"{point}: {again.err}{again.out}"
        left = run(["plan", "numbers", "--detailed-exitcode"], directory, url)
        assert left.code == 0, f"{point}: {left.out}"
        writes = ask(url, "GET", "/_sandbox/writes")
        names = sorted(each["name"] for each in ask(url, "GET", "/phone-number?limit=1000"))
    check_writes(writes, point)
    check_lock(directory, names, point)
    return Killed(first.code, first.steps, calls, len(writes))


def check_writes(writes: list[Mapping[str, str]], point: str) -> None:
    """Nothing was bought twice, and nothing released but what was to go."""
    created = Counter(each["name"] for each in writes if each["method"] == "POST")
    wanted = [f"{kind}-{index}" for kind in ("new", "bought") for index in range(5)]
    assert created == Counter([*wanted, *(f"moved-{index}" for index in range(3))]), point
    released = sorted(each["name"] for each in writes if each["method"] == "DELETE")
    assert released == sorted(
        [*(f"gone-{index}" for index in range(4)), *(f"moved-{index}" for index in range(3))]
    ), point


def check_lock(directory: Path, names: list[str], point: str) -> None:
    """The lock is whole, and knows every number and no other."""
    lock = json.loads((directory / "reconciler.lock.json").read_bytes())
    entries = lock["targets"]["default"]["numbers"]
    assert sorted(entries) == names, point
    assert not any({"replaced", "replacing"} & entry.keys() for entry in entries.values()), point


@contextmanager
def account(held: list[Any]) -> Iterator[tuple[str, Killer]]:
    with Store(":memory:") as store:
        plant({"phone-number": held}, store)
        killer = Killer(create_app(DESCRIPTION, store, Settings(quota=50)))
        with running(killer) as url:
            yield url, killer


def declare(directory: Path, key: str, spec: Mapping[str, Any], **lifecycle: str) -> None:
    document = {
        "apiVersion": "vapi-reconciler/v1",
        "kind": "PhoneNumber",
        "metadata": {"name": key},
        "lifecycle": lifecycle,
        "spec": spec,
    }
    path = directory / "numbers" / f"{key}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(document), "utf-8")


def sip(user: str, **more: Any) -> dict[str, Any]:
    return {"provider": "vapi", "sipUri": f"sip:{user}@sip.vapi.ai", **more}


def imported(index: int, provider: str, **more: Any) -> dict[str, Any]:
    return {"provider": provider, "number": f"+1415555010{index}", **more}


def ask(url: str, method: str, path: str) -> Any:
    headers = {"Authorization": "Bearer key", "User-Agent": "sweep"}
    return httpx.request(method, url + path, headers=headers).json()
