"""The laws: whatever is declared, and whatever the account holds."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.api import Client
from reconciler.apply import Executor
from reconciler.documents import read_plain
from reconciler.model import (
    Action,
    Desired,
    Lifecycle,
    Live,
    Lock,
    LockEntry,
    Operation,
    Plan,
    Secret,
    State,
    Status,
)
from reconciler.planning import to_document
from reconciler.planning.memory import remembered
from reconciler.sandbox.app import create_app
from reconciler.sandbox.server import running
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import Store
from reconciler.schema.packaged import OPENAPI, read_packaged
from tests.laws.worlds import CANARY, UNLIMITED, worlds
from tests.planning.numbers import FIELDS, live, plan, provider

TOMBSTONE = Lifecycle(state=State.ABSENT)
DESCRIPTION = read_plain(read_packaged(OPENAPI), OPENAPI)


class Account:
    """A sandbox, our client, and the lock that is kept of it."""

    def __init__(self, url: str, client: Client) -> None:
        self.url = url
        self.client = client
        self.lock = Lock("salt")

    def plan(self, wanted: tuple[Desired, ...]) -> Plan:
        return plan(wanted, self.client.list_numbers(), lock=self.lock, limits=UNLIMITED)

    def apply(self, wanted: tuple[Desired, ...]) -> list[Status]:
        made = self.plan(wanted)
        entries = dict(self.lock.entries)
        by_key = {each.key: each for each in wanted}

        def remember(operation: Operation, number: Live | None) -> None:
            key = operation.address.partition("/")[2]
            if number:
                described = provider(number.provider)
                entries[key] = remembered(by_key[key], number, described, self.lock.salt)
            elif operation.reason.value != "replace":
                del entries[key]

        executor = Executor(self.client, FIELDS, remember)
        known = frozenset(each.id for each in self.client.list_numbers())
        outcome = executor.execute(made, known)
        self.lock = Lock("salt", "", entries)
        assert made.blocked == ()
        assert [each.error_message for each in outcome.results if each.error_message] == []
        assert [each.not_taken for each in outcome.results if each.not_taken] == []
        return [each.status for each in outcome.results]

    def methods(self) -> set[str]:
        logged = httpx.get(f"{self.url}/_sandbox/requests", headers={"User-Agent": "law"}).json()
        return {each["method"] for each in logged}


@contextmanager
def account(**switches: object) -> Iterator[Account]:
    with Store(":memory:") as store:
        app = create_app(DESCRIPTION, store, Settings(**switches))  # type: ignore[arg-type]
        with running(app) as url, Client(url, Secret("key")) as client:
            yield Account(url, client)


@pytest.mark.parametrize("secrets", ["clear", "masked", "omitted"])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(before=worlds(), after=worlds())
def test_applying_a_plan_leaves_an_empty_plan_and_no_call_is_refused(
    secrets: str, before: tuple[Desired, ...], after: tuple[Desired, ...]
) -> None:
    kept = {each.key for each in after}
    gone = tuple(replace(each, lifecycle=TOMBSTONE) for each in before if each.key not in kept)
    with account(secrets=secrets) as held:
        for wanted in (before, (*after, *gone)):
            assert set(held.apply(wanted)) <= {Status.DONE}
            assert held.plan(wanted).operations == ()
        assert len(held.client.list_numbers()) == len(after)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(wanted=worlds())
def test_planning_never_writes(wanted: tuple[Desired, ...]) -> None:
    with account() as held:
        held.plan(wanted)
        assert held.methods() == {"GET"}


@given(wanted=worlds(), shuffled=st.randoms())
def test_the_order_of_manifests_and_numbers_changes_no_byte(
    wanted: tuple[Desired, ...], shuffled: Random
) -> None:
    held = [live(f"id-{each.key}", {"name": each.key}, provider=each.provider) for each in wanted]
    other, numbers = list(wanted), list(held)
    shuffled.shuffle(other)
    shuffled.shuffle(numbers)
    one = json.dumps(to_document(plan(wanted, held), "0"))
    assert json.dumps(to_document(plan(other, numbers), "0")) == one


@given(before=worlds(), after=worlds())
def test_a_plan_holds_no_secret(before: tuple[Desired, ...], after: tuple[Desired, ...]) -> None:
    held = [live(each.key, {**_clear(dict(each.spec))}, provider=each.provider) for each in before]
    entries = {each.key: LockEntry(each.key, each.provider) for each in before}
    made = plan(after, held, lock=Lock("salt", "", entries), limits=UNLIMITED)
    assert CANARY not in json.dumps(to_document(made, "0"))
    assert CANARY not in repr(made)


@given(wanted=worlds(), others=worlds(), data=st.data())
def test_no_plan_releases_a_number_that_is_not_ours(
    wanted: tuple[Desired, ...], others: tuple[Desired, ...], data: st.DataObject
) -> None:
    held = [live(f"id-{each.key}", dict(each.spec), provider=each.provider) for each in others]
    locked = data.draw(st.lists(st.sampled_from(held), unique_by=lambda each: each.id))
    entries = {each.name: LockEntry(each.id, each.provider) for each in locked}
    ours = {each.id for each in locked}
    made = plan(wanted, held, lock=Lock("salt", "", entries), limits=UNLIMITED)
    removed = {
        each.live_id
        for each in made.operations
        if each.action is Action.DELETE and each.reason.value == "removed"
    }
    released = {each.live_id for each in made.operations if each.action is Action.DELETE}
    assert removed <= ours
    assert released - removed <= set(made.bindings.values())


def _clear(value: object) -> dict[str, object]:
    """The values as an account shows them: secrets in clear."""

    def shown(each: object) -> object:
        if isinstance(each, Secret):
            return each.reveal()
        if isinstance(each, dict):
            return {key: shown(child) for key, child in each.items()}
        return each

    found = shown(value)
    assert isinstance(found, dict)
    return found
