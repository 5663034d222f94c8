"""The soak: pass after pass with faults and an editor; every healthy one puts all drift right."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import yaml

from reconciler.api import Client
from reconciler.api.retry import RetryPolicy
from reconciler.apply import Run, Stop
from reconciler.config import Target
from reconciler.documents import read_plain
from reconciler.job import Job
from reconciler.model import ApiKeySource, Ending, Limits, PassReport, Secret
from reconciler.passes import Course, one_pass
from reconciler.sandbox.app import create_app
from reconciler.sandbox.faults import parse_rule
from reconciler.sandbox.server import running
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import Store
from reconciler.schema.packaged import OPENAPI, load_fields, load_manifest_schema, read_packaged

DESCRIPTION = read_plain(read_packaged(OPENAPI), OPENAPI)
NUMBERS = 8
# Of ten passes, the last is healthy: nothing goes wrong, and nobody edits while it runs.
HEALTHY = 10
FAULTS = ("edit@20%", "500-after@4%", "drop-before@4%", "429=0@4%", "cut-body@3%", "html-502@2%")
# Bytes by which the second half of the passes may grow the process.
GROWTH = 4_000_000


@pytest.mark.parametrize(
    "passes",
    [
        pytest.param(20, id="short"),
        pytest.param(500, id="soak", marks=pytest.mark.campaign),
        pytest.param(5000, id="memory", marks=pytest.mark.campaign),
    ],
)
def test_every_healthy_pass_leaves_nothing_to_do(passes: int, tmp_path: Path) -> None:
    random = Random(7)  # noqa: S311 - chance that can be repeated
    with Store(":memory:") as store, soak(tmp_path, store) as world:
        assert world.one(healthy=True).ending is Ending.CHANGED
        sizes = []
        for index in range(1, passes + 1):
            healthy = index % HEALTHY == 0
            if random.random() < 0.5:
                world.edit(random)
            report = world.one(healthy=healthy)
            if healthy:
                assert report.ending in {Ending.CHANGED, Ending.SYNCED}, report.message
                assert world.one(healthy=True).ending is Ending.SYNCED
                assert len(world.numbers()) == NUMBERS
            if index in {passes // 2, passes}:
                gc.collect()
                sizes.append(resident())
    assert sizes[1] - sizes[0] < GROWTH, "memory grows"


class World:
    """An account, its manifests, and passes over them."""

    def __init__(self, directory: Path, url: str, apps: dict[bool, Any], stage: "Stage") -> None:
        self._url = url
        self._apps = apps
        self._stage = stage
        self._job = Job(
            target=Target("prod", url, ApiKeySource()),
            paths=(str(directory / "numbers"),),
            fields=load_fields(),
            schema=load_manifest_schema(),
            read_secret=None,
            now=lambda: "2026-08-20T00:00:00.000Z",
            lock_path=directory / "reconciler.lock.json",
        )

    def one(self, *, healthy: bool) -> PassReport:
        """One pass; all that it wrote was planned, and nothing was created again."""
        self._stage.app = self._apps[healthy]
        policy = RetryPolicy(budget=2, first_delay=0.001, longest_delay=0.005)
        run = Run(4, lambda _result: None, lambda _seconds: None, Stop())
        course = Course(Limits(), run, lambda: datetime.now(UTC))
        with Client(self._url, Secret("key"), retry=policy) as client:
            begun = PassReport("prod", self._job.now(), 0.0, Ending.FAILED)
            report = one_pass(begun, self._job, client, course)
        operations = report.plan.operations if report.plan else ()
        writes = self._ask("GET", "/_sandbox/writes")
        self._ask("DELETE", "/_sandbox/requests")
        planned = {(each.action.value, each.live_id) for each in operations}
        for each in writes:
            action = {"POST": "create", "PATCH": "patch", "DELETE": "delete"}[each["method"]]
            assert (action, None if action == "create" else each["id"]) in planned
        return report

    def edit(self, random: Random) -> None:
        """Somebody at the dashboard, between two passes."""
        number = random.choice(self.numbers())
        edit = random.choice([{"assistantId": "elsewhere"}, {"hooks": []}, {"name": "Renamed"}])
        self._ask("PATCH", f"/phone-number/{number['id']}", edit)
        self._ask("DELETE", "/_sandbox/requests")

    def numbers(self) -> list[Any]:
        found: list[Any] = self._ask("GET", "/phone-number")
        return found

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask without our client, and with no fault in the way."""
        headers = {
            "Authorization": "Bearer key",
            "User-Agent": "soak",
            "X-Sandbox-Fault": "delay=0",
        }
        return httpx.request(method, self._url + path, json=body, headers=headers).json()


class Stage:
    """One server, and the sandbox that is on it now."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@contextmanager
def soak(directory: Path, store: Store) -> Iterator[World]:
    (directory / "numbers").mkdir()
    for index in range(NUMBERS):
        document = {
            "apiVersion": "vapi-reconciler/v1",
            "kind": "PhoneNumber",
            "metadata": {"name": f"n{index}"},
            "spec": {
                "provider": "vapi",
                "sipUri": f"sip:n{index}@sip.vapi.ai",
                "assistantId": f"bot-{index}",
            },
        }
        (directory / "numbers" / f"n{index}.yaml").write_text(yaml.safe_dump(document), "utf-8")
    rules = tuple(parse_rule(each) for each in FAULTS)
    faulty = create_app(DESCRIPTION, store, Settings(faults=rules, fault_seed=7))
    stage = Stage(faulty)
    apps = {False: faulty, True: create_app(DESCRIPTION, store, Settings())}
    with running(stage) as url:
        yield World(directory, url, apps, stage)


def resident() -> int:
    """Bytes of this process that are in memory now, of Linux."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
