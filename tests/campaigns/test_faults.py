"""The fault campaign: whatever goes wrong, it converges, and nothing is bought twice.

One test a seed, so that a failure names the seed to repeat: `pytest -k seed-123`.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler import reconcile
from reconciler.api import Client
from reconciler.api.retry import RetryPolicy
from reconciler.apply import Run, Stop
from reconciler.config import Target
from reconciler.documents import read_plain
from reconciler.errors import ApiError
from reconciler.job import Job
from reconciler.model import Action, ApiKeySource, Plan, Reach, Secret
from reconciler.sandbox.app import create_app
from reconciler.sandbox.server import running
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import Store
from reconciler.schema.packaged import OPENAPI, load_fields, load_manifest_schema, read_packaged
from tests.campaigns.schedules import Specs, schedule
from tests.laws.worlds import UNLIMITED

SEEDS = 1000
SAMPLE = 40
RUNS = 5
DESCRIPTION = read_plain(read_packaged(OPENAPI), OPENAPI)
FIELDS = load_fields()
SCHEMA = load_manifest_schema()
# Less than `delay-after` takes, so that some answers come too late.
POLICY = RetryPolicy(budget=0.65, first_delay=0.002, longest_delay=0.01, least=0.05)


ALL = [
    pytest.param(seed, marks=[pytest.mark.campaign] * (seed >= SAMPLE), id=f"seed-{seed}")
    for seed in range(SEEDS)
]


# asyncio forgets, unclosed, a connection that comes in just as `refuse` closes its listener.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("seed", ALL)
def test_every_schedule_converges_and_nothing_is_written_beyond_the_plan(
    seed: int, tmp_path: Path, stage: "Stage"
) -> None:
    story = schedule(seed)
    with Store(":memory:") as store:
        if story.before:
            at_first = Settings(quota=100, secrets=story.settings.secrets)
            with stage.place(tmp_path, store, at_first) as peace:
                peace.declare(story.before)
                assert peace.plan_and_apply() == len(story.before)
        with stage.place(tmp_path, store, story.settings) as fire:
            fire.declare(story.after, gone=story.gone)
            writes = fire.until_nothing_is_left(RUNS - story.shows_secrets_otherwise)
        with stage.place(tmp_path, store, Settings(secrets=story.settings.secrets)) as peace:
            if story.shows_secrets_otherwise:
                peace.plan_and_apply()
            assert peace.plan_and_apply() == 0
            names = [each["name"] for each in peace.numbers()]
    assert sorted(names) == sorted(story.after)
    created = Counter(each["name"] for each in writes if each["method"] == "POST")
    assert created == Counter(story.made)


class Place:
    """A repository, and the account that it is about."""

    def __init__(self, directory: Path, url: str, client: Client) -> None:
        self._directory = directory
        self._url = url
        self._client = client
        target = Target("prod", url, ApiKeySource(), reach=Reach(env=("HOOK_*",)))
        self._job = Job(
            target=target,
            paths=(str(directory / "numbers"),),
            fields=FIELDS,
            schema=SCHEMA,
            read_secret=lambda _reference: Secret("token-0123456789"),
            now=lambda: "2026-08-20T00:00:00.000Z",
            lock_path=directory / "reconciler.lock.json",
        )

    def declare(self, specs: Specs, gone: frozenset[str] = frozenset()) -> None:
        """Write the manifests; what is gone has a tombstone, lest it looks like a rename."""
        (self._directory / "numbers").mkdir(exist_ok=True)
        for key, spec in specs.items():
            self._write(key, spec, {"onImmutableChange": "replace"})
        for key in gone:
            self._write(key, {"provider": "vapi"}, {"state": "absent"})

    def _write(self, key: str, spec: Mapping[str, Any], lifecycle: Mapping[str, str]) -> None:
        document = {
            "apiVersion": "vapi-reconciler/v1",
            "kind": "PhoneNumber",
            "metadata": {"name": key},
            "lifecycle": lifecycle,
            "spec": spec,
        }
        path = self._directory / "numbers" / f"{key}.yaml"
        path.write_text(yaml.safe_dump(document), "utf-8")

    def until_nothing_is_left(self, runs: int) -> list[Mapping[str, str]]:
        """Run until a plan is empty; every write that landed, all of them planned."""
        landed: list[Mapping[str, str]] = []
        for _ in range(runs):
            try:
                planned = reconcile.plan(self._job, self._client, UNLIMITED)
            except ApiError:
                self.wait_until_served()  # A run is minutes after the one before, not milliseconds.
                continue
            if not planned.plan.operations:
                break
            reconcile.apply(self._job, planned, self._client, self._run())
            landed += self._writes_of(planned.plan)
        return landed

    def plan_and_apply(self) -> int:
        """How many operations one run had, with none blocked and none failed."""
        planned = reconcile.plan(self._job, self._client, UNLIMITED)
        assert planned.plan.blocked == ()
        outcome = reconcile.apply(self._job, planned, self._client, self._run())
        assert [each.error_message for each in outcome.results if each.error_message] == []
        return len(outcome.results)

    def wait_until_served(self) -> None:
        """A port that the story before has closed opens again soon."""
        self._ask("GET", "/_sandbox/health")

    def numbers(self) -> list[Any]:
        answer: list[Any] = self._ask("GET", "/phone-number?limit=1000")
        return answer

    def _writes_of(self, made: Plan) -> list[Mapping[str, str]]:
        """What landed in this run, each of it an operation of the plan, creates and deletes once.

        A patch may land twice: it is sent again when its answer is lost.
        """
        writes: list[Mapping[str, str]] = self._ask("GET", "/_sandbox/writes")
        self._ask("DELETE", "/_sandbox/requests")
        for method, action in (("PATCH", Action.PATCH), ("DELETE", Action.DELETE)):
            planned = [each.live_id for each in made.operations if each.action is action]
            done = [each["id"] for each in writes if each["method"] == method]
            assert set(done) <= set(planned), f"{method} beyond the plan"
            assert action is Action.PATCH or len(done) == len(set(done))
        names = [each.body["name"] for each in made.operations if each.action is Action.CREATE]
        created = Counter(each["name"] for each in writes if each["method"] == "POST")
        assert created <= Counter(str(each) for each in names), "a create beyond the plan"
        return writes

    def _run(self) -> Run:
        return Run(
            parallel=4,
            observe=lambda _result: None,
            pause=lambda _seconds: time.sleep(0.01),
            stop=Stop(),
        )

    def _ask(self, method: str, path: str) -> Any:
        """Ask without our client; the port may be closed for a moment, and opens again."""
        headers = {"Authorization": "Bearer key", "User-Agent": "campaign"}
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), headers=headers) as client:
            return client.request(method, self._url + path).json()


class Stage:
    """One server for all stories; each sets its own sandbox on it."""

    def __init__(self) -> None:
        self.app: ASGIApp = create_app(DESCRIPTION, Store(":memory:"), Settings())
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    @contextmanager
    def place(self, directory: Path, store: Store, settings: Settings) -> Iterator[Place]:
        self.app = create_app(DESCRIPTION, store, settings)
        with Client(self.url, Secret("key"), retry=POLICY) as client:
            place = Place(directory, self.url, client)
            place.wait_until_served()
            yield place


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    stage = Stage()
    with running(stage) as stage.url:
        yield stage
